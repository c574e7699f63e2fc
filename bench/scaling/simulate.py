#!/usr/bin/env python3
"""Scaling of an array of shards on more cores than are at hand, simulated from the blocks of a real run.

The processor time of single blocks comes from a result that was made with one part per block; every shard of the simulated array takes its
blocks from these at random, starts, computes, and publishes; the array ends with its slowest shard, and then parts are merged on one core.
Not simulated: waiting for the scheduler, shared file systems, memory bandwidth that cores of one machine share.

    vcohort run STUDY -o blocks.h5 --threads 1 --part-seconds 0
    bench/scaling/simulate.py blocks.h5 --blocks 1000000
"""
import argparse

import h5py
import numpy as np


def makespan(dice, seconds, shards, blocks, arguments):
    """Wall time of the array, and of the merge."""
    shares = np.diff(np.linspace(0, blocks, shards + 1).astype(np.int64))
    longest = max(dice.choice(seconds, size).sum() for size in shares)
    parts = shards * max(1, int(np.ceil(longest / arguments.part_seconds)))
    return arguments.start + longest + arguments.publish, parts * arguments.merge


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result with one part per block")
    parser.add_argument("--blocks", type=int, default=1_000_000, help="blocks of the simulated study")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 10, 100, 1_000, 10_000])
    parser.add_argument("--start", type=float, default=0.05, help="seconds until a process computes")
    parser.add_argument("--publish", type=float, default=0.1, help="seconds to sync a part")
    parser.add_argument("--merge", type=float, default=0.005, help="seconds to merge a part")
    parser.add_argument("--part-seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with h5py.File(arguments.result) as file:
        parts = file["runtime/parts"]
        if np.any(parts["first_block"][:] != parts["last_block"][:]):
            parser.error("the result has parts of several blocks: make it with --part-seconds 0")
        seconds = parts["cpu_seconds"][:]
    dice = np.random.default_rng(arguments.seed)
    print(f"{len(seconds)} measured blocks: mean {seconds.mean() * 1e3:.2f} ms, SD {seconds.std(ddof=1) * 1e3:.2f} ms; {arguments.blocks:,} blocks simulated\n")
    print("| cores | array [s] | efficiency | merge [s] | efficiency with merge |\n|---|---|---|---|---|")
    alone = None
    for cores in arguments.cores:
        array, merge = makespan(dice, seconds, cores, arguments.blocks, arguments)
        alone = alone or array
        print(f"| {cores:,} | {array:,.2f} | {alone / (cores * array):.2f} | {merge:,.2f} | {alone / (cores * (array + merge)):.2f} |")


if __name__ == "__main__":
    main()
