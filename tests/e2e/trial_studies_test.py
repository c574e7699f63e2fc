"""A trial is a pure function of its study: threads, interruptions and the search for a sample size do not change a bit. What ships is valid."""
import csv
import io
import signal
import unittest

from program import ANSWER_IS_NO, INVALID, SOURCE, STOPPED, ProgramTest

# Two arms and a baseline; the power of the analysis of covariance is that of a noncentral t.
TEMPLATE = SOURCE / "scenarios/templates/two-arm-continuous.toml"
DISEASE = SOURCE / "scenarios/studies/trial-intrathecal-sham.toml"

REFUSED = (("trial.sample_size=1", "sample_size"), ("trial.replicates=0", "replicates"), ("trial.alpha=1.5", "alpha"), ("trial.primary.visit_months=7", "7"),
           ('trial.primary.analysis="anova"', "ancova"), ('trial.primary.adjust=["height"]', "height"),
           ('trial.arms=[{ strategy = "control" }, { strategy = "nobody" }]', "nobody"),
           ('trial.arms=[{ strategy = "control", ratio = 0 }, { strategy = "active" }]', "ratio"), ("trial.dropout.share=[1.0]", "share"),
           ("data_model.correlation=[[1.0, 1.5], [1.5, 1.0]]", "correlation"), ("data_model.arms.active.sd=[10.0, -1.0]", "sd"))


class TrialStudies(ProgramTest):
    def shipped(self):
        """The studies with a trial and the templates, as (folder, name)."""
        blocks = [block.splitlines() for block in self.call("scenarios", "list").stdout.split("\n\n")]
        words = [(block[0].split(":")[0], line.split()[0]) for block in blocks for line in block[1:] if line.startswith("  ")]
        return [(folder, name) for folder, name in words if folder == "templates" or (folder == "studies" and name.startswith("trial-"))]

    def run_trial(self, study, output, replicates, *options):
        return self.run_study(study, output, "--set", f"trial.replicates={replicates}", *options)

    def table(self, result):
        return list(csv.DictReader(io.StringIO(self.call("export", result, "--table", "trial/operating_characteristics").stdout)))

    def test_what_ships_is_valid_and_runs(self):
        names = self.shipped()
        self.assertGreaterEqual(len([name for folder, name in names if folder == "studies"]), 4)
        self.assertGreaterEqual(len([name for folder, name in names if folder == "templates"]), 8)
        for folder, name in names:
            with self.subTest(name):
                self.call("scenarios", "copy", name)
                self.assertIn("valid", self.call("check", f"{name}.toml").stdout)
                self.assertEqual((self.folder / f"{name}.toml").read_bytes(), (SOURCE / "scenarios" / folder / f"{name}.toml").read_bytes())
                if name != "analyze-only":
                    rows = self.table(self.run_trial(f"{name}.toml", f"{name}.h5", 20, "--set", "trial.sample_size=140"))
                    self.assertGreaterEqual(len(rows), 1)
                    for row in rows:
                        self.assertEqual((row["sample_size"], row["replicates"]), ("140", "20"))
                        self.assertEqual(row["failures"], "0")

    def test_the_file_for_analyses_says_what_it_needs(self):
        self.assertIn("no trial", self.call("size", SOURCE / "scenarios/templates/analyze-only.toml", status=INVALID).stderr)

    def test_threads(self):
        for study, replicates in ((DISEASE, 30), (TEMPLATE, 500)):
            with self.subTest(study.stem):
                results = [self.run_trial(study, f"{study.stem}-{threads}.h5", replicates, "--threads", threads) for threads in (1, 2, 7)]
                for other in results[1:]:
                    self.assert_same(results[0], other)

    def test_interrupted_and_resumed(self):
        options = ("--set", "trial.replicates=60_000", "--set", "trial.save_replicates=false", "--set", "trial.sample_size=200")
        whole = self.run_study(TEMPLATE, "whole.h5", *options)
        for name, by, expected in (("terminated", signal.SIGTERM, STOPPED), ("killed", signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(name):
                output = f"{name}.h5"
                process = self.start("run", TEMPLATE, "-o", output, *options, "--part-seconds", 0.02, "--threads", 1, "--progress", "none")
                self.wait_for_part(process, self.folder / f"{output}.parts")
                process.send_signal(by)
                error = process.communicate(timeout=120)[1]
                self.assertEqual(process.returncode, expected, error)
                self.assertFalse((self.folder / output).exists())
                self.assert_same(whole, self.run_study(TEMPLATE, output, *options, "--resume"))

    def test_smaller_trials_are_the_beginning_of_larger_ones(self):
        """A sample size gives the same rows whichever others are asked for."""
        alone = self.table(self.run_trial(TEMPLATE, "alone.h5", 300, "--set", "trial.sample_size=100"))
        among = self.table(self.run_trial(TEMPLATE, "among.h5", 300, "--set", "trial.sample_size=[60, 100, 160]"))
        self.assertEqual([row for row in among if row["sample_size"] == "100"], alone)

    def test_size_does_not_depend_on_threads(self):
        words = ("--power", 0.8, "--replicates", 1_000, "--search-replicates", 500, "--format", "json")
        answers = [self.call("size", TEMPLATE, *words, "--threads", threads).stdout for threads in (1, 2, 7)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])

    def test_size_finds_the_closed_form(self):
        # power.t.test(delta = 4, sd = 10 * sqrt(1 - 0.5^2), power = 0.8) of R: 74.55 per arm, and one patient for the slope: 76 at most, in
        # blocks of 4 between 148 and 156 together. 4,000 replicates move the answer by 4.5 * 0.0063 / (power per patient, 0.0027) = 10 patients.
        words = ("--set", "trial.dropout={ months = [12], share = [0.0] }", "--set", "trial.secondary=[]", "--replicates", 4_000, "--search-replicates", 4_000)
        said = self.call("size", TEMPLATE, "--power", 0.8, *words).stdout
        found = int(said.split("for power 0.8: ")[1].split()[0])
        self.assertLessEqual(abs(found - 152), 14, said)
        self.assertEqual(found % 4, 0)

    def test_no_size_suffices(self):
        said = self.call("size", TEMPLATE, "--power", 0.9, "--largest", 60, "--replicates", 500, "--search-replicates", 300, status=ANSWER_IS_NO)
        self.assertIn("no total sample size up to 60", said.stdout)

    def test_mistakes_are_refused_by_name(self):
        for setting, message in REFUSED:
            with self.subTest(setting):
                self.assertIn(message, self.call("check", TEMPLATE, "--set", setting, status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
