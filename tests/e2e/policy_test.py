"""The policy question as its users meet it: invariance, the null stance, the same decision through `decide`, and the studies that ship."""
import csv
import io
import json
import random
import sys
import unittest
from fractions import Fraction

from program import INVALID, SOURCE, ProgramTest

sys.path.insert(0, str(SOURCE / "tests/oracles/policy"))
import budget_flow  # noqa: E402

POLICY = """
[policy]
reference = "rehabilitation"
parameter_draws = {draws}
patients_per_draw = {patients}
horizon_years = 10
discount = {{ costs = 0.03, effects = 0.03 }}
currency = "USD"
price_year = 2025
willingness_to_pay = {{ from = 0, to = 150_000, step = 50_000 }}
evppi = {{ effect = ["effect.emax", "effect.any"], utilities = ["utility.slope.hui3"] }}
"""
STUDIES = ("four-low-or-one-high", "route-and-price", "treat-early", "mild-or-severe", "which-cell-for-whom")


class Policy(ProgramTest):
    def policy_study(self, draws=40, patients=300, evidence='["sceptical", "null"]', change=lambda text: text):
        path = self.study("policy.toml", evidence=evidence, parameters="uncertain", seed=11)
        text = path.read_text()
        path.write_text(change(text[: text.index("[outcomes]")] + POLICY.format(draws=draws, patients=patients)))
        return path

    def rows(self, result, table, *words):
        return list(csv.DictReader(io.StringIO(self.call("export", result, "--table", table, *words).stdout)))

    def test_threads_parts_and_instruction_sets(self):
        study = self.policy_study()
        self.assert_same_on_threads(study, 7)
        self.assert_same_in_parts(study)
        self.assert_same_on_every_instruction_set(study)

    def test_the_c_library_without_its_fast_variants(self):
        self.assert_same_without_fast_variants(self.policy_study())

    def test_interrupted_and_resumed(self):
        self.assert_same_when_interrupted(self.policy_study(draws=2_000, patients=1_000, evidence='["sceptical"]'))

    def test_a_scenario_does_not_depend_on_the_others(self):
        both = self.run_study(self.policy_study(), "both.h5")
        alone = self.run_study(self.policy_study(evidence='["null"]'), "alone.h5")
        self.assertEqual(self.rows(both, "policy/ceac", "--scenario", "null"), self.rows(alone, "policy/ceac"))

    def test_under_the_null_stance_rehabilitation_is_best_and_nothing_is_worth_knowing(self):
        result = self.run_study(self.policy_study(draws=100), "null.h5")
        rows = self.rows(result, "policy/ceac", "--scenario", "null")
        self.assertEqual({float(row["k"]) for row in rows}, {0, 50_000, 75_000, 100_000, 150_000})
        for row in rows:
            self.assertEqual(float(row["ceac"]), 1.0 if row["strategy"] == "rehabilitation" else 0.0)
            self.assertEqual(float(row["evpi"]), 0.0)

    def test_decide_finds_the_same_decision_digit_by_digit(self):
        result = self.run_study(self.policy_study(), "out.h5")
        draws = self.rows(result, "policy/draws", "--scenario", "sceptical")
        parameters = {row["draw"]: row for row in self.rows(result, "policy/parameter_draws", "--scenario", "sceptical")}
        names = ["effect.emax", "effect.any", "utility.slope.hui3"]
        with open(self.folder / "psa.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["draw", "strategy", "cost", "effect", *names])
            for row in draws:
                writer.writerow([row["draw"], row["strategy"], row["cost"], row["effect"], *(parameters[row["draw"]][name] for name in names)])
        (self.folder / "noise.csv").write_text(
            self.call("export", result, "--table", "policy/patient_noise", "--scenario", "sceptical").stdout)
        said = json.loads(self.call("decide", "psa.csv", "--reference", "rehabilitation", "--willingness-to-pay", "0:150000:25000",
                                    "--evppi", "effect.emax,effect.any", "--evppi", "utility.slope.hui3",
                                    "--patient-noise", "noise.csv", "--format", "json").stdout)
        decided = {(row["k"], row["strategy"]): row for row in said["willingness_to_pay"]}
        ours = self.rows(result, "policy/ceac", "--scenario", "sceptical")
        self.assertEqual(len(ours), 5 * 4)
        for row in ours:
            other = decided[(float(row["k"]), row["strategy"])]
            for column in ("nmb", "nmb_mcse", "inb", "inb_mcse", "ceac", "expected_loss", "evpi", "evpi_mcse"):
                self.assertEqual(float(row[column]), other[column], (row["k"], row["strategy"], column))
        for row, other in zip(self.rows(result, "policy/frontier", "--scenario", "sceptical"), said["strategies"]):
            for column in ("strategy", "status"):
                self.assertEqual(row[column], other[column])
            for column in ("cost", "effect", "cost_increment", "effect_increment"):
                self.assertEqual(float(row[column]), other[column])
        evppi = {(row["parameters"], row["k"]): row["evppi"] for row in said["evppi"]}
        for row in self.rows(result, "policy/value_of_information", "--scenario", "sceptical"):
            self.assertEqual(float(row["evppi"]), evppi[(row["parameters"], float(row["k"]))])

    def test_without_the_noise_decide_is_less_sure(self):
        """The draws of few patients, taken as they are, overstate what is not known."""
        result = self.run_study(self.policy_study(draws=200, patients=20, evidence='["sceptical"]'), "out.h5")
        (self.folder / "psa.csv").write_text(self.call("export", result, "--table", "policy/draws").stdout)
        said = json.loads(self.call("decide", "psa.csv", "--willingness-to-pay", 50_000, "--format", "json").stdout)
        evpi = next(float(row["evpi"]) for row in self.rows(result, "policy/ceac") if float(row["k"]) == 50_000)
        self.assertGreaterEqual(said["willingness_to_pay"][0]["evpi"], evpi)

    def test_the_headline_answers_first(self):
        study = self.policy_study(draws=100)
        said = self.call("run", study, "-o", "out.h5", "--progress", "none").stdout.splitlines()
        self.assertRegex(said[0], r"^sceptical: .* is best at 75,000 USD per QALY \(in \d+ % of parameter draws\); EVPI ")
        self.assertRegex(said[1], r"^null: rehabilitation is best at .* \(in 100 % of parameter draws\); EVPI 0 USD per child$")
        self.assertTrue(any("assumption-driven" in line for line in said))

    def test_money_is_not_converted_silently(self):
        study = self.policy_study(change=lambda text: text.replace('currency = "USD"', 'currency = "EUR"'))
        self.assertIn("money is not converted silently", self.call("check", study, status=INVALID).stderr)
        text = study.read_text()
        study.write_text(text.replace("price_year", 'exchange_rate = { factor = 0.9, source = "a bank" }\nprice_year'))
        self.call("check", study)

    def test_evidence_without_money_serves_other_questions(self):
        text = (SOURCE / "scenarios/evidence/sceptical.toml").read_text()
        head, rest = text.split("# Utility, money and survival", 1)
        head = head.replace('currency = "USD"\nprice_year = 2025\n', "")
        (self.folder / "own.toml").write_text(head + "# What was calibrated" + rest.split("# What was calibrated", 1)[1])
        self.run_study(self.study(evidence='["own.toml"]', size=500), "cohort.h5")
        said = self.call("check", self.policy_study(evidence='["own.toml"]'), status=INVALID).stderr
        self.assertIn("lacks 63 parameters that [policy] needs", said)

    def test_too_many_numbers_are_refused_with_their_number(self):
        study = self.policy_study(draws=1_000_000)
        self.assertIn("[policy] would keep 1.44e8 numbers in memory (1000000 draws x 12 leaves", self.call("check", study, status=INVALID).stderr)

    def budget_study(self, question, mixes, evidence="null", more=""):
        def toml(value):
            if isinstance(value, dict):
                return "{ " + ", ".join(f'"{key}" = {part}' for key, part in value.items()) + " }"
            return str(list(value)) if isinstance(value, (list, tuple)) else str(value)
        text = POLICY.format(draws=4, patients=50).replace('evppi = { effect = ["effect.emax", "effect.any"], utilities = ["utility.slope.hui3"] }', "")
        text += more + "\n[policy.budget]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in {**question, **mixes}.items())
        path = self.study("budget.toml", parameters="uncertain", evidence=f'["{evidence}"]', seed=11)
        whole = path.read_text()
        path.write_text(whole[: whole.index("[outcomes]")] + text)
        return path

    def test_budgets_agree_with_cohorts_counted_one_by_one(self):
        """Random budgets: capacity, returns, mixes with shares of zero, before-mixes with cells, mixes of years; every flow and every sum of money."""
        chance = random.Random(3)
        for case in range(12):
            years = chance.randint(1, 6)
            question = {"years": years, "births_per_year": chance.choice([1_000, 100_000]), "prevalence_per_1000": 1.6,
                        "age_years": chance.choice([[0, 3], [2, 8], [1, 1.5], [0.25, 2.5]]), "uptake": [chance.choice([0, 0.05, 0.5, 1]) for _ in range(min(2, years))]}
            if chance.random() < 0.7:
                question["capacity"] = [chance.choice([0, 7, 50, 300]) for _ in range(min(2, years))]
            if chance.random() < 0.3:
                question["backlog"] = chance.choice([0, 400])
            names = ["rehabilitation", "MSC, intrathecal", "MSC, IV four times"]
            mixes = {"before": chance.choice([{"rehabilitation": 1}, {"rehabilitation": 1, "MSC, intrathecal": 0}, {"MSC, intrathecal": 1}]),
                     "after": chance.choice([{"MSC, intrathecal": 1}, {"rehabilitation": 0.25, "MSC, IV four times": 0.75}, {"MSC, intrathecal": 0.5, "MSC, IV four times": 0.5, "rehabilitation": 0}])}
            if years > 1 and case % 2:  # from year to year
                mixes["after"] = {"rehabilitation": [0.75, 0.25], "MSC, intrathecal": [0.25, 0], "MSC, IV four times": [0, 0.75]}
            if years > 1 and chance.random() < 0.8:
                question["retreatment"] = [chance.randint(1, years - 1), chance.choice([0.25, 1])]
            follows = case % 3 == 0
            with self.subTest(question=question, mixes=mixes):
                study = self.budget_study(question, mixes, "published" if follows else "null", "care_follows_motor = true\n" if follows else "")
                result = self.run_study(study, "out.h5", "--overwrite")
                yearly = self.rows(result, "policy/yearly")
                costs = {name: [(row["treatment_cost"], row["care_cost"]) for row in yearly if row["strategy"] == name] for name in names}
                costs[None] = costs["rehabilitation"]
                lived = [Fraction(row["person_years"]) for row in yearly if row["strategy"] == "rehabilitation"]
                cells = {"rehabilitation": False, "MSC, intrathecal": True, "MSC, IV four times": True}
                before, after = (budget_flow.budget_flow(question, mixes[mix], cells, costs, lived[1] / lived[0]) for mix in ("before", "after"))
                for row, was, now in zip(self.rows(result, "policy/budget_impact"), before, after):
                    expected = {**now, "treatment_cost_before": was["treatment_cost"], "treatment_cost_after": now["treatment_cost"],
                                "care_cost_before": was["care_cost"], "care_cost_after": now["care_cost"],
                                "budget_impact": now["treatment_cost"] + now["care_cost"] - was["treatment_cost"] - was["care_cost"]}
                    size = float(max(abs(value) for value in expected.values())) or 1
                    for column, value in row.items():
                        if column in expected:
                            self.assertAlmostEqual(float(value), float(expected[column]), delta=1e-9 * (size if "cost" in column or "impact" in column else 1e5),
                                                   msg=(row["year"], column))
                    if not follows:
                        treatment = float(row["treatment_cost_after"]) - float(row["treatment_cost_before"])
                        self.assertEqual(float(row["budget_impact"]), treatment, "without care_follows_motor care cancels")

    def test_money_and_groups_that_would_have_no_effect(self):
        for change, said in (
                (lambda text: text.replace("price_year", 'exchange_rate = { factor = 0.92, source = "x" }\nprice_year'), "exchange_rate"),
                (lambda text: text.replace('["utility.slope.hui3"]', '["price.product"]'), "a price is decided"),
                (lambda text: text.replace('["utility.slope.hui3"]', '["ae", "effect", "utility"]'), "need at least"),
                (lambda text: text.replace('"uncertain"', '"fixed"', 1), "cannot be \"fixed\"")):
            self.assertIn(said, self.call("check", self.policy_study(change=change), status=INVALID).stderr)

    def test_a_list_of_prices_is_looked_at(self):
        change = lambda text: text.replace("{ from = 0, to = 150_000, step = 50_000 }", "[20_000, 30_000]")  # noqa: E731
        rows = self.rows(self.run_study(self.policy_study(draws=10, patients=20, change=change), "list.h5"), "policy/ceac", "--scenario", "null")
        self.assertEqual({float(row["k"]) for row in rows}, {20_000, 30_000})

    def test_groups_of_which_nothing_is_uncertain_are_worth_nothing(self):
        result = self.run_study(self.policy_study(draws=40, patients=20), "out.h5")
        rows = self.rows(result, "policy/value_of_information", "--scenario", "null")
        self.assertEqual({row["group"] for row in rows}, {"effect", "utilities"})
        self.assertTrue(all(float(row["evppi"]) == 0 for row in rows if row["parameters"] == ""))

    def test_what_does_not_vary_has_no_correlation(self):
        """Children of one age and level, nobody dies differently: the cost of rehabilitation is the same for all."""
        change = lambda text: text  # noqa: E731
        path = self.policy_study(draws=20, patients=50, evidence='["null"]', change=change)
        text = path.read_text()
        start, end = text.index("[population]"), text.index("[[strategy]]")
        path.write_text(text[:start] + "[population]\nage_years = { distribution = \"fixed\", value = 4 }\ngmfcs = { III = 1 }\n\n" + text[end:])
        for row in self.rows(self.run_study(path, "same.h5"), "policy/variance"):
            if row["correlation"] != "NA":
                self.assertLessEqual(abs(float(row["correlation"])), 1)
            if row["quantity"] == "cost":
                self.assertEqual(row["correlation"], "NA")

    def test_every_study_that_ships_runs(self):
        for name in STUDIES:
            with self.subTest(name):
                result = self.run_study(SOURCE / f"scenarios/studies/{name}.toml", f"{name}.h5", "--set", "policy.parameter_draws=60",
                                        "--set", "policy.patients_per_draw=60")
                strategies = {row["scenario"]: row["strategy"] for row in self.rows(result, "policy/strata")
                              if row["stratum"] == "all" and row["best"] == "true"}
                self.assertEqual(set(strategies), {"published", "sceptical", "null"})
                self.assertEqual(strategies["null"], "rehabilitation")


if __name__ == "__main__":
    unittest.main()
