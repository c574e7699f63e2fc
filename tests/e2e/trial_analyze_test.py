"""`vcohort analyze` gives R's numbers, whatever the file looks like, and refuses what it cannot read.

The numbers are those of R 4.2 on data sets that come with R; the code stands beside each. One study of [data] and [trial] serves each.
"""
import csv
import io
import unittest

from program import INVALID, STORAGE, ProgramTest

RELATIVE = 1e-6  # the demand; R printed 12 digits or more

# d <- ToothGrowth; d$id <- sprintf("T%02d", 1:60); write.csv(d, "tooth.csv", row.names = FALSE)
TOOTH = (4.2, 11.5, 7.3, 5.8, 6.4, 10, 11.2, 11.2, 5.2, 7, 16.5, 16.5, 15.2, 17.3, 22.5, 17.3, 13.6, 14.5, 18.8, 15.5, 23.6, 18.5, 33.9, 25.5, 26.4, 32.5,
         26.7, 21.5, 23.3, 29.5, 15.2, 21.5, 17.6, 9.7, 14.5, 10, 8.2, 9.4, 16.5, 9.7, 19.7, 23.3, 23.6, 26.4, 20, 25.2, 25.8, 21.2, 14.5, 27.3, 25.5,
         26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23)

# nlme::Orthodont: distance at 8, 10, 12 and 14 years, Male M01 to M16 and Female F01 to F11
ORTHODONT = {"Male": (26, 25, 29, 31, 21.5, 22.5, 23, 26.5, 23, 22.5, 24, 27.5, 25.5, 27.5, 26.5, 27, 20, 23.5, 22.5, 26, 24.5, 25.5, 27, 28.5, 22, 22,
                      24.5, 26.5, 24, 21.5, 24.5, 25.5, 23, 20.5, 31, 26, 27.5, 28, 31, 31.5, 23, 23, 23.5, 25, 21.5, 23.5, 24, 28, 17, 24.5, 26, 29.5,
                      22.5, 25.5, 25.5, 26, 23, 24.5, 26, 30, 22, 21.5, 23.5, 25),
             "Female": (21, 20, 21.5, 23, 21, 21.5, 24, 25.5, 20.5, 24, 24.5, 26, 23.5, 24.5, 25, 26.5, 21.5, 23, 22.5, 23.5, 20, 21, 21, 22.5, 21.5, 22.5,
                        23, 25, 23, 23, 23.5, 24, 20, 21, 22, 21.5, 16.5, 19, 19, 19.5, 24.5, 25, 28, 28)}

MISSING = (3, 9, 14, 20, 27, 32, 38, 45, 52, 60, 66, 71, 77, 83, 90, 97, 104)
MISSING_RESULT = ((-1.968880536838, 0.982094143528), (-0.977886435427, 0.720771043824), (-2.645934530593, 1.082068444854),
                  (-2.943313801006, 0.870493219443))

TOOTH_STUDY = """format = "vcohort-study 1"
[data]
patient = "id"
arm = "supp"
reference = "OJ"
value = "len"
[trial]
primary = { analysis = "ancova", adjust = ["dose"] }
"""

ORTHODONT_STUDY = """format = "vcohort-study 1"
[data]
patient = "Subject"
arm = "Sex"
reference = "Male"
visit = "age"
value = "distance"
[trial]
primary = { visit = "14", analysis = "mmrm", covariance = "compound-symmetry", df = "satterthwaite" }
"""

# coef(summary(lm(len ~ relevel(supp, "OJ") + dose, ToothGrowth))), confint()
ANCOVA = {"estimate": -3.70000000000001, "se": 1.093604499810152, "df": 57, "statistic": -3.38330721997058, "p": 1.30066247399745e-03,
          "lower": -5.88990523699506, "upper": -1.51009476300496}


class TrialAnalyze(ProgramTest):
    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def tooth(self):
        rows = [f"{length},{'VC' if number < 30 else 'OJ'},{(0.5, 1, 2)[number % 30 // 10]},T{number + 1:02d}" for number, length in enumerate(TOOTH)]
        return ["len,supp,dose,id", *rows]

    def orthodont(self):
        rows = ["distance,age,Subject,Sex"]
        for sex, distances in ORTHODONT.items():
            rows += [f"{distance},{8 + number % 4 * 2},{sex[0]}{number // 4 + 1:02d},{sex}" for number, distance in enumerate(distances)]
        return rows

    def analyze(self, data, study, *settings):
        options = [word for setting in settings for word in ("--set", setting)]
        return list(csv.DictReader(io.StringIO(self.call("analyze", data, study, "--format", "csv", *options).stdout)))

    def assert_row(self, row, **expected):
        for column, value in expected.items():
            self.assertAlmostEqual(float(row[column]), value, delta=RELATIVE * max(abs(value), RELATIVE), msg=column)

    def tooth_files(self):
        return self.write("tooth.csv", "\n".join(self.tooth()) + "\n"), self.write("tooth.toml", TOOTH_STUDY)

    def test_linear_model(self):
        (row,) = self.analyze(*self.tooth_files())
        self.assertEqual((row["contrast"], row["primary"]), ("VC - OJ", "true"))
        self.assert_row(row, **ANCOVA)

    def test_categorical_covariate(self):
        # coef(summary(lm(len ~ relevel(supp, "OJ") + factor(dose), ToothGrowth)))["suppVC", ]
        (row,) = self.analyze(*self.tooth_files(), 'data.categorical=["dose"]')
        self.assert_row(row, estimate=-3.7, se=0.988279529572190, df=56, p=0.00042927927678531)

    def test_two_samples(self):
        # t.test(len ~ supp, var.equal = TRUE); t.test(len ~ supp); wilcox.test(len ~ supp, exact = FALSE, correct = TRUE)
        data, study = self.tooth_files()
        for method, expected in (("t", {"statistic": -1.915268269, "df": 58, "p": 0.0603933712, "lower": -7.567006420141, "upper": 0.167006420141}),
                                 ("welch", {"statistic": -1.9152682686953, "df": 55.309432682641, "p": 0.060634507880934, "lower": -7.57101561836716}),
                                 ("wilcoxon", {"p": 0.0644906721338357})):
            with self.subTest(method):
                (row,) = self.analyze(data, study, f'trial.primary={{ analysis = "{method}" }}')
                self.assert_row(row, **expected)

    def test_one_arm(self):
        # t.test(sleep$extra[1:10], mu = 1.5); binom.test(5, 10, 0.2), less 0.2; alternative = "greater". With and without a column of the arm.
        extra = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
        rows = ["id,arm,extra,better", *(f"{k},{arm},{value},{int(value >= 0.7)}" for arm in ("one", "two") for k, value in enumerate(extra, 0 if arm == "one" else 10))]
        data, text = self.write("sleep.csv", "\n".join(rows) + "\n"), 'format = "vcohort-study 1"\n[data]\npatient = "id"\nvalue = "extra"\nwhere = { arm = "one" }\n'
        study = self.write("sleep.toml", text + '[trial]\nprimary = { analysis = "one-sample-t", against = 1.5 }\n')
        for name, settings in (("all", ()), ("one", ('data.arm="arm"', 'data.reference="one"'))):
            (row,) = self.analyze(data, study, *settings)
            self.assertEqual((row["contrast"], row["analysed"]), (f"{name} - 1.5", "10"))
            self.assert_row(row, estimate=-0.75, se=0.5657345274557277, df=9, statistic=-1.325710140713821, p=0.2175977800684489, lower=-2.029780413526232, upper=0.5297804135262321)
        share = ('data.value="better"', 'trial.primary={ analysis = "exact-binomial", against = 0.2 }')
        (row,) = self.analyze(data, study, *share)
        self.assert_row(row, estimate=0.3, p=0.03279349760000001, lower=0.1870860284473986 - 0.2, upper=0.8129139715526015 - 0.2)
        (row,) = self.analyze(data, study, *share, "trial.sides=1", "trial.alpha=0.05")
        self.assert_row(row, p=0.0327934976, lower=0.2224411010081291 - 0.2)
        self.assertIn("superiority against 0.2, one-sided 0.05", self.call("analyze", data, study, *(word for one in (*share, "trial.sides=1", "trial.alpha=0.05") for word in ("--set", one))).stdout)
        both = self.write("both.toml", text.replace('where = { arm = "one" }', 'arm = "arm"\nreference = "one"') + '[trial]\nprimary = { analysis = "one-sample-t", against = 1.5 }\n')
        self.assertIn('one-sample-t analyses one arm (the arms are "one", "two") choose one with data.where', self.call("analyze", data, both, status=INVALID).stderr)

    def test_mixed_model(self):
        # -2 * logLik(gls(distance ~ Sex * factor(age), Orthodont, corCompSymm(form = ~1 | Subject), method = "REML")), and closed forms, for
        # the data are balanced: a <- aov(distance ~ Sex * factor(age) + Error(Subject), Orthodont); between and within are its mean squares
        data, study = self.write("ortho.csv", "\n".join(self.orthodont()) + "\n"), self.write("ortho.toml", ORTHODONT_STUDY)
        rows = self.analyze(data, study)
        self.assertEqual([row["visit"] for row in rows], ["8", "10", "12", "14"])
        self.assertEqual([row["primary"] for row in rows], ["false", "false", "false", "true"])
        # sqrt((between + 3 * within) / 4 * (1/16 + 1/11))
        self.assert_row(rows[3], estimate=-3.3778409090909, se=0.898330224012287)
        text = self.call("analyze", data, study, "--format", "json").stdout
        self.assertIn('"minus_two_log_likelihood": 423.408532', text)
        # the unstructured fit is that of the visit alone: summary(lm(distance ~ Sex, subset(Orthodont, age == 14)))
        rows = self.analyze(data, study, 'trial.primary.covariance="unstructured"')
        self.assert_row(rows[3], estimate=-3.3778409090909, se=0.874561393908326, df=25, p=7.05000323842919e-04)

    def test_mixed_model_with_missing_visits(self):
        # -2 restricted log-likelihood minimised in R by nlm and four Newton steps over the Cholesky factor of the covariance; gls itself stops 2e-6
        # away. Orthodont[c(3, 9, ...), "distance"] <- NA as in MISSING
        rows = self.orthodont()
        for number in MISSING:
            rows[number] = "NA" + rows[number][rows[number].index(","):]
        data, study = self.write("ortho.csv", "\n".join(rows) + "\n"), self.write("ortho.toml", ORTHODONT_STUDY)
        rows = self.analyze(data, study, 'trial.primary.covariance="unstructured"')
        for row, (estimate, se) in zip(rows, MISSING_RESULT, strict=True):
            self.assert_row(row, estimate=estimate, se=se)

    def test_missing_values(self):
        # lm() of the 58 rows that are left when those of T08 and T09 are dropped
        rows = self.tooth()
        rows[8], rows[9] = rows[8].replace("11.2", "NA", 1), rows[9].replace("5.2", "", 1)
        _, study = self.tooth_files()
        kept = self.write("kept.csv", "\n".join(rows[:8] + rows[10:]) + "\n")
        self.assertEqual(self.analyze(self.write("holes.csv", "\n".join(rows) + "\n"), study), self.analyze(kept, study))

    def test_files_of_other_programs(self):
        data, study = self.tooth_files()
        text = data.read_text()
        first, rest = text.split("\n", 1)
        quoted = "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in text.splitlines()) + "\n"
        expected = self.analyze(data, study)
        for name, content in (("BOM and CRLF", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()), ("quotes", quoted), ("no last newline", text[:-1]),
                              ("blank lines at the end", text + "\n\n"), ("columns reversed",
                               "\n".join(",".join(reversed(line.split(","))) for line in text.splitlines()))):
            with self.subTest(name):
                self.assertEqual(self.analyze(self.write("other.csv", content), study), expected)
        names = self.write("names.csv", '"length, ""mm""",sup plé,dose/day,the id\n' + rest)
        study = self.write("names.toml", TOOTH_STUDY.replace('"len"', "'length, \"mm\"'").replace('"supp"', '"sup plé"').replace('"dose"', '"dose/day"')
                           .replace('"id"', '"the id"'))
        self.assertEqual(self.analyze(names, study), expected)
        (row,) = self.analyze(self.write("arm.csv", text.replace("VC", '"V,C ""x"""')), self.folder / "tooth.toml")
        self.assertEqual(row["contrast"], 'V,C "x" - OJ')

    def test_what_is_refused(self):
        data, study = self.tooth_files()
        rows = self.tooth()
        def changed(number, row):
            return "\n".join(rows[:number] + [row] + rows[number + 1:]) + "\n"
        for content, message in (("", "empty"), (rows[0] + "\n", "no rows"), ("\n".join(rows[1:]), 'no column "id"'),
                                 (changed(0, "len,supp,dosis,id"), 'no column "dose"'), (changed(0, "len,supp,len,id"), "same name"),
                                 (changed(4, "abc,VC,0.5,T04"), ":5:1: \"abc\""), (changed(4, "1e400,VC,0.5,T04"), ":5:1: \"1e400\""),
                                 (changed(4, "1,2"), ":5:1: this row has 2 fields"), (changed(4, rows[3]), 'second row for patient "T03"'),
                                 (changed(4, '5,"VC,0.5,T04'), "quote"), ("\n".join(row for row in rows if "OJ" not in row), "reference")):
            with self.subTest(message):
                self.assertIn(message, self.call("analyze", self.write("bad.csv", content), study, status=INVALID).stderr)
        semicolons = "\n".join(rows).replace(",", ";")
        for content, message in ((semicolons.replace("11.5", "11,5"), ':3:1: "11,5" in column "len" is no number (it has a decimal comma) write decimals with a point'),
                                 (changed(2, "11,5,VC,0.5,T02"), ":3:1: this row has 5 fields (the header has 4) add or remove commas, or quote a text that holds one; write decimals")):
            self.assertIn(message, self.call("analyze", self.write("bad.csv", content), study, status=INVALID).stderr)
        # write.table(d, "bad.csv", sep = separator, quote = quote != "")
        for separator, quote in (("\t", '"'), ("\t", ""), (";", ""), (",", '"')):
            lines = [separator.join(f"{quote}{name}{quote}" for name in rows[0].split(","))]
            lines += [separator.join([f"{quote}{k}{quote}", *row.split(",")]) for k, row in enumerate(rows[1:], 1)]
            printed = self.call("analyze", self.write("bad.csv", "\n".join(lines)), study, status=INVALID).stderr
            self.assertIn(":2:1: this row has 5 fields (the header has 4: the first field looks like a row name of R) write the file without them", printed)
        self.assertIn("XX", self.call("analyze", data, study, "--set", 'data.reference="XX"', status=INVALID).stderr)
        self.assertIn("No such file", self.call("analyze", "nowhere.csv", study, status=STORAGE).stderr)
        simulated = self.study()
        self.assertIn("[data]", self.call("analyze", data, simulated, status=INVALID).stderr)
        self.assertIn("no trial", self.call("size", study, status=INVALID).stderr)

    def test_one_patient_one_arm_one_visit(self):
        rows = self.orthodont()
        study = self.write("ortho.toml", ORTHODONT_STUDY)
        for content, message in ((rows + [rows[1]], "second row"), (rows[:1] + [rows[1].replace("Male", "Female")] + rows[2:], "one arm"),
                                 ([row for row in rows if "Female" not in row], "only one arm")):
            with self.subTest(message):
                self.assertIn(message, self.call("analyze", self.write("bad.csv", "\n".join(content)), study, status=INVALID).stderr)
        good = self.write("good.csv", "\n".join(rows))
        self.assertIn("'15'", self.call("analyze", good, study, "--set", 'trial.primary.visit="15"', status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
