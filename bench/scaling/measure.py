#!/usr/bin/env python3
"""Strong and weak scaling of `vcohort run` on this machine: threads, ranks and shards. Prints Markdown for docs/scaling.md.

Strong: the same study on more workers. Weak: a study that grows with the workers. The variants of a repetition run one after the other, so that
a change of the machine's load meets all of them; given are medians and ranges of wall time.

usage: bench/scaling/measure.py build/release/bin/vcohort [--workers 1 2] [--repetitions 5] [--mpirun mpirun]
"""
import argparse
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

HEAD = """format = "vcohort-study 1"
title = "scaling"
evidence = ["sceptical"]
seed = 1
parameters = "{parameters}"

[population]
size = {size}
age_years = {{ distribution = "uniform", low = 2, high = 12 }}
gmfcs = {{ I = 0.2, II = 0.2, III = 0.2, IV = 0.2, V = 0.2 }}

[[strategy]]
name = "rehabilitation"

[[strategy]]
name = "cells"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6
"""
OUTCOMES = """
[outcomes]
visits_months = [6, 12]
endpoints = ["gmfm66"]
"""
COHORT = HEAD + OUTCOMES + '\n[cohort]\nreference = "rehabilitation"\n'
TRIAL = HEAD + OUTCOMES + """
[trial]
arms = [{{ strategy = "rehabilitation", ratio = 1 }}, {{ strategy = "cells", ratio = 1 }}]
reference = "rehabilitation"
sample_size = 100
replicates = {replicates}
alpha = 0.05
primary = {{ endpoint = "gmfm66", visit_months = 12, analysis = "ancova", adjust = ["baseline"] }}
"""
POLICY = HEAD + """
[policy]
reference = "rehabilitation"
parameter_draws = {draws}
patients_per_draw = 10000
horizon_years = 10
discount = {{ costs = 0.03, effects = 0.03 }}
currency = "USD"
price_year = 2025
willingness_to_pay = {{ from = 0, to = 100_000, step = 50_000 }}
"""
# One worker's share: three to four seconds of work on a core of 2023.
STUDIES = {"cohort": lambda workers: COHORT.format(parameters="fixed", size=15_000_000 * workers),
           "trial": lambda workers: TRIAL.format(parameters="fixed", size=1000, replicates=180_000 * workers),
           "policy": lambda workers: POLICY.format(parameters="uncertain", size=1000, draws=1200 * workers)}
ENVIRONMENT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


class Bench:
    def __init__(self, program, mpirun, folder):
        self.program, self.mpirun, self.folder = program, mpirun, folder

    def study(self, question, workers):
        path = self.folder / f"{question}-{workers}.toml"
        path.write_text(STUDIES[question](workers))
        return path

    def seconds(self, commands):
        """Wall time of commands that run at the same time; their output is deleted."""
        begun = time.monotonic()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **ENVIRONMENT})
                   for command in commands]
        for process in running:
            error = process.communicate()[1]
            if process.returncode != 0:
                raise SystemExit(f"{process.args}: exit status {process.returncode}\n{error}")
        return time.monotonic() - begun

    def run(self, study, *options):
        return [self.program, "run", str(study), "-o", str(self.folder / "out.h5"), "--quiet", "--progress", "none", *map(str, options)]

    def threads(self, study, workers):
        return self.seconds([self.run(study, "--threads", workers)])

    def ranks(self, study, workers):
        return self.seconds([[self.mpirun, "-n", str(workers), *self.run(study, "--threads", 1, "--mpi", "on")]])

    def shards(self, study, workers):
        """All shards at once, then their merge."""
        spent = self.seconds([self.run(study, "--threads", 1, "--shard", f"{number}/{workers}", "--resume") for number in range(1, workers + 1)])
        return spent + self.seconds([[self.program, "merge", str(self.folder / "out.h5.parts"), "-o", str(self.folder / "out.h5")]])

    def measure(self, ways, repetitions):
        """(question, way, kind, workers) -> wall times."""
        times = {}
        for _ in range(repetitions):
            for question in STUDIES:
                for kind in ("strong", "weak"):
                    for name, way, workers in ways:
                        size = max(w for *_, w in ways) if kind == "strong" else workers
                        spent = way(self.study(question, size), workers)
                        times.setdefault((question, name, kind, workers), []).append(spent)
                        for left in self.folder.glob("out.h5*"):
                            shutil.rmtree(left) if left.is_dir() else left.unlink()
        return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, os.cpu_count()])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--mpirun", default=shutil.which("mpirun"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        bench = Bench(str(arguments.program.resolve()), arguments.mpirun, pathlib.Path(folder))
        ways = [(name, way, workers) for workers in arguments.workers for name, way in
                (("threads", bench.threads), *((("ranks", bench.ranks),) if arguments.mpirun else ()), ("shards", bench.shards))]
        times = bench.measure(ways, arguments.repetitions)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load before and after {os.getloadavg()[2]:.1f} and {os.getloadavg()[0]:.1f}; "
          f"{arguments.repetitions} repetitions: median of wall time, and range\n")
    print("| question | workers | scaling | seconds on 1 | seconds on n | n | efficiency |\n|---|---|---|---|---|---|---|")
    for (question, name, kind, workers), all_seconds in times.items():
        if workers == 1:
            continue
        alone = times[(question, name, kind, 1)]
        # Efficiency: strong, T(1) / (n T(n)); weak, T(1) / T(n).
        ratio = statistics.median(alone) / statistics.median(all_seconds) / (workers if kind == "strong" else 1)
        shown = [f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})" for values in (alone, all_seconds)]
        print(f"| {question} | {name} | {kind} | {shown[0]} | {shown[1]} | {workers} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
