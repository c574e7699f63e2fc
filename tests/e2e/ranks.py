"""Starts the program under mpirun, on this machine and as whichever user runs the tests."""
import os
import pathlib
import subprocess
import sys
import unittest

from program import DONE, PROGRAM, ProgramTest

MPIEXEC = os.environ.get("VCOHORT_MPIEXEC", "")
SKIPPED = 77  # CTest's sign for a test that could not be run

# Tests run as root in containers, on fewer processors than ranks, and without a network.
ENVIRONMENT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
               "OMPI_MCA_btl": "self,vader", "OMPI_MCA_plm": "isolated", "OMPI_MCA_oob_tcp_if_include": "lo",
               "ASAN_OPTIONS": "detect_leaks=0"}  # OpenMPI keeps some memory to the end
SECONDS = 120  # a run that takes longer hangs

TRIAL = """format = "vcohort-study 1"
title = "a trial"
evidence = ["sceptical", "null"]
parameters = "uncertain"
seed = 11

[population]
size = 1_000
age_years = {{ distribution = "uniform", low = 2, high = 12 }}
gmfcs = {{ I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }}

[[strategy]]
name = "rehabilitation"

[[strategy]]
name = "cells"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6

[outcomes]
visits_months = [6, 12]
endpoints = ["gmfm66"]

[trial]
arms = [{{ strategy = "rehabilitation", ratio = 1 }}, {{ strategy = "cells", ratio = 1 }}]
reference = "rehabilitation"
sample_size = [20, 40]
replicates = {replicates}
alpha = 0.05
primary = {{ endpoint = "gmfm66", visit_months = 12, analysis = "ancova", adjust = ["baseline"] }}
{more}
"""


def main():
    """unittest.main, for tests that need mpirun."""
    if not MPIEXEC:
        print("skipped: the program was built without MPI; scripts/setup installs openmpi-bin and libopenmpi-dev")
        sys.exit(SKIPPED)
    unittest.main()


class RanksTest(ProgramTest):
    def trial(self, name="trial.toml", replicates=3_000, more=""):
        path = self.folder / name
        path.write_text(TRIAL.format(replicates=replicates, more=more))
        return path

    def start_ranks(self, *commands, env=None):
        """mpirun of one or more (number of ranks, words): each command on its ranks."""
        words = []
        for ranks, command in commands:
            words += [":"] * bool(words) + ["-n", str(ranks), *map(str, command)]
        return subprocess.Popen([MPIEXEC, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **ENVIRONMENT, **(env or {})})

    def end_of(self, process):
        """Exit status and what the ranks said. A hanging run is ended, and fails the test."""
        try:
            out, error = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.terminate()  # mpirun ends its ranks
            out, error = process.communicate()
            self.fail(f"the ranks hang\n{out[-2000:]}\n{error[-4000:]}")
        return process.returncode, out, error

    def ranks(self, number, *words, status=DONE):
        process = self.start_ranks((number, [PROGRAM, *words]))
        ended, out, error = self.end_of(process)
        self.assertEqual(ended, status, f"mpirun -n {number} vcohort {' '.join(map(str, words))}\n{out[-2000:]}\n{error[-4000:]}")
        return out, error


def processes_of(mpirun):
    """Process ids of the ranks that an mpirun on this machine has started."""
    children = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue  # it has just ended
        if parent == mpirun.pid:
            children.append(int(entry.name))
    return sorted(children)
