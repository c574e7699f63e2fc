"""Ranks share a run and give the bits of one process; a rank that dies, stops or fails ends all, and loses no finished block."""
import os
import signal

import h5py

from batch_studies import studies
from program import ANSWER_IS_NO, DONE, INVALID, PROGRAM, STOPPED, STORAGE
from ranks import RanksTest, main, processes_of

COMMAND_LINE = 2


class Mpi(RanksTest):
    alone = None  # bytes of the long run's result; several tests need it

    # The questions of which any number of ranks must make the same bits.
    def studies(self):
        return {"cohort": (self.study(size=8_000, save="true"), []), "trial": (self.trial(), []), "policy": studies(self)[3][1:]}

    def test_any_number_of_ranks_gives_the_same_bits(self):
        for name, (study, settings) in self.studies().items():
            alone = self.run_study(study, f"{name}.h5", *settings)
            for number in (1, 2, 4):
                with self.subTest(name, ranks=number):
                    output = f"{name}-{number}.h5"
                    said, _ = self.ranks(number, "run", study, "-o", output, "--threads", 1, "--progress", "none", *settings)
                    self.assert_same(alone, output)
                    self.assertEqual(said.count("\nresult: "), 1, "rank 0 speaks for all")
                    self.assertFalse((self.folder / f"{output}.parts").exists())
                    with h5py.File(self.folder / output) as file:
                        self.assertEqual(file["runtime/threads"][0], number, "all ranks take part")

    # Long enough to be met in the middle, with a part several times a second.
    def long_run(self, output, *options, size=1_200_000):
        study = self.study("long.toml", size=size, evidence='["sceptical"]', endpoints='["gmfm66"]')
        return ["run", study, "-o", output, "--threads", 1, "--part-seconds", 0.05, "--progress", "none", *options]

    def interrupt_ranks(self, output, interrupt, **more):
        """Starts two ranks, interrupts them after their first part, and returns how mpirun ended."""
        process = self.start_ranks((2, [PROGRAM, *self.long_run(output, **more)]))
        self.wait_for_part(process, self.folder / f"{output}.parts")
        interrupt(process)
        status, _, error = self.end_of(process)
        self.assertFalse((self.folder / output).exists(), "an interrupted run must not publish a result")
        return status, error

    def assert_resumed(self, output):
        if not Mpi.alone:
            self.call(*self.long_run("alone.h5"), "--quiet")
            Mpi.alone = (self.folder / "alone.h5").read_bytes()
        (self.folder / "alone.h5").write_bytes(Mpi.alone)
        self.assert_same("alone.h5", output)

    def test_a_killed_rank_leaves_its_parts(self):
        status, _ = self.interrupt_ranks("out.h5", lambda run: os.kill(processes_of(run)[-1], signal.SIGKILL))
        self.assertNotIn(status, (DONE, STOPPED))
        left = sorted(path.name for path in (self.folder / "out.h5.parts").glob("*.h5"))
        self.assertTrue(left)
        self.call(*self.long_run("out.h5", "--resume"), "--quiet")
        self.assert_resumed("out.h5")

    def test_mpirun_terminated(self):
        # mpirun takes a moment to pass it on.
        status, _ = self.interrupt_ranks("out.h5", lambda run: run.send_signal(signal.SIGTERM), size=10_000_000)
        self.assertNotEqual(status, DONE)
        self.assertIn("--resume", self.call("merge", "out.h5.parts", "--status", status=ANSWER_IS_NO).stdout)

    def test_a_signal_to_mpirun_stops_all_ranks(self):
        status, error = self.interrupt_ranks("out.h5", lambda run: run.send_signal(signal.SIGUSR1))
        self.assertEqual(status, STOPPED, error)
        self.assertEqual(error.count("--resume"), 1, error)
        self.ranks(2, *self.long_run("out.h5", "--resume"))
        self.assert_resumed("out.h5")

    def test_a_signal_to_one_rank_stops_all(self):
        for rank in (0, -1):
            with self.subTest(rank=rank):
                output = f"out{rank}.h5"
                status, error = self.interrupt_ranks(output, lambda run: os.kill(processes_of(run)[rank], signal.SIGUSR1))
                self.assertEqual(status, STOPPED, error)

    def test_an_invalid_study_is_refused_once(self):
        study = self.study(size=0)
        _, error = self.ranks(3, "run", study, "-o", "out.h5", status=INVALID)
        self.assertEqual(error.count("study.toml:"), 1, error)

    def test_an_existing_result_is_refused_once(self):
        study = self.study(size=500)
        before = self.run_study(study, "out.h5").read_bytes()
        _, error = self.ranks(3, "run", study, "-o", "out.h5", status=STORAGE)
        self.assertEqual(error.count("--overwrite"), 1, error)
        self.assertEqual((self.folder / "out.h5").read_bytes(), before)

    def test_a_study_with_checkpoints_is_refused(self):
        study = self.trial(more="power_mcse = 0.01")
        _, error = self.ranks(2, "run", study, "-o", "out.h5", status=INVALID)
        self.assertEqual(error.count("wished precision"), 1, error)
        self.ranks(1, "run", study, "-o", "out.h5")

    def test_a_rank_that_cannot_write_ends_all(self):
        study = self.study(size=100_000, evidence='["sceptical"]', endpoints='["gmfm66"]')
        words = ["run", str(study), "-o", "out.h5", "--threads", "1", "--progress", "none"]
        # Files of at most 512 bytes, and no signal for more; MPI's own are shared memory, so messages go by the loopback.
        loopback = {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
        limited = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", PROGRAM, *words]
        status, _, error = self.end_of(self.start_ranks((1, [PROGRAM, *words]), (1, limited), env=loopback))
        self.assertEqual(status, STORAGE, error)
        self.assertEqual(error.count("rank 1 on "), 1, error)
        self.call(*words, "--resume", "--quiet")
        self.assert_same(self.run_study(study, "alone.h5"), "out.h5")

    def test_ranks_with_different_commands_are_refused(self):
        commands = [(1, [PROGRAM, "run", self.study(f"{seed}.toml", seed=seed, size=500), "-o", f"{seed}.h5"]) for seed in (1, 2)]
        status, _, error = self.end_of(self.start_ranks(*commands))
        self.assertEqual(status, COMMAND_LINE, error)
        self.assertEqual(error.count("--mpi off"), 1, error)
        alone = [(ranks, [*words, "--mpi", "off"]) for ranks, words in commands]
        status, _, error = self.end_of(self.start_ranks(*alone))
        self.assertEqual(status, DONE, error)

    def test_copies_that_cannot_join_are_refused(self):
        study = self.study(size=500)
        step = {"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}  # srun without PMIx
        self.assertIn("--mpi=pmix", self.call("run", study, "-o", "out.h5", status=COMMAND_LINE, env=step).stderr)
        self.call("run", study, "-o", "out.h5", "--quiet", "--mpi", "off", env=step)

    def test_alone_with_mpi(self):
        study = self.study(size=500)
        self.ranks(1, "run", study, "-o", "on.h5", "--mpi", "on")
        self.assert_same(self.run_study(study, "off.h5", "--mpi", "off"), "on.h5")


if __name__ == "__main__":
    main()
