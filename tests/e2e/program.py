"""Runs the program in an empty folder, and builds small studies."""
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["VCOHORT"]
SOURCE = pathlib.Path(os.environ["VCOHORT_SOURCE"])

# A file system in memory, for tests that publish hundreds of parts: each is synced to the disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

DONE, INVALID, STORAGE, ANSWER_IS_NO, STOPPED = 0, 3, 4, 6, 75

STUDY = """format = "vcohort-study 1"
title = "end to end"
evidence = {evidence}
parameters = "{parameters}"
seed = {seed}

[population]
size = {size}
age_years = {{ distribution = "uniform", low = 1, high = 12 }}
gmfcs = {{ I = 0.3, II = 0.25, III = 0.15, IV = 0.15, V = 0.15 }}
eligibility = {{ gmfm66 = [10, 90] }}

[[strategy]]
name = "rehabilitation"

[[strategy]]
name = "MSC, IV four times"
cell = "MSC"
route = "intravenous"
dose_per_kg = 2e6
infusions = 4
interval_days = 7
tolerance = "stop"

[[strategy]]
name = "MSC, intrathecal"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6

[[strategy]]
name = "NSC, intranasal twice"
cell = "NSC"
route = "intranasal"
reference_doses = 1
infusions = 2
interval_days = 30

[strata]
age_years = [0, 3, 6, 18]
gmfcs = [["I", "II", "III"], ["IV", "V"]]

[outcomes]
visits_months = {visits}
endpoints = {endpoints}

[cohort]
reference = "rehabilitation"
save_patients = {save}
"""


class ProgramTest(unittest.TestCase):
    scratch = None  # where the empty folder lies; nothing: where the system puts temporary files

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=self.scratch)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def study(self, name="study.toml", *, evidence='["sceptical", "published"]', parameters="fixed", seed=7, size=20_000, save="false",
              endpoints='["gmfm66", "adl", "cgi_i"]', visits="[1, 3, 6, 12, 24]"):
        path = self.folder / name
        path.write_text(STUDY.format(evidence=evidence, parameters=parameters, seed=seed, size=size, save=save, endpoints=endpoints,
                                     visits=visits))
        return path

    def call(self, *words, status=DONE, env=None):
        """Runs `vcohort WORDS`, expects the exit status (None: any), returns what it printed."""
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, capture_output=True, text=True, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, done.returncode if status is None else status, f"vcohort {' '.join(map(str, words))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done

    def run_study(self, study, output, *options, env=None):
        self.call("run", study, "-o", output, "--quiet", "--progress", "none", *options, env=env)
        return self.folder / output

    def assert_same(self, first, second):
        self.assertEqual(self.call("compare", first, second).stdout, "identical\n")

    def start(self, *words):
        return subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for_part(self, process, folder, seconds=120):
        """Until the run has published a part. The run must still be at work then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
            if any(folder.glob("*.h5")):
                return
            time.sleep(0.005)
        self.fail("no part was published")


def peak_memory(words, folder):
    """Peak resident set of one run [bytes], of that process alone."""
    process = subprocess.Popen([PROGRAM, *map(str, words)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read().decode()
    _, state, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(state)
    process.stderr.close()
    if process.returncode != 0:
        raise AssertionError(f"exit status {process.returncode}: {error}")
    kibibyte = 1024
    return usage.ru_maxrss * kibibyte
