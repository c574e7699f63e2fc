"""vcohort report: what it writes, what it refuses, and that the page holds the result. How the page looks: browser_test.py."""
import base64
import gzip
import json
import re
import unittest

import h5py

from program import INVALID, STORAGE, ProgramTest

COMMAND_LINE = 2


class Report(ProgramTest):
    def embedded(self, page):
        text = (self.folder / page).read_text()
        found = re.findall(r'<script type="text/plain" id="vcohort-data">([A-Za-z0-9+/=]*)</script>', text)
        self.assertEqual(len(found), 1)
        return json.loads(gzip.decompress(base64.b64decode(found[0])))

    def test_the_page_holds_the_tables(self):
        self.run_study(self.study(size=500, save="true"), "out.h5")
        self.call("report", "out.h5")
        result, = self.embedded("out.html")
        self.assertEqual(result["name"], "out.h5")
        tables = {table["path"]: table for table in result["tables"]}
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual(result["header"]["content_digest"], file.attrs["content_digest"].decode())
            for path in ("/cohort/summary", "/cohort/increments", "/parameters"):
                columns = {column["name"]: column for column in tables[path]["columns"]}
                self.assertEqual(tables[path]["rows"], len(file[path]["scenario"]))
                for name in file[path].attrs["columns"]:
                    name = name.decode()
                    if name in ("sum", "sum_of_squares"):
                        self.assertNotIn(name, columns)
                        continue
                    values = file[path][name][:].tolist()
                    if columns[name]["type"] == "text":
                        self.assertEqual([columns[name]["words"][code] for code in columns[name]["codes"]], [value.decode() for value in values])
                    else:
                        for shown, value in zip(columns[name]["values"], values, strict=True):
                            if value != value:
                                self.assertIsNone(shown)
                            else:
                                self.assertAlmostEqual(shown, value, delta=1e-7 * abs(value))
            outcomes = tables["/cohort/patients/outcomes"]
            self.assertEqual(outcomes["rows"], len(file["/cohort/patients/outcomes/patient"]))
            self.assertEqual(len(outcomes["columns"][0]["codes"]), 2000)  # the first ones

    def test_the_same_result_gives_the_same_bytes(self):
        self.run_study(self.study(size=100), "out.h5")
        self.call("report", "out.h5", "-o", "one.html")
        self.call("report", "out.h5", "-o", "two.html")
        self.assertEqual((self.folder / "one.html").read_bytes(), (self.folder / "two.html").read_bytes())

    def test_nothing_that_is_not_ours_is_replaced(self):
        self.run_study(self.study(size=100), "out.h5")
        (self.folder / "mine.html").write_text("<!doctype html>\nmine")
        for words in (("-o", "mine.html"), ("-o", "mine.html", "--overwrite"), ("-o", "out.h5", "--overwrite"), ("-o", "no-folder/out.html")):
            with self.subTest(words):
                self.call("report", "out.h5", *words, status=STORAGE)
        self.assertEqual((self.folder / "mine.html").read_text(), "<!doctype html>\nmine")
        self.call("report", "out.h5", "-o", "out.html")
        self.call("report", "out.h5", "-o", "out.html", status=STORAGE)
        self.call("report", "out.h5", "-o", "out.html", "--overwrite")

    def test_refusals(self):
        self.run_study(self.study(size=2000), "out.h5")
        (self.folder / "text.h5").write_text("no result")
        self.call("run", "study.toml", "-o", "cut.h5", "--shard", "1/2", "--quiet")
        part = next((self.folder / "cut.h5.parts").glob("*.h5"))
        self.assertRegex(self.call("report", part, "-o", "part.html", status=STORAGE).stderr, r"is a part.*vcohort merge")
        for words, status in ((("text.h5",), STORAGE), (("absent.h5",), STORAGE), ((), COMMAND_LINE), (("out.h5", "--explorer"), COMMAND_LINE),
                              (("--explorer", "--replications"), COMMAND_LINE), (("out.h5", "out.h5", "out.h5"), COMMAND_LINE)):
            with self.subTest(words):
                self.call("report", *words, "-o", "x.html", status=status)
                self.assertFalse((self.folder / "x.html").exists())

    def test_replications_that_were_simulated_before(self):
        self.run_study(self.study(size=100), "out.h5")
        (self.folder / "r.json").write_text(self.call("replicate", "luan-2012", "--replicates", 20, "--format", "json", status=None).stdout)
        (self.folder / "c.json").write_text(self.call("claims", "age-window", "--format", "json").stdout)
        self.call("report", "out.h5", "--replications-from", "r.json", "--replications-from", "c.json")
        result, = self.embedded("out.html")
        tables = {table["path"]: table for table in result["tables"]}
        for path, file in (("/replications", "r.json"), ("/claims", "c.json")):
            stored = json.loads((self.folder / file).read_text())
            self.assertEqual(tables[path]["rows"], len(stored["rows"]))
            self.assertIn(f"read from {file}", tables[path]["description"])
            for column in tables[path]["columns"]:
                values = column["values"] if column["type"] != "text" else [column["words"][code] for code in column["codes"]]
                self.assertEqual(values, [row[column["name"]] for row in stored["rows"]])

    def test_refused_replications(self):
        self.run_study(self.study(size=100), "out.h5")
        (self.folder / "text.json").write_text("no table")
        (self.folder / "other.json").write_text(self.call("export", "out.h5", "--table", "scenarios", "--format", "json").stdout)
        (self.folder / "old.json").write_text('{"path": "/claims", "description": "", "columns": [], "rows": []}')
        for file, status, message in (("text.json", INVALID, r"text\.json:1:2: this is no JSON"), ("other.json", INVALID, "'/scenarios' is not drawn"),
                                      ("old.json", INVALID, "the column 'claim' is missing"), ("absent.json", STORAGE, "cannot read 'absent.json'")):
            with self.subTest(file):
                self.assertRegex(self.call("report", "out.h5", "--replications-from", file, "-o", "x.html", status=status).stderr, message)
                self.assertFalse((self.folder / "x.html").exists())
        self.call("report", "out.h5", "--replications", "--replications-from", "old.json", "-o", "x.html", status=COMMAND_LINE)

    def test_the_explorer_and_two_results(self):
        self.run_study(self.study(size=100), "a.h5")
        self.run_study(self.study(size=200), "b.h5")
        self.call("report", "--explorer")
        self.assertGreater((self.folder / "explorer.html").stat().st_size, 1_000_000)
        self.call("report", "a.h5", "b.h5", "-o", "both.html")
        self.assertEqual([result["name"] for result in self.embedded("both.html")], ["a.h5", "b.h5"])


if __name__ == "__main__":
    unittest.main()
