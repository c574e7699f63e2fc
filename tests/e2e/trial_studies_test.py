"""A trial is a pure function of its study: threads, interruptions and the search for a sample size do not change a bit. What ships is valid."""
import csv
import io
import json
import signal
import unittest

from program import ANSWER_IS_NO, INVALID, SOURCE, STOPPED, ProgramTest

COMMAND_LINE = 2
MISSED = 5  # a precision that was asked for

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
                fewer = ("--set", "trial.final={ events = 60 }") if name == "event-driven" else ()
                if name != "analyze-only":
                    rows = self.table(self.run_trial(f"{name}.toml", f"{name}.h5", 20, "--set", "trial.sample_size=140", *fewer))
                    self.assertGreaterEqual(len(rows), 1)
                    for row in rows:
                        self.assertEqual((row["sample_size"], row["replicates"]), ("140", "20"))
                        self.assertEqual(row["failures"], "0")

    def test_arms_in_words_are_their_numbers(self):
        resolved = self.folder / "resolved.toml"
        study = SOURCE / "scenarios/templates/event-driven.toml"
        options = ("--set", 'data_model.arms.control={ median_months = 12, shape = 1.3, cured = 0.1 }', "--set", "trial.final={ months = 24 }")
        resolved.write_text(self.call("check", study, "--resolved", *options).stdout)
        self.assertNotIn("median", resolved.read_text())
        words, numbers = self.run_trial(study, "words.h5", 200, *options), self.run_trial(resolved, "numbers.h5", 200)
        said = self.call("compare", words, numbers, status=ANSWER_IS_NO).stdout
        self.assertRegex(said, "/study/source, .*\n(.*\n)?1 datasets differ\n$")  # as it was written, and nothing else

    def test_check_says_what_each_arm_loses(self):
        # uniroot and integrate in tests/engine/trial/dropout_test.cpp
        study = self.folder / "lost.toml"
        study.write_text('format = "vcohort-study 1"\n[data_model]\nkind = "normal"\nvisits_months = 12\narms.P = { mean = 0, sd = 1 }\narms.T = { mean = 1, sd = 1 }\n'
                         '[trial]\narms = [{ strategy = "P" }, { strategy = "T" }]\nreference = "P"\nsample_size = 40\nreplicates = 10\n'
                         'primary = { visit_months = 12, analysis = "t" }\ndropout = { months = 12, share = 0.2, mechanism = "mnar", odds_ratio_per_sd = 3 }\n')
        self.assertIn("drop-out expected by the end (data model): 0.20 of P, 0.09 of T", self.call("check", study).stdout)
        self.assertNotIn("drop-out", self.call("check", study, "--set", "trial.dropout={ months = 12, share = 0.2 }").stdout)

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

    def test_size_says_what_it_sized(self):
        arms = "[{ strategy = \"control\" }, { strategy = \"low\" }, { strategy = \"high\" }]"
        other_order = "[{ strategy = \"control\" }, { strategy = \"high\" }, { strategy = \"low\" }]"
        study = self.folder / "three.toml"
        study.write_text(
            "format = \"vcohort-study 1\"\n[data_model]\nkind = \"normal\"\nvisits_months = [12]\n"
            "arms.control = { mean = [0.0], sd = [1.0] }\narms.low = { mean = [0.8], sd = [1.0] }\narms.high = { mean = [1.2], sd = [1.0] }\n"
            f"[trial]\narms = {arms}\nreference = \"control\"\nsample_size = 60\nreplicates = 10\nprimary = {{ visit_months = 12, analysis = \"t\" }}\n")
        words = ("--power", 0.8, "--replicates", 400, "--search-replicates", 400)
        self.assertIn("several contrasts", self.call("size", study, *words, status=INVALID).stderr)
        self.assertIn("multiplicity", self.call("size", study, *words, "--any", status=INVALID).stderr)
        self.assertIn("there is no contrast 'middle'", self.call("size", study, *words, "--contrast", "middle", status=INVALID).stderr)
        found = {}
        for option in (("--contrast", "low"), ("--contrast", "high"), ("--all",)):
            said = self.call("size", study, *words, *option).stdout
            self.assertIn(f"true difference {0.8 if 'low' in option else 1.2}, SD 1", said.splitlines()[0])
            rows = json.loads(self.call("size", study, *words, *option, "--format", "json").stdout)["rows"]
            found[option[-1]] = rows[0]["answer"]
            if option[-1] in ("low", "high"):  # power.t.test of R: 25.52 and 11.94 per arm
                self.assertTrue(rows[0]["lower"] <= {"low": 78, "high": 36}[option[-1]] <= rows[0]["upper"], rows[0])
                other = self.call("size", study, *words, *option, "--format", "json", "--set", f"trial.arms={other_order}").stdout
                self.assertEqual(json.loads(other)["rows"][0]["contrast"], f"{option[-1]} - control")
            self.assertIn(f"power 0.8: {rows[0]['answer']:.0f} ", said)
            self.assertEqual({row["scenario"] for row in rows}, {"data model"})
        self.assertGreater(found["low"], found["high"])
        self.assertGreaterEqual(found["--all"], found["low"])
        wrong = ("--contrast", "low", "--set", "data_model.arms.low.mean=[-0.8]")
        self.assertIn("wrong direction", self.call("size", study, *words, *wrong, status=INVALID).stderr)
        nothing = ("--contrast", "low", "--set", "data_model.arms.low.mean=[0.0]")
        said = self.call("size", study, *words, *nothing, status=INVALID).stderr
        self.assertIn("left out", said)
        margin = "trial.primary={ visit_months = 12, analysis = \"t\", hypothesis = \"non-inferiority\", margin = 1.0 }"
        self.assertIn("true difference 0, SD", self.call("size", study, *words, *nothing, "--set", margin).stdout)

    def test_size_needs_replicates_for_its_errors(self):
        for option in ("--replicates", "--search-replicates"):
            for number in (-1, 0, 1, 7, 10**10, 8.5):
                self.assertIn("whole number from 8 to", self.call("size", TEMPLATE, f"{option}={number}", status=COMMAND_LINE).stderr)
        self.call("size", TEMPLATE, "--replicates", 8, "--search-replicates", 8)

    def test_size_leaves_out_the_null_stance(self):
        words = ("--power", 0.5, "--replicates", 60, "--search-replicates", 60, "--largest", 100, "--set", "evidence=[\"published\", \"null\"]")
        said = self.call("size", DISEASE, *words, "--format", "csv", status=None)
        self.assertIn("scenario 'null' is left out", said.stderr)
        self.assertEqual({row["scenario"] for row in csv.DictReader(io.StringIO(said.stdout))}, {"published"})

    def test_a_missed_precision_has_a_status(self):
        said = self.call("run", TEMPLATE, "-o", "coarse.h5", "--set", "trial.replicates=128", "--set", "trial.power_mcse=0.001", "--quiet", status=MISSED)
        self.assertIn("not as precise as asked", said.stderr)
        self.assertTrue((self.folder / "coarse.h5").exists())

    def test_a_data_model_carries_no_stance(self):
        rows = self.table(self.run_trial(TEMPLATE, "model.h5", 20))
        self.assertEqual({row["scenario"] for row in rows}, {"data model"})
        self.assertNotIn("sceptical", self.call("show", "model.h5").stdout)

    def test_no_size_suffices(self):
        said = self.call("size", TEMPLATE, "--power", 0.9, "--largest", 60, "--replicates", 500, "--search-replicates", 300, status=ANSWER_IS_NO)
        self.assertIn("no total sample size up to 60", said.stdout)

    def test_mistakes_are_refused_by_name(self):
        for setting, message in REFUSED:
            with self.subTest(setting):
                self.assertIn(message, self.call("check", TEMPLATE, "--set", setting, status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
