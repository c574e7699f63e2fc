"""Simulated trials per second of one core, this program beside its peers, in turns of one run.

usage: measure.py PROGRAM [ROUNDS]

PROGRAM is a whole `vcohort run`, start and output included; the peers are counted without their start. Printed are
medians with the smallest and the largest of the rounds, and the ratio to each peer, taken round by round. Peers that are
not installed are left out.
"""
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STUDIES = {"w1": ("w1-ancova.toml", 1_000_000), "w2": ("w2-mmrm.toml", 60_000), "w4": ("w4-three-looks.toml", 1_000_000)}


def own_rate(program, work, folder):
    study, replicates = STUDIES[work]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "run", HERE / study, "--set", f"trial.replicates={replicates}", "--threads", "1", "-o", folder / "out.h5",
                    "--overwrite", "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return replicates / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def peer_rate(words):
    done = subprocess.run(words, capture_output=True, text=True, env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"})
    return float(done.stdout.split()[0]) if done.returncode == 0 else None


def spread(values):
    return f"{statistics.median(values):12,.4g} ({min(values):,.4g} to {max(values):,.4g})"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    peers = {("w1", "NumPy"): ["/usr/bin/python3", HERE / "numpy_trials.py", "w1"], ("w4", "NumPy"): ["/usr/bin/python3", HERE / "numpy_trials.py", "w4"]}
    if shutil.which("Rscript"):
        peers[("w4", "rpact, without patients")] = ["Rscript", "--vanilla", HERE / "rpact_trials.R"]
    own = {work: [] for work in STUDIES}
    rates = {peer: [] for peer in peers}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for work in STUDIES:
                own[work].append(own_rate(program, work, pathlib.Path(folder)))
                for peer, words in peers.items():
                    if peer[0] == work:
                        rates[peer].append(peer_rate(words))
    for work, values in own.items():
        print(f"{work}  vcohort                  {spread(values)} trials/s")
        for peer, of_peer in rates.items():
            if peer[0] != work or None in of_peer:
                continue
            ratios = [a / b for a, b in zip(values, of_peer)]
            print(f"    {peer[1]:24} {spread(of_peer)} trials/s; ratio {spread(ratios).strip()}")


if __name__ == "__main__":
    main()
