"""An interrupted run keeps every finished block, and ends with the same bits when it is resumed."""
import signal
import unittest

from program import DONE, STOPPED, STORAGE, ProgramTest


class Interruption(ProgramTest):
    # Many blocks, so that the run is at work for long enough to be interrupted after its first part.
    def large_study(self):
        return self.study(size=1_000_000, evidence='["sceptical"]', endpoints='["gmfm66"]')

    def interrupted(self, study, output, by):
        process = self.start("run", study, "-o", output, "--part-seconds", 0.05, "--threads", 1, "--progress", "none")
        self.wait_for_part(process, self.folder / f"{output}.parts")
        process.send_signal(by)
        _, error = process.communicate(timeout=120)
        self.assertFalse((self.folder / output).exists(), "an interrupted run must not publish a result")
        return process.returncode, error

    def test_terminated_then_resumed(self):
        study = self.large_study()
        whole = self.run_study(study, "whole.h5")
        status, error = self.interrupted(study, "out.h5", signal.SIGTERM)
        self.assertEqual(status, STOPPED, error)
        self.assertIn("--resume", error)
        refused = self.call("run", study, "-o", "out.h5", status=STORAGE)
        self.assertIn("--resume", refused.stderr)
        self.run_study(study, "out.h5", "--resume")
        self.assert_same(whole, "out.h5")
        self.assertFalse((self.folder / "out.h5.parts").exists())

    def test_killed_then_resumed(self):
        study = self.large_study()
        whole = self.run_study(study, "whole.h5")
        status, _ = self.interrupted(study, "out.h5", signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.run_study(study, "out.h5", "--resume")
        self.assert_same(whole, "out.h5")

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
