"""However the work is cut, interrupted and joined again, the result has the bits of one plain run."""
import concurrent.futures
import json
import random
import re
import signal
import subprocess
import time
import unittest

from batch_studies import studies
from program import ANSWER_IS_NO, DONE, INVALID, MEMORY, PROGRAM, SOURCE, STOPPED, STORAGE, ProgramTest

COMMAND_LINE, NUMERICAL = 2, 5


class Batch(ProgramTest):
    scratch = MEMORY

    def each(self):
        """Every study with the result of one plain run on one thread."""
        for name, study, settings in studies(self):
            whole = self.run_study(study, f"{name} whole.h5", "--threads", 1, *settings)
            with self.subTest(name):
                yield name, study, settings, whole

    def shard(self, study, output, number, of, *options, status=DONE):
        return self.call("run", study, "-o", output, "--shard", f"{number}/{of}", "--progress", "none", *options, status=status)

    def merge(self, output, *words, status=DONE):
        return self.call("merge", f"{output}.parts", "-o", output, *words, status=status)

    def test_threads(self):
        for name, study, settings, whole in self.each():
            for threads in (2, 7):
                self.assert_same(whole, self.run_study(study, f"{name} {threads}.h5", "--threads", threads, *settings))

    def test_twelve_shards_in_any_order(self):
        for name, study, settings, whole in self.each():
            numbers = list(range(1, 13))
            random.Random(name).shuffle(numbers)
            for number in numbers:
                self.shard(study, "twelve.h5", number, 12, *settings)
            self.assertFalse((self.folder / "twelve.h5").exists(), "a shard publishes no result")
            parts = sorted((self.folder / "twelve.h5.parts").glob("*.h5"))
            random.Random(name).shuffle(parts)
            self.call("merge", *parts, "-o", "twelve.h5")
            self.assert_same(whole, "twelve.h5")
            for file in (self.folder / "twelve.h5.parts").iterdir():
                file.unlink()
            (self.folder / "twelve.h5").unlink()

    def test_three_times_four_shards_share_a_folder(self):
        for name, study, settings, whole in self.each():
            output = f"{name} shared.h5"
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda number: self.shard(study, output, number, 12, "--resume", "--part-seconds", 0, "--threads", 1, *settings),
                              range(1, 13)))
            self.assertIn("are there", self.merge(output, "--status").stdout)
            self.merge(output)
            self.assert_same(whole, output)

    def test_killed_ten_times(self):
        dice = random.Random(20260101)
        for name, study, settings, whole in self.each():
            output = f"{name} killed.h5"
            for _ in range(10):
                process = subprocess.Popen([PROGRAM, "run", str(study), "-o", output, "--resume", "--part-seconds", "0", "--threads", "1", "--quiet",
                                            *map(str, settings)], cwd=self.folder, stderr=subprocess.DEVNULL)
                time.sleep(dice.uniform(0, 0.25))
                process.send_signal(signal.SIGKILL)
                process.wait()
            self.run_study(study, output, "--resume", *settings)
            self.assert_same(whole, output)
            self.assertFalse(list(self.folder.glob("*.tmp")), "temporary files of dead runs stay behind")

    def test_more_shards_than_blocks(self):
        study = self.study(size=5_000)  # two blocks under each of two stances
        self.assertIn("is empty", self.shard(study, "few.h5", 1, 5).stderr)
        for number in range(2, 6):
            self.shard(study, "few.h5", number, 5)
        self.merge("few.h5")
        self.assert_same(self.run_study(study, "whole.h5"), "few.h5")

    def test_a_finished_shard_does_nothing_again(self):
        study = self.study()
        self.shard(study, "o.h5", 2, 3)
        before = {path.name: path.stat().st_mtime_ns for path in (self.folder / "o.h5.parts").glob("*.h5")}
        self.assertIn("nothing is left to do", self.shard(study, "o.h5", 2, 3, "--resume").stderr)
        self.assertIn("--resume", self.shard(study, "o.h5", 2, 3, status=STORAGE).stderr)
        self.assertEqual(before, {path.name: path.stat().st_mtime_ns for path in (self.folder / "o.h5.parts").glob("*.h5")})
        self.shard(study, "o.h5", 2, 3, "--overwrite")

    def test_status_names_the_commands_that_make_what_is_missing(self):
        study = self.study()
        for number in (1, 2, 4, 6):
            self.shard(study, "o.h5", number, 6)
        self.assertIn("missing", self.merge("o.h5", status=ANSWER_IS_NO).stderr)
        for _ in range(2):  # a run at a time, as a user would
            said = self.merge("o.h5", "--status", status=ANSWER_IS_NO).stdout
            command = next(line for line in said.splitlines() if line.startswith("run")).split("vcohort ", 1)[1]
            self.assertRegex(command, r"--shard [35]/6 --resume$")
            self.call(*command.split())
        self.assertRegex(self.merge("o.h5", "--status").stdout, r"part +blocks 0 to \d+: shard 1/6 on \S+, process \d+")
        self.merge("o.h5")
        self.assert_same(self.run_study(study, "whole.h5"), "o.h5")

    def test_parts_of_different_runs_are_refused(self):
        first = self.study("a.toml")
        self.shard(first, "a.h5", 1, 2)
        for name, options, settings, word in (("seed", {"seed": 8}, (), "seed"), ("study", {}, ("--set", "outcomes.visits_months=[2]"), "visits_months"),
                                              ("evidence", {"evidence": '["published", "sceptical"]'}, (), "evidence")):
            with self.subTest(name):
                other = self.study(f"{name}.toml", **options)
                self.shard(other, f"{name}.h5", 2, 2, *settings)
                said = self.call("merge", "a.h5.parts", f"{name}.h5.parts", "-o", "m.h5", status=STORAGE).stderr
                self.assertIn(word, said)
                refused = self.call("run", other, "-o", "a.h5", "--shard", "1/2", "--resume", *settings, status=STORAGE).stderr
                self.assertIn(word, refused)

    def test_overlap_and_repetition(self):
        study = self.study()
        for number, of, output in ((1, 2, "a.h5"), (2, 2, "a.h5"), (2, 2, "b.h5"), (2, 3, "c.h5")):
            self.shard(study, output, number, of)
        self.assertIn("the same blocks", self.call("merge", "a.h5.parts", "c.h5.parts", "-o", "m.h5", status=STORAGE).stderr)
        self.assertIn("left out", self.call("merge", "a.h5.parts", "b.h5.parts", "-o", "m.h5").stderr)
        self.assert_same(self.run_study(study, "whole.h5"), "m.h5")

    def test_checkpoints_cannot_be_cut(self):
        study = studies(self)[2][1]
        said = self.call("run", study, "-o", "o.h5", "--shard", "1/2", "--set", "trial.power_mcse=0.01", status=INVALID).stderr
        self.assertIn("power_mcse", said)

    def test_shards_are_counted_from_one(self):
        study = self.study()
        for shard in ("0/3", "4/3", "3", "a/b", "1/0"):
            self.assertIn("K from 1 to N", self.call("run", study, "--shard", shard, status=COMMAND_LINE).stderr)


class Page(ProgramTest):
    def test_options_of_the_page_are_those_of_the_program(self):
        page = (SOURCE / "docs/batch.md").read_text()
        known = "".join(self.call(verb, "--help").stdout for verb in ("run", "merge"))
        options = set(re.findall(r"--[a-z][a-z-]+", page))
        self.assertGreater(len(options), 12)
        for option in options:
            self.assertIn(option, known)
        for status in (0, 3, 4, 5, 75):
            self.assertIn(f"{status} ", self.call("run", "--help").stdout)


class Limits(ProgramTest):
    def large(self):
        return self.study(size=20_000_000, evidence='["sceptical"]', endpoints='["gmfm66"]')

    def test_time_limit(self):
        begun = time.monotonic()
        said = self.call("run", self.large(), "-o", "o.h5", "--time-limit", "1s", "--part-seconds", 0.2, "--progress", "json", status=STOPPED).stderr
        self.assertLess(time.monotonic() - begun, 30)
        self.assertIn("time limit", said)
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        self.assertTrue(lines[-1]["end"])
        self.assertGreater(lines[-1]["bytes_written"], 0)
        self.assertTrue(list((self.folder / "o.h5.parts").glob("*.h5")))

    def test_no_progress_is_no_reason_to_try_again(self):
        said = self.call("run", self.large(), "-o", "o.h5", "--max-memory", "1M", "--progress", "none", status=NUMERICAL).stderr
        self.assertIn("before any block", said)
        self.assertIn("memory limit", said)

    def test_usr1_is_a_request_to_stop(self):
        process = self.start("run", self.large(), "-o", "o.h5", "--part-seconds", 0.05, "--threads", 1, "--progress", "none")
        self.wait_for_part(process, self.folder / "o.h5.parts")
        process.send_signal(signal.SIGUSR1)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, STOPPED, error)

    def test_a_second_run_of_the_same_output_is_refused_while_the_first_works(self):
        study = self.large()
        process = self.start("run", study, "-o", "o.h5", "--part-seconds", 0.05, "--threads", 1, "--progress", "none")
        self.wait_for_part(process, self.folder / "o.h5.parts")
        for options in (("--resume",), ("--overwrite",), ("--resume", "--shard", "1/2")):
            said = self.call("run", study, "-o", "o.h5", *options, status=STORAGE).stderr
            self.assertIn(f"process {process.pid}", said)
        process.kill()
        process.communicate()
        self.call("run", study, "-o", "o.h5", "--resume", "--time-limit", 1, "--part-seconds", 0.1, "--progress", "none", status=STOPPED)


class Growth(ProgramTest):
    def grow(self, study, key, old, new, *options):
        small = self.run_study(study, "small.h5", "--overwrite", *options, "--set", f"{key}={old}")
        whole = self.run_study(study, "whole.h5", "--overwrite", *options, "--set", f"{key}={new}")
        self.run_study(study, "grown.h5", "--grow", small, "--overwrite", *options, "--set", f"{key}={new}")
        self.assert_same(whole, "grown.h5")
        # Resuming a smaller result is the same.
        said = self.call("run", study, "-o", "small.h5", "--resume", *options, "--set", f"{key}={new}").stderr
        self.assertIn("taken over", said)
        self.assert_same(whole, "small.h5")
        self.assertIn("nothing is left to do", self.call("run", study, "-o", "small.h5", "--resume", *options, "--set", f"{key}={new}").stderr)

    def test_more_patients(self):
        self.grow(self.study(save="true", endpoints='["gmfm66"]', visits="[12]"), "population.size", 2 * 4096, 20_000)

    def test_more_parameter_draws(self):
        self.grow(self.study(save="true", parameters="uncertain"), "population.size", 8 * 256, 3_000)

    def test_more_replicates(self):
        self.grow(studies(self)[2][1], "trial.replicates", 10 * 128, 3_000)

    def test_more_draws_of_a_policy(self):
        _, study, settings = studies(self)[3]
        self.grow(study, "policy.parameter_draws", 40, 60, *settings)

    def test_shards_grow_too(self):
        study = self.study()
        small = self.run_study(study, "small.h5", "--set", "population.size=8192")
        for number in (1, 2, 3):
            self.call("run", study, "-o", "grown.h5", "--grow", small, "--shard", f"{number}/3", "--resume", "--progress", "none")
        self.call("merge", "grown.h5.parts", "-o", "grown.h5")
        self.assert_same(self.run_study(study, "whole.h5"), "grown.h5")

    def test_what_cannot_grow_is_refused(self):
        study = self.study()
        small = self.run_study(study, "small.h5", "--set", "population.size=5000")
        for settings, word in (((), "not full"), (("--set", "population.size=100"), "smaller"), (("--set", "seed=8"), "seed"),
                               (("--set", "outcomes.visits_months=[2]"), "visits_months")):
            self.assertIn(word, self.call("run", study, "-o", "o.h5", "--grow", small, *settings, status=STORAGE).stderr)
            self.assertIn(word, self.call("run", study, "-o", "small.h5", "--resume", *settings, status=STORAGE).stderr)


if __name__ == "__main__":
    unittest.main()
