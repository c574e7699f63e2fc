"""What `--dry-run` says is what a run takes: within 30 % for every study that ships, at reduced size, and with rows."""
import importlib.machinery
import importlib.util
import os
import re
import resource
import tomllib
import unittest

from program import MEMORY, PROGRAM, SOURCE, STORAGE, ProgramTest, peak_memory

MEBIBYTE = 1024 * 1024
TOLERANCE = 0.3
SANITIZED = "sanitize" in os.environ.get("VCOHORT_BUILD", "")

loader = importlib.machinery.SourceFileLoader("update_bits", str(SOURCE / "scripts/update_bits"))
update_bits = importlib.util.module_from_spec(importlib.util.spec_from_loader("update_bits", loader))
loader.exec_module(update_bits)


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
        for folder in ("studies", "templates"):
            for path in sorted((SOURCE / "scenarios" / folder).glob("*.toml")):
                study = tomllib.loads(path.read_text())
                if not any(question in study for question in ("cohort", "policy")) and study.get("trial", {}).get("replicates") == 0 or path.stem == "analyze-only":
                    continue  # for a data file: nothing is simulated
                settings = [word for setting in update_bits.reduced(study) for word in ("--set", setting)]
                with self.subTest(path.stem):
                    self.assert_met(path, *settings)

    def test_rows(self):
        trial = SOURCE / "scenarios/templates/two-arm-continuous.toml"
        uncertain = self.study("uncertain.toml", size=10_000, parameters="uncertain", save="true")
        for name, words in {"patients": (self.study(size=30_000, save="true"),), "draws": (uncertain,),
                            "replicates": (trial, "--set", "trial.replicates=20_000")}.items():
            with self.subTest(name):
                self.assert_met(*words)

    def test_draws_of_a_policy(self):
        for draws in (20, 400):
            with self.subTest(draws=draws):
                self.assert_met(SOURCE / "scenarios/studies/treat-early.toml", "--set", f"policy.parameter_draws={draws}", "--set", "policy.patients_per_draw=50")

    def test_what_does_not_fit_is_refused(self):
        done = self.call("run", self.study(size=2_000_000_000, save="true"), "--dry-run", status=STORAGE)
        self.assertIn("does not fit on the disk", done.stderr)
        self.assertGreater(float(re.search(r"^disk +about (\d+) MiB", done.stdout, re.MULTILINE)[1]), 1e6)

    def test_a_limit_of_file_sizes_ends_like_a_full_disk(self):
        study = self.study(size=300_000, save="true", evidence='["sceptical"]')
        limit = 30 * MEBIBYTE  # less than the result, more than a part
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
