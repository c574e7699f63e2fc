"""A broken study ends with status 3 and a message at its line, and leaves nothing behind."""
import re
import unittest

from program import DONE, INVALID, SOURCE, ProgramTest

FAULTS = sorted((SOURCE / "tests/faults/studies").glob("*.toml"))


class Refusal(ProgramTest):
    def test_broken_studies(self):
        self.assertGreaterEqual(len(FAULTS), 20)
        for fault in FAULTS:
            with self.subTest(fault.stem):
                first = fault.read_bytes().split(b"\n")[0].decode(errors="replace")
                line = re.match(r"# expect (\d+):", first).group(1)
                said = self.call("run", fault, "-o", "out.h5", "--progress", "none", status=INVALID)
                self.assertEqual(said.stdout, "")
                self.assertRegex(said.stderr, rf"{re.escape(fault.name)}:{line}:\d+: \S")
                self.assertEqual(list(self.folder.iterdir()), [])
                self.call("check", fault, status=INVALID)

    def test_shipped_studies_are_valid(self):
        studies = sorted((SOURCE / "scenarios/studies").glob("*.toml"))
        self.assertGreaterEqual(len(studies), 4)
        for study in studies:
            with self.subTest(study.stem):
                self.call("check", study, status=DONE)
                self.call("run", study, "--dry-run", status=DONE)
                self.assertEqual(self.call("scenarios", "show", f"studies/{study.stem}").stdout, study.read_text())
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_pair_that_nobody_measured(self):
        study = self.study()
        study.write_text(study.read_text().replace('cell = "NSC"\nroute = "intranasal"', 'cell = "NSC"\nroute = "intrathecal"'))
        said = self.call("run", study, "-o", "out.h5", status=INVALID).stderr
        self.assertIn("intrathecal", said)
        self.assertFalse((self.folder / "out.h5").exists())


if __name__ == "__main__":
    unittest.main()
