"""The README says what the program says: its commands run, the table it shows is the one that is printed, and its numbers are those of the program."""
import csv
import io
import re
import shlex
import unittest

from program import SOURCE, ProgramTest

README = (SOURCE / "README.md").read_text()
TEXT = " ".join(README.split())

# What makes a command of the README quick; the questions stay what they are.
SMALL = {"trial-lv-redesigned": ("--set", "trial.replicates=50"), "study.toml": ("--set", "population.size=2000")}
QUICK = {"size": ("--replicates", "200", "--search-replicates", "200")}


def commands():
    """The lines of code blocks that call the program, as words."""
    for line in README.splitlines():
        found = re.match(r"    (?:\$ )?(vcohort .*)", line)
        if found:
            yield shlex.split(found.group(1), comments=True)[1:]


class Readme(ProgramTest):
    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call(*words).stdout)))

    def number(self, pattern):
        found = re.search(pattern, TEXT)
        self.assertIsNotNone(found, f"README.md has no sentence like: {pattern}")
        return [float(group.replace(",", "")) for group in found.groups()]

    def test_commands_run(self):
        self.call("scenarios", "copy", "quickstart", "-o", "study.toml")
        for name in "ab":
            self.call("run", "quickstart", "--set", "population.size=64", "-o", f"{name}.h5", "--quiet")
        found = list(commands())
        self.assertGreater(len(found), 8)
        for words in found:
            small = [word for study, extra in SMALL.items() if study in words and words[0] in ("run", "size") for word in extra]
            with self.subTest(" ".join(words)):
                self.call(*words, *small, *QUICK.get(words[0], ()))

    def test_the_quickstart_prints_what_is_shown(self):
        printed = self.call("run", "quickstart", "--progress", "none", env={"COLUMNS": "100"}).stdout
        block = README[README.index("$ vcohort run quickstart"):].split("\n    ...")[0].splitlines()[1:]
        for line in block:
            self.assertIn(line.strip(), printed)
        means = {(row["scenario"], row["strategy"]): float(row["mean"]) for row in self.rows("export", "quickstart.h5", "--table", "cohort/increments")
                 if row["stratum"] == "all" and row["endpoint"] == "gmfm66" and float(row["visit_months"]) == 24}
        once, four = "IV, 8e6/kg once", "IV, 2e6/kg four times"
        gains, costs = self.number(r"Splitting the dose gains ([\d.]+) points if the studies are taken at face value and costs ([\d.]+) points if not")
        self.assertAlmostEqual(means["published", four] - means["published", once], gains, delta=0.0051)
        self.assertAlmostEqual(means["sceptical", once] - means["sceptical", four], costs, delta=0.0051)
        serious = {(row["scenario"], row["strategy"]): float(row["serious_share"]) for row in self.rows("export", "quickstart.h5", "--table", "cohort/harm")
                   if row["stratum"] == "all"}
        self.assertIn("quadruples the share of serious events", TEXT)
        self.assertAlmostEqual(serious["published", four] / serious["published", once], 4, delta=0.5)

    def test_parameters_are_counted(self):
        self.call("run", "quickstart", "--set", "population.size=64", "--quiet")
        strengths = [row["strength"] for row in self.rows("export", "quickstart.h5", "--table", "parameters", "--scenario", "sceptical")]
        stated = self.number(r"Of ([\d,]+) parameters, ([\d,]+) were found in a publication, ([\d,]+) derived from such numbers, ([\d,]+) recalled, and ([\d,]+) assumed")
        self.assertEqual(stated, [len(strengths)] + [strengths.count(name) for name in ("found", "derived", "recalled", "assumed")])
        self.assertIn(f"with {len(strengths)} parameters", (SOURCE / "CHANGELOG.md").read_text())

    def test_the_trial_has_the_power_that_is_stated(self):
        reached, ancova = self.number(r"comparison of the scores reached has ([\d.]+) % power with 25, an analysis of covariance ([\d.]+) % with 100")
        self.call("run", "trial-lv-redesigned", "--quiet", "--set", "trial.replicates=4000", "--set", "trial.sample_size=[25, 100]", "--set", 'evidence="published"')
        rows = self.rows("export", "trial-lv-redesigned.h5", "--table", "trial/operating_characteristics")
        for size, stated in (("25", reached), ("100", ancova)):
            powers = {row["analysis"]: (100 * float(row["power"]), 100 * float(row["power_mcse"])) for row in rows if row["sample_size"] == size}
            near = [name for name, (power, mcse) in powers.items() if abs(power - stated) <= 0.5 + 4 * mcse]
            self.assertTrue(near, f"{stated} % with {size}: {powers}")

    def test_the_size_is_the_one_that_is_stated(self):
        stated = self.number(r"under the sceptical stance 90 % needs ([\d,]+) \(95 % interval ([\d,]+) to ([\d,]+)\)")
        command, = [words for words in commands() if words[0] == "size"]  # as it stands there: the answer depends on the replicates
        found = re.search(r"smallest total sample size for power 0.9: (\d+) \(95 % interval (\d+) to (\d+)\)", self.call(*command).stdout)
        self.assertEqual([float(number) for number in found.groups()], stated)


if __name__ == "__main__":
    unittest.main()
