"""`vcohort optimise` finds optima that are known: the root of the ratio of costs, Neyman's allocation, the best boundary of Wang and Tsiatis."""
import csv
import io
import json
import re
import unittest

from program import ANSWER_IS_NO, INVALID, ProgramTest

TRIAL = """format = "vcohort-study 1"
title = "optimum"
seed = 11
[data_model]
kind = "normal"
visits_months = [1]
arms.control = {{ mean = [0], sd = [{sd_control}] }}
arms.active = {{ mean = [{effect}], sd = [{sd_active}] }}
[trial]
arms = [{{ strategy = "control" }}, {{ strategy = "active" }}]
sample_size = [60]
replicates = 100
primary = {{ visit_months = 1, analysis = "{analysis}" }}
randomisation = {{ method = "permuted-block", block = 2 }}
"""
# Allocations control : active as [ratio of control, ratio of active, block].
RATIOS = [(1, 1), (3, 2), (2, 1), (5, 2), (3, 1)]


class Optimise(ProgramTest):
    def rows(self, *words, status=0):
        return list(csv.DictReader(io.StringIO(self.call("optimise", *words, "--format", "csv", "--replicates", 130_000, status=status).stdout)))

    def study(self, text, **values):
        values = {"sd_control": 1, "sd_active": 1, "effect": 0.5, "analysis": "t"} | values
        path = self.folder / "study.toml"
        path.write_text(text.format(**values))
        return path

    def allocations(self, ratios):
        return ("[[sweep]]\nname = \"allocation\"\nlabels = [%s]\nvalues = {{ \"trial.arms.0.ratio\" = [%s], \"trial.arms.1.ratio\" = [%s], "
                "\"trial.randomisation.block\" = [%s] }}\n" % (", ".join(f'"{a}:{b}"' for a, b in ratios), ", ".join(str(a) for a, _ in ratios),
                                                              ", ".join(str(b) for _, b in ratios), ", ".join(str(a + b) for a, b in ratios)))

    def assert_optimum(self, rows, objective, known):
        """The winner's known objective is within 0.5 % of the optimum; the objective that is printed within its error of what is known."""
        best = next(row for row in rows if row["standing"] == "best")
        values = {row[objective]: value for row, value in zip(rows, known)}
        self.assertLessEqual(values[best[objective]] / min(known), 1.005, rows)
        lowest = min(rows, key=lambda row: float(row["objective"]))
        for row, value in zip(rows, known):
            ratio = float(row["objective"]) / float(lowest["objective"])
            expected = value / values[lowest[objective]]
            error = float(row["behind_mcse"]) if row["behind_mcse"] != "NA" else 0
            self.assertLess(abs(ratio - expected), 5 * max(error, 0.002), row)

    def test_the_root_of_the_ratio_of_costs(self):
        """A patient of the active arm costs four times as much: two of the control for each is best. Cost as (r c0 + c1) (1 / r + 1)."""
        rows = self.rows(self.study(TRIAL + self.allocations(RATIOS)), "--minimise", "cost", "--cost", "control=1", "--cost", "active=4")
        self.assert_optimum(rows, "allocation", [(a / b + 4) * (b / a + 1) for a, b in RATIOS])
        self.assertEqual(next(row["allocation"] for row in rows if row["standing"] == "best"), "2:1")

    def test_allocation_after_the_standard_deviations(self):
        """Neyman: twice the SD, twice the patients. Size as SD0^2 / w0 + SD1^2 / w1."""
        ratios = [(b, a) for a, b in RATIOS]
        rows = self.rows(self.study(TRIAL + self.allocations(ratios), sd_active=2, analysis="welch"), "--minimise", "size")
        self.assert_optimum(rows, "allocation", [(a + b) * (1 / a + 4 / b) for a, b in ratios])

    def test_the_boundary_of_wang_and_tsiatis(self):
        """Expected size under the alternative by quadrature of the joint law of the looks, which rpact agrees with (boundaries_test)."""
        looks = """accrual = {{ per_month = 1 }}
[trial.looks]
information = [0.25, 0.5, 0.75, 1]
efficacy = {{ boundary = "wang-tsiatis", delta = 0.25 }}
[[sweep]]
values = {{ "trial.looks.efficacy.delta" = {{ from = 0, to = 0.7, step = 0.1 }} }}
"""
        study = self.study((TRIAL + looks).replace("visits_months = [1]", "visits_months = [0.01]").replace("visit_months = 1,", "visit_months = 0.01,"))
        rows = self.rows(study)
        known = []
        for number in range(1, 9):
            text = self.call("boundaries", study, "--scenario", number, "--power", 0.9, "--format", "json").stdout
            planned = json.loads(text)
            known.append(planned["expected_information"]["design"] * planned["inflation_factor"])
        self.assert_optimum(rows, "trial.looks.efficacy.delta", known)

    def test_a_frontier_and_the_level(self):
        study = self.study(TRIAL + self.allocations(RATIOS[:2]))
        said = self.call("optimise", study, "--power", 0.7, "--power", 0.9, "--replicates", 20_000, "--minimise", "size", "--null",
                         "data_model.arms.active.mean=[0]").stdout
        self.assertRegex(said, r"power 0\.7: allocation = 1:1\n  size [\d.]+ ± [\d.e-]+ patients, with \d+ patients; the best with a chance of \d+ %")
        level = float(re.search(r"level ([\d.]+)", said).group(1))
        self.assertAlmostEqual(level, 0.05, delta=0.008)

    def test_what_cannot_be_optimised_is_refused(self):
        study = self.study(TRIAL + self.allocations(RATIOS))
        plain = self.folder / "plain.toml"
        plain.write_text(study.read_text().split("[[sweep]]")[0])
        for words, message in ((("optimise", plain), "nothing to choose from"), (("optimise", study, "--power", 1), "no power to reach"),
                               (("optimise", study, "--power", "often"), "no power to reach"), (("optimise", study, "--minimise", "cost"), "is not said"),
                               (("optimise", study, "--minimise", "cost", "--cost", "control=1", "--cost", "active=-1"), "is no cost"),
                               (("optimise", study, "--minimise", "cost", "--cost", "control=1", "--cost", "active=1", "--cost", "x=1"), "no arm 'x'"),
                               (("optimise", study, "--cost", "control=1"), "says nothing here"), (("optimise", study, "--contrast", "z"), "no arm 'z'"),
                               (("optimise", study, "--minimise", "duration"), "everybody comes at once"),
                               (("optimise", study, "--set", "data_model.arms.active.mean=[0]"), "no trial finds this effect"),
                               (("optimise", "quickstart", "--sweep", "population.size=[1000]"), "no trial to optimise")):
            with self.subTest(message):
                self.assertIn(message, self.call(*words, status=INVALID).stderr)
        rows = self.rows(study, "--minimise", "size", "--largest", 20, status=ANSWER_IS_NO)
        self.assertEqual({row["standing"] for row in rows}, {"never reaches the power"})


if __name__ == "__main__":
    unittest.main()
