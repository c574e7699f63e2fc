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
WHOM = '{ gmfcs = ["II", "III"], motor_type = ["spastic"], topography = ["diplegia"] }'
SURGERY = f'procedure = {{ name = "rhizotomy" }}\neligibility = {WHOM}\n'
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

    def test_a_trial_of_those_who_may_have_it(self):
        """Its true difference is what a cohort finds within the eligible; a trial that enrols everybody says that they thin it out."""
        for enrolled in ("", f"eligibility = {WHOM}\n"):
            trial = self.made("diluted", SURGERY, enrolled, question=TRIAL)
            said = self.call("check", trial).stderr
            (self.assertNotIn if enrolled else self.assertIn)('the trial enrols children who may not have "other"', said)
        result = self.run_study(trial, "enrolled.h5")
        row = next(csv.DictReader(io.StringIO(self.call("export", result, "--table", "trial/operating_characteristics").stdout)))
        self.assertEqual(row["arm"], "other", "the reference is who receives nothing")
        cohort = self.run_study(self.made("cohort", SURGERY, question=COHORT), "cohort.h5")
        within = next(row for row in csv.DictReader(io.StringIO(self.call("export", cohort, "--table", "cohort/eligible").stdout))
                      if row["endpoint"] == "gmfm66" and float(row["visit_months"]) == 12)
        error = (float(row["true_value_mcse"]) ** 2 + float(within["mcse"]) ** 2) ** 0.5
        self.assertAlmostEqual(float(row["true_value"]), float(within["mean"]), delta=4.5 * error)
        nobody = self.made("nobody", population='eligibility = { motor_type = ["ataxic"], topography = ["diplegia"] }\n')
        self.assertRegex(self.call("check", nobody, status=INVALID).stderr, r"nobody\.toml:\d+:\d+: the eligibility excludes everybody")

    def test_fewer_hours_than_usual_care_are_beyond_the_evidence(self):
        stop, one = "rehabilitation = { hours_per_week = 0, weeks = 12 }\n", "rehabilitation = { hours_per_week = 1 }\n"
        half, together = "rehabilitation = { hours_per_week = 0.5 }\n", "rehabilitation = [{ hours_per_week = 0.5 }, { hours_per_week = 0.5, weeks = 1, repeat = 3, every_weeks = 1 }]\n"
        for strategy, population, below in ((stop, "", "other"), (one, "", None), (TEN, "", None), (half, "", "other"), (half, half, "usual care"),
                                            (together, "", "other"), (together.replace(", weeks = 1, repeat = 3, every_weeks = 1", ""), "", None), (TEN, stop, "usual care")):
            with self.subTest(strategy=strategy, population=population):
                said = self.call("check", self.made("below", strategy, population=population)).stderr
                if below:
                    self.assertRegex(said, f'fewer hours of rehabilitation than usual care, 1 a week: .*"{below}"')
                else:
                    self.assertNotIn("than usual care", said)
        result = self.run_study(self.made("below", stop), "below.h5")
        self.assertIn("other has fewer hours of rehabilitation than usual care", self.call("show", result).stdout)
        rows = list(csv.DictReader(io.StringIO(self.call("export", result, "--table", "strategies").stdout)))
        self.assertEqual([row["hours_below_usual"] for row in rows], ["false", "true"])

    def test_notices_and_refusals(self):
        cells = 'cell = "MSC"\nroute = "intravenous"\ndose_per_kg = 2e6\n'
        said = self.call("check", self.made("unequal", cells + TEN)).stderr
        self.assertIn('"other" and "usual care" do not have the same hours of rehabilitation', said)
        self.assertNotIn("hours of rehabilitation", self.call("check", self.made("equal", cells)).stderr)
        result = self.run_study(self.made("unequal", cells + TEN), "unequal.h5")  # what is read later says so, too
        self.assertIn("other and usual care do not have the same hours of rehabilitation", self.call("show", result).stdout)
        rows = {row["strategy"]: row for row in csv.DictReader(io.StringIO(self.call("export", result, "--table", "strategies").stdout))}
        self.assertEqual((rows["other"]["compared_at_other_hours"], rows["usual care"]["compared_at_other_hours"]), ("usual care", ""))
        self.assertEqual(rows["other"]["beside_cells"], "rehabilitation 10 hours a week for 12 weeks, 2 times every 26 weeks")
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
                ("rehabilitation = [{ hours_per_week = 60, weeks = 6 }, { hours_per_week = 60, start_months = 1 }]\n", '"other" comes to 120 hours of therapy a week'),
                ("rehabilitation = { hours_per_week = 5, weeks = 12, repeat = 2 }\n", '"every_weeks" is missing'),
                ("rehabilitation = { hours_per_week = 5, weeks = 12, repeat = 2, every_weeks = 6 }\n", "the blocks overlap"),
                ("rehabilitation = { hours_per_week = 5, repeat = 2, every_weeks = 6 }\n", "a block without end cannot be repeated")):
            with self.subTest(strategy):
                said = self.call("check", self.made("wrong", strategy), status=INVALID).stderr
                self.assertIn(message, said)
                self.assertRegex(said, r"wrong\.toml:\d+:\d+: ")


BY_HAND = '[strata]\ngmfcs = [["II", "III"]]\nmotor_type = [["spastic"]]\ntopography = [["diplegia"]]\n'
POLICY = '''
[policy]
reference = "usual care"
parameter_draws = 40
patients_per_draw = 300
horizon_years = 10
discount = { costs = 0.03, effects = 0.03 }
currency = "USD"
price_year = 2025
willingness_to_pay = { to = 100_000, step = 50_000 }
thresholds = [50_000, 100_000]
'''


class Eligible(ProgramTest):
    """What a strategy that is not for everybody does to the children who may have it, and what share of the cohort they are."""

    def made(self, name, question, strategy=SURGERY, population="", evidence='["published"]', strata=""):
        path = self.folder / f"{name}.toml"
        text = HEAD.format(evidence=evidence, population=population, strategy=strategy) + strata + question
        path.write_text(text if "[cohort]" in question else text.replace('parameters = "fixed"\n', ""))  # [policy] draws them anyway
        return path

    def table(self, result, name):
        return list(csv.DictReader(io.StringIO(self.call("export", result, "--table", name).stdout)))

    def test_the_cohort_is_its_share_times_the_eligible(self):
        cohort = '[cohort]\nreference = "usual care"\nsave_patients = true\n'
        result = self.run_study(self.made("cohort", cohort, strata=BY_HAND), "cohort.h5")
        rows = {(row["stratum"], row["endpoint"], row["visit_months"]): row for row in self.table(result, "cohort/increments")}
        eligible = self.table(result, "cohort/eligible")
        self.assertEqual(len(eligible), 4)
        with h5py.File(result) as file:
            who = {name: file[f"cohort/patients/baseline/{name}"][:] for name in ("gmfcs", "motor_type", "topography")}
        inside = np.isin(who["gmfcs"], (2, 3)) & (who["motor_type"] == 0) & (who["topography"] == 1)
        for row in eligible:
            at = row["endpoint"], row["visit_months"]
            whole, within = rows["all", *at], rows["eligible for other", *at]
            by_hand = rows["GMFCS II-III, motor type spastic, topography diplegia", *at]
            self.assertEqual(int(row["n"]), inside.sum())
            self.assertEqual(float(row["share"]), inside.mean())
            self.assertAlmostEqual(float(row["share_mcse"]), np.sqrt(inside.mean() * (1 - inside.mean()) / (len(inside) - 1)), delta=1e-15)
            for column in ("n", "mean", "mcse", "sd", "benefit_share", "sum", "sum_of_squares"):
                self.assertEqual(within[column], by_hand[column])  # the same children
            self.assertEqual((row["mean"], row["mcse"], row["mean_all"], row["mcse_all"]), (within["mean"], within["mcse"], whole["mean"], whole["mcse"]))
            # Others gain nothing, and a sum that is exact loses nothing: what remains is the rounding of two divisions and a product.
            self.assertAlmostEqual(float(within["sum"]), float(whole["sum"]), delta=1e-12 * float(whole["sum"]))
            self.assertAlmostEqual(float(row["mean_all"]), float(row["share"]) * float(row["mean"]), delta=1e-12)

    def test_where_all_are_eligible_all_gain_that(self):
        everybody = 'rehabilitation = { hours_per_week = 10, weeks = 12 }\neligibility = { gmfcs = ["I", "II", "III", "IV", "V"] }\n'
        cohort = '[cohort]\nreference = "usual care"\n'
        row = self.table(self.run_study(self.made("everybody", cohort, everybody), "everybody.h5"), "cohort/eligible")[0]
        self.assertEqual((float(row["share"]), float(row["share_mcse"]), int(row["n"])), (1, 0, 4000))
        self.assertEqual((row["mean"], row["mcse"]), (row["mean_all"], row["mcse_all"]))
        plain = self.table(self.run_study(self.made("plain", cohort, everybody.split("eligibility")[0]), "plain.h5"), "cohort/increments")[0]
        self.assertEqual((row["mean"], row["mcse"]), (plain["mean"], plain["mcse"]))
        policy = self.table(self.run_study(self.made("policy", POLICY, everybody), "policy.h5"), "policy/eligible")
        for row in policy:
            self.assertEqual(float(row["share"]), 1)
            for column in ("cost_increment", "effect_increment", "inb"):
                for error in ("", "_mcse"):
                    self.assertEqual(row[column + error], row[f"{column}_all{error}"])

    def test_the_share_has_the_error_of_draws(self):
        cohort = '[cohort]\nreference = "usual care"\nsave_patients = true\n'
        result = self.run_study(self.made("uncertain", cohort), "uncertain.h5", "--set", 'parameters="uncertain"', "--set", "population.size=5120")
        row = self.table(result, "cohort/eligible")[0]
        with h5py.File(result) as file:
            who = {name: file[f"cohort/patients/baseline/{name}"][:] for name in ("replicate", "gmfcs", "motor_type", "topography")}
        inside = np.isin(who["gmfcs"], (2, 3)) & (who["motor_type"] == 0) & (who["topography"] == 1)
        shares = np.array([inside[who["replicate"] == draw].mean() for draw in np.unique(who["replicate"])])
        self.assertEqual(len(shares), 20)
        self.assertAlmostEqual(float(row["share"]), shares.mean(), delta=1e-14)
        self.assertAlmostEqual(float(row["share_mcse"]), shares.std(ddof=1) / np.sqrt(len(shares)), delta=1e-14)

    def test_the_policy_answers_for_the_eligible(self):
        study = self.made("study", POLICY, evidence='["published", "null"]', strata=BY_HAND)
        printed = self.call("run", study, "-o", "study.h5", "--progress", "none").stdout
        result = self.folder / "study.h5"
        for shown in (printed, self.call("show", result).stdout):
            self.assertIn("within the children who are eligible, per eligible child over the reference, at 50,000 USD per QALY", shown)
        by_stratum = {(row["scenario"], row["stratum"], row["threshold"]): row for row in self.table(result, "policy/strata") if row["strategy"] == "other"}
        summary = {row["scenario"]: row for row in self.table(result, "policy/summary") if row["strategy"] == "other"}
        rows = self.table(result, "policy/eligible")
        self.assertEqual(len(rows), 4)
        for row in rows:
            within = by_stratum[row["scenario"], "eligible for other", row["threshold"]]
            by_hand = by_stratum[row["scenario"], "GMFCS II-III, motor type spastic, topography diplegia", row["threshold"]]
            for column in ("n", "cost_increment", "effect_increment", "inb", "inb_mcse", "inb_lower", "inb_upper", "ceac"):
                self.assertEqual(row[column], within[column])
                self.assertEqual(row[column], by_hand[column])
            self.assertEqual(float(row["share"]), int(row["n"]) / (40 * 300))
            self.assertEqual(row["inb_all"], by_stratum[row["scenario"], "all", row["threshold"]]["inb"])
            for column in ("cost_increment", "effect_increment"):
                self.assertEqual(row[f"{column}_all"], summary[row["scenario"]][column])
                # Draws weigh alike, whatever number of eligible children each has: the same mean with another error.
                share, error = float(row["share"]), float(row["share_mcse"])
                allowed = 4.5 * np.hypot(share * float(row[f"{column}_mcse"]), error * float(row[column]))
                self.assertAlmostEqual(float(row[f"{column}_all"]), share * float(row[column]), delta=allowed + 1e-9)

    def test_bits_do_not_depend_on_threads_and_shards(self):
        study = self.made("study", '[cohort]\nreference = "usual care"\n' + POLICY)
        whole = self.run_study(study, "whole.h5", "--threads", "1")
        self.assert_same(whole, self.run_study(study, "three.h5", "--threads", "3"))
        for shard in (1, 2):
            self.run_study(study, "shards.h5", "--shard", f"{shard}/2")
        self.call("merge", "shards.h5.parts", "-o", "merged.h5")
        self.assert_same(whole, "merged.h5")

    def test_strata_of_the_program_keep_their_names(self):
        for name in ("severity", "eligible for other"):
            study = self.made("named", '[cohort]\nreference = "usual care"\n', strata=f'[strata."{name}"]\nsex = true\n')
            self.assertIn(f'a stratification cannot be called "{name}"', self.call("check", study, status=INVALID).stderr)

    def test_strategies_for_the_same_children_share_a_stratum(self):
        second = SURGERY + '\n[[strategy]]\nname = "with therapy"\nrehabilitation = { hours_per_week = 5, weeks = 26 }\n' + SURGERY
        result = self.run_study(self.made("two", '[cohort]\nreference = "usual care"\n', second), "two.h5")
        self.assertEqual({row["stratum"] for row in self.table(result, "cohort/increments")}, {"all", "eligible for other, with therapy"})
        rows = {row["strategy"]: row for row in self.table(result, "cohort/eligible") if row["endpoint"] == "gmfm66"}
        self.assertEqual(rows["other"]["n"], rows["with therapy"]["n"])
        self.assertGreater(float(rows["with therapy"]["mean"]), float(rows["other"]["mean"]))


class OwnProcedure(ProgramTest):
    def test_a_user_adds_one_without_code(self):
        numbers = {"effect": (1.5, "GMFM-66 points"), "onset": (2, "months"), "waning": (24, "months"), "cv": (0, ""), "cost": (900, "currency"),
                   "harm": (0, ""), "harm_loss": (0, "QALY"), "complication_cost": (0, "currency"), "carer_days": (1, "days")}
        text = 'format = "vcohort-evidence 1"\nbase = "null"\nname = "own"\ntitle = "own"\n\n[procedure.own_1]\nkind = "procedure"\ntitle = "casts"\nsource = "our own"\n'
        for name, (value, unit) in numbers.items():
            text += f'\n[parameter."procedure.{name}.own_1"]\nvalue = {value}\nunit = "{unit}"\nsource = "our own series"\nstrength = "found"\n'
        (self.folder / "own.toml").write_text(text)
        self.assertNotIn("has no reason", self.call("evidence", "check", "own.toml", "--against", "null").stdout)  # what is new replaces nothing
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
        for row in csv.DictReader(io.StringIO(self.call("export", result, "--table", "policy/strata").stdout)):
            if row["scenario"] == "null" and row["strategy"].startswith("MSC"):
                self.assertEqual((float(row["ceac"]), row["best"]), (0, "false"), (row["stratum"], row["threshold"]))


if __name__ == "__main__":
    unittest.main()
