"""Type I error of every method where the null hypothesis is true, at 100,000 replicates.

Exact methods must hold the level within 4.5 Monte Carlo standard errors even with ten patients per arm. The others are asymptotic
or discrete: with fifty per arm they must lie in the band that docs/validation.md documents, which also holds their departures.
"""
import csv
import io
import unittest

from program import ProgramTest

LEVEL = 0.05
REPLICATES = 100_000
EXACT_20, EXACT_100 = 0.03699009027, 0.04154450962  # of the exact binomial test at a share of 0.4

NORMAL = """kind = "normal"
visits_months = [0, 6, 12]
correlation = { structure = "ar1", rho = 0.6 }
arms.control = { mean = [0, 0, 0], sd = [1, 1, 1] }
arms.active = { mean = [0, 0, 0], sd = [1, 1, 1] }"""
BINARY = """kind = "binary"
visits_months = [12]
arms.control = { share = [0.4] }
arms.active = { share = [0.4] }"""
ORDINAL = """kind = "ordinal"
visits_months = [12]
arms.control = { share = [0.2, 0.3, 0.3, 0.2] }
arms.active = { share = [0.2, 0.3, 0.3, 0.2] }"""
SURVIVAL = """kind = "survival"
follow_up_months = 12
arms.control = { hazard = [0.1] }
arms.active = { hazard = [0.1] }"""
COMPETING = """[data_model.endpoints.relapse]
kind = "survival"
follow_up_months = 12
arms.control = { hazard = 0.1 }
arms.active = { hazard = 0.1 }
[data_model.endpoints.other]
kind = "survival"
follow_up_months = 12
ends_follow_up = true
arms.control = { hazard = 0.05 }
arms.active = { hazard = 0.05 }"""
COUNT = """kind = "count"
follow_up_months = 12
arms.control = { rate = 0.3, dispersion = 0.5 }
arms.active = { rate = 0.3, dispersion = 0.5 }"""

STUDY = """format = "vcohort-study 1"
title = "null"
seed = 11
[data_model]
{model}
[trial]
arms = [{{ strategy = "control", ratio = 1 }}, {{ strategy = "active", ratio = 1 }}]
sample_size = [20, 100]
replicates = {replicates}
save_replicates = false
primary = {{ endpoint = "outcome", visit_months = 12, analysis = "{method}"{options} }}
"""


class TypeOneError(ProgramTest):
    def rates(self, model, method, options="", replicates=REPLICATES):
        """Share of rejections with 20 and with 100 patients in all."""
        several = "data_model.endpoints" in model
        text = STUDY.replace("[data_model]\n", "").replace('"outcome", visit_months = 12', '"relapse"') if several else STUDY
        (self.folder / "null.toml").write_text(text.format(model=model, method=method, options=options, replicates=replicates))
        self.call("run", "null.toml", "-o", "null.h5", "--quiet", "--overwrite")
        table = self.call("export", "null.h5", "--table", "trial/operating_characteristics").stdout
        return [float(row["power"]) for row in csv.DictReader(io.StringIO(table))]

    def assert_level(self, rate, replicates=REPLICATES):
        self.assertLess(abs(rate - LEVEL), 4.5 * (LEVEL * (1 - LEVEL) / replicates) ** 0.5)

    def test_exact_methods_hold_the_level_at_any_size(self):
        for method, options in (("t", ""), ("ancova", ', adjust = ["baseline"]'),
                                ("mmrm", ', adjust_by_visit = ["baseline"]'),
                                ("mmrm", ', adjust_by_visit = ["baseline"], df = "kenward-roger-linear"')):
            with self.subTest(method=method, options=options):
                for rate in self.rates(NORMAL, method, options):
                    self.assert_level(rate)

    def test_asymptotic_methods_hold_the_level_with_fifty_per_arm(self):
        for model, method in ((NORMAL, "welch"), (NORMAL, "wilcoxon"), (ORDINAL, "wilcoxon"), (SURVIVAL, "cox")):
            with self.subTest(method=method):
                self.assert_level(self.rates(model, method)[1])

    def test_departures_stay_in_their_documented_bands(self):
        for model, method, options, low, high in (
                (BINARY, "fisher", "", 0.025, 0.040), (BINARY, "chi-square", "", 0.045, 0.060),
                (BINARY, "risk-difference", "", 0.045, 0.060), (ORDINAL, "proportional-odds", "", 0.045, 0.060),
                (SURVIVAL, "logrank", "", 0.045, 0.060), (SURVIVAL, "fleming-harrington", ", weights = [0, 1]", 0.045, 0.060),
                (SURVIVAL, "max-combo", "", 0.045, 0.060), (SURVIVAL, "rmst", ", tau_months = 12", 0.045, 0.060),
                (SURVIVAL, "kaplan-meier", ", at_months = 12", 0.045, 0.060),
                (SURVIVAL, "kaplan-meier", ', at_months = 12, interval = "log-log"', 0.045, 0.060), (COUNT, "negative-binomial", "", 0.045, 0.065),
                (COMPETING, "gray", "", 0.045, 0.060), (COMPETING, "cumulative-incidence", ", at_months = 12", 0.045, 0.060),
                (NORMAL, "mmrm", ', adjust_by_visit = ["baseline"], df = "normal"', 0.049, 0.060),
                (NORMAL, "mmrm", ', adjust_by_visit = ["baseline"], df = "kenward-roger"', 0.047, 0.060)):
            with self.subTest(method=method, options=options):
                rate = self.rates(model, method, options, 20_000)[1]
                self.assertTrue(low <= rate <= high, rate)

    def test_one_arm_against_its_own_value(self):
        """The exact test has the level that is enumerated, sum(dbinom(0:n, n, 0.4)[sapply(0:n, function(x) binom.test(x, n, 0.4)$p.value <= 0.05)])."""
        for model, method, against, expected in ((NORMAL, "one-sample-t", 0, (LEVEL, LEVEL)), (BINARY, "exact-binomial", 0.4, (EXACT_20, EXACT_100))):
            with self.subTest(method=method):
                study = STUDY.format(model=model, method=method, options=f", against = {against}", replicates=REPLICATES)
                (self.folder / "one.toml").write_text(study.replace('{ strategy = "control", ratio = 1 }, { strategy = "active", ratio = 1 }', '{ strategy = "active" }'))
                self.call("run", "one.toml", "-o", "one.h5", "--quiet", "--overwrite")
                table = self.call("export", "one.h5", "--table", "trial/operating_characteristics").stdout
                for row, rate in zip(csv.DictReader(io.StringIO(table)), expected, strict=True):
                    self.assertLess(abs(float(row["power"]) - rate), 4.5 * (rate * (1 - rate) / REPLICATES) ** 0.5)

    def test_a_bayesian_rule_with_a_flat_prior_is_one_sided(self):
        self.assertLess(abs(self.rates(NORMAL, "bayes")[1] - LEVEL / 2), 0.004)  # the t reference is taken as normal


if __name__ == "__main__":
    unittest.main()
