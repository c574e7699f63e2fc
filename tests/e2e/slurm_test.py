"""A study on a real Slurm, of two nodes on this machine: cancelled, stopped and requeued tasks, and the merged file has the bits of one process."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from program import DONE, INVALID, PROGRAM, SOURCE, STORAGE, ProgramTest
from ranks import ENVIRONMENT, MPIEXEC, SKIPPED

SUBMIT = SOURCE / "scripts/slurm/submit"
CLUSTER = SOURCE / "tests/slurm"
SECONDS = 120  # whatever takes longer hangs
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"}
# Two nodes on one machine must not meet in its shared memory: ranks speak through the loopback.
MPI = {"OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
NO_SBATCH, COMMAND_LINE = 69, 2


def free_ports(count):
    """The first of some successive ports that nobody listens to."""
    for first in range(20_000 + os.getpid() % 5_000, 32_000, count):
        sockets = [socket.socket() for _ in range(count)]
        try:
            for number, one in enumerate(sockets):
                one.bind(("127.0.0.1", first + number))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise OSError("no free ports")


class Slurm(ProgramTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="slurm-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.addClassCleanup(subprocess.run, [CLUSTER / "stop", folder], timeout=SECONDS)
        # Its daemons inherit the descriptors: nothing may wait for these to close.
        with open(f"{folder}/start.log", "w+") as log:
            started = subprocess.run([CLUSTER / "start", folder, str(free_ports(4))], stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=SECONDS)
            log.seek(0)
            if started.returncode != 0:
                raise AssertionError(log.read())
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "SBATCH_", "OMPI_", "PMI"))}
        cls.environment = {**inherited, **MPI, "ASAN_OPTIONS": ENVIRONMENT["ASAN_OPTIONS"], "SLURM_CONF": f"{folder}/slurm.conf"}

    def tool(self, *words, status=DONE, env=None):
        done = subprocess.run(list(map(str, words)), cwd=self.folder, env=env or self.environment, capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def submit(self, study, output, *options):
        """The array job and the merge job."""
        said = self.tool(SUBMIT, study, "-o", output, "--vcohort", PROGRAM, "--time", "10", *options).stdout
        return [re.search(rf"^{name} job +(\d+)", said, re.MULTILINE).group(1) for name in ("array", "merge")]

    def states(self, job):
        """State of each task by its index; of a job without tasks under 0."""
        lines = self.tool("squeue", "--noheader", "--array", "--states=all", f"--jobs={job}", "--format=%i %T").stdout.splitlines()
        return {int(name.partition("_")[2] or 0): state for name, state in map(str.split, lines)}

    def wait(self, job, wanted, output):
        """Until all tasks of the job are in one of the wanted states. A requeued task starts again after some five seconds."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            states = self.states(job)
            if states and all(state in wanted for state in states.values()):
                return states
            time.sleep(0.2)
        self.fail(f"job {job} hangs: {states}\n{self.logs(output)}")

    def logs(self, output):
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob(f"{output}.logs/*.log")))

    def job(self, name):
        return dict(field.split("=", 1) for field in self.tool("scontrol", "--oneliner", "show", "job", name).stdout.split() if "=" in field)

    def wait_for_parts_of(self, shard, shards, study, output):
        """Until a shard has published a part: from then on it may be stopped with something kept."""
        blocks = int(re.search(r"^blocks +(\d+)", self.call("run", study, "--dry-run").stdout, re.MULTILINE).group(1))
        first, end = (number * blocks // shards for number in (shard - 1, shard))
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            starts = [int(path.name.split("-")[1]) for path in self.folder.glob(f"{output}.parts/blocks-*.h5")]
            if any(first <= start < end for start in starts):
                return
            time.sleep(0.02)
        self.fail(f"shard {shard} publishes nothing\n{self.logs(output)}")

    def assert_merged(self, merge, output, alone):
        self.wait(merge, ENDED, output)
        self.assertEqual(self.job(merge)["JobState"], "COMPLETED", self.logs(output))
        self.assert_same(alone, output)

    def large_study(self):
        return self.study("my study.toml", size=6_000_000, evidence='["sceptical"]', endpoints='["gmfm66"]', visits="[6, 12]")

    def test_an_array_with_a_cancelled_and_a_stopped_task(self):
        study, output, shards = self.large_study(), "a result.h5", 4
        array, merge = self.submit(study, output, "--shards", shards, "--", "--part-seconds", "0.1")
        self.wait_for_parts_of(1, shards, study, output)
        self.tool("scancel", "--batch", "--signal=USR1", f"{array}_1")  # as Slurm does before the time limit
        self.tool("scancel", f"{array}_2")
        deadline = time.monotonic() + SECONDS
        while self.states(array)[2] != "CANCELLED" and time.monotonic() < deadline:
            time.sleep(0.05)
        self.tool("scontrol", "requeue", f"{array}_2")
        states = self.wait(array, ENDED, output)
        self.assertEqual(set(states.values()), {"COMPLETED"}, self.logs(output))
        log = (self.folder / f"{output}.logs/shard-1.log").read_text()
        self.assertIn("stopped in time", log)
        self.assertIn("start 2", log)
        for task, restarts in ((1, "1"), (2, "1"), (3, "0"), (4, "0")):
            self.assertEqual(self.job(f"{array}_{task}")["Restarts"], restarts)
        self.assert_merged(merge, output, self.run_study(study, "alone.h5"))

    @unittest.skipUnless(MPIEXEC, "the program was built without MPI")
    def test_ranks_on_two_nodes_stopped_and_requeued(self):
        study, output = self.large_study(), "ranks.h5"
        array, merge = self.submit(study, output, "--mpi", 4, "--", "--part-seconds", "0.1")
        self.wait_for_parts_of(1, 1, study, output)
        self.assertEqual(self.job(f"{array}_1")["NumNodes"], "2")
        self.tool("scancel", "--batch", "--signal=USR1", f"{array}_1")
        states = self.wait(array, ENDED, output)
        self.assertEqual(set(states.values()), {"COMPLETED"}, self.logs(output))
        self.assertEqual(self.job(f"{array}_1")["Restarts"], "1", self.logs(output))
        self.assertEqual(self.logs(output).count("stopped in time"), 1)
        self.assert_merged(merge, output, self.run_study(study, "alone.h5"))

    def test_what_is_missing_is_named_and_made_by_the_same_line(self):
        study, output = self.study(size=40_000), "out.h5"
        array, merge = self.submit(study, output, "--shards", 2, "--at-once", 1)
        self.tool("scancel", f"{array}_2")
        self.wait(merge, ENDED, output)
        self.assertEqual(self.job(merge)["ExitCode"], "6:0", self.logs(output))
        self.assertIn("--shard 2/2", (self.folder / f"{output}.logs/merge.log").read_text())
        self.assertFalse((self.folder / output).exists())
        _, merge = self.submit(study, output, "--shards", 2)
        self.assert_merged(merge, output, self.run_study(study, "alone.h5"))
        self.tool(SUBMIT, study, "-o", output, "--vcohort", PROGRAM, status=STORAGE)

    def test_refusals(self):
        study = self.study()
        bad = self.study("bad.toml", size=0)
        self.tool(SUBMIT, bad, "-o", "out.h5", "--vcohort", PROGRAM, status=INVALID)
        for words in ((study,), ("-o", "out.h5"), (study, "-o", "out.h5", "--shards", "0"), (study, "-o", "out.h5", "--bogus"), (study, study, "-o", "x")):
            self.assertIn("submit: ", self.tool(SUBMIT, *words, "--vcohort", PROGRAM, status=COMMAND_LINE).stderr)
        self.assertIn("scripts/slurm/submit", self.tool(SUBMIT, "--help").stdout)
        tools = self.folder / "bin"  # a machine without Slurm
        tools.mkdir()
        for name in ("bash", "dirname", "realpath"):
            (tools / name).symlink_to(shutil.which(name))
        said = self.tool(SUBMIT, study, "-o", "out.h5", "--vcohort", PROGRAM, status=NO_SBATCH, env={"PATH": str(tools)}).stderr
        self.assertIn("no sbatch", said)
        self.assertFalse(list(self.folder.glob("out.h5*")))


def obstacle():
    """Why no Slurm can be started here; or nothing."""
    os.environ["PATH"] += ":/usr/sbin"
    missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not installed; scripts/setup slurm-wlm munge installs them"
    if os.geteuid() != 0:
        return "only root can start a Slurm"
    return ""


if __name__ == "__main__":
    if why := obstacle():
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    unittest.main()
