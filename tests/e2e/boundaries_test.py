"""`vcohort boundaries` prints the table that trial statisticians know, and simulated trials obey their looks."""
import csv
import io
import json
import unittest

from program import INVALID, SOURCE, ProgramTest

COMMAND_LINE = 2

DATA_FILE = """format = "vcohort-study 1"
title = "three looks"

[data]
patient = "ID"
arm = "ARM"
reference = "PBO"
value = "Y"

[trial]
primary = {{ analysis = "t" }}
alpha = {alpha}
sides = {sides}

[trial.looks]
{looks}
"""

DATA_MODEL = """format = "vcohort-study 1"

[data_model]
kind = "normal"
visits_months = [0, 12]
arms.control = { mean = [0, 0], sd = [1, 1] }
arms.active = { mean = [0, 0.4], sd = [1, 1] }

[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [100]
replicates = 100
accrual = { per_month = 10 }
primary = { visit_months = 12, analysis = "ancova", adjust = ["baseline"] }

[trial.looks]
information = [0.5, 1]
efficacy = { spending = "obrien-fleming" }
"""

THIRDS = "information = [0.3333333333333333, 0.6666666666666666, 1]\n"
OBRIEN_FLEMING = THIRDS + 'efficacy = { boundary = "obrien-fleming" }'


EVENTS = """format = "vcohort-study 1"
seed = 11

[data]
patient = "ID"
arm = "ARM"
reference = "PBO"
time = "MONTHS"
event = "EVENT"

[trial]
primary = { analysis = "logrank" }

[trial.looks]
information = [0.5, 1]
timing = "events"
maximum = 60
efficacy = { spending = "obrien-fleming" }
today = { months = 10, at_risk = 60, enrolled = 110, events = 40, followed_months = 800 }
"""


class Boundaries(ProgramTest):
    def test_the_last_look_is_forecast(self):
        """R: 20 more events of 60 patients at risk, the hazard gamma(40, 800): month 10 + 7.95659723, from 4.53800180 to 13.50443226."""
        path = self.folder / "events.toml"
        path.write_text(EVENTS)
        forecast = json.loads(self.call("boundaries", path, "--format", "json").stdout)["forecast"]
        self.assertEqual([(row["look"], row["events"]) for row in forecast["looks"]], [(2, 60)])
        for key, expected in (("months", 17.95659723), ("lower", 14.53800180), ("upper", 23.50443226)):
            row = forecast["looks"][0]
            self.assertLess(abs(row[key] - expected), 4.5 * row[key + "_mcse"])
        self.assertEqual(forecast["to_come"], 0)
        said = " ".join(self.call("boundaries", path).stdout.split())
        for words in ("forecast from month 10: 110 enrolled, 40 events, 60 at risk", "one hazard in all arms, constant in time", "nobody is lost"):
            self.assertIn(words, said)
        stopped = self.call("boundaries", path, "--set", "trial.looks.observed=[{ information = 0.66, z = 5 }]", "--format", "json").stdout
        self.assertNotIn("forecast", json.loads(stopped))

    def test_a_data_file_says_what_has_happened(self):
        path = self.folder / "events.toml"
        path.write_text(EVENTS.replace(", enrolled = 110, events = 40, followed_months = 800", ""))
        rows = [f"{i},{'PBO' if i % 2 else 'NEW'},{5 + i % 7},{int(i % 3 == 0)}" for i in range(90)]
        (self.folder / "events.csv").write_text("\n".join(["ID,ARM,MONTHS,EVENT", *rows]) + "\n")
        forecast = json.loads(self.call("analyze", "events.csv", path, "--format", "json").stdout)["forecast"]
        self.assertEqual([forecast[key] for key in ("enrolled", "events", "at_risk", "followed_months")], [90, 30, 60, sum(5 + i % 7 for i in range(90))])
        self.assertIn("times of the data are months", forecast["assumptions"])
        message = self.call("boundaries", path, status=INVALID).stderr
        self.assertIn('no look can be forecast without "events"', message)

    def test_a_forecast_that_cannot_be_is_refused(self):
        path = self.folder / "events.toml"
        for old, new, message in (("at_risk = 60", "at_risk = 80", "80 patients at risk and 40 events are more than the 110 enrolled"),
                                  ("followed_months = 800", "followed_months = 1101", "110 patients have at most 1100 in 10 months"),
                                  ("maximum = 60\n", "", "the number of events is not planned"),
                                  ('timing = "events"\n', "", 'timing is not "events"'), ("months = 10, ", "", '"months"')):
            path.write_text(EVENTS.replace(old, new))
            with self.subTest(message):
                self.assertIn(message, self.call("boundaries", path, status=INVALID).stderr)

    def looks(self, looks, alpha=0.025, sides=1, name="study.toml"):
        path = self.folder / name
        path.write_text(DATA_FILE.format(looks=looks, alpha=alpha, sides=sides))
        return path

    def without_looks(self):
        path = self.folder / "without.toml"
        path.write_text(DATA_FILE.format(looks="", alpha=0.025, sides=1).replace("[trial.looks]", ""))
        return path

    def rows(self, study, *options):
        return list(csv.DictReader(io.StringIO(self.call("boundaries", study, "--format", "csv", *options).stdout)))

    def json(self, study, *options):
        return json.loads(self.call("boundaries", study, "--format", "json", *options).stdout)

    def assert_numbers(self, found, wanted, places=6):
        self.assertEqual(len(found), len(wanted))
        for one, other in zip(found, wanted):
            self.assertAlmostEqual(float(one), other, places)

    def test_the_table(self):
        rows = self.rows(self.looks(OBRIEN_FLEMING))
        self.assertEqual(list(rows[0]), ["look", "information", "alpha_spent", "efficacy_z", "efficacy_p", "futility_z", "power_spent", "exit_efficacy",
                                         "exit_futility", "exit_harm"])
        self.assert_numbers([row["efficacy_z"] for row in rows], [3.471091, 2.454432, 2.004036])
        self.assert_numbers([row["exit_efficacy"] for row in rows], [0.056529, 0.528782, 0.314689])
        self.assertEqual([row["futility_z"] for row in rows[:2]], ["NA", "NA"])
        self.assertAlmostEqual(float(rows[-1]["alpha_spent"]), 0.025, 9)
        self.assertAlmostEqual(float(rows[-1]["power_spent"]), 0.9, 9)
        self.assertAlmostEqual(sum(float(row["exit_efficacy"]) + float(row["exit_futility"]) for row in rows), 1, 9)
        text = self.call("boundaries", self.looks(OBRIEN_FLEMING)).stdout
        for words in ("three looks: 3 looks", "one-sided alpha 0.025", "inflation factor", "1.0161", "3.2675", "no stop for futility"):
            self.assertIn(words, text)

    def test_the_json_holds_everything(self):
        found = self.json(self.looks(THIRDS + 'efficacy = { spending = "obrien-fleming" }\nfutility = { spending = "obrien-fleming" }'))
        self.assert_numbers([look["futility_z"] for look in found["looks"]], [-0.694541, 1.002460, 1.993047])
        self.assertAlmostEqual(found["inflation_factor"], 1.059393, 6)
        self.assert_numbers(found["expected_information"].values(), [0.673331, 0.868672, 0.822767])
        self.assertAlmostEqual(found["level"]["futility_ignored"], 0.025, 9)
        self.assertAlmostEqual(found["level"]["futility_obeyed"], 0.023314, 6)
        self.assertAlmostEqual(found["drift"], 3.336390, 6)
        self.assertNotIn("running", found)

    def test_power_effect_and_drift(self):
        study = self.looks(OBRIEN_FLEMING)
        self.assertAlmostEqual(float(self.rows(study, "--power", 0.8)[-1]["power_spent"]), 0.8, 9)
        self.assertAlmostEqual(float(self.rows(study, "--drift", 0)[-1]["power_spent"]), 0.025, 9)
        self.assertIn("--effect has no scale", self.call("boundaries", study, "--effect", 0.3, status=INVALID).stderr)
        self.assertIn("contradict", self.call("boundaries", study, "--effect", 0.3, "--drift", 1, status=COMMAND_LINE).stderr)
        self.assertIn('"power" = 0.3 is impossible', self.call("boundaries", study, "--power", 0.3, status=INVALID).stderr)
        known = self.looks(OBRIEN_FLEMING + '\ntiming = "information"\nmaximum = 100')
        self.assertEqual(self.rows(known, "--effect", 0.3), self.rows(known, "--drift", 3))

    def test_two_sides_share_the_level(self):
        two, one = (self.json(self.looks(OBRIEN_FLEMING, alpha, sides)) for alpha, sides in ((0.05, 2), (0.025, 1)))
        self.assert_numbers([look["efficacy_z"] for look in two["looks"]], [look["efficacy_z"] for look in one["looks"]])
        self.assertAlmostEqual(two["looks"][-1]["alpha_spent"], 0.05, 9)
        self.assertAlmostEqual(two["looks"][0]["efficacy_p"], 2 * one["looks"][0]["efficacy_p"], 9)
        self.assertGreater(two["looks"][0]["exit_harm"], 0)

    def test_an_irregular_schedule(self):
        rows = self.rows(self.looks(THIRDS + 'efficacy = { spending = "obrien-fleming", looks = [2, 3] }\nfutility = { z = [0, "none"] }'))
        self.assertEqual(rows[0]["efficacy_z"], "NA")
        self.assertEqual(float(rows[0]["futility_z"]), 0)
        self.assertEqual(rows[1]["futility_z"], "NA")
        self.assertAlmostEqual(float(rows[-1]["alpha_spent"]), 0.025, 9)

    def test_a_trial_under_way(self):
        plan = THIRDS + 'efficacy = { spending = "obrien-fleming" }\n'
        study = self.looks(plan + "observed = [{ information = 0.3666666666666667, z = 1.2 }]")
        found = self.json(study)["running"]
        self.assertEqual([look["decision"] for look in found["looks"]], ["go on", "to come", "to come"])
        self.assertAlmostEqual(found["looks"][0]["efficacy_z"], 3.521839, 6)
        self.assertIsNone(found["stopped_at"])
        self.assertLess(found["conditional_power"]["null"], found["conditional_power"]["design"])
        text = self.call("boundaries", study).stdout
        self.assertIn("decision: go on", text)
        self.assertEqual([row["decision"] for row in self.rows(study, "--running")], ["go on", "to come", "to come"])
        self.assertIn("--running has no looks", self.call("boundaries", self.looks(OBRIEN_FLEMING), "--running", status=INVALID).stderr)

    def test_after_a_stop(self):
        study = self.looks(OBRIEN_FLEMING + "\nobserved = [{ information = 0.3333333333333333, z = 1 }, { information = 0.6666666666666666, z = 2.6 }]")
        found = self.json(study)["running"]
        self.assertEqual(found["stopped_at"], 2)
        after = found["after_the_stop"]
        self.assertAlmostEqual(after["p_one_sided"], 0.0047863865, 9)
        self.assert_numbers(after["drift"].values(), [3.180297, 0.775776, 5.582205])
        self.assert_numbers(after["repeated_interval"].values(), [0.178283, 6.190390])
        self.assertNotIn("conditional_power", found)
        text = self.call("boundaries", study).stdout
        self.assertIn("look 2: efficacy", text)
        self.assertIn("3.1803 (0.7758 to 5.5822), 95 % limits", text)

    def model(self, **changes):
        text = DATA_MODEL
        for old, new in changes.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        study = self.folder / "model.toml"
        study.write_text(text)
        return study

    def test_looks_that_no_trial_can_obey_are_refused_where_they_stand(self):
        spending = 'efficacy = { spending = "obrien-fleming" }'
        survival = DATA_MODEL[DATA_MODEL.index("kind") : DATA_MODEL.index("[trial]")]
        times = survival, 'kind = "survival"\nfollow_up_months = 12\narms.control = { hazard = [0.1] }\narms.active = { hazard = [0.05] }\n\n'
        logrank = 'visit_months = 12, analysis = "ancova", adjust = ["baseline"]', 'analysis = "logrank"'
        counts = times[0], times[1].replace("survival", "count").replace("hazard = [0.1]", "rate = 1").replace("hazard = [0.05]", "rate = 2")
        cases = [
            ({"timing": (spending, spending + '\ntiming = "months"')}, "the month of the last look is not planned"),
            ({"timing": (spending, spending + '\ntiming = "months"\nmaximum = 1e11')}, "the last look is at 1e11 months"),
            ({"timing": (spending, spending + '\ntiming = "events"\nmaximum = 40')}, "an outcome that is seen at visits has no events to count"),
            ({"timing": (spending, spending + '\ntiming = "information"\nmaximum = 40'), "method": ('analysis = "ancova", adjust = ["baseline"]', 'analysis = "wilcoxon"')}, 'the information of "wilcoxon" is not that of a standard error'),
            ({"observed": (spending, spending + "\nobserved = [{ information = 0.5, z = 1 }]")}, '"observed" has no place in a simulation'),
            ({"size": ("sample_size = [100]", "sample_size = [100, 110]"), "looks": ("information = [0.5, 1]", "information = [0.001, 0.002, 1]")}, "a trial of 100 patients has a look without news"),
            ({"method": ('analysis = "ancova", adjust = ["baseline"]', 'analysis = "bayes"')}, "a Bayesian rule has no bounds of looks"),
            ({"times": times, "method": logrank}, "looks at times to an event are due at numbers of events"),
            ({"times": times, "method": logrank, "timing": (spending, spending + '\ntiming = "events"')}, "the number of events is not planned"),
            ({"times": times, "method": logrank, "timing": (spending, spending + '\ntiming = "events"\nmaximum = 101')}, "a trial of 100 patients has no 101 events"),
            ({"accrual": ("accrual = { per_month = 10 }\n", "")}, "every look would know all outcomes"),
            ({"times": counts, "method": (logrank[0], 'analysis = "negative-binomial"')}, "looks at counts are due at information"),
        ]
        for changes, problem in cases:
            study = self.model(**changes)
            line = study.read_text().split("\n").index("[trial.looks]") + 1
            for words in (("run", study), ("run", study, "--dry-run"), ("size", study), ("replay", study, "--patient", 1), ("check", study)):
                with self.subTest(words=words[0], problem=problem):
                    self.assertIn(f"model.toml:{line}:8: {problem}", self.call(*words, status=INVALID).stderr)
            self.rows(study)  # the bounds are there all the same
        self.assertIn("model.toml has looks (figures are those of trials that were analysed once, when they were complete)", self.call("replicate", self.model(), status=INVALID).stderr)

    def test_simulated_trials_obey_their_looks(self):
        study = self.model(effect=("mean = [0, 0.4]", "mean = [0, 0.7]"), replicates=("replicates = 100", "replicates = 400"))
        self.assertIn("2 looks, whose bounds `vcohort boundaries` prints", self.call("check", study).stdout)
        said = self.call("run", study, "-o", "out.h5", "--progress", "none").stdout
        self.assertIn("ended: benefit %", said)
        table = list(csv.DictReader(io.StringIO(self.call("export", "out.h5", "--table", "trial/looks").stdout)))
        bounds = self.rows(study)
        self.assertEqual([row["efficacy_z"] for row in table], [row["efficacy_z"] for row in bounds])
        stops = sum(float(row[name]) for row in table for name in ("stop_efficacy", "stop_futility", "stop_worse"))
        self.assertAlmostEqual(stops, 1)
        self.assertEqual(float(table[0]["enrolled"]), 100, "everybody has come before half have been seen for a year")
        rows = list(csv.DictReader(io.StringIO(self.call("export", "out.h5", "--table", "trial/replicates").stdout)))
        early = [row for row in rows if row["look"] == "1"]
        self.assertAlmostEqual(len(early) / 400, float(table[0]["stop_efficacy"]))
        self.assertTrue(all(row["reason"] == "efficacy" and row["n_analysed"] == "50" for row in early))
        # What is exported of a trial that ended early is what was known then.
        replicate = early[0]["replicate"]
        (self.folder / "data.csv").write_text(self.call("export", "out.h5", "--table", "patients", "--replicate", replicate, "--sample-size", 100).stdout)
        known = [row for row in csv.DictReader(io.StringIO((self.folder / "data.csv").read_text())) if row["visit"] == "12"]
        self.assertEqual(len([row for row in known if row["value"] not in ("", "NA")]), 50)

    def test_looks_give_the_same_bits_however_they_are_run(self):
        study = self.model(replicates=("replicates = 100\naccrual = { per_month = 10 }", "replicates = 1000\naccrual = { per_month = 5, poisson = true }"))
        self.call("run", study, "-o", "one.h5", "--threads", 1, "--progress", "none")
        self.call("run", study, "-o", "seven.h5", "--threads", 7, "--progress", "none")
        for shard in (2, 3, 1):
            self.call("run", study, "-o", "parts.h5", "--shard", f"{shard}/3", "--progress", "none")
        self.call("merge", "parts.h5.parts", "-o", "merged.h5")
        for other in ("seven.h5", "merged.h5"):
            self.call("compare", "one.h5", other)

    def test_the_size_is_a_maximum(self):
        study = self.model(effect=("mean = [0, 0.4]", "mean = [0, 0.8]"), accrual=("per_month = 10", "per_month = 1"))
        said = self.call("size", study, "--replicates", 400, "--search-replicates", 400).stdout
        self.assertRegex(said, r"that is the maximum: \d+\.\d ± \d\.\d are expected, as looks end trials early")
        rows = list(csv.DictReader(io.StringIO(self.call("size", study, "--replicates", 400, "--search-replicates", 400, "--format", "csv").stdout)))
        self.assertLess(float(rows[0]["expected"]), float(rows[0]["answer"]))
        self.assertGreater(float(rows[0]["expected_mcse"]), 0)

    def test_looks_are_due_at_what_timing_says(self):
        spending = 'efficacy = { spending = "obrien-fleming" }'
        for timing, months in (("enrolled", 5), ("months", 8), ("information", None)):
            maximum = {"enrolled": "", "months": "\nmaximum = 16", "information": "\nmaximum = 15"}[timing]
            study = self.model(timing=(spending, spending + f'\ntiming = "{timing}"{maximum}'))
            with self.subTest(timing=timing):
                self.call("run", study, "-o", f"{timing}.h5", "--threads", 1, "--progress", "none")
                self.call("run", study, "-o", f"{timing}-seven.h5", "--threads", 7, "--progress", "none")
                self.call("compare", f"{timing}.h5", f"{timing}-seven.h5")
                table = list(csv.DictReader(io.StringIO(self.call("export", f"{timing}.h5", "--table", "trial/looks").stdout)))
                if months and int(table[0]["taken"]):
                    self.assertAlmostEqual(float(table[0]["months"]), months)
        # 100 patients are enrolled within 10 months, and nobody has been seen for a year by the fifth: no news.
        said = self.call("show", "enrolled.h5").stdout
        self.assertIn("look 1 of 100 patients: 100 trials passed over it, as it had no information more than the one before", said)

    def test_a_final_analysis_has_a_day(self):
        looks = '[trial.looks]\ninformation = [0.5, 1]\nefficacy = { spending = "obrien-fleming" }\n'
        with_final = lambda text: self.model(looks=(looks, text))
        for text, line, problem in (
            ("final = { events = 40 }\n", "final = { events = 40 }", '"events" has no effect (only times to an event have events)'),
            ("final = {}\n", "final = {}", "the final analysis has no day"),
            ("final = { months = 10, when = \"sooner\" }\n", "final = {", 'did you mean'),
            ("final = { months = 10, when = \"later\" }\n", "final = {", "there is only one day"),
            ("final = { months = -1 }\n", "final = {", "months"),
            ("final = { months = 1e300 }\n", "final = {", "months"),
            ("final = { months = 3 }\n", "final = {", "nobody has come to the primary visit by month 3"),
            ("final = { followed_months = 0 }\n", "final = {", "followed_months"),
            ("final = { months = 10 }\n" + looks, "final = {", "a trial with looks has its final analysis at the last of them"),
        ):
            with self.subTest(text=text):
                said = self.call("check", with_final(text), status=INVALID).stderr
                number = next(n for n, have in enumerate((self.folder / "model.toml").read_text().split("\n"), 1) if have.startswith("final"))
                self.assertIn(f"model.toml:{number}:", said)
                if problem != "did you mean":
                    self.assertIn(problem, said)
        study = with_final("final = { months = 16, followed_months = 3, when = \"earlier\" }\n")
        self.assertIn("analysed at month 16 or 3 months after the last patient came, whichever comes earlier", self.call("check", study).stdout)
        self.call("run", study, "-o", "final.h5", "--progress", "none")
        row = next(csv.DictReader(io.StringIO(self.call("export", "final.h5", "--table", "trial/operating_characteristics").stdout)))
        self.assertAlmostEqual(float(row["duration_months"]), 13)
        self.assertEqual(float(row["analysed"]), 10, "who came in the first month has been seen for a year")

    def test_a_data_file_is_the_look_of_today(self):
        data = "\n".join(["ID,ARM,Y"] + [f"{i},{'PBO' if i % 2 else 'ACT'},{(i * 37 % 101) / 20 + (0 if i % 2 else 1.1)}" for i in range(60)])
        (self.folder / "data.csv").write_text(data)
        study = self.looks(OBRIEN_FLEMING + "\nobserved = [{ information = 0.3, z = 1.2 }]")
        said = self.call("analyze", "data.csv", study)
        self.assertIn("give --information 0.67, or timing with maximum, and the look is decided", said.stderr)
        plain = json.loads(self.call("analyze", "data.csv", study, "--format", "json").stdout)
        self.assertNotIn("look", plain)
        look = json.loads(self.call("analyze", "data.csv", study, "--information", 0.65, "--format", "json").stdout)["look"]
        t, df = plain["contrasts"][0]["statistic"], plain["contrasts"][0]["df"]
        self.assertEqual((look["look"], look["information"]), (2, 0.65))
        # R: qnorm(pt(t, df)); of 58 degrees of freedom z is a little smaller than t.
        self.assertLess(0.9 * t, look["z"])
        self.assertLess(look["z"], t)
        self.assertEqual(df, 58)
        rows = list(csv.DictReader(io.StringIO(self.call("analyze", "data.csv", study, "--information", 0.65, "--format", "csv").stdout)))
        self.assertEqual(rows[0]["conclusion"], look["conclusion"])
        self.assertRegex(look["conclusion"], "^look 2: (go on|efficacy|futility)$")
        ended = self.looks(OBRIEN_FLEMING + "\nobserved = [{ information = 0.35, z = 4.5 }]", name="ended.toml")
        self.assertIn("the trial had ended at look 1", self.call("analyze", "data.csv", ended, "--information", 0.65).stdout)
        # The same look, written down by hand.
        written = self.looks(OBRIEN_FLEMING + f"\nobserved = [{{ information = 0.3, z = 1.2 }}, {{ information = 0.65, z = {look['z']!r} }}]", name="written.toml")
        running = json.loads(self.call("boundaries", written, "--format", "json").stdout)["running"]
        self.assertEqual(look["looks"], running["looks"])
        self.assertEqual(look.get("conditional_power"), running.get("conditional_power"))
        self.assertIn("the look of today: p above has the whole level, these bounds decide", self.call("analyze", "data.csv", study, "--information", 0.65).stdout)
        self.assertIn("the look of today has information 0.2 (the one before had 0.3", self.call("analyze", "data.csv", study, "--information", 0.2, status=INVALID).stderr)
        # 1 / SE^2 of what is planned.
        by_information = self.looks(OBRIEN_FLEMING + '\ntiming = "information"\nmaximum = 20')
        se = plain["contrasts"][0]["se"]
        look = json.loads(self.call("analyze", "data.csv", by_information, "--format", "json").stdout)["look"]
        self.assertAlmostEqual(look["information"], 1 / se**2 / 20, places=12)
        last = json.loads(self.call("analyze", "data.csv", by_information, "--last-look", "--format", "json").stdout)["look"]
        self.assertEqual(len(last["looks"]), 1)
        self.assertIn("belong to a study with [trial.looks]", self.call("analyze", "data.csv", self.without_looks(), "--information", 0.5, status=COMMAND_LINE).stderr)

    def test_a_size_without_news_at_every_look_is_not_tried(self):
        study = self.model(looks=("information = [0.5, 1]", "information = [0.49, 0.5, 1]"), size=("sample_size = [100]", "sample_size = [200]"))
        self.assertIn("no sample size lies up to 90 (the smallest that ratio, blocks and looks allow is 10", self.call("size", study, "--largest", 90, status=INVALID).stderr)

    def test_the_page_has_a_study_that_works(self):
        page = (SOURCE / "docs/boundaries.md").read_text()
        study = self.folder / "page.toml"
        study.write_text(page.split("```toml\n")[1].split("```")[0])
        self.assertIn("three looks: 3 looks", self.call("boundaries", study).stdout)
        columns = page.split("with all digits: `")[1].split("`")[0].replace("\n", " ")
        self.assertEqual(list(self.rows(study)[0]), columns.split(", "))

    def test_a_study_without_looks_has_no_bounds(self):
        self.assertIn("has no looks (there is no [trial.looks])", self.call("boundaries", "quickstart", status=INVALID).stderr)
        self.assertIn("at look 1 nobody would go on", self.call("boundaries", self.looks(OBRIEN_FLEMING + "\nfutility = { z = [3.5, 0] }"), status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
