"""Faults at random: kills, cut and flipped files, full disks, lost permissions, vanished folders. After each, either the program says so, or the
result has the bits of an undisturbed run; and once the fault is over, --resume always gets there.

VCOHORT_FAULTS=1000 injects that many instead of two of each kind; VCOHORT_FAULTS_SEED chooses others.
"""
import collections
import os
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

from batch_studies import studies
from program import ANSWER_IS_NO, DONE, MEMORY, PROGRAM, STOPPED, STORAGE, ProgramTest

FAULTS = int(os.environ.get("VCOHORT_FAULTS", "0"))
SEED = int(os.environ.get("VCOHORT_FAULTS_SEED", "20260101"))
NOBODY = "65534"


class Faults(ProgramTest):
    scratch = MEMORY

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o777)
        self.dice = random.Random(SEED)
        self.counts = collections.Counter()
        self.pristine = []
        for name, study, settings in studies(self, smaller=4):
            whole = self.run_study(study, f"{name} whole.h5", *settings)
            begun = time.monotonic()
            for number in range(1, 7):
                self.call("run", study, "-o", f"{name} shards.h5", "--shard", f"{number}/6", "--quiet", *settings)
            self.pristine.append((name, study, settings, whole, self.folder / f"{name} shards.h5.parts", (time.monotonic() - begun) / 6))

    # What a fault needs.

    def choose(self):
        """A study, and an empty folder for a run of it."""
        name, study, settings, whole, parts, seconds = self.dice.choice(self.pristine)
        self.place = self.folder / "place"
        self.place.mkdir(mode=0o777)
        os.chmod(self.place, 0o777)
        self.study_words = [str(study), "-o", str(self.place / "o.h5"), *map(str, settings)]
        self.whole, self.parts, self.seconds = whole, parts, seconds

    def with_parts(self):
        self.choose()
        shutil.copytree(self.parts, self.place / "o.h5.parts")
        return self.dice.choice(sorted((self.place / "o.h5.parts").glob("*.h5")))

    def words(self):
        return ["run", *self.study_words, "--resume", "--progress", "none", "--part-seconds", "0", "--threads", "1"]

    def launch(self, prefix=(), **options):
        return subprocess.Popen([*prefix, PROGRAM, *self.words()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.folder, **options)

    def expect(self, process, *statuses):
        error = process.communicate(timeout=300)[1]
        self.assertIn(process.returncode, statuses, error)
        if process.returncode == STORAGE:
            self.assertRegex(error, r"vcohort: .*\(.*\)", "a failure has a reason")
        if process.returncode != DONE:
            self.assertFalse((self.place / "o.h5").exists(), "a result although the run failed")
        return process.returncode

    def is_right(self):
        self.assert_same(self.whole, self.place / "o.h5")

    def recovers(self):
        """The fault is over: going on always ends with the right bits, and a second time does nothing."""
        self.expect(self.launch(), DONE)
        self.is_right()

    def merged_or_refused(self, *statuses):
        done = subprocess.run([PROGRAM, "merge", str(self.place / "o.h5.parts"), "-o", str(self.place / "o.h5")], capture_output=True, text=True)
        self.assertIn(done.returncode, statuses, done.stderr)
        if done.returncode == DONE:
            self.is_right()
            (self.place / "o.h5").unlink()
        else:
            self.assertFalse((self.place / "o.h5").exists(), "a result although the merge was refused")
        return done

    # The faults.

    def fault_kill(self):
        self.choose()
        for _ in range(self.dice.choice((1, 1, 2, 10))):
            process = self.launch()
            time.sleep(self.dice.uniform(0, 1.2 * self.seconds))
            process.kill()
            process.communicate()
        self.recovers()

    def fault_stop(self):
        self.choose()
        process = self.launch()
        time.sleep(self.dice.uniform(0.05, 0.05 + self.seconds))
        process.send_signal(self.dice.choice((signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)))
        self.expect(process, DONE, STOPPED, 5, -signal.SIGTERM, -signal.SIGINT, -signal.SIGUSR1)  # the last: it had not begun to listen
        self.recovers()

    def fault_truncated_part(self):
        part = self.with_parts()
        with open(part, "r+b") as file:
            file.truncate(self.dice.randrange(part.stat().st_size))
        self.merged_or_refused(STORAGE, DONE)
        self.recovers()

    def flip(self, path):
        data = bytearray(path.read_bytes())
        for _ in range(self.dice.choice((1, 1, 3))):
            data[self.dice.randrange(len(data))] ^= 1 << self.dice.randrange(8)
        path.write_bytes(data)

    def fault_flipped_part(self):
        part = self.with_parts()
        self.flip(part)
        if self.merged_or_refused(STORAGE, DONE).returncode == STORAGE:
            said = subprocess.run([PROGRAM, "merge", str(part.parent), "--status"], capture_output=True, text=True)
            self.assertEqual(said.returncode, ANSWER_IS_NO)
            self.assertIn(part.name, said.stdout)
        self.recovers()

    def fault_flipped_result(self):
        self.choose()
        result = self.place / "o.h5"
        shutil.copy(self.whole, result)
        self.flip(result)
        done = subprocess.run([PROGRAM, "compare", str(self.whole), str(result)], capture_output=True, text=True)
        self.assertIn(done.returncode, (STORAGE, DONE), done.stdout)
        again = subprocess.run([PROGRAM, *self.words()], capture_output=True, text=True)
        self.assertEqual(again.returncode, done.returncode, "a damaged result is never taken for a finished run")
        result.unlink()
        self.recovers()

    def fault_lost_part(self):
        self.with_parts().unlink()
        self.merged_or_refused(ANSWER_IS_NO)
        self.recovers()

    def fault_file_size(self):
        self.choose()
        limit = self.dice.randrange(1, 400_000)
        process = self.launch(restore_signals=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if self.expect(process, STORAGE, DONE) == DONE:
            self.is_right()
        self.recovers()

    def fault_full_disk(self):
        self.choose()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={self.dice.randrange(8, 2000)}k,mode=777", "tmpfs", str(self.place)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            return "no permission to mount"
        try:
            if self.expect(self.launch(), STORAGE, DONE) == DONE:
                self.is_right()
            subprocess.run(["mount", "-o", "remount,size=200m", str(self.place)], check=True)
            self.recovers()
        finally:
            subprocess.run(["umount", str(self.place)], check=True)

    def fault_permissions(self):
        prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") if os.geteuid() == 0 else ()
        if prefix and (not shutil.which("setpriv") or subprocess.run([*prefix, PROGRAM, "--version"], capture_output=True).returncode != 0):
            return "no other user may run the program"
        self.with_parts().unlink()
        locked = self.dice.choice((self.place, self.place / "o.h5.parts"))
        if prefix:
            for path in [self.place / "o.h5.parts", *(self.place / "o.h5.parts").iterdir()]:
                os.chown(path, int(NOBODY), int(NOBODY))
            os.chown(self.place, int(NOBODY), int(NOBODY))
        os.chmod(locked, 0o555)
        self.expect(self.launch(prefix), STORAGE)
        os.chmod(locked, 0o777)
        self.recovers()

    def fault_vanished_folder(self):
        self.choose()
        process = self.launch()
        time.sleep(self.dice.uniform(0, 1.2 * self.seconds))
        gone = self.place / "gone"
        try:
            (self.place / "o.h5.parts").rename(gone)
        except FileNotFoundError:
            pass
        if self.expect(process, STORAGE, DONE) == DONE:
            self.is_right()
        self.recovers()

    def fault_two_runs(self):
        self.choose()
        processes = [self.launch(), self.launch()]
        ends = []
        for process in processes:
            error = process.communicate(timeout=300)[1]
            ends.append(process.returncode)
            self.assertIn(process.returncode, (DONE, STORAGE), error)
        self.assertIn(DONE, ends)
        self.is_right()

    def test_faults(self):
        kinds = sorted(name for name in dir(self) if name.startswith("fault_"))
        for number in range(FAULTS or 2 * len(kinds)):
            kind = kinds[number % len(kinds)]
            with self.subTest(kind=kind, number=number):
                why_not = "it failed"
                try:
                    why_not = getattr(self, kind)()
                finally:
                    self.counts[kind + (f": {why_not}" if why_not else "")] += 1
                    if getattr(self, "place", None) and self.place.exists():
                        shutil.rmtree(self.place)
            if FAULTS and (number + 1) % 50 == 0:
                print(f"{number + 1} of {FAULTS} faults", dict(self.counts), flush=True)
        for kind, count in sorted(self.counts.items()):
            print(f"{count:6} {kind}")


if __name__ == "__main__":
    unittest.main()
