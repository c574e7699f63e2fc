"""vcohort new: every kind of question and outcome gives a valid study, and a trial the power that was asked for."""
import csv
import io
import itertools
import math
import os
import pty
import subprocess
import unittest

from program import INVALID, MEMORY, PROGRAM, STORAGE, ProgramTest

COMMAND_LINE = 2
REPLICATES = 6000
# control, active, further options, and the direction in which the active arm is better
TRIALS = {"continuous": (("50", "45", ("--sd", "12"), "lower"), ("50", "56", ("--sd", "12"), "higher")),
          "binary": (("0.5", "0.3", (), "lower"), ("0.5", "0.68", (), "higher")),
          "count": (("0.2", "0.12", ("--dispersion", "0.4"), "lower"), ("0.1", "0.16", (), "higher")),
          "survival": (("10", "16", (), "lower"), ("16", "10", (), "higher"))}


class New(ProgramTest):
    scratch = MEMORY

    def power_of(self, *settings):
        self.run_study("study.toml", "out.h5", "--overwrite", "--set", f"trial.replicates={REPLICATES}", "--set", "seed=99", *settings)
        row, = csv.DictReader(io.StringIO(self.call("export", "out.h5", "operating_characteristics").stdout))
        return float(row["power"]), float(row["assurance"])

    def assert_powered(self, power):
        """On other replicates than those of the search; its answer has an error of its own, and sizes are whole."""
        found, good = self.power_of()
        error = math.sqrt(power * (1 - power) * (1 / REPLICATES + 1 / 10_000))
        self.assertGreater(found, power - 4 * error)
        self.assertLess(found, power + 4 * error + 0.02)
        self.assertGreater(good, found - 0.01)  # in the direction that was said

    def test_every_trial_has_the_power_that_was_asked_for(self):
        for endpoint, cases in TRIALS.items():
            for (control, active, options, better), power in zip(cases, (0.9, 0.8)):
                with self.subTest(endpoint=endpoint, better=better):
                    (self.folder / "study.toml").unlink(missing_ok=True)
                    self.call("new", "--kind", "trial", "--endpoint", endpoint, "--control", control, "--active", active, *options,
                              f"--{better}-is-better", "--power", power, "-o", "study.toml")
                    self.assertIn("valid", self.call("check", "study.toml").stdout)
                    self.assertIn(f"lower_is_better = {'true' if better == 'lower' else 'false'}  # ", (self.folder / "study.toml").read_text())
                    self.assert_powered(power)

    def test_every_template_is_valid(self):
        endpoints = {"trial": list(TRIALS), "cohort": ["gmfm66", "adl", "cgi_i"], "policy": ["qaly", "gmfm66", "responder"]}
        for kind, endpoint in itertools.chain(*(itertools.product([kind], [None, *of]) for kind, of in endpoints.items())):
            with self.subTest(kind=kind, endpoint=endpoint):
                text = self.call("new", "--kind", kind, *(("--endpoint", endpoint) if endpoint else ())).stdout
                (self.folder / "template.toml").write_text(text)
                self.assertIn("valid", self.call("check", "template.toml").stdout)
                self.assertRegex(text, r"(lower_is_better = (true|false)  #|lower is better|higher is better|more is better)")
                self.assertLessEqual(max(map(len, text.splitlines())), 160)
        self.assertEqual(self.call("new").stdout, self.call("new", "--kind", "trial", "--endpoint", "continuous").stdout)

    def test_the_template_says_that_the_active_arm_is_better_in_either_direction(self):
        for better in ("lower", "higher"):
            for endpoint in TRIALS:
                (self.folder / "study.toml").write_text(self.call("new", "--endpoint", endpoint, f"--{better}-is-better").stdout)
                power, good = self.power_of("--set", "trial.replicates=500")
                self.assertGreater(good, 0.8 * power)

    def test_what_contradicts_itself_is_refused(self):
        values = ("--control", 0.5, "--active", 0.3)
        for words, said in (((*values, "--endpoint", "binary"), "direction"), ((*values, "--endpoint", "binary", "--higher-is-better"), "not better"),
                            ((*values, "--lower-is-better"), "--sd"), (("--control", 0.5), "one arm"), (("--endpoint", "binray"), '"binary"'),
                            ((*values, "--endpoint", "binary", "--lower-is-better", "--sd", 1), "--sd"), (("--kind", "cohort", "--endpoint", "gmfm77"), "gmfm66"),
                            (("--kind", "cohort", *values), "trial"), (("--kind", "policy", "--power", 0.9), "trial"), (("--power", 1), "power"), (("--power", "nan"), "power"),
                            (("--control", 0.5, "--active", 1.3, "--endpoint", "binary", "--higher-is-better"), "share"),
                            (("--control", "nan", "--active", 1.3, "--sd", 1, "--higher-is-better"), "finite"),
                            (("--control", 50, "--active", 50.01, "--sd", 10, "--higher-is-better"), "10000"),
                            (("--kind", "cohort", "--lower-is-better"), "more is better")):
            with self.subTest(words):
                self.assertIn(said, self.call("new", *words, status=INVALID).stderr)
        self.call("new", "--lower-is-better", "--higher-is-better", status=COMMAND_LINE)
        self.call("new", "--kind", "triel", status=COMMAND_LINE)
        (self.folder / "mine.toml").write_text("mine")
        self.call("new", "-o", "mine.toml", status=STORAGE)
        self.assertEqual((self.folder / "mine.toml").read_text(), "mine")

    def test_it_asks_on_a_terminal(self):
        leader, follower = pty.openpty()
        process = subprocess.Popen([PROGRAM, "new"], cwd=self.folder, stdin=follower, stdout=follower, stderr=follower, env={**os.environ, "TERM": "dumb"})
        os.close(follower)
        os.write(leader, b"trial\nbinray\nbinary\nhalf\n0.5\n0.3\n\n0.9\nasked.toml\n")
        said = b""
        try:
            while chunk := os.read(leader, 65536):
                said += chunk
        except OSError:
            pass
        os.close(leader)
        self.assertEqual(process.wait(), 0, said.decode())
        self.assertIn("is none of them", said.decode())
        self.assertIn("is no number", said.decode())
        self.call("new", "--endpoint", "binary", "--control", 0.5, "--active", 0.3, "--lower-is-better", "--power", 0.9, "-o", "options.toml")
        self.assertEqual((self.folder / "asked.toml").read_text(), (self.folder / "options.toml").read_text())


if __name__ == "__main__":
    unittest.main()
