"""What a run says about itself: counts are of the whole, lines fit the terminal, and a dashboard can parse every line."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
import unittest

import h5py

from batch_studies import studies
from program import DONE, INVALID, MEMORY, PROGRAM, STOPPED, STORAGE, ProgramTest

BLOCKS = 2 * 5  # of the study: 20,000 patients in blocks of 4,096 under each of two stances


class Counts(ProgramTest):
    scratch = MEMORY

    def objects(self, *words, status=DONE):
        """What the JSON stream of a run holds; every line is one object."""
        return [json.loads(line) for line in self.call("run", *words, "--progress", "json", status=status).stderr.splitlines()]

    def test_a_resumed_run_counts_blocks_of_the_whole(self):
        study = self.study()
        self.call("run", study, "-o", "o.h5", "--shard", "2/5", "--quiet")  # two blocks
        said = self.objects(study, "-o", "o.h5", "--resume")
        self.assertEqual(said[0], {"level": "notice", "message": f"2 of {BLOCKS} blocks are there, 8 are to be simulated"})
        simulated = [line for line in said if line.get("stage") == "simulating"]
        self.assertEqual((simulated[-1]["blocks"], simulated[-1]["all_blocks"]), (BLOCKS, BLOCKS))
        self.assertEqual((simulated[-1]["patients"], simulated[-1]["all_patients"]), (40_000, 40_000))
        self.assertEqual((said[-1]["end"], said[-1]["status"]), (True, DONE))

    def test_a_stopped_run_counts_blocks_of_the_whole(self):
        study = self.study(size=20_000_000, evidence='["sceptical"]', endpoints='["gmfm66"]')
        blocks = -(-20_000_000 // 4096)
        for kept_before in (False, True):
            said = self.call("run", study, "-o", "o.h5", "--time-limit", "1s", "--part-seconds", 0.2, "--quiet", "--resume", status=STOPPED).stderr
            kept, whole = map(int, re.search(r"\(the time limit is reached\): (\d+) of (\d+) blocks are kept", said).groups())
            there = sum(1 + int(path.stem[-12:]) - int(path.stem[-25:-13]) for path in (self.folder / "o.h5.parts").glob("*.h5"))
            self.assertEqual((kept, whole), (there, blocks), "with --quiet too, as it is the reason of the status")

    def test_growth_counts_blocks_of_the_whole(self):
        study = self.study()
        small = self.run_study(study, "small.h5", "--set", "population.size=8192")
        said = [line["message"] for line in self.objects(study, "-o", "o.h5", "--grow", small) if "message" in line]
        self.assertEqual(said, [f"4 of {BLOCKS} blocks are taken over from {small}", f"4 of {BLOCKS} blocks are there, 6 are to be simulated"])
        for number, there, all_blocks in ((1, 2, 5), (2, 2, 5)):  # each of two shards of five blocks finds two of them
            said = [line["message"] for line in self.objects(study, "-o", "s.h5", "--grow", small, "--shard", f"{number}/2", "--resume") if "message" in line]
            self.assertIn(f"{there} of {all_blocks} blocks are there, {all_blocks - there} are to be simulated", said)

    def test_json_has_the_status_of_every_end(self):
        study = self.study(size=20_000_000)
        for words, status in (((study, "-o", "o.h5", "--time-limit", "1s", "--part-seconds", 0.2), STOPPED), ((self.study("bad.toml", size=0),), INVALID),
                              ((study, "-o", "."), STORAGE)):
            said = self.objects(*words, status=status)
            self.assertEqual((said[-1]["end"], said[-1]["status"]), (True, status))
            self.assertEqual(said[-2]["level"], "problem")
            self.assertTrue(said[-2]["message"])

    def test_delivery_is_a_stage_and_counts_in_the_time(self):
        _, study, settings = studies(self)[3]
        begun = time.monotonic()
        said = self.objects(study, "-o", "o.h5", *settings)
        took = time.monotonic() - begun
        stages = [line["stage"] for line in said if "stage" in line]
        self.assertEqual(stages[-1], "delivering the result")
        before = [line for line in said if line.get("stage") == "simulating"][-1]["seconds"]
        self.assertGreater(said[-1]["seconds"], before)
        self.assertLessEqual(said[-1]["seconds"], took)
        with h5py.File(self.folder / "o.h5") as file:
            self.assertGreater(file["runtime/seconds"][0], before)

    def test_log_lines_have_the_time(self):
        said = self.call("run", self.study(), "-o", "o.h5", "--progress", "log").stderr
        for line in said.splitlines():
            self.assertRegex(line, r"^vcohort: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")
        self.assertIn("delivering", said)


class Terminal(ProgramTest):
    def lines(self, columns, *words):
        """What a run writes to a terminal of so many columns: the texts between carriage returns, without control sequences."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        written = b""
        try:
            while chunk := os.read(master, 4096):
                written += chunk
        except OSError:
            pass  # the other side is closed
        os.close(master)
        self.assertEqual(process.wait(), DONE)
        return [re.sub(r"\033\[K", "", line) for line in re.split(r"[\r\n]+", written.decode()) if line]

    def test_every_line_fits(self):
        study = self.study(size=400_000, evidence='["sceptical"]')
        for columns in (40, 80, 200, 12):
            with self.subTest(columns=columns):
                lines = self.lines(columns, "run", study, "-o", f"{columns}.h5")
                self.assertGreater(len(lines), 2)
                self.assertLess(max(map(len, lines)), columns)
                self.assertTrue(any("%" in line for line in lines))
                self.assertIn("delivering"[:columns - 1], lines[-1])
        self.assertTrue(any("patients/s" in line for line in self.lines(120, "run", study, "-o", "wide.h5")))


if __name__ == "__main__":
    unittest.main()
