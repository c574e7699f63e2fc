"""A file in the shape of CDISC's ADQSADAS is analysed as it is, and gives R's numbers. Nobody's data: tests/oracles/analysis/adas.R makes file and numbers."""
import json
import unittest

from program import INVALID, SOURCE, ProgramTest

FILE = SOURCE / "tests/oracles/analysis/adas.csv"
EXPECTED = json.loads((SOURCE / "tests/oracles/analysis/adas.json").read_text())
ARMS = ("Xanomeline Low Dose", "Xanomeline High Dose")
RELATIVE = 1e-6

COLUMNS = """[data]
patient = "USUBJID"
arm = "TRTP"
reference = "Placebo"
visit = "AVISIT"
visit_months = "AVISITN"
value = "{value}"
baseline = "BASE"
categorical = ["SITEGR1"]
lower_is_better = true
where = {{ PARAMCD = "ACTOT", ANL01FL = "Y"{rows} }}
"""


class Cdisc(ProgramTest):
    def analyze(self, primary, rows="", value="CHG", trial="", status=0):
        study = self.folder / "adas.toml"
        study.write_text(f'format = "vcohort-study 1"\n{COLUMNS.format(value=value, rows=rows)}[trial]\n{trial}primary = {{ visit = "Week 24", {primary} }}\n')
        done = self.call("analyze", FILE, study, "--format", "json", status=status)
        return json.loads(done.stdout) if status == 0 else done.stderr

    def contrasts(self, found):
        return [next(row for row in found["contrasts"] if row["primary"] and row["contrast"] == f"{arm} - Placebo") for arm in ARMS]

    def assert_close(self, value, expected, what, relative=RELATIVE):
        self.assertAlmostEqual(value, expected, delta=relative * abs(expected), msg=what)

    def assert_ancova(self, found, expected):
        self.assertEqual(found["analysed"], expected["analysed"])
        for row, wanted in zip(self.contrasts(found), expected["contrasts"], strict=True):
            for column, value in wanted.items():
                self.assert_close(row[column], value, column)
        means = {row["arm"]: row["ls_mean"] for row in found["arms"]}
        for arm, mean in zip(("Placebo", *ARMS), expected["ls_means"], strict=True):
            self.assert_close(means[arm], mean, arm)

    def test_change_with_values_carried_forward(self):
        self.assert_ancova(self.analyze('analysis = "ancova", adjust = ["SITEGR1", "baseline"]'), EXPECTED["locf"])

    def test_the_change_is_that_of_value_and_baseline(self):
        self.assert_ancova(self.analyze('analysis = "ancova", adjust = ["SITEGR1", "baseline"], change_from_baseline = true', value="AVAL"), EXPECTED["locf"])

    def test_observed_cases(self):
        self.assert_ancova(self.analyze('analysis = "ancova", adjust = ["SITEGR1", "baseline"]', ', DTYPE = ""'), EXPECTED["observed"])

    def test_a_covariate_with_a_dot_and_missing_values(self):
        self.assert_ancova(self.analyze('analysis = "ancova", adjust = ["SITEGR1", "baseline", "AGE.YEARS"]'), EXPECTED["age"])

    def test_mixed_model_of_observed_cases(self):
        found = self.analyze('analysis = "mmrm", adjust = ["SITEGR1", "baseline"]', ', DTYPE = ""')
        for row, estimate in zip(self.contrasts(found), EXPECTED["mixed"]["estimates"], strict=True):
            self.assert_close(row["estimate"], estimate, "estimate", 1e-4)  # gls stops early
        self.assertIn("the visit Baseline was left out: nobody has the outcome", found["notes"])

    def test_lower_is_better_on_one_side(self):
        rows = self.contrasts(self.analyze('analysis = "ancova", adjust = ["SITEGR1", "baseline"]', trial="sides = 1\nalpha = 0.025\n"))
        for row, wanted in zip(rows, EXPECTED["locf"]["contrasts"], strict=True):
            self.assert_close(row["p"], wanted["p"] / 2, "p")
            self.assertEqual(row["conclusion"], "different, in the good direction")

    def test_what_the_rows_do_not_say_is_asked_for(self):
        # The item has the same patients and visits; the unscheduled visits have no flag.
        self.assertIn("data.where asks for it", self.analyze('analysis = "t"', ', DTYPE = "WOCF"', status=INVALID))
        study = self.folder / "all.toml"
        study.write_text(f'format = "vcohort-study 1"\n{COLUMNS.format(value="CHG", rows="").split("where")[0]}[trial]\nprimary = {{ visit = "Week 24", analysis = "t" }}\n')
        self.assertIn("select rows by data.where", self.call("analyze", FILE, study, status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
