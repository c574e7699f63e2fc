"""Files that are not ours stay as they are, files without a seal are not ours, and an output that nobody got is an error."""
import hashlib
import os
import random
import re
import subprocess
import unittest

import h5py
import numpy as np

from program import ANSWER_IS_NO, DONE, PROGRAM, SOURCE, STORAGE, ProgramTest

DATA_STUDY = """format = "vcohort-study 1"
[data]
patient = "id"
arm = "arm"
reference = "a"
value = "y"
[trial]
primary = { analysis = "t" }
"""


def seal(path):
    """Seals a file as vcohort does, whatever it holds."""
    bytes_ = path.read_bytes()
    path.write_bytes(bytes_ + b"vcohort-seal 1 sha256 %s %020d\n" % (hashlib.sha256(bytes_).hexdigest().encode(), len(bytes_)))


def unsealed(path):
    bytes_ = path.read_bytes()
    path.write_bytes(bytes_[:bytes_.rindex(b"vcohort-seal")])


class Outputs(ProgramTest):
    def readers(self, file):
        """Every verb that reads a result, on that file."""
        return [("show", file), ("show", file, "--table", "cohort/summary"), ("export", file, "--table", "cohort/summary"), ("compare", file, "whole.h5"),
                ("merge", file, "-o", "merged.h5"), ("influence", file), ("replay", file, "--patient", 1), ("check", file),
                ("run", file, "-o", "again.h5"), ("run", "study.toml", "--set", "population.size=1024", "-o", "grown.h5", "--grow", file)]

    def expect_no_crash(self, words, statuses):
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, statuses, f"{words}\n{done.stderr[-2000:]}")
        return done

    def test_a_file_without_a_seal_is_not_ours(self):
        self.run_study(self.study(size=512), "whole.h5")
        damaged = self.folder / "damaged.h5"
        whole = (self.folder / "whole.h5").read_bytes()
        end = whole.rindex(b"vcohort-seal")
        flipped = bytearray(whole)
        flipped[end // 2] ^= 1
        for kind, bytes_ in (("no seal", whole[:end]), ("cut", whole[:end // 2]), ("no seal, flipped", bytes(flipped[:end])), ("flipped", bytes(flipped)),
                             ("longer", whole + b"x"), ("empty", b"")):
            damaged.write_bytes(bytes_)
            for words in self.readers("damaged.h5"):
                if bytes_ or words[0] not in ("check", "run", "replay"):  # an empty file is an empty study
                    with self.subTest(kind, words=words):
                        self.expect_no_crash(words, [STORAGE])

    def test_a_forged_file_ends_no_verb_with_a_crash(self):
        """Another column type, length or digest under a valid seal; of sixteen columns, or of all with VCOHORT_FAULTS."""
        self.run_study(self.study(size=512, parameters="uncertain"), "whole.h5")
        with h5py.File(self.folder / "whole.h5") as file:
            datasets = []
            file.visititems(lambda name, item: datasets.append(name) if isinstance(item, h5py.Dataset) else None)
        changed = [name for name in datasets if re.match(r"(cohort/(summary|increments|harm|draws)|study|evidence|parameters|tallies/counts|strategies)/", name)]
        self.assertGreater(len(changed), 40)
        if "VCOHORT_FAULTS" not in os.environ:
            changed = random.Random(16).sample(changed, 16)
        for number, name in enumerate(changed):
            forged = self.folder / "forged.h5"
            forged.write_bytes((self.folder / "whole.h5").read_bytes())
            unsealed(forged)
            with h5py.File(forged, "r+") as file:
                old, attributes = file[name], dict(file[name].attrs)
                values = old[:]
                del file[name]
                if number % 3 == 2:
                    new = np.zeros(0, values.dtype)
                else:
                    new = np.zeros(len(values), "S5" if values.dtype.kind in "fiu" else "<f8")
                file.create_dataset(name, data=new)
                for key, value in attributes.items():
                    file[name].attrs[key] = value
            seal(forged)
            table = name.rsplit("/", 1)[0]
            for words in (("show", "forged.h5"), ("influence", "forged.h5"), ("export", "forged.h5", "--table", table, "--scenario", "sceptical"),
                          ("run", "study.toml", "--set", "population.size=1024", "-o", "grown.h5", "--overwrite", "--grow", "forged.h5")):
                with self.subTest(name, words=words):
                    self.expect_no_crash(words, [DONE, 3, STORAGE])

    def test_names_that_cannot_be_opened(self):
        os.symlink("loop", self.folder / "loop")
        self.study()
        (self.folder / "data.toml").write_text(DATA_STUDY)
        long = "x" * 300
        for name in ("loop", long, "absent/a.toml", "study.toml/a"):
            for words in (("check", name), ("run", name), ("show", name), ("compare", name, name), ("analyze", name, "data.toml"), ("decide", name),
                          ("scenarios", "copy", "quickstart", "-o", name), ("merge", name, "-o", "out.h5")):
                with self.subTest(words=words):
                    self.expect_no_crash(words, [STORAGE])

    def test_what_is_not_ours_is_never_replaced(self):
        study = self.study(size=512)
        self.run_study(study, "whole.h5")
        (self.folder / "notes.csv").write_text("k,nmb\n1,2\n")
        (self.folder / "folder").mkdir()
        os.mkfifo(self.folder / "pipe")
        os.symlink("study.toml", self.folder / "link")
        export = ("export", "whole.h5", "--table", "cohort/summary", "-o")
        copy = ("scenarios", "copy", "quickstart", "-o")
        for name in ("notes.csv", "folder", "pipe", "study.toml", "link", "whole.h5", "/dev/null"):
            before = {path.name: path.lstat().st_mode for path in self.folder.iterdir()}
            for words in ((*export, name), (*export, name, "--overwrite"), (*copy, name)):
                with self.subTest(words=words):
                    self.expect_no_crash(words, [STORAGE])
                    self.assertEqual({path.name: path.lstat().st_mode for path in self.folder.iterdir()}, before)
        self.assertEqual((self.folder / "notes.csv").read_text(), "k,nmb\n1,2\n")
        self.call(*export, "summary.csv")
        first = (self.folder / "summary.csv").read_bytes()
        self.call(*export, "summary.csv", status=STORAGE)
        self.call(*export, "summary.csv", "--overwrite")
        self.assertEqual((self.folder / "summary.csv").read_bytes(), first)

    def assert_refused(self, why, *words):
        """Refused before any work: a study of this size takes minutes."""
        before = {path: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
        self.assertIn(why, self.call(*words, status=STORAGE).stderr)
        self.assertEqual(before, {path: path.read_bytes() for path in self.folder.iterdir() if path.is_file()})

    def test_a_run_refuses_what_is_no_name_for_its_result(self):
        study = self.study(size=100_000_000)
        (self.folder / "folder").mkdir()
        (self.folder / "notes.csv").write_text("k,nmb\n1,2\n")
        for more in ((), ("--overwrite",), ("--resume",)):
            self.assert_refused("this command reads it", "run", study, "-o", "./study.toml", *more)
            self.assert_refused("it is a folder", "run", study, "-o", "folder", *more)
            self.assert_refused("it exists", "run", study, "-o", "notes.csv", *more)
        result = self.run_study(self.study("small.toml", size=500), "small.h5")
        self.assert_refused("it is a folder", "merge", result, "-o", "folder")
        self.assert_refused("this command reads it", "merge", result, "-o", "small.h5", "--overwrite")

    def test_a_result_runs_again_onto_itself_only_when_told(self):
        result = self.run_study(self.study(size=500), "out.h5")
        self.assert_refused("it exists", "run", result, "-o", "out.h5", "--set", "population.size=100_000_000")
        self.call("run", result, "-o", "out.h5", "--overwrite", "--quiet", "--set", "population.size=600")
        with h5py.File(result) as file:
            self.assertIn(b"600", file["study/resolved"][0])

    def test_a_result_is_no_part(self):
        study = self.study(size=500)
        result = self.run_study(study, "out.h5")
        self.assert_refused("finished result", "merge", result, "-o", "again.h5")
        self.call("run", study, "-o", "other.h5", "--shard", "1/1", "--quiet")
        self.assert_refused("finished result", "merge", "other.h5.parts", result, "-o", "again.h5")
        self.assertIn("finished result", self.call("merge", result, "--status", status=ANSWER_IS_NO).stdout)
        self.call("merge", "other.h5.parts", "-o", "again.h5")
        self.assert_same(result, "again.h5")

    def test_a_half_written_file_leaves_nothing(self):
        self.run_study(self.study(size=512), "whole.h5")
        before = sorted(path.name for path in self.folder.iterdir())
        for words in (("export", "whole.h5", "--table", "cohort/summary", "-o", "a.csv"), ("scenarios", "copy", "quickstart", "-o", "a.toml")):
            with self.subTest(words=words):
                done = subprocess.run(["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "-", PROGRAM, *words], cwd=self.folder, capture_output=True, text=True)
                self.assertEqual(done.returncode, STORAGE, done.stderr)
                self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)

    def test_output_that_nobody_got(self):
        study = self.study(size=512, parameters="uncertain")
        self.run_study(study, "whole.h5")
        self.run_study(study, "parts.h5", "--shard", "1/1")
        (self.folder / "psa.csv").write_text("draw,strategy,cost,effect\n1,a,1,2\n1,b,2,2.5\n2,a,1,2\n2,b,2,2.6\n")
        (self.folder / "data.csv").write_text("id,arm,y\n" + "".join(f"{i},{'ab'[i % 2]},{i * 7 % 11}\n" for i in range(20)))
        (self.folder / "data.toml").write_text(DATA_STUDY)
        verbs = [("check", study), ("check", study, "--resolved"), ("show", "whole.h5"), ("show", "whole.h5", "--table", "cohort/summary"), ("schema",),
                 ("scenarios",), ("scenarios", "list"), ("scenarios", "show", "quickstart"), ("scenarios", "copy", "quickstart", "-o", "copy.toml"),
                 ("replay", study, "--patient", 1), ("compare", "whole.h5", "whole.h5"), ("run", study, "--dry-run"), ("run", study, "-o", "run.h5", "--progress", "none"),
                 ("decide", "psa.csv"), ("decide", "psa.csv", "--format", "json"), ("analyze", "data.csv", "data.toml"),
                 ("size", SOURCE / "scenarios/templates/two-arm-continuous.toml", "--replicates", 50, "--search-replicates", 50),
                 ("replicate", "peng-2017", "--replicates", 2), ("claims", "age-window", "--set", "population.size=100"), ("influence", "whole.h5"),
                 ("export", "whole.h5", "--table", "cohort/summary"), ("export", "whole.h5", "--table", "cohort/summary", "--format", "json"),
                 ("merge", "--status", "parts.h5.parts"), ("merge", "parts.h5.parts", "-o", "parts.h5"), ("--help",), ("run", "--help"), ("--version",)]
        for words in verbs:
            for target, redirect in (("full", ">/dev/full"), ("closed", ">&-")):
                with self.subTest(words=words, target=target):
                    for path in ("run.h5", "copy.toml", "parts.h5"):
                        (self.folder / path).unlink(missing_ok=True)
                    done = subprocess.run(["bash", "-c", f'exec "$@" {redirect}', "-", PROGRAM, *map(str, words)], cwd=self.folder, stderr=subprocess.PIPE, text=True)
                    self.assertEqual(done.returncode, STORAGE, done.stderr)
                    self.assertIn("cannot write", done.stderr)

    def test_a_reader_that_went_away(self):
        done = subprocess.run(["bash", "-c", '"$0" scenarios show route-and-price | true; echo ${PIPESTATUS[0]}', PROGRAM], capture_output=True, text=True)
        self.assertIn(done.stdout.strip(), ("0", str(STORAGE)), done.stderr)  # 0 where all went into the pipe before its end

    def test_a_closed_stream_takes_no_text_of_ours(self):
        """The next file that is opened would have its number."""
        study = self.study(size=512)
        done = subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "-", PROGRAM, "run", str(study), "-o", "out.h5"], cwd=self.folder)
        self.assertEqual(done.returncode, STORAGE)
        self.call("show", "out.h5")

    def test_endless_inputs(self):
        study = self.study(size=512)
        (self.folder / "psa.csv").write_text("draw,strategy,cost,effect\n1,a,1,2\n1,b,2,2.5\n2,a,1,2\n2,b,2,2.6\n")
        for words in (("check", "/dev/zero"), ("run", "/dev/urandom"), ("run", study, "--set", 'evidence="/dev/zero"', "-o", "out.h5"), ("decide", "/dev/zero"),
                      ("decide", "psa.csv", "--patient-noise", "/dev/zero"), ("show", "/dev/zero"), ("calibrate", "/dev/zero.toml", "--move", "waning")):
            with self.subTest(words=words):
                self.expect_no_crash(words, [STORAGE, 3])


if __name__ == "__main__":
    unittest.main()
