"""What a day's work brings to `vcohort analyze`: decimals, ties, empty cells, missing values, three arms, lower is better, visits without order.

Expected numbers are those of R 4.2, with the call beside them, or arithmetic that the comment shows.
"""
import csv
import io
import json
import unittest

from program import FAILED, INVALID, ProgramTest

RELATIVE = 1e-6

# Twelve children, two arms: the change is .1 or .3 in decimals, and something near it in doubles.
CHANGES = (("P", 0.4, 0.3), ("P", 1.2, 1.1), ("P", 0.6, 0.5), ("P", 2.3, 2.2), ("P", 0.5, 0.2), ("P", 1.0, 0.9),
           ("T", 0.3, 0.2), ("T", 0.8, 0.5), ("T", 1.4, 1.1), ("T", 0.9, 0.6), ("T", 2.0, 1.9), ("T", 1.3, 1.0))


def table(header, rows):
    return "\n".join([header, *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]) + "\n"


class AnalyzeCases(ProgramTest):
    def study(self, primary, data="", trial=""):
        path = self.folder / "study.toml"
        path.write_text(f'format = "vcohort-study 1"\n[data]\npatient = "id"\narm = "arm"\nreference = "P"\n{data}\n[trial]\n{trial}\nprimary = {{ {primary} }}\n')
        return path

    def data(self, header, rows):
        path = self.folder / "data.csv"
        path.write_text(table(header, rows))
        return path

    def analyze(self, data, study, **options):
        return list(csv.DictReader(io.StringIO(self.call("analyze", data, study, "--format", "csv", **options).stdout)))

    def json(self, data, study):
        return json.loads(self.call("analyze", data, study, "--format", "json").stdout)

    def refused(self, data, study, *messages):
        printed = self.call("analyze", data, study, status=INVALID).stderr
        for message in messages:
            self.assertIn(message, printed)

    def assert_row(self, row, **expected):
        for column, value in expected.items():
            self.assertAlmostEqual(float(row[column]), value, delta=RELATIVE * max(abs(value), RELATIVE), msg=column)

    def changes(self):
        return self.data("id,arm,y,base", [(f"r{k}", *row) for k, row in enumerate(CHANGES)])

    def test_equal_changes_tie(self):
        # wilcox.test(c(1, 3, 3, 3, 1, 3), c(1, 1, 1, 1, 3, 1), exact = FALSE, correct = TRUE): p .1122; 20 of 36 pairs won, 2 lost, 14 tied
        (row,) = self.analyze(self.changes(), self.study('analysis = "wilcoxon", change_from_baseline = true', 'value = "y"\nbaseline = "base"'))
        self.assert_row(row, estimate=0.25)
        self.assertAlmostEqual(float(row["p"]), 0.1122, delta=5e-5)

    def test_responders_reach_their_threshold(self):
        # 1 of 6 against 4 of 6: .3 is reached by .5 - .2 and .8 - .5
        (row,) = self.analyze(self.changes(), self.study('analysis = "risk-difference", responder_threshold = 0.3', 'value = "y"\nbaseline = "base"'))
        self.assert_row(row, estimate=0.5)

    def test_a_score_needs_its_threshold(self):
        for method in ("fisher", "chi-square", "risk-difference"):
            self.refused(self.changes(), self.study(f'analysis = "{method}"', 'value = "y"\nbaseline = "base"'), "add responder_threshold to the analysis 'primary'\n")
            secondary = f'secondary = [{{ name = "shares", analysis = "{method}" }}]'
            self.refused(self.changes(), self.study('analysis = "t"', 'value = "y"', secondary), "add responder_threshold to the analysis 'shares', and data.baseline\n")

    def test_long_numbers_are_compared_as_doubles(self):
        # 16 digits: 0.1 + 0.2 is not 0.3, so that nothing ties
        rows = [("a", "P", 0.30000000000000004), ("b", "P", 0.1), ("c", "T", 0.3), ("d", "T", 0.5)]
        (row,) = self.analyze(self.data("id,arm,y", rows), self.study('analysis = "wilcoxon"', 'value = "y"'))
        self.assert_row(row, estimate=0.25)  # T beats P in 3 of 4 pairs

    def test_a_name_must_exist(self):
        rows = [(k, "PT"[k % 2], k * k % 7, k % 3) for k in range(12)]
        data = self.data("id,arm,y,SITE", rows)
        self.refused(data, self.study('analysis = "ancova", adjust = ["SITE"]', 'value = "y"\ncategorical = ["Site"]'), 'no column "Site"', "SITE")
        self.refused(data, self.study('analysis = "t"', 'value = "y"\nwhere = { Site = "1" }'), 'no column "Site"')
        self.refused(data, self.study('analysis = "t"', 'value = "y"\nwhere = { SITE = ["1", "7"] }'), '"7"')
        self.refused(data, self.study('analysis = "van-elteren", stratify = ["Site"]', 'value = "y"\ncategorical = ["SITE", "Site"]'), 'no column "Site"')

    def test_order_of_visits(self):
        rows = []
        for k in range(12):
            for visit, add in (("WEEK 2", 0), ("MONTH 1", 1), ("MONTH 3", 3)):
                rows.append((f"p{k}", "PT"[k % 2], visit, {"WEEK 2": 0.5, "MONTH 1": 1, "MONTH 3": 3}[visit], (k * 7 + add * k % 5 + add * (k % 2)) % 11 + add))
        data = self.data("id,arm,visit,months,y", rows)
        columns = 'value = "y"\nvisit = "visit"\n'
        primary = 'visit = "MONTH 3", analysis = "mmrm", covariance = "ar1"'
        self.refused(data, self.study(primary, columns), "MONTH 1, MONTH 3, WEEK 2", "visit_order")
        by_list = self.json(data, self.study(primary, columns + 'visit_order = ["WEEK 2", "MONTH 1", "MONTH 3"]'))
        by_time = self.json(data, self.study(primary, columns + 'visit_months = "months"'))
        self.assertEqual(by_list, by_time)
        self.assertEqual(by_list["visits"], ["WEEK 2", "MONTH 1", "MONTH 3"])
        other = self.json(data, self.study(primary, columns + 'visit_order = ["MONTH 1", "MONTH 3", "WEEK 2"]'))
        self.assertNotEqual(other["minus_two_log_likelihood"], by_list["minus_two_log_likelihood"])
        # of an unstructured covariance the order is nobody's business
        self.json(data, self.study('visit = "MONTH 3", analysis = "mmrm"', columns))
        self.refused(data, self.study(primary, columns + 'visit_order = ["WEEK 2", "MONTH 3"]'), '"MONTH 1"')
        self.refused(data, self.study(primary, columns + 'visit_order = ["WEEK 2", "MONTH 1", "MONTH 3", "MONTH 6"]'), '"MONTH 6"')

    def test_a_visit_without_outcomes_is_none(self):
        # as the baseline of a change; the order of the others is then natural
        rows = [(f"p{k}", "PT"[k % 2], visit, None if visit == "Baseline" else (k * 7 + w * k % 5) % 11 + w * (k % 2)) for k in range(12)
                for w, visit in enumerate(("Baseline", "Week 2", "Week 10"))]
        primary = 'visit = "Week 10", analysis = "mmrm", covariance = "ar1"'
        found = self.json(self.data("id,arm,visit,y", rows), self.study(primary, 'value = "y"\nvisit = "visit"'))
        self.assertEqual(found["visits"], ["Week 2", "Week 10"])
        self.assertIn("the visit Baseline was left out: nobody has the outcome", found["notes"])
        kept = self.json(self.data("id,arm,visit,y", [row for row in rows if row[2] != "Baseline"]), self.study(primary, 'value = "y"\nvisit = "visit"'))
        self.assertEqual(found["contrasts"], kept["contrasts"])

    def test_unequal_times(self):
        # gls(y ~ factor(m) + arm:factor(m), d, corExp(form = ~m | id), method = "REML"); the covariance of two visits a months apart is 2.9097 * .95506^a
        values = {"P": (7.8, 7.4, 7.8, 9.4, 9.7, 11.6, 10.1, 8.6, 9.8, 10.1, 9, 11, 7.8, 8.9, 9.5),
                  "T": (10, None, 11.3, 8.6, 8.2, 9.3, 9.5, None, 13.1, 12.7, 12.9, 14.4, 12.1, 11.4, 14.7)}
        rows = [(f"{arm}{k // 3}", arm, f"V{k % 3}", (1, 3, 12)[k % 3], y) for arm, of_arm in values.items() for k, y in enumerate(of_arm)]
        data = self.data("id,arm,visit,months,y", rows)
        primary = 'visit = "V2", analysis = "mmrm", covariance = "spatial-exponential"'
        found = self.json(data, self.study(primary, 'value = "y"\nvisit = "visit"\nvisit_months = "months"'))
        self.assertAlmostEqual(found["minus_two_log_likelihood"], 80.0228285986, delta=1e-6)
        for row, estimate, se in zip(found["contrasts"], (1.54, 1.62496761503, 2.62), (1.0788270789, 1.1052287110, 1.0788270789), strict=True):
            self.assertAlmostEqual(row["estimate"], estimate, delta=2e-6)  # gls stops there
            self.assertAlmostEqual(row["se"], se, delta=2e-5)
        self.refused(data, self.study(primary, 'value = "y"\nvisit = "visit"'), "visit_months")

    def test_empty_cells(self):
        # mantelhaen.test(array(c(4,4,0,8, 3,3,0,6), c(2,2,2)), correct = FALSE): 2 strata without events under P
        rows = []
        for stratum, events, n in (("A", 4, 8), ("B", 3, 6)):
            rows += [(f"{stratum}p{k}", "P", 0, stratum) for k in range(n)] + [(f"{stratum}t{k}", "T", int(k < events), stratum) for k in range(n)]
        data, study = self.data("id,arm,y,s", rows), self.study('analysis = "cmh", stratify = ["s"]', 'value = "y"\ncategorical = ["s"]')
        # (7 - 2 - 1.5)^2 / (8 * 8 * 4 * 12 / (16^2 * 15) + 6 * 6 * 3 * 9 / (12^2 * 11))
        (row,) = self.analyze(data, study)
        self.assertAlmostEqual(float(row["statistic"]) ** 2, 3.5 ** 2 / (0.8 + 972 / 1584), delta=1e-9)
        self.assertEqual(row["estimate"], "inf")
        (contrast,) = self.json(data, study)["contrasts"]
        self.assertEqual((contrast["estimate"], contrast["upper"]), ("inf", "inf"))
        self.assertGreater(contrast["ratio_lower"], 1)

    def test_missing_outcomes_count_nowhere(self):
        scores = {"P": (1, 1, 2, 2, 4, 5, None), "T": (2, 3, 4, 4, 5, 5, None, None)}
        full = [(f"{arm}{k}", arm, y) for arm, values in scores.items() for k, y in enumerate(values)]
        kept = [row for row in full if row[2] is not None]
        for method in ("t", "welch", "ancova", "wilcoxon", "win-ratio", "bayes"):
            with self.subTest(method):
                study = self.study(f'analysis = "{method}"', 'value = "y"')
                self.assertEqual(self.analyze(self.data("id,arm,y", full), study), self.analyze(self.data("id,arm,y", kept), study))
                found = self.json(self.data("id,arm,y", full), study)
                self.assertEqual((found["patients"], found["analysed"], found["contrasts"][0]["analysed"]), (15, 12, 12))

    def test_an_arm_without_outcomes_spoils_its_own_contrast(self):
        rows = [(1, "P", 1.5), (2, "P", 1.7), (3, "T", 2.5), (4, "T", 3.5), (5, "U", None), (6, "U", "NA")]
        data, study = self.data("id,arm,y", rows), self.study('analysis = "t"', 'value = "y"')
        first, second = self.analyze(data, study)
        self.assert_row(first, estimate=1.4, analysed=4)
        self.assertEqual((second["contrast"], second["estimate"], second["conclusion"]), ("U - P", "NA", "none: empty arm"))
        self.assertIsNone(self.json(data, study)["contrasts"][1]["estimate"])

    def test_a_primary_that_fails_leaves_the_others(self):
        # without variation in either arm: t has no standard error; wilcox.test(c(2, 2, 2), c(1, 1, 1), exact = FALSE, correct = TRUE) has p .0468542
        data = self.data("id,arm,y", [(f"{arm}{k}", arm, y) for arm, y in (("P", 1), ("T", 2)) for k in range(3)])
        study = self.study('analysis = "t"', 'value = "y"', 'secondary = [{ name = "ranks", analysis = "wilcoxon" }]')
        done = self.call("analyze", data, study, "--format", "csv", status=FAILED)
        self.assertIn("'t' gives no estimate (no variation)", done.stderr)
        first, second = csv.DictReader(io.StringIO(done.stdout))
        self.assertEqual((first["analysis"], first["contrast"], first["estimate"], first["conclusion"]), ("primary", "T - P", "NA", "none: no variation"))
        self.assertAlmostEqual(float(second["p"]), 0.0468542, delta=5e-8)
        self.assertEqual(second["analysis"], "ranks")
        found = json.loads(self.call("analyze", data, study, "--format", "json", status=FAILED).stdout)
        self.assertIn("'t' gives no estimate (no variation)", found["failure"])
        self.assertEqual([(row["arm"], row["n"], row["mean"], row["sd"]) for row in found["arms"]], [("P", 3, 1, 0), ("T", 3, 2, 0)])
        self.assertIsNone(found["contrasts"][0]["estimate"])
        (ranks,) = found["secondary"]
        self.assertNotIn("failure", ranks)
        text = self.call("analyze", data, study, status=FAILED).stdout
        for words in ("'t' gives no estimate (no variation)", "none: no variation", "ranks: wilcoxon: "):
            self.assertIn(words, text)
        # a secondary one that fails is shown as the primary one is
        study = self.study('analysis = "wilcoxon"', 'value = "y"', 'secondary = [{ name = "means", analysis = "t" }]')
        self.assertEqual([(row["analysis"], row["conclusion"]) for row in self.analyze(data, study)][1], ("means", "none: no variation"))
        self.assertEqual([row["mean"] for row in self.json(data, study)["secondary"][0]["arms"]], [1, 2])

    def test_no_answer_at_all(self):
        data = self.data("id,arm,y", [(f"{arm}{k}", arm, y) for arm, y in (("P", 1), ("T", 2)) for k in range(3)])
        study = self.study('analysis = "t"', 'value = "y"', 'secondary = [{ name = "unequal", analysis = "welch" }]')
        for form, shown in (("table", "mean"), ("csv", "none: no variation"), ("json", '"mean"')):
            done = self.call("analyze", data, study, "--format", form, status=FAILED)
            self.assertIn(shown, done.stdout)
            self.assertIn("'t' gives no estimate (no variation)", done.stderr)
        # a mixed model without an estimate has its table too
        rows = [(f"{arm}{k}", arm, visit, y) for arm, y in (("P", 1), ("T", 2)) for k in range(3) for visit in ("V1", "V2")]
        study = self.study('visit = "V2", analysis = "mmrm"', 'value = "y"\nvisit = "visit"')
        done = self.call("analyze", self.data("id,arm,visit,y", rows), study, "--format", "json", status=FAILED)
        self.assertEqual([row["mean"] for row in json.loads(done.stdout)["arms"]], [1, 2, 1, 2])

    def test_an_arm_without_values_at_a_visit_is_named(self):
        rows = [(f"{arm}{k}", arm, visit, None if (arm, visit) == ("T", "V2") else (k * 7 + w * k % 5) % 11 + w * (arm == "T"))
                for arm in "PTU" for k in range(8) for w, visit in enumerate(("V1", "V2", "V3"))]
        data = self.data("id,arm,visit,y", rows)
        columns = 'value = "y"\nvisit = "visit"'
        named = "nobody in T has a value at visit V2"
        found = {(row["visit"], row["contrast"]): row["conclusion"] for row in self.analyze(data, self.study('visit = "V3", analysis = "mmrm"', columns))}
        self.assertEqual(found.pop(("V2", "T - P")), f"none: {named}")
        self.assertFalse([conclusion for conclusion in found.values() if conclusion.startswith("none")])
        # with a covariance for each arm there is no fit at all, and the visit is the reason of every contrast
        by_arm = self.study('visit = "V3", analysis = "mmrm", covariance_by_arm = true', columns)
        self.assertIn(f"'mmrm' gives no estimate ({named})", self.call("analyze", data, by_arm, status=FAILED).stderr)
        # the reference spoils every contrast at the visit
        data = self.data("id,arm,visit,y", [(row[0], {"T": "P", "P": "T"}.get(row[1], "U"), *row[2:]) for row in rows])
        at_v2 = self.study('visit = "V2", analysis = "mmrm"', columns)
        self.assertIn("'mmrm' gives no estimate (nobody in P has a value at visit V2)", self.call("analyze", data, at_v2, status=FAILED).stderr)

    def test_analysed_is_counted_per_contrast(self):
        rows = [(1, "P", 1.5), (2, "P", 1.7), (3, "T", 2.5), (4, "T", 3.5), (5, "U", 3.5)]
        found = self.json(self.data("id,arm,y", rows), self.study('analysis = "t"', 'value = "y"'))
        self.assertEqual((found["analysed"], [row["analysed"] for row in found["contrasts"]]), (5, [4, 3]))

    def test_a_count_is_a_whole_number(self):
        rows = [(1, "P", 2), (2, "P", -1), (3, "T", 0), (4, "T", 1), (5, "P", 3), (6, "T", 2)]
        study = self.study('analysis = "negative-binomial"', 'value = "y"')
        self.refused(self.data("id,arm,y", rows), study, "data.csv:3:1", "a count is a whole number from 0")
        rows[1] = (2, "P", 1.5)
        self.refused(self.data("id,arm,y", rows), study, "data.csv:3:1")

    def test_lower_is_better(self):
        rows = [(f"{arm}{k}", arm, y) for arm, values in (("P", (20, 22, 25, 19, 24)), ("T", (15, 18, 17, 20, 14))) for k, y in enumerate(values)]
        data = self.data("id,arm,y", rows)
        for method in ("t", "wilcoxon", "ancova"):
            with self.subTest(method):
                primary = f'analysis = "{method}"'
                (two,) = self.analyze(data, self.study(primary, 'value = "y"\nlower_is_better = true'))
                (one,) = self.analyze(data, self.study(primary, 'value = "y"\nlower_is_better = true', "sides = 1\nalpha = 0.025"))
                (other,) = self.analyze(data, self.study(primary, 'value = "y"', "sides = 1\nalpha = 0.025"))
                self.assertEqual(one["estimate"], other["estimate"])
                self.assertLess(float(one["p"]), 0.02)
                self.assertGreater(float(other["p"]), 0.95)
                self.assertEqual((two["conclusion"], other["conclusion"]), ("different, in the good direction", "no difference shown"))

    def test_a_test_and_its_interval_may_disagree(self):
        # 22 of 25 pairs won: 7 of 252 rankings have at most 3 losses, so that p = 14 / 252. Placements .8 .8 .8 1 1 and 1 1 1 1 .4:
        # .38 -+ 1.959964 * sqrt(.012 / 5 + .072 / 5)
        values = {"P": (1, 2, 3, 4, 8.5), "T": (5, 6, 7, 9, 10)}
        data = self.data("id,arm,y", [(f"{arm}{k}", arm, y) for arm, of_arm in values.items() for k, y in enumerate(of_arm)])
        study = self.study('analysis = "wilcoxon"', 'value = "y"')
        found = self.json(data, study)
        self.assertAlmostEqual(found["contrasts"][0]["p"], 14 / 252, delta=1e-12)
        self.assertAlmostEqual(found["contrasts"][0]["lower"], 0.38 - 1.959964 * (0.084 / 5) ** 0.5, delta=1e-6)
        self.assertIn("T - P: p and interval disagree", found["notes"][0])
        self.assertEqual(self.json(data, self.study('analysis = "t"', 'value = "y"'))["notes"], [])
        self.assertEqual(self.json(self.changes(), study)["notes"], [])

    def test_one_side_needs_its_alpha(self):
        data = self.changes()
        self.refused(data, self.study('analysis = "t"', 'value = "y"', "sides = 1"), "alpha")
        self.analyze(data, self.study('analysis = "t"', 'value = "y"', "sides = 1\nalpha = 0.025"))

    def test_margins(self):
        data = self.changes()
        study = self.study('analysis = "t", change_from_baseline = true, hypothesis = "non-inferiority", margin = 0.1', 'value = "y"\nbaseline = "base"')
        found = self.json(data, study)
        (row,) = found["contrasts"]
        self.assertIn("non-inferiority by a margin of 0.1, one-sided 0.025", found["hypothesis"])
        self.assertAlmostEqual(row["statistic"], (row["estimate"] + 0.1) / row["se"], delta=1e-12)
        self.assertEqual(row["conclusion"], "non-inferior")

    def test_secondary_analyses_and_arms(self):
        data = self.changes()
        study = self.study('analysis = "ancova", adjust = ["baseline"]', 'value = "y"\nbaseline = "base"',
                           'secondary = [{ name = "ranks", analysis = "wilcoxon" }, { name = "unadjusted", analysis = "t" }]')
        found = self.json(data, study)
        self.assertEqual([other["name"] for other in found["secondary"]], ["ranks", "unadjusted"])
        self.assertEqual([row["analysis"] for row in self.analyze(data, study)], ["primary", "ranks", "unadjusted"])
        placebo, treated = found["arms"]
        self.assertEqual((placebo["arm"], placebo["n"], treated["n"]), ("P", 6, 6))
        self.assertAlmostEqual(placebo["mean"], 1, delta=1e-12)
        self.assertAlmostEqual(treated["ls_mean"] - placebo["ls_mean"], found["contrasts"][0]["estimate"], delta=1e-12)

    def test_hierarchy_of_endpoints(self):
        # Two against two: death at 1 loses to everybody who lived; the others compare scores with a margin of 1.
        rows = [(1, "P", 1, 1, 50), (2, "P", 12, 0, 40), (3, "T", 12, 0, 44), (4, "T", 12, 0, 40.5)]
        data = self.data("id,arm,months,died,score", rows)
        study = self.study('analysis = "win-ratio", hierarchy = [{ value = "months", event = "died", lower_is_better = true }, { value = "score", smallest_win = 1 }]', 'value = "score"')
        # T3 beats P1 (death) and P2 (score); T4 beats P1 and ties P2: no loss, so that the ratio is infinite
        (row,) = self.analyze(data, study)
        self.assertEqual((row["estimate"], row["analysed"]), ("inf", "4"))


if __name__ == "__main__":
    unittest.main()
