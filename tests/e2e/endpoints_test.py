"""Several endpoints in one data model: round trip through a data file, the win ratio against a comparison of all pairs in Python, co-primary sizes."""
import csv
import io
import math
import unittest

from program import INVALID, SOURCE, ProgramTest

COLUMNS = 'visit = "visit"\nvisit_months = "visit"\nvalue = "value"\nbaseline = "baseline"\ntime = "visit"\nevent = "value"\n'
COMPARED = ("estimate", "se", "df", "statistic", "p", "lower", "upper")


class Endpoints(ProgramTest):
    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call(*words).stdout)))

    def replicate(self, study, replicate, *options):
        """A result with the rows of a replicate, by analysis, and the data of its trial."""
        result = self.run_study(study, "out.h5", "--overwrite", "--set", f"trial.replicates={replicate + 1}", "--set", "trial.save_replicates=true", *options)
        own = {row["analysis"]: row for row in self.rows("export", result, "--table", "trial/replicates") if int(row["replicate"]) == replicate}
        data = self.folder / "patients.csv"
        data.write_text(self.call("export", result, "--table", "patients", "--replicate", replicate).stdout)
        return own, data

    def with_data(self, path):
        study = self.folder / path.name
        study.write_text(path.read_text() + f'\n[data]\npatient = "patient"\narm = "arm"\nreference = "control"\n{COLUMNS}')
        return study

    def test_exported_trials_give_their_own_numbers(self):
        for path in (SOURCE / "tests/io/study/studies/trial_endpoints.toml", SOURCE / "scenarios/templates/hierarchical.toml"):
            study = self.with_data(path)
            for replicate in (0, 1):
                own, data = self.replicate(study, replicate)
                found = {row["analysis"]: row for row in self.rows("analyze", data, study, "--format", "csv") if row["primary"] == "true"}
                self.assertEqual(set(found), set(own))
                for name, row in own.items():
                    with self.subTest(path.stem, analysis=name, replicate=replicate):
                        self.assertEqual(row["failure"], "0")
                        self.assertEqual([found[name][column] for column in COMPARED], [row[column] for column in COMPARED])
                        self.assertEqual(found[name]["analysed"], row["n_analysed"])

    def test_win_ratio_by_hand(self):
        """Pocock's comparison of all pairs, and the standard error of Bebu and Lachin (2016), from the exported patients."""
        own, data = self.replicate(SOURCE / "scenarios/templates/hierarchical.toml", 3, "--set", "trial.sample_size=[120]")
        patients = {}
        for row in csv.DictReader(data.open()):
            patients[row["patient"]] = row
        number = lambda row, name: float(row[name]) if row[name] not in ("", "NA", "NaN", "nan") else math.nan

        def outlives(a, b, name):
            mine, other = number(a, f"{name}_months"), number(b, f"{name}_months")
            return number(b, f"{name}_event") == 1 and (mine > other or mine == other and number(a, f"{name}_event") == 0)

        def compare(a, b):
            for name in ("death", "hospitalisation"):
                result = outlives(a, b, name) - outlives(b, a, name)
                if result:
                    return result
            more = number(a, "score_12") - number(b, "score_12")
            return (more > 5) - (more < -5)  # false for what is missing

        active = [row for row in patients.values() if row["arm"] == "active"]
        control = [row for row in patients.values() if row["arm"] == "control"]
        pairs = [[compare(a, b) for b in control] for a in active]
        n, m = len(active), len(control)
        wins = sum(result > 0 for row in pairs for result in row) / (n * m)
        losses = sum(result < 0 for row in pairs for result in row) / (n * m)
        variance = 0
        for lines in (pairs, list(zip(*pairs))):  # each patient's part in the log ratio
            parts = [sum(x > 0 for x in line) / len(line) / wins - sum(x < 0 for x in line) / len(line) / losses for line in lines]
            variance += sum(part * part for part in parts) / (len(parts) - 1) / len(parts)
        self.assertGreater(sum(result == 0 for row in pairs for result in row), 0)
        self.assertAlmostEqual(float(own["primary"]["estimate"]), math.log(wins / losses), delta=1e-9)
        self.assertAlmostEqual(float(own["primary"]["se"]), math.sqrt(variance), delta=1e-9)

    def test_size_of_co_primaries(self):
        """Sozu, Sugimoto and Hamasaki (2011): 490 patients an arm."""
        few = ("--power", 0.8, "--search-replicates", 4000, "--replicates", 8000, "--format", "csv")
        row = self.rows("size", "co-primary", "--co-primary", *few)[0]
        self.assertLessEqual(float(row["lower"]), 980)
        self.assertGreaterEqual(float(row["upper"]), 980)
        self.assertAlmostEqual(float(row["answer"]), 980, delta=40)
        self.assertEqual(row["analysis"], "primary and function")
        alone = self.rows("size", "co-primary", *few)[0]
        self.assertAlmostEqual(float(alone["answer"]), 786, delta=40)
        self.assertIn("the study names none", self.call("size", "hierarchical", "--co-primary", status=INVALID).stderr)
        self.assertIn("leave one out", self.call("size", "co-primary", "--co-primary", "--analysis", "function", status=INVALID).stderr)

    def test_table_of_claims(self):
        result = self.run_study("co-primary", "claims.h5", "--set", "trial.replicates=2000", "--set", "trial.sample_size=[980]")
        rows = {row["claim"]: row for row in self.rows("export", result, "--table", "trial/multiplicity")}
        self.assertEqual(list(rows), ["primary", "function", "walking", "quality of life", "all primaries", "everything"])
        power = {name: float(row["power"]) for name, row in rows.items()}
        self.assertAlmostEqual(power["all primaries"], 0.8006, delta=4.5 * 0.009)
        self.assertLessEqual(power["everything"], power["walking"])
        self.assertLessEqual(power["walking"], power["all primaries"])
        self.assertEqual(rows["everything"]["power_alone"], rows["all primaries"]["power_alone"])


if __name__ == "__main__":
    unittest.main()
