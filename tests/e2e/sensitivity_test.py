"""What a decision depends on, as its users meet it: bit equality of the stages, one number by hand, the headline and the plot."""
import csv
import io
import subprocess
import unittest

from program import INVALID, SOURCE, ProgramTest

POLICY = """
[policy]
reference = "rehabilitation"
parameter_draws = 4
patients_per_draw = 64
horizon_years = 5
discount = {{ costs = 0.0, effects = 0.0 }}
currency = "USD"
price_year = 2025
willingness_to_pay = {{ from = 0, to = 100_000, step = 50_000 }}
thresholds = [50_000, 100_000]

[policy.sensitivity]
patients = {patients}
grid = [{{ parameter = "price.product.MSC", values = [1_000, 5_000] }}, {{ parameter = "waning", values = [0.5, 1] }}]
threshold = [{{ parameter = "price.product.MSC", range = [0, 60_000] }}, {{ parameter = "effect.emax", range = [0, 100] }}]
sobol = {{ points = 32, patients = 64 }}
"""


class Sensitivity(ProgramTest):
    def sensitivity_study(self, evidence='["sceptical", "null"]', patients=256, name="sensitivity.toml"):
        path = self.study(name, evidence=evidence, parameters="uncertain", seed=11)
        text = path.read_text()
        path.write_text(text[: text.index("[strata]")] + POLICY.format(patients=patients))
        return path

    def rows(self, result, table, **wanted):
        rows = csv.DictReader(io.StringIO(self.call("export", result, "--table", table).stdout))
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    def test_threads_parts_and_instruction_sets(self):
        study = self.sensitivity_study()
        self.assert_same_on_threads(study, 7)
        self.assert_same_in_parts(study)
        self.assert_same_on_every_instruction_set(study)

    def test_the_c_library_without_its_fast_variants(self):
        self.assert_same_without_fast_variants(self.sensitivity_study())

    def test_interrupted_and_resumed(self):
        self.assert_same_when_interrupted(self.sensitivity_study(patients=8_192))

    def test_a_resolved_study_asks_the_same(self):
        result = self.run_study(self.sensitivity_study(), "one.h5")
        self.assert_same(result, self.run_study(result, "again.h5"))

    def test_prices_by_hand(self):
        """Four infusions within the first month, not discounted, no death: a bar is four times the range, a switch pays what is left."""
        study = self.sensitivity_study(evidence='["sceptical"]')
        # A serious event stops the infusions in the study: without events all four are paid.
        study.write_text(study.read_text().replace('tolerance = "stop"\n', ""))
        result = self.run_study(study, "out.h5")
        of = {"strategy": "MSC, IV four times", "threshold": "50000", "parameter": "price.product.MSC"}
        [bar] = self.rows(result, "sensitivity/tornado", **of)
        width = float(bar["high"]) - float(bar["low"])
        self.assertAlmostEqual(float(bar["span"]) / width, 4, delta=4 * 0.003)  # a share of children dies within that month
        [switch] = self.rows(result, "sensitivity/threshold", among="MSC, IV four times", threshold="50000", parameter="price.product.MSC")
        self.assertEqual(switch["below"], "MSC, IV four times")
        infusions = float(bar["span"]) / width
        expected = float(bar["value"]) + float(bar["inb"]) / infusions
        self.assertAlmostEqual(float(switch["value"]), expected, delta=1e-6 * abs(expected))

    def test_null_stance_flips_by_nothing(self):
        result = self.run_study(self.sensitivity_study(evidence='["null"]'), "null.h5")
        rows = self.rows(result, "sensitivity/tornado")
        self.assertGreater(len(rows), 100)
        self.assertEqual({(row["best"], row["flips"]) for row in rows}, {("rehabilitation", "false")})

    def test_headline_and_plot(self):
        result = self.run_study(self.sensitivity_study(evidence='["sceptical"]'), "out.h5")
        shown = self.call("show", result).stdout
        self.assertIn("what the decision at 50000 depends on most", shown)
        first = self.rows(result, "sensitivity/tornado", threshold="50000", rank="1")[0]["parameter"]
        said = subprocess.run(["/usr/bin/python3", str(SOURCE / "scripts/plots/tornado.py"), str(self.folder / "out.h5"), "--text", "--bars", "3"],
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual(len(said.strip().splitlines()), 5)
        self.assertIn("sceptical evidence", said)
        self.assertTrue(first)

    def test_misspelt_parameter(self):
        study = self.sensitivity_study()
        study.write_text(study.read_text().replace('"effect.emax"', '"effect.emx"'))
        said = self.call("check", study, status=INVALID).stderr
        self.assertIn('there is no parameter "effect.emx"', said)
        self.assertIn('did you mean "effect.emax"?', said)


if __name__ == "__main__":
    unittest.main()
