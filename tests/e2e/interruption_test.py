"""An interrupted run keeps every finished block, and ends with the same bits when it is resumed."""
import signal
import unittest

from program import DONE, STORAGE, ProgramTest


class Interruption(ProgramTest):
    # Many blocks, so that the run is at work for long enough to be interrupted after its first part.
    def large_study(self):
        return self.study(size=1_000_000, evidence='["sceptical"]', endpoints='["gmfm66"]')

    def test_terminated_then_resumed(self):
        self.assert_same_when_interrupted(self.large_study())

    def test_killed_then_resumed(self):
        self.assert_same_when_interrupted(self.large_study(), signal.SIGKILL)

    def test_an_interrupted_run_says_how_to_go_on(self):
        study = self.large_study()
        _, error = self.interrupted(study, "out.h5")
        self.assertIn("--resume", error)
        self.assertIn("--resume", self.call("run", study, "-o", "out.h5", status=STORAGE).stderr)

    def test_resuming_a_finished_run_does_nothing(self):
        study = self.study(size=1_000)
        result = self.run_study(study, "out.h5")
        before = result.read_bytes()
        self.call("run", study, "-o", "out.h5", "--resume", status=DONE)
        self.assertEqual(result.read_bytes(), before)

    def test_an_existing_result_is_not_touched(self):
        study = self.study(size=1_000)
        result = self.run_study(study, "out.h5")
        before = result.read_bytes()
        self.assertIn("--overwrite", self.call("run", study, "-o", "out.h5", status=STORAGE).stderr)
        self.assertEqual(result.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
