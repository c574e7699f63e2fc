"""show and export: the rows and columns that are asked for, on the screen and in files."""
import csv
import io
import os
import pty
import subprocess
import unittest

from program import INVALID, MEMORY, PROGRAM, STORAGE, WIDE, ProgramTest

COMMAND_LINE = 2


class Show(ProgramTest):
    scratch = MEMORY

    def setUp(self):
        super().setUp()
        self.study(size=300)
        self.run_study("study.toml", "out.h5")

    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call("export", "out.h5", *words).stdout)))

    def test_a_table_is_found_by_the_end_of_its_name(self):
        whole = self.call("show", "out.h5", "--table", "cohort/increments").stdout
        self.assertEqual(self.call("show", "out.h5", "increments").stdout, whole)
        self.assertEqual(self.call("show", "out.h5", "/cohort/increments").stdout, whole)
        self.assertEqual(self.call("export", "out.h5", "increments").stdout, self.call("export", "out.h5", "--table", "cohort/increments").stdout)
        self.assertIn("no table", self.call("show", "out.h5", "incremental", status=STORAGE).stderr)
        self.assertIn("several tables", self.call("show", "out.h5", "s", status=INVALID).stderr)
        self.assertIn("two tables", self.call("show", "out.h5", "increments", "--table", "cohort/harm", status=COMMAND_LINE).stderr)

    def test_tables_that_answer_come_first(self):
        listed = [line.split()[0] for line in self.call("show", "out.h5").stdout.split("\ntables")[1].splitlines()[1:]]
        self.assertEqual(listed[0], "/cohort/increments")
        self.assertLess(listed.index("/cohort/adverse_events"), listed.index("/parameters"))

    def test_a_selection_is_what_the_whole_table_holds(self):
        every = self.rows("increments")
        wanted = [row for row in every if row["scenario"] == "sceptical" and row["stratum"] != "all" and float(row["mean"]) > 1 and row["endpoint"] == "gmfm66"]
        self.assertTrue(0 < len(wanted) < len(every))
        condition = "stance = sceptical and (stratum != all and mean > 1) and endpoint = 'gmfm66'"
        self.assertEqual(self.rows("increments", "--where", condition), wanted)
        shown = self.rows("increments", "--where", condition, "--sort", "-mean", "--columns", "stratum,mean", "--limit", 5)
        self.assertEqual([list(row) for row in shown], [["stratum", "mean"]] * 5)
        self.assertEqual([float(row["mean"]) for row in shown], sorted((float(row["mean"]) for row in wanted), reverse=True)[:5])
        json = self.call("show", "out.h5", "increments", "--where", condition, "--format", "csv").stdout
        self.assertEqual(json, self.call("export", "out.h5", "increments", "--where", condition).stdout)

    def test_a_pivot_holds_the_numbers_of_its_cells(self):
        condition = "stratum = all and visit_months = 24 and endpoint = gmfm66"
        cells = {(row["strategy"], row["scenario"]): row["mean"] for row in self.rows("increments", "--where", condition)}
        cross = self.rows("increments", "--where", condition, "--pivot", "strategy/scenario/mean")
        self.assertEqual({(row["strategy"], name): row[name] for row in cross for name in row if name != "strategy"}, cells)
        self.assertIn("visit_months", self.call("show", "out.h5", "increments", "--where", "stratum = all and endpoint = gmfm66", "--pivot",
                                                "strategy/scenario/mean", status=COMMAND_LINE).stderr)

    def test_what_is_no_selection_is_refused(self):
        for words, said in ((("--where", "mean == 1"), "character 7"), (("--where", "meen = 1"), '"mean"'), (("--columns", "meen"), '"mean"'),
                            (("--sort", "-meen"), '"mean"'), (("--pivot", "strategy"), "no pivot")):
            with self.subTest(words):
                for verb in ("show", "export"):
                    self.assertIn(said, self.call(verb, "out.h5", "increments", *words, status=COMMAND_LINE).stderr)
        self.assertIn("no table", self.call("show", "out.h5", "--where", "mean = 1", status=COMMAND_LINE).stderr)
        self.assertIn("no table", self.call("export", "out.h5", status=COMMAND_LINE).stderr)

    def test_columns_are_described(self):
        said = self.call("show", "out.h5", "increments", "--describe", "--limit", 1).stdout
        self.assertIn("n [patients]: pairs of twins", said)
        self.assertEqual(said.splitlines()[0].split(":")[0], "/cohort/increments")

    def test_wide_leaves_no_column_out(self):
        narrow = self.call("show", "out.h5", "increments", env={"COLUMNS": "80"}).stdout
        self.assertIn("more column", narrow)
        wide = self.call("show", "out.h5", "increments", "--wide", env={"COLUMNS": "80"}).stdout
        self.assertNotIn("more column", wide)
        self.assertEqual(wide, self.call("show", "out.h5", "increments", "--wide", env={"COLUMNS": WIDE}).stdout)

    def test_all_tables_in_a_folder(self):
        self.call("export", "out.h5", "--all", "-o", "tables")
        folder = self.folder / "tables"
        described = list(csv.DictReader(io.StringIO((folder / "columns.csv").read_text())))
        self.assertEqual(list(described[0]), ["table", "name", "units", "description"])
        tables = dict.fromkeys(row["table"] for row in described)
        self.assertEqual({path.name for path in folder.iterdir()}, {table[1:].replace("/", "-") + ".csv" for table in tables} | {"columns.csv"})
        for table in tables:
            text = (folder / (table[1:].replace("/", "-") + ".csv")).read_text()
            self.assertEqual(text, self.call("export", "out.h5", "--table", table).stdout, table)
            self.assertEqual(next(csv.reader(io.StringIO(text))), [row["name"] for row in described if row["table"] == table])
        self.assertIn("exists", self.call("export", "out.h5", "--all", "-o", "tables", status=STORAGE).stderr)
        self.call("export", "out.h5", "--all", "-o", "tables", "--overwrite")
        (folder / "cohort-harm.csv").write_text("mine\n")
        self.call("export", "out.h5", "--all", "-o", "tables", "--overwrite", status=STORAGE)
        self.assertEqual((folder / "cohort-harm.csv").read_text(), "mine\n")
        self.assertIn("-o FOLDER", self.call("export", "out.h5", "--all", status=COMMAND_LINE).stderr)
        self.call("export", "out.h5", "--all", "-o", "more", "--limit", 1, status=COMMAND_LINE)

    def on_a_terminal(self, *words, **variables):
        """What the program prints on a terminal of 80 columns and 24 rows."""
        leader, follower = pty.openpty()
        import fcntl
        import struct
        import termios
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = subprocess.Popen([PROGRAM, *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=follower, stderr=subprocess.DEVNULL,
                                   env={**os.environ, **variables})
        os.close(follower)
        text = b""
        try:
            while chunk := os.read(leader, 65536):
                text += chunk
        except OSError:  # the end of a terminal
            pass
        os.close(leader)
        self.assertEqual(process.wait(), 0)
        return text.decode()

    def test_a_long_answer_goes_through_the_pager(self):
        words = ("show", "out.h5", "increments", "--rows", 0)
        self.assertIn("PAGED", self.on_a_terminal(*words, PAGER="sed 's/^/PAGED /'"))
        plain = self.on_a_terminal(*words, PAGER="")
        self.assertIn("/cohort/increments", plain)
        self.assertEqual(self.on_a_terminal(*words, PAGER="/no/such/pager"), plain)
        self.assertNotIn("PAGED", self.on_a_terminal("show", "out.h5", "increments", "--limit", 2, PAGER="sed 's/^/PAGED /'"))


if __name__ == "__main__":
    unittest.main()
