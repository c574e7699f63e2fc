"""A name that no result may get is refused before any work, and what lies there stays as it was."""
import unittest

import h5py

from program import DONE, STORAGE, ProgramTest


class Output(ProgramTest):
    def assert_refused(self, why, *words):
        """Refused at once: a study of this size takes minutes."""
        before = {path: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
        self.assertIn(why, self.call(*words, status=STORAGE).stderr)
        self.assertEqual(before, {path: path.read_bytes() for path in self.folder.iterdir() if path.is_file()})

    def test_a_run_does_not_replace_its_own_study(self):
        study = self.study(size=100_000_000)
        for more in ((), ("--overwrite",), ("--resume",)):
            self.assert_refused("what was to be read", "run", study, "-o", "./study.toml", *more)

    def test_a_folder_is_no_output(self):
        study = self.study(size=100_000_000)
        (self.folder / "folder").mkdir()
        for more in ((), ("--overwrite",), ("--resume",)):
            self.assert_refused("it is a folder", "run", study, "-o", "folder", *more)
        result = self.run_study(self.study(size=500), "small.h5")
        self.assert_refused("it is a folder", "export", result, "--table", "cohort/summary", "-o", "folder")
        self.assert_refused("it is a folder", "merge", result, "-o", "folder")

    def test_a_result_runs_again_onto_itself_only_when_told(self):
        result = self.run_study(self.study(size=500), "out.h5")
        self.assert_refused("it exists", "run", result, "-o", "out.h5", "--set", "population.size=100_000_000")
        self.call("run", result, "-o", "out.h5", "--overwrite", "--quiet", "--set", "population.size=600")
        with h5py.File(result) as file:
            self.assertIn(b"600", file["study/resolved"][0])

    def test_an_export_replaces_a_file_only_when_told(self):
        result = self.run_study(self.study(size=500), "out.h5")
        export = ("export", result, "--table", "cohort/summary", "-o", "summary.csv")
        self.call(*export)
        self.assert_refused("it exists", *export)
        self.call(*export, "--overwrite", status=DONE)
        for more in ((), ("--overwrite",)):
            self.assert_refused("what was to be read", "export", result, "--table", "cohort/summary", "-o", "out.h5", *more)

    def test_a_result_is_no_part(self):
        study = self.study(size=500)
        result = self.run_study(study, "out.h5")
        self.assert_refused("finished result", "merge", result, "-o", "again.h5")
        self.call("run", study, "-o", "other.h5", "--shard", "1/1", "--quiet")
        self.assert_refused("finished result", "merge", "other.h5.parts", result, "-o", "again.h5")
        self.assertIn("finished result", self.call("merge", result, "--status", status=6).stdout)
        self.call("merge", "other.h5.parts", "-o", "again.h5")
        self.assert_same(result, "again.h5")


if __name__ == "__main__":
    unittest.main()
