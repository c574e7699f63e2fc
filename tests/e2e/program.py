"""Runs the program in an empty folder, and builds small studies."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["VCOHORT"]
SOURCE = pathlib.Path(os.environ["VCOHORT_SOURCE"])

# A file system in memory, for tests that publish hundreds of parts: each is synced to the disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

WIDE = "2000"  # columns: tables as they are, texts not folded; what fits a screen is tested by screens_test.py

DONE, INVALID, STORAGE, FAILED, ANSWER_IS_NO, STOPPED = 0, 3, 4, 5, 6, 75

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
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": WIDE, **(env or {})})
        self.assertEqual(done.returncode, done.returncode if status is None else status, f"vcohort {' '.join(map(str, words))}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done

    def run_study(self, study, output, *options, env=None):
        self.call("run", study, "-o", output, "--quiet", "--progress", "none", *options, env=env)
        return self.folder / output

    def assert_same(self, first, second):
        self.assertEqual(self.call("compare", first, second).stdout, "identical\n")

    # What must not change a bit of any question's result.

    def assert_same_on_every_instruction_set(self, study):
        best = self.run_study(study, "best.h5")
        with open("/proc/cpuinfo") as info:
            flags = next((line for line in info if line.startswith("flags")), "").split()
        sets = ["baseline"] + ["avx2"] * ("avx2" in flags and "fma" in flags) + ["avx512"] * ("avx512f" in flags and "avx512vl" in flags)
        for name in sets:
            with self.subTest(name):
                done = self.call("run", study, "-o", f"{name}.h5", "--quiet", "--instruction-set", name, status=None)
                if name != "baseline" and done.returncode != DONE and "instruction set" in done.stderr:
                    continue  # debug and sanitizer builds hold one instruction set, and refuse the others
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assert_same(best, f"{name}.h5")

    def assert_same_without_fast_variants(self, study):
        """glibc chooses its own variants of exp, pow and sin by processor; these tunables (of glibc 2.26 and of 2.33 on) hide the features."""
        best = self.run_study(study, "fast.h5")
        for number, names in enumerate(("-AVX2_Usable,-FMA_Usable,-AVX512F_Usable", "-AVX2,-FMA,-AVX512F")):
            with self.subTest(names):
                self.assert_same(best, self.run_study(study, f"slow-{number}.h5", env={"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={names}"}))

    def assert_same_on_threads(self, study, *numbers):
        alone = self.run_study(study, "1-thread.h5", "--threads", 1)
        for threads in numbers:
            self.assert_same(alone, self.run_study(study, f"{threads}-threads.h5", "--threads", threads))

    def assert_same_in_parts(self, study):
        one = self.run_study(study, "one-part.h5", "--part-seconds", 1e6)
        self.assert_same(one, self.run_study(study, "many-parts.h5", "--part-seconds", 0))

    def interrupted(self, study, output, by=signal.SIGTERM):
        """Exit status and messages of a run that gets a signal after its first part."""
        process = self.start("run", study, "-o", output, "--part-seconds", 0.05, "--threads", 1, "--progress", "none")
        self.wait_for_part(process, self.folder / f"{output}.parts")
        process.send_signal(by)
        _, error = process.communicate(timeout=120)
        self.assertFalse((self.folder / output).exists(), "an interrupted run must not publish a result")
        return process.returncode, error

    def assert_same_when_interrupted(self, study, by=signal.SIGTERM):
        whole = self.run_study(study, "whole.h5")
        status, error = self.interrupted(study, "interrupted.h5", by)
        self.assertEqual(status, STOPPED if by == signal.SIGTERM else -by, error)
        self.run_study(study, "interrupted.h5", "--resume")
        self.assert_same(whole, "interrupted.h5")
        self.assertFalse((self.folder / "interrupted.h5.parts").exists())

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
