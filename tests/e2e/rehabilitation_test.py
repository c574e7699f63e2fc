"""Rehabilitation and procedures, from the study to the result: usual care is nothing, hours move what they should and nothing else, who is not eligible has usual care."""
import csv
import io
import unittest

import h5py
import numpy as np

from program import INVALID, SOURCE, ProgramTest

HEAD = '''format = "vcohort-study 1"
title = "rehabilitation"
evidence = {evidence}
parameters = "fixed"
seed = 5

[population]
size = 4000
age_years = {{ distribution = "uniform", low = 2, high = 9 }}
gmfcs = {{ I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }}
{population}
[[strategy]]
name = "usual care"

[[strategy]]
name = "other"
{strategy}

[outcomes]
visits_months = [6, 12]
endpoints = ["gmfm66", "adl"]
'''
COHORT = '''
[strata]
gmfcs = true

[cohort]
reference = "usual care"
'''
TRIAL = '''
[trial]
arms = [{ strategy = "other" }, { strategy = "usual care" }]
sample_size = 40
replicates = 50
primary = { endpoint = "gmfm66", visit_months = 12, analysis = "t", change_from_baseline = true }
'''
TEN = "rehabilitation = { hours_per_week = 10, weeks = 12, repeat = 2, every_weeks = 26 }\n"


class Rehabilitation(ProgramTest):
    def made(self, name, strategy="", population="", evidence='["null"]', question=COHORT):
        path = self.folder / f"{name}.toml"
        path.write_text(HEAD.format(evidence=evidence, population=population, strategy=strategy) + question)
        return path

    def increments(self, study):
        result = self.run_study(study, study.stem + ".h5")
        rows = csv.DictReader(io.StringIO(self.call("export", result, "--table", "cohort/increments").stdout))
        return {(row["stratum"], row["endpoint"], float(row["visit_months"])): float(row["mean"]) for row in rows if row["strategy"] == "other"}

    def test_usual_care_is_nothing(self):
        plain, usual = (self.run_study(self.made(name, strategy), f"{name}.h5") for name, strategy in
                        (("plain", ""), ("usual", "rehabilitation = { hours_per_week = 1 }\n")))
        with h5py.File(plain) as one, h5py.File(usual) as other:
            for table in ("cohort/summary", "cohort/increments"):
                for column in one[table]:
                    np.testing.assert_array_equal(one[table][column][:], other[table][column][:])

    def test_hours_do_what_the_model_says(self):
        gained = self.increments(self.made("ten", TEN))
        self.assertGreater(gained["all", "gmfm66", 12], 0.3)
        self.assertGreater(gained["all", "adl", 12], 0)
        stopped = self.increments(self.made("none", "rehabilitation = { hours_per_week = 0 }\n"))
        self.assertLess(stopped["all", "gmfm66", 12], -0.1)
        # What everybody receives is no difference between strategies, but it leaves less room for more.
        more = self.increments(self.made("everybody", TEN, "rehabilitation = { hours_per_week = 6 }"))
        self.assertGreater(more["all", "gmfm66", 12], 0)
        self.assertLess(more["all", "gmfm66", 12], gained["all", "gmfm66", 12] * 1.2)
        published = self.increments(self.made("published", TEN, evidence='["published"]'))
        self.assertGreater(published["all", "gmfm66", 12], 1.5 * gained["all", "gmfm66", 12])

    def test_who_is_not_eligible_has_usual_care(self):
        surgery = 'procedure = { name = "rhizotomy" }\neligibility = { gmfcs = ["II", "III"], motor_type = ["spastic"], topography = ["diplegia"] }\n'
        gained = self.increments(self.made("surgery", surgery))
        for level in ("I", "IV", "V"):
            self.assertEqual(gained[f"GMFCS {level}", "gmfm66", 12], 0)
        for level in ("II", "III"):
            self.assertGreater(gained[f"GMFCS {level}", "gmfm66", 12], 0.2)  # a third or less of 2.1 points

    def test_a_trial_gives_all_arms_the_same(self):
        result = self.run_study(self.made("trial", question=TRIAL), "trial.h5")
        treated = self.run_study(self.made("hours", question=TRIAL + "rehabilitation = { hours_per_week = 12 }\n"), "hours.h5")
        with h5py.File(result) as one, h5py.File(treated) as other:
            columns = [name.decode() for name in one["trial/operating_characteristics"].attrs["columns"]]
            self.assertIn("bias", columns)
        self.assertNotEqual(self.call("compare", result, treated, status=None).stdout, "identical\n")

    def test_notices_and_refusals(self):
        cells = 'cell = "MSC"\nroute = "intravenous"\ndose_per_kg = 2e6\n'
        said = self.call("check", self.made("unequal", cells + TEN)).stderr
        self.assertIn('"other" and "usual care" do not have the same hours of rehabilitation', said)
        self.assertNotIn("hours of rehabilitation", self.call("check", self.made("equal", cells)).stderr)
        for whom, is_beyond in (('gmfcs = ["I", "II"], motor_type = ["spastic"], topography = ["diplegia"]', True), ('gmfcs = ["II", "III"], motor_type = ["spastic"]', True),
                                ('gmfcs = ["II"], motor_type = ["spastic"], topography = ["diplegia"]', False)):
            said = self.call("check", self.made("beyond", f'procedure = {{ name = "rhizotomy" }}\neligibility = {{ {whom} }}\n')).stderr
            (self.assertIn if is_beyond else self.assertNotIn)("to children for whom it is not meant", said)
        for strategy, message in (
                ('procedure = { name = "rhizotomy" }\n', 'write eligibility = { gmfcs = ["II", "III"], motor_type = ["spastic"], topography = ["diplegia"] }'),
                ('procedure = { name = "rhizotmy" }\n', 'did you mean "rhizotomy"?'),
                ('procedure = { name = "own_1" }\n', "knows nothing of own_1"),
                ('procedure = { name = "rhizotomy" }\neligibility = { gmfcs = ["II"], motor_type = ["dyskinetic"], topography = ["diplegia"] }\n', "nobody is eligible"),
                (cells + 'eligibility = { gmfcs = ["II"] }\n', "a strategy with cells has no eligibility"),
                ('eligibility = { gmfcs = ["II"] }\n', "gives nothing to be eligible for"),
                ("rehabilitation = { weeks = 3 }\n", '"hours_per_week" is missing'),
                ("rehabilitation = { hours_per_week = 500 }\n", '"hours_per_week" = 500 is impossible'),
                ("rehabilitation = { hours_per_week = 5, weeks = 12, repeat = 2 }\n", '"every_weeks" is missing'),
                ("rehabilitation = { hours_per_week = 5, weeks = 12, repeat = 2, every_weeks = 6 }\n", "the blocks overlap"),
                ("rehabilitation = { hours_per_week = 5, repeat = 2, every_weeks = 6 }\n", "a block without end cannot be repeated")):
            with self.subTest(strategy):
                said = self.call("check", self.made("wrong", strategy), status=INVALID).stderr
                self.assertIn(message, said)
                self.assertRegex(said, r"wrong\.toml:\d+:\d+: ")


class OwnProcedure(ProgramTest):
    def test_a_user_adds_one_without_code(self):
        numbers = {"effect": (1.5, "GMFM-66 points"), "onset": (2, "months"), "waning": (24, "months"), "cv": (0, ""), "cost": (900, "currency"),
                   "harm": (0, ""), "harm_loss": (0, "QALY"), "complication_cost": (0, "currency"), "carer_days": (1, "days")}
        text = 'format = "vcohort-evidence 1"\nbase = "null"\nname = "own"\ntitle = "own"\n\n[procedure.own_1]\nkind = "procedure"\ntitle = "casts"\nsource = "our own"\n'
        for name, (value, unit) in numbers.items():
            text += f'\n[parameter."procedure.{name}.own_1"]\nvalue = {value}\nunit = "{unit}"\nsource = "our own series"\nstrength = "found"\n'
        (self.folder / "own.toml").write_text(text)
        path = self.folder / "study.toml"
        path.write_text(HEAD.format(evidence='["own.toml"]', population="", strategy='procedure = { name = "own_1", times = 2, every_months = 6 }') + COHORT)
        result = self.run_study(path, "own.h5")
        rows = csv.DictReader(io.StringIO(self.call("export", result, "--table", "cohort/increments").stdout))
        gained = {float(r["visit_months"]): float(r["mean"]) for r in rows if r["strategy"] == "other" and r["stratum"] == "all" and r["endpoint"] == "gmfm66"}
        whole = 1.5 * (1 - np.exp(-3)) * np.exp(-6 / 24)  # of one, six months later; little of it is lost to the ceiling
        self.assertAlmostEqual(gained[6], whole, delta=0.03)
        self.assertGreater(gained[12], gained[6])
        (self.folder / "own.toml").write_text(text.replace('[parameter."procedure.cv.own_1"]', '[parameter."procedure.cv.own_2"]'))
        self.assertIn('the parameter "procedure.cv.own_1" is missing', self.call("check", path, status=INVALID).stderr)


class CellsTherapyOrSurgery(ProgramTest):
    def test_under_null_cells_are_never_best(self):
        result = self.run_study(SOURCE / "scenarios/studies/cells-therapy-or-surgery.toml", "study.h5", "--set", "policy.parameter_draws=200",
                                "--set", "policy.patients_per_draw=128")
        rows = list(csv.DictReader(io.StringIO(self.call("export", result, "--table", "policy/ceac").stdout)))
        best = {}
        for row in rows:
            if row["scenario"] == "null" and row.get("stratum", "all") == "all":
                best[row["strategy"]] = max(best.get(row["strategy"], 0), float(row["ceac"] if "ceac" in row else row["probability_best"]))
        self.assertEqual(best["MSC"], 0)
        self.assertEqual(best["MSC and intensive therapy"], 0)
        self.assertGreater(best["intensive therapy"] + best["rhizotomy and therapy"], 0)
        self.assertGreater(best["usual care"], 0.5)


if __name__ == "__main__":
    unittest.main()
