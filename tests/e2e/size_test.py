"""`vcohort size`: what it solves for, the formula beside the search, and the paragraph for a protocol."""
import csv
import io
import math
import re
import unittest

from program import ANSWER_IS_NO, INVALID, ProgramTest

FEW = ("--replicates", 4000, "--search-replicates", 4000)

EVENT_DRIVEN = """format = "vcohort-study 1"
title = "Event-driven, group-sequential, stratified"
seed = 7

[data_model]
kind = "survival"
follow_up_months = 60
arm_numbers = "conditional"
arms.control = { median_months = 18 }
arms.active = { hazard_ratio = 0.7 }
covariates.severity = { kind = "binary", levels = ["mild", "severe"], share = 0.4, ratio = 1.8 }

[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [480]
replicates = 2_000
alpha = 0.025
sides = 1
randomisation = { method = "permuted-block", block = 4, stratify = ["severity"] }
primary = { endpoint = "outcome", analysis = "logrank", stratify = ["severity"] }
accrual = { ramp = [[0, 5], [6, 20]] }
dropout = { yearly = 0.05 }

[trial.looks]
information = [0.5, 0.75, 1]
timing = "events"
maximum = 260
efficacy = { spending = "obrien-fleming" }
futility = { spending = "hwang-shih-decani", gamma = -4, binding = false }
"""


class Size(ProgramTest):
    def rows(self, *words, status=0):
        return list(csv.DictReader(io.StringIO(self.call("size", *words, "--format", "csv", status=status).stdout)))

    def test_the_formula_stands_beside_the_search(self):
        """R: power.t.test(power = .8, delta = .4, sd = sqrt(.75)) has 74.6 patients an arm; one degree of freedom and the estimated
        slope cost less than one, and drop-out of a tenth the rest: 166 or 168 in blocks of four."""
        study = "two-arm-continuous"
        row = self.rows(study, "--power", 0.8, *FEW)[0]
        self.assertEqual((row["solved_for"], row["formula_answer"]), ("patients", "168"))
        self.assertIn("Borm, Fransen and Lemmens 2007", row["formula"])
        self.assertLessEqual(float(row["lower"]), 168 + 8)
        self.assertGreaterEqual(float(row["upper"]), 168 - 8)
        self.assertIn("by formula, noncentral t", self.call("size", study, "--power", 0.8, *FEW).stdout)

    def test_events_are_solved_for(self):
        """Schoenfeld: 4 (1.959964 + 0.841621)^2 / log(0.7)^2 = 246.8 events; the search agrees within its interval and a percent."""
        row = self.rows("event-driven", "--events", "--power", 0.8, "--set", "trial.sample_size=[400]", *FEW)[0]
        self.assertEqual((row["solved_for"], row["formula_answer"]), ("events", "247"))
        self.assertLessEqual(float(row["lower"]), 247 * 1.03)
        self.assertGreaterEqual(float(row["upper"]), 247 * 0.97)
        said = self.call("size", "event-driven", "--events", "--power", 0.8, "--set", "trial.sample_size=[400]", *FEW).stdout
        self.assertRegex(said, r"true hazard ratio 0\.7, log -0\.357")
        self.assertRegex(said, r"expected after \d+\.\d months; the last patient comes after 16\.0")

    def test_a_value_is_solved_for(self):
        """R: power.t.test(n = 50, sd = 10, power = .9)$delta is 6.548."""
        study = self.folder / "t.toml"
        study.write_text("""format = "vcohort-study 1"
seed = 3
[data_model]
kind = "normal"
visits_months = [6]
arms.control = { mean = [0], sd = [10] }
arms.active = { mean = [5], sd = [10] }
[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [100]
replicates = 100
primary = { visit_months = 6, analysis = "t" }
""")
        key = "data_model.arms.active.mean=[{}]"
        row = self.rows(study, "--solve", key, "--from", 1, "--to", 12, "--power", 0.9)[0]
        self.assertEqual(row["solved_for"], key)
        self.assertLess(float(row["lower"]), 6.548)
        self.assertGreater(float(row["upper"]), 6.548)
        self.assertLess(float(row["upper"]) - float(row["lower"]), 0.3)
        said = self.call("size", study, "--solve", key, "--from", 1, "--to", 12).stdout
        self.assertRegex(said, r"data_model\.arms\.active\.mean=\[6\.\d+\] has power 0\.9 with 100 randomised \(95 % interval 6\.\d+ to 6\.\d+\)")
        self.assertIn("does not cross", self.call("size", study, "--solve", key, "--from", 0.1, "--to", 1, *FEW, status=ANSWER_IS_NO).stdout)
        for words, message in ((("--solve", key), "no range"), (("--solve", key, "--from", 2, "--to", 1), "below"), (("--from", 1), "say nothing here"),
                               (("--solve", key, "--from", 1, "--to", 2, "--events"), "cannot be combined"),
                               (("--solve", "trial.alpah", "--from", 0.1, "--to", 0.2), "unknown key")):
            self.assertIn(message, self.call("size", study, *words, status=INVALID).stderr)

    def test_expected_events_stand_in_the_result(self):
        """Oracles elsewhere: 25 patients a month for a year, median 12 months, a hazard ratio of 0.7, 5 % lost in a year: 71.838750 events
        by month 12, 167.141106 by 24, 217.195875 by 36."""
        self.run_study("event-driven", "events.h5", "--set", "trial.replicates=100")
        text = self.call("show", "events.h5", "--table", "trial/expected_events", "--format", "csv").stdout
        events = {}
        for row in csv.DictReader(io.StringIO(text)):
            events[float(row["months"])] = events.get(float(row["months"]), 0) + float(row["events"])
        for months, expected in ((12, 71.838750), (24, 167.141106), (36, 217.195875)):
            self.assertAlmostEqual(events[months], expected, places=4)

    def test_a_paragraph_says_whose_numbers_these_are(self):
        """A wish is not the evidence's; arms of patients at the reference are not all patients."""
        wish = self.folder / "wish.toml"
        wish.write_text("\n".join(line for line in self.call("scenarios", "show", "trial-intrathecal-sham").stdout.replace(
            '["published", "sceptical", "null"]', '["sceptical"]').splitlines() if "secondary" not in line and not line.startswith(("  {", "]"))))
        said = self.call("size", wish, "--power", 0.8, "--paragraph", "--set", "trial.effect={ gmfm66 = 3 }", "--set", 'trial.primary={ endpoint = "gmfm66", '
                         'visit_months = 12, analysis = "t" }', "--replicates", 500, "--search-replicates", 500).stdout
        self.assertRegex(" ".join(said.split()), r"true difference 3 points, SD \d+ \[justify\] \(wished for: the efficacy of the evidence 'sceptical' is multiplied by [\d.]+; its own")
        run = self.run_study(wish, "wish.h5", "--set", "trial.effect={ gmfm66 = 3 }", "--set", "trial.replicates=50")
        (row,) = csv.DictReader(io.StringIO(self.call("export", run, "--table", "trial/wished_effect").stdout))
        scale, own = (f"{float(row[name]):.4g}" for name in ("scale", "evidence"))
        self.assertIn(f"wished: gmfm66 differs by 3 points; sceptical says {own}, so efficacy is multiplied by {scale}\n", self.call("show", run).stdout)
        said = self.call("size", "stratified-binary", "--power", 0.8, "--paragraph", *FEW).stdout
        self.assertIn("of patients whose covariates stand at their reference: 20 % under control", " ".join(said.split()))
        self.assertIn("severity (mild 60 %, severe 40 %)", " ".join(said.split()))

    def test_a_power_that_jumps_is_solved_for_at_its_step(self):
        """Exact binomial sums: 40 children, 30 % respond, against p: the largest p at which the power reaches 0.8."""
        def tail(p, least):
            return sum(math.comb(40, x) * p**x * (1 - p) ** (40 - x) for x in range(least, 41))
        def power(against):
            return tail(0.3, next(x for x in range(42) if tail(against, x) <= 0.05))
        low, high = 0.05, 0.29
        while high - low > 1e-12:
            middle = (low + high) / 2
            low, high = (middle, high) if power(middle) >= 0.8 else (low, middle)
        key = "trial.primary.against={}"
        row = self.rows("single-arm", "--solve", key, "--from", 0.05, "--to", 0.29, "--power", 0.8)[0]
        self.assertAlmostEqual(float(row["answer"]), low, delta=1e-9)
        self.assertEqual(row["lower"], "NA")
        said = self.call("size", "single-arm", "--solve", key, "--from", 0.05, "--to", 0.29, "--power", 0.8).stdout
        self.assertRegex(said, r"the power jumps to 0\.(69|70)\d\d: the test is discrete")

    def test_the_events_of_the_last_look_are_solved_for(self):
        """O'Brien-Fleming type spending at half and all of the information needs 1.0097 times (within a percent) the events of a trial without looks:
        Schoenfeld's 247 for 80 % power at a hazard ratio of 0.7."""
        study = self.folder / "looks.toml"
        text = self.call("scenarios", "show", "event-driven").stdout
        self.assertIn("final = { events = 200 }", text)
        looks = '\n[trial.looks]\ninformation = [0.5, 1]\ntiming = "events"\nmaximum = 200\nefficacy = { spending = "obrien-fleming" }\n'
        study.write_text("\n".join(line for line in text.splitlines() if not line.startswith("final")) + looks)
        row = self.rows(study, "--events", "--power", 0.8, "--set", "trial.sample_size=[600]", *FEW)[0]
        self.assertEqual(row["solved_for"], "events")
        self.assertLessEqual(float(row["lower"]), 249 * 1.03)
        self.assertGreaterEqual(float(row["upper"]), 249 * 0.97)
        self.assertIn("Armitage", row["formula"])

    def test_more_patients_bring_no_events(self):
        said = self.call("size", "event-driven", "--power", 0.95, "--largest", 1000, "--replicates", 500, "--search-replicates", 500, status=ANSWER_IS_NO).stdout
        self.assertIn("a trial that is analysed at 200 events", said)

    def test_precision_is_solved_for(self):
        """R: the smallest n with pchisq((2n - 2) 4^2 / (qt(.975, 2n - 2)^2 2/n 10^2), 2n - 2) >= .9 is 58 an arm (0.9106; 57: 0.8836)."""
        row = self.rows("two-arm-continuous", "--analysis", "t", "--half-width", 4, "--set", "trial.dropout.share=[1e-9]")[0]
        self.assertEqual((row["goal"], row["answer"], row["formula"]), ("precision", "116", ""))
        self.assertEqual(row["effect"], "95 % intervals of the mean difference with a half-width of at most 4")

    def test_the_paragraph_of_a_protocol(self):
        said = self.call("size", "two-arm-continuous", "--power", 0.8, "--paragraph", *FEW).stdout
        text = " ".join(said.split())
        answer = re.search(r"smallest total sample size for power 0.8: (\d+)", text).group(1)
        for words in ("Hypothesis: superiority, two-sided level 0.05.", "Covariates: baseline.", "true difference 4, SD 10 [justify]",
                      "Correlation with the baseline 0.5 [justify], residual SD 8.66", "Drop-out 10.0 % of the patients [justify]",
                      f"Sample size: {answer} randomised patients", "and 168 patients for the target", "No interim analysis.",
                      "Were the effect four fifths of the assumed one, ", "seed 1, study "):
            self.assertIn(words, text)
        self.assertNotIn("sample_size  replicates", said)
        self.assertTrue(all(len(line) <= 100 for line in said[said.index("Comparison:"):].splitlines()))

    def test_a_paragraph_speaks_of_events(self):
        """Of a group-sequential trial in strata, and of one without looks; the formula has no value near 480 events, which are not expected."""
        study = self.folder / "strata.toml"
        study.write_text(EVENT_DRIVEN)
        text = " ".join(self.call("size", study, "--events", "--power", 0.9, "--paragraph", *FEW).stdout.split())
        events = int(re.search(r"smallest number of events for power 0.9: (\d+)", text).group(1))
        formula = int(re.search(r"and (\d+) events for 0.9", text).group(1))
        self.assertLess(abs(events - formula), 0.05 * formula)
        for words in (f"Sample size: 480 randomised patients, control 240, active 240; the last look is at {events} events", "Strata: severity.",
                      "randomised in permuted blocks of 4, stratified by severity [justify]", "The last patient comes after", "Drop-out: 5 % a year [justify]",
                      "from randomisation to the analysis of the trial", "futility by spending function hwang-shih-decani (gamma -4) of beta (not binding",
                      f"The maximum is 480 patients and {events} events.", "Expected if no look ends the trial:", f", {events} events after",
                      "Were the effect four fifths of the assumed one, the formula has no value at so many"):
            self.assertIn(words, text)
        plain = " ".join(self.call("size", "event-driven", "--events", "--power", 0.7, "--paragraph", *FEW).stdout.split())
        events = int(re.search(r"smallest number of events for power 0.7: (\d+)", plain).group(1))
        self.assertRegex(plain, fr"The analysis is at {events} events\. {events} events are expected after \d+\.\d months\.")

    def test_a_paragraph_knows_what_looks_come_to_without_an_effect(self):
        """Stops of the first look without an effect: by its bounds, 0.5 for z = 0, and with a drift of Schoenfeld's Phi(z - log(1 / 0.7) sqrt(d) / 2)."""
        study = self.folder / "strata.toml"
        study.write_text(EVENT_DRIVEN)
        text = " ".join(self.call("size", study, "--events", "--power", 0.9, "--paragraph", *FEW).stdout.split())
        found = re.search(r"Look 1 of 3.*? and ([\d.]+) \(\S+\) events; efficacy from z = ([\d.]+) on .*? futility below z = ([\d.]+)\. Trials that end here as "
                          r"significant: ([\d.]+) \(\S+\), without an effect ([\d.]+) \(\S+\); as futile: ([\d.]+) \(\S+\), without an effect ([\d.]+) ", text)
        events, efficacy, futility, stops, by_chance, gives_up, rightly = (float(number) for number in found.groups())
        def phi(z):
            return 0.5 * math.erfc(-z / math.sqrt(2))
        drift = math.log(1 / 0.7) * math.sqrt(events) / 2
        for share, expected in ((stops, phi(drift - efficacy)), (by_chance, phi(-efficacy)), (gives_up, phi(futility - drift)), (rightly, phi(futility))):
            self.assertAlmostEqual(share, expected, delta=4.5 * math.sqrt(expected * (1 - expected) / 4000) + 0.015)

    def test_paragraphs_of_several_endpoints_and_of_precision(self):
        text = " ".join(self.call("size", "co-primary", "--co-primary", "--power", 0.8, "--paragraph", *FEW).stdout.split())
        for words in ("Comparison: active - control (function), function [justify], 6 months after randomisation", "pain and function 0.5 [justify]",
                      "primary, function are co-primary: all must be shown, each at the whole level; once all are, walking, quality of life in this order",
                      "Power of the claims, as the procedure allows them: primary 0."):
            self.assertIn(words, text)
        text = " ".join(self.call("size", "two-arm-continuous", "--half-width", 4, "--paragraph", *FEW).stdout.split())
        for words in ("Precision: 95 % intervals of the mean difference with a half-width of at most 4; no hypothesis is tested.",
                      "They give such an interval with the probability 0.9", "The width does not depend on the effect"):
            self.assertIn(words, text)
        text = " ".join(self.call("size", "hierarchical", "--power", 0.2, "--paragraph", "--replicates", 200, "--search-replicates", 200).stdout.split())
        for words in ("the hierarchy death, then hospitalisation, then score at 12 months (a difference up to 5 is a tie) [justify]",
                      "Without it after 24 months: 85 % under control", "death and hospitalisation 0.4; death and score 0.3"):
            self.assertIn(words, text)

    def test_a_discrete_formula_has_its_own_answers(self):
        """R: 25 patients reach 0.8 first, and from 29 on all do (28: 0.7798)."""
        row = self.rows("single-arm", "--power", 0.8)[0]
        self.assertEqual((row["answer"], row["formula_answer"]), ("29", "29"))
        row = self.rows("single-arm", "--power", 0.8, "--first")[0]
        self.assertEqual((row["answer"], row["formula_answer"]), ("25", "25"))

    def test_whole_numbers_are_solved_for(self):
        """The smallest number of patients of a cluster, beside the number one below it, which misses the power; by design effects it is 22."""
        key = "trial.design.cluster_size"
        said = self.call("size", "cluster", "--solve", key, "--from", 5, "--to", 60, "--power", 0.8, *FEW).stdout
        answer, beside = map(int, re.search(r"cluster_size=(\d+) reaches power 0\.8 with 28 randomised, and the next one, (\d+), does not", " ".join(said.split())).groups())
        self.assertEqual(answer - beside, 1)
        self.assertLess(abs(answer - 21), 3)

    def test_accrual_that_never_ends_is_refused(self):
        self.assertIn("264 patients do not come within 1e6 months (at the last rate, 1e-9 a month,", self.call(
            "size", "two-arm-continuous", "--set", "trial.accrual={ per_month = 1e-9 }", status=INVALID).stderr)

    def test_analyses_have_their_own_events(self):
        """Of everybody, of two fifths of the patients, and of times up to a month: 400 patients, an exponential median of 18 months against 0.7 of its hazard."""
        study = self.folder / "own.toml"
        study.write_text("""format = "vcohort-study 1"
seed = 7
[data_model]
kind = "survival"
follow_up_months = 36
arms.control = { median_months = 18 }
arms.active = { hazard_ratio = 0.7 }
covariates.severity = { kind = "binary", levels = ["mild", "severe"], share = 0.4 }
[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [400]
replicates = 2_000
primary = { endpoint = "outcome", analysis = "logrank" }
secondary = [
  { name = "severe", endpoint = "outcome", analysis = "logrank", where = { severity = "severe" } },
  { name = "landmark", endpoint = "outcome", analysis = "kaplan-meier", at_months = 12 },
  { name = "restricted", endpoint = "outcome", analysis = "rmst", tau_months = 24 },
]
""")
        self.run_study(study, "own.h5")
        rows = list(csv.DictReader(io.StringIO(self.call("show", "own.h5", "--table", "operating_characteristics", "--format", "csv").stdout)))
        hazards = (math.log(2) / 18, 0.7 * math.log(2) / 18)
        def events(months):
            return sum(200 * (1 - math.exp(-hazard * months)) for hazard in hazards)
        for row, expected in zip(rows, (events(36), 0.4 * events(36), events(12), events(24)), strict=True):
            with self.subTest(row["analysis"]):
                self.assertAlmostEqual(float(row["events"]), expected, delta=4.5 * float(row["events_mcse"]))
                self.assertAlmostEqual(float(row["trial_events"]), events(36), delta=4.5 * float(row["trial_events_mcse"]))

    def test_two_co_primaries_have_their_formula(self):
        """R: pmvnorm of the powers of two t-tests is 0.799705 with 490 patients an arm, and 0.800671 with 491."""
        row = self.rows("co-primary", "--co-primary", "--power", 0.8, *FEW)[0]
        self.assertEqual(row["formula_answer"], "984")  # in blocks of four
        self.assertIn("Sozu, Sugimoto and Hamasaki 2011", row["formula"])

    def test_the_paragraph_names_its_evidence_and_its_looks(self):
        text = " ".join(self.call("size", "group-sequential", "--power", 0.8, "--paragraph", *FEW).stdout.split())
        self.assertIn("efficacy by spending function obrien-fleming, futility by z (not binding: the level does not count on it).", text)
        self.assertRegex(text, r"Look 1 of 3, at 0\.33\d+ of the information: in the trials that come to it after \d+\.\d \(\S+\) months, with [\d.]+ \(\S+\) patients")
        self.assertRegex(text, r"Expected \(Monte Carlo standard error\): [\d.]+ \(\S+\) patients, [\d.]+ \(\S+\) months; without an effect [\d.]+ \(\S+\) patients")
        text = " ".join(self.call("size", "trial-lv-redesigned", "--power", 0.8, "--paragraph", "--set", 'evidence="published"', "--replicates", 400,
                                  "--search-replicates", 400).stdout.split())
        self.assertIn("from the evidence 'published'", text)
        self.assertIn(", evidence ", text)
        self.assertIn(" randomised children, ", text)
        self.assertIn("Children without the value are left out.", text)

    def test_bioequivalence_needs_the_published_numbers(self):
        """PowerTOST's sampleN.TOST for a ratio of 0.95: 20, 28 and 40 patients; powers of the sizes four below are 0.75, 0.74 and 0.78."""
        for cv, n, power in ((0.2, 20, 0.83468), (0.25, 28, 0.807439), (0.3, 40, 0.815845)):
            row = self.rows("bioequivalence", "--power", 0.8, "--set", f"data_model.arms.reference.cv={cv}", "--replicates", 40000)[0]
            with self.subTest(cv):
                self.assertEqual((row["answer"], row["formula_answer"], row["solved_for"]), (str(n), str(n), "patients"))
                self.assertAlmostEqual(float(row["formula_power"]), power, places=5)

    def test_bioequivalence_is_said_in_ratios(self):
        text = " ".join(self.call("size", "bioequivalence", "--power", 0.8, "--paragraph", *FEW).stdout.split())
        for words in ("measured as ratio of geometric means", "equivalence with the limits 0.8 and 1.25 of the ratio of geometric means (logarithms -0.2231 and 0.2231)",
                      "true ratio of geometric means 0.95, logarithm -0.05129", "geometric mean 100, coefficient of variation within a patient 25 %"):
            self.assertIn(words, text)

    def test_clusters_are_counted(self):
        said = self.call("size", "cluster", "--power", 0.8, "--paragraph", *FEW).stdout
        text = " ".join(said.split())
        answer = re.search(r"smallest total sample size for power 0.8: (\d+) clusters", text).group(1)
        for words in (f"with {25 * int(answer)} patients in all, 25 a cluster", "van Breukelen, Candel and Berger 2007", "and 28 clusters for 0.8",
                      "Intracluster correlation 0.05 [justify]. 25 patients a cluster, coefficient of variation 0.5 [justify].", f"{answer} randomised clusters"):
            self.assertIn(words, text)
        said = self.call("size", "stepped-wedge", "--power", 0.8, *FEW).stdout
        self.assertRegex(said, r"in 4 groups of \d+, each cluster with 20 patients in each of 5 periods")
        said = self.call("size", "crossover", "--power", 0.8, *FEW).stdout
        self.assertRegex(said, r"first placebo +\d+\n +first active")

    def test_what_does_not_go_together_is_refused(self):
        for words, problem in ((("two-arm-continuous", "--events"), "--events needs a trial that is analysed at a number of events"),
                               (("event-driven", "--events", "--assurance"), "--events cannot be combined with --assurance"),
                               (("two-arm-continuous", "--paragraph", "--format", "csv"), "--paragraph is text"),
                               (("group-sequential", "--half-width", 3), "--half-width cannot be combined with looks"),
                               (("two-arm-continuous", "--half-width", 3, "--assurance"), "--half-width cannot be combined with --assurance")):
            with self.subTest(words):
                self.assertIn(problem, self.call("size", *words, status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
