"""Public data sets give R's numbers. The files are not part of the project: VCOHORT_DATA names their folder, else ../shared/data beside the project.

fev_data is of the package mmrm, antidepressant_data of rbmi, veteran and lung of survival, GBSG2 of TH.data, epil of MASS. Mixed models: mmrm 0.3.18;
the others: survdiff, coxph (Efron), glm.nb(epsilon = 1e-13).
"""
import json
import os
import pathlib
import sys
import unittest

from program import SOURCE, ProgramTest

FOLDER = pathlib.Path(os.environ.get("VCOHORT_DATA", SOURCE / "../shared/data"))
SKIPPED = 77
RELATIVE = 1e-6


class PublicData(ProgramTest):
    def analyze(self, file, data, primary, trial=""):
        study = self.folder / "study.toml"
        study.write_text(f'format = "vcohort-study 1"\n[data]\n{data}\n[trial]\n{trial}\nprimary = {{ {primary} }}\n')
        return json.loads(self.call("analyze", FOLDER / file, study, "--format", "json").stdout)

    def assert_row(self, row, **expected):
        for column, value in expected.items():
            self.assertAlmostEqual(row[column], value, delta=RELATIVE * abs(value), msg=column)

    def test_fev(self):
        # mmrm(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID), fev_data)
        found = self.analyze("fev_data.csv", 'patient = "USUBJID"\narm = "ARMCD"\nreference = "PBO"\nvisit = "AVISIT"\nvalue = "FEV1"\ncategorical = ["RACE", "SEX"]',
                             'visit = "VIS4", analysis = "mmrm", adjust = ["RACE", "SEX"]')
        self.assertAlmostEqual(found["minus_two_log_likelihood"], 3386.44987116, delta=1e-5)
        for row, estimate, se in zip(found["contrasts"], (3.774414, 3.732324, 3.080607, 4.398537), (1.074161, 0.858856, 0.689626, 1.680550), strict=True):
            self.assertAlmostEqual(row["estimate"], estimate, delta=6e-7)
            self.assertAlmostEqual(row["se"], se, delta=6e-7)
        self.assertAlmostEqual(found["contrasts"][3]["df"], 133.39, delta=6e-3)

    def antidepressant(self, adjust, trial=""):
        return self.analyze("antidepressant_data.csv",
                            'patient = "PATIENT"\narm = "THERAPY"\nreference = "PLACEBO"\nvisit = "VISIT"\nvalue = "CHANGE"\nlower_is_better = true',
                            f'visit = "7", analysis = "mmrm", {adjust}', trial)

    def test_antidepressant(self):
        # mmrm(CHANGE ~ BASVAL * VISIT + THERAPY * VISIT + us(VISIT | PATIENT), antidepressant_data)
        (row,) = [row for row in self.antidepressant('adjust_by_visit = ["BASVAL"]')["contrasts"] if row["primary"]]
        self.assertAlmostEqual(row["estimate"], -2.801834, delta=6e-7)
        self.assertAlmostEqual(row["se"], 1.114031, delta=6e-7)
        (row,) = [row for row in self.antidepressant('adjust = ["BASVAL"]')["contrasts"] if row["primary"]]
        self.assertAlmostEqual(row["estimate"], -2.8721, delta=6e-5)

    def test_antidepressant_one_sided(self):
        (row,) = [row for row in self.antidepressant('adjust_by_visit = ["BASVAL"]', "sides = 1\nalpha = 0.025")["contrasts"] if row["primary"]]
        self.assertAlmostEqual(row["p"], 0.0065, delta=6e-5)
        self.assertEqual(row["conclusion"], "different, in the good direction")

    def test_times_to_an_event(self):
        lung = 'patient = "id"\narm = "arm"\nreference = "male"\ntime = "time"\nevent = "event"'
        gbsg2 = 'patient = "id"\narm = "horTh"\nreference = "no"\ntime = "time"\nevent = "cens"'
        for file, columns, chi_square in (("veteran.csv", 'patient = "id"\narm = "trt"\nreference = "1"\ntime = "time"\nevent = "status"', 0.008227343202),
                                          ("lung.csv", lung, 10.32674195), ("GBSG2.csv", gbsg2, 8.56478085)):
            with self.subTest(file):
                (row,) = self.analyze(file, columns, 'analysis = "logrank"')["contrasts"]
                self.assertAlmostEqual(row["statistic"] ** 2, chi_square, delta=RELATIVE * chi_square)
        (row,) = self.analyze("lung.csv", lung, 'analysis = "cox"')["contrasts"]
        self.assert_row(row, estimate=-0.5310235376, se=0.1671785832, p=0.001491229205)
        # Weights of the pooled Kaplan-Meier just before an event, hypergeometric variance; p by mvtnorm's pmvnorm; survRM2's rmst2.
        for weights, statistic in (("[0, 0]", -3.21352485), ("[0, 1]", -1.86010327), ("[1, 0]", -3.56569087), ("[1, 1]", -2.76853445)):
            (row,) = self.analyze("lung.csv", lung, f'analysis = "fleming-harrington", weights = {weights}')["contrasts"]
            self.assertAlmostEqual(row["statistic"], statistic, delta=5e-9)
        for weights, one_sided, two_sided in (("", 0.00049200, 0.00098400), (", weights = [[0, 0], [0, 1]]", 0.00110994, 0.00221988)):
            for trial, p in (("", two_sided), ("sides = 1\nalpha = 0.025", one_sided)):
                found = self.analyze("lung.csv", lung, f'analysis = "max-combo"{weights}', trial)
                self.assertAlmostEqual(found["contrasts"][0]["p"], p, delta=5e-9)
            self.assertIn("the largest statistic is that of " + ("[0, 0]" if weights else "[1, 0]"), found["notes"][-1])
        (row,) = self.analyze("lung.csv", lung, 'analysis = "rmst", tau_months = 365')["contrasts"]
        self.assert_row(row, estimate=55.97032434, se=14.95812586)
        found = self.analyze("lung.csv", lung, 'analysis = "kaplan-meier", at_months = 365')
        self.assert_row(found["arms"][0], survival=0.336087834639379, survival_se=0.0434235888417982)
        self.assert_row(found["arms"][1], survival=0.526463030185906, survival_se=0.0597368539904425)
        unknown = self.analyze("lung.csv", lung, 'analysis = "logrank"', "secondary = [{ name = 'late', analysis = 'rmst', tau_months = 1000 }]")["secondary"][0]
        self.assertEqual(unknown["contrasts"][0]["conclusion"], "none: beyond follow-up")  # the last woman is censored on day 965
        (row,) = self.analyze("GBSG2.csv", gbsg2, 'analysis = "cox"')["contrasts"]
        self.assert_row(row, estimate=-0.3640098833, se=0.1250445704)

    def test_counts(self):
        columns = 'patient = "subject"\narm = "trt"\nreference = "placebo"\nvalue = "y"\nexposure = "weeks"'
        (row,) = self.analyze("epil_totals.csv", columns, 'analysis = "negative-binomial"')["contrasts"]
        self.assert_row(row, estimate=-0.07508706385, se=0.2514437752)
        (row,) = self.analyze("epil_totals.csv", columns, 'analysis = "negative-binomial", adjust = ["lbase"]')["contrasts"]
        self.assert_row(row, estimate=-0.2795777126, se=0.1494093698)


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print(f"skipped: there is no folder {FOLDER}; VCOHORT_DATA names it")
        sys.exit(SKIPPED)
    unittest.main()
