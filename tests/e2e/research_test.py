"""Is a trial worth its cost: the trial simulator and the policy question joined, from the study file to the answer."""
import unittest

import h5py
import numpy as np

from program import DONE, INVALID, SOURCE, ProgramTest

STUDY = SOURCE / "scenarios/studies/worth-a-trial.toml"
SMALL = ["--set", "policy.parameter_draws=200", "--set", "policy.patients_per_draw=50", "--set", "trial.replicates=20",
         "--set", "trial.sample_size=[24, 100, 400]", "--set", "policy.willingness_to_pay.step=100_000"]


class Research(ProgramTest):
    def result(self, name, *options, threads=2):
        path = self.folder / name
        self.call("run", STUDY, "-o", path, "--progress", "none", "--threads", str(threads), *SMALL, *options, status=DONE)
        return path

    def test_threads_change_nothing(self):
        one = self.result("one.h5", threads=1)
        for threads in (2, 7):
            other = self.result(f"threads-{threads}.h5", threads=threads)
            self.call("compare", one, other, status=DONE)

    def test_tables(self):
        for method in ("regression", "reweighting"):
            with self.subTest(method):
                with h5py.File(self.result(f"{method}.h5", "--set", f'policy.research.method="{method}"')) as file:
                    self.assert_tables({name: values[:] for name, values in file["policy/research"].items()},
                                       {name: values[:] for name, values in file["policy/research_answer"].items()})

    def assert_tables(self, table, answer):
        null = table["scenario"] == b"null"
        self.assertTrue(np.any(null))
        for column in ("evsi", "evsi_raw", "evsi_se", "evpi", "population_evsi"):
            self.assertTrue(np.all(table[column][null] == 0), column)
        self.assertTrue(np.all(answer["worth_a_trial"][answer["scenario"] == b"null"] == 0))
        self.assertTrue(np.any(table["evsi"] > 0))
        self.assertTrue(np.all((table["evsi"] >= 0) & (table["evsi"] <= table["evpi"])))
        np.testing.assert_allclose(table["enbs"], table["population_evsi"] - table["trial_cost"] - table["forgone"], rtol=1e-12, atol=1e-6)
        np.testing.assert_allclose(table["trial_cost"], 1_500_000 + 8_000 * table["sample_size"], rtol=1e-12)
        np.testing.assert_allclose(table["population_evsi"], table["patients"] * table["evsi"], rtol=1e-12)
        for row in range(len(answer["k"])):
            same = (table["scenario"] == answer["scenario"][row]) & (table["k"] == answer["k"][row])
            best = np.argmax(table["enbs"][same])
            self.assertEqual(answer["enbs"][row], table["enbs"][same][best])
            self.assertEqual(answer["sample_size"][row], table["sample_size"][same][best] if table["enbs"][same][best] > 0 else 0)

    def test_answer_comes_with_the_run(self):
        said = self.call("show", self.result("shown.h5"), status=DONE).stdout
        self.assertRegex(said, r"null: no trial of these sizes is worth its cost at 100000 USD per QALY")

    def test_refusals(self):
        whole = STUDY.read_text()
        population = "population = { per_year = 2_000, uptake = 0.3, years = 10 }    # assumed\n"
        self.assertIn(population, whole)
        trial = whole[whole.index("[trial]"):whole.index("[policy]")]
        cases = {"population": (population, "", '"population" is missing'),
                 "trial": (trial, "", "has no trial"),
                 "cost": ("cost_fixed = 1_500_000\n", "", '"cost_fixed" is missing'),
                 "source": ('source = "assumed: staff, monitoring and assessments of an academic multicentre trial"\n', "", '"source" is missing'),
                 "method": ("delay_months = 12 ", 'method = "guess"\ndelay_months = 12 ', "guess"),
                 "key": ("delay_months = 12 ", "delay_month = 12 ", "delay_months"),
                 "crossover": ('{ strategy = "rehabilitation" }, {',
                               '{ strategy = "rehabilitation", crossover_to = "cord blood, 1e8/kg", crossover_months = 6 }, {', "crosses over")}
        for name, (old, new, message) in cases.items():
            with self.subTest(name):
                self.assertIn(old, whole)
                study = self.folder / f"{name}.toml"
                study.write_text(whole.replace(old, new))
                said = self.call("run", study, "-o", self.folder / f"{name}.h5", "--progress", "none", status=INVALID)
                self.assertIn(message, said.stderr)
                self.assertFalse((self.folder / f"{name}.h5").exists())


if __name__ == "__main__":
    unittest.main()
