"""What `--dry-run` says is what a run takes: within 30 % for every study that ships, at reduced size, and with rows."""
import json
import re
import resource
import subprocess
import unittest

from program import MEMORY, SOURCE, STORAGE, ProgramTest, peak_memory

MEBIBYTE = 1024 * 1024
TOLERANCE = 0.3

# The sizes of the ledger of bits. In a process of its own: a child's peak memory begins at that of its parent, and h5py takes more than vcohort.
REDUCED = """
import importlib.machinery, json, sys, tomllib
reduced = importlib.machinery.SourceFileLoader("update_bits", sys.argv[1]).load_module().reduced
print(json.dumps({path: list(reduced(tomllib.load(open(path, "rb")))) for path in sys.argv[2:]}))
"""


def reduced(paths):
    """Settings that make each of the studies small."""
    return json.loads(subprocess.run(["/usr/bin/python3", "-c", REDUCED, SOURCE / "scripts/update_bits", *paths], check=True, capture_output=True).stdout)


class DryRun(ProgramTest):
    scratch = MEMORY

    def needs(self, *words):
        """Memory, file and disk that a dry run states [MiB]."""
        said = self.call("run", *words, "--dry-run").stdout
        return {line[1]: float(line[2]) for line in re.finditer(r"^(memory|file|disk) +about ([\d.]+) MiB", said, re.MULTILINE)}

    def assert_met(self, study, *settings):
        words = [study, "-o", "o.h5", "--threads", 2, *settings]
        stated = self.needs(*words)
        memory = peak_memory(["run", *words, "--quiet", "--overwrite"], self.folder) / MEBIBYTE
        file = (self.folder / "o.h5").stat().st_size / MEBIBYTE
        self.assertAlmostEqual(stated["file"] / file, 1, delta=TOLERANCE, msg=f"states {stated['file']} MiB, is {file:.2f}")
        self.assertAlmostEqual(stated["memory"] / memory, 1, delta=TOLERANCE, msg=f"states {stated['memory']} MiB, was {memory:.1f}")

    def test_studies_that_ship(self):
        paths = [path for folder in ("studies", "templates") for path in sorted((SOURCE / "scenarios" / folder).glob("*.toml"))
                 if path.stem != "analyze-only"]  # for a data file: nothing is simulated
        for path, changes in reduced(paths).items():
            with self.subTest(path):
                self.assert_met(path, *(word for setting in changes for word in ("--set", setting)))

    def test_rows(self):
        trial = SOURCE / "scenarios/templates/two-arm-continuous.toml"
        uncertain = self.study("uncertain.toml", size=10_000, parameters="uncertain", save="true")
        for name, words in {"patients": (self.study(size=30_000, save="true"),), "draws": (uncertain,),
                            "replicates": (trial, "--set", "trial.replicates=20_000")}.items():
            with self.subTest(name):
                self.assert_met(*words)

    def test_draws_of_a_policy(self):
        for draws in (60, 400):
            with self.subTest(draws=draws):
                self.assert_met(SOURCE / "scenarios/studies/treat-early.toml", "--set", f"policy.parameter_draws={draws}", "--set", "policy.patients_per_draw=50")

    def test_what_does_not_fit_is_refused(self):
        done = self.call("run", self.study(size=2_000_000_000, save="true"), "--dry-run", status=STORAGE)
        self.assertIn("does not fit on the disk", done.stderr)
        self.assertGreater(float(re.search(r"^disk +about (\d+) MiB", done.stdout, re.MULTILINE)[1]), 1e6)

    def test_a_limit_of_file_sizes_ends_like_a_full_disk(self):
        study = self.study(size=100_000, save="true", evidence='["sceptical"]')
        limit = 10 * MEBIBYTE  # less than the result, more than a part
        words = ["run", study, "-o", "o.h5", "--part-seconds", 0.02, "--threads", 1, "--quiet"]
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            said = self.call(*words, status=STORAGE).stderr
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.assertRegex(said, r"File too large|no space")
        self.assertTrue(list((self.folder / "o.h5.parts").glob("*.h5")), "finished blocks are kept")
        self.call(*words, "--resume")


if __name__ == "__main__":
    unittest.main()
