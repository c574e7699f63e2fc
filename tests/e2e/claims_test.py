"""The claims of the article: all of them run, say what they rest on, and stand with everything else of the article in docs/claims.md."""
import csv
import io
import re
import tomllib
import unittest

from program import INVALID, SOURCE, ProgramTest

PAGE = SOURCE / "docs/claims.md"
CLAIMS = sorted((SOURCE / "scenarios/claims").glob("*.toml"))
NUMERICAL_FAILURE = 5


class Page(unittest.TestCase):
    def test_what_it_names_exists(self):
        text = PAGE.read_text()
        files = re.findall(r"`(scenarios/[\w./-]+\.toml)`", text)
        self.assertGreater(len(files), 40)
        for name in files:
            self.assertTrue((SOURCE / name).is_file(), f"docs/claims.md names {name}, which does not exist")
        parameters = tomllib.loads((SOURCE / "scenarios/evidence/sceptical.toml").read_text())["parameter"]
        families = {name.split(".")[0] for name in parameters}
        for token in re.findall(r"`([a-zA-Z0-9_.*]+)`", text):
            if token.split(".")[0] in families and "." in token:
                pattern = re.compile(re.escape(token).replace(r"\*", r"[^.]+"))
                self.assertTrue(any(pattern.fullmatch(name) for name in parameters), f"docs/claims.md names {token}, which is no parameter")

    def test_every_claim_and_every_replication_is_named(self):
        text = PAGE.read_text()
        shipped = CLAIMS + [path for path in (SOURCE / "scenarios/replications").glob("*.toml") if not path.name.endswith(".figures.toml")]
        for path in shipped:
            self.assertIn(f"`{path.relative_to(SOURCE)}`", text)

    def test_what_is_not_modelled_has_a_reason(self):
        section = PAGE.read_text().split("## Not modelled, because")[1].split("\n## ")[0]
        rows = [row.split("|") for row in section.splitlines() if row.startswith("| ")][2:]
        self.assertGreater(len(rows), 8)
        for row in rows:
            self.assertGreater(len(row[2].strip()), 15, row)


class Claims(ProgramTest):
    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call("claims", *words, "--format", "csv").stdout)))

    def test_all_of_them_are_answered(self):
        rows = self.rows()
        self.assertEqual({row["claim"] for row in rows}, {path.stem for path in CLAIMS})
        for row in rows:
            with self.subTest(row["claim"] + ": " + row["contrast"] + ", " + row["scenario"]):
                self.assertRegex(row["answer"], "^(holds|vanishes|reversed|undecided)")
                if row["scenario"] == "null" and "event" not in row["contrast"]:
                    self.assertEqual(row["answer"], "vanishes")
        decisive = {}
        for row in rows:
            decisive.setdefault((row["claim"], row["scenario"]), row)
        # Each claim rests on what its file says: with neutral premises the answer under published is another one.
        for name in ("age-window", "genotype", "immune-state", "severity-gmfm88", "time-since-injury", "cell-for-injury", "intranasal-or-intravenous",
                     "four-low-doses", "engraftment-immunosuppression", "children-and-adults"):
            self.assertEqual(decisive[name, "published"]["answer"], "holds, assumption-driven", name)
        for name in ("genotype", "immune-state", "severity-gmfm88", "cell-for-injury", "four-low-doses", "engraftment-immunosuppression",
                     "intranasal-or-intravenous", "one-to-four-infusions"):
            self.assertEqual(decisive[name, "sceptical"]["answer"], "vanishes", name)

    def test_files_say_what_they_must(self):
        for path in CLAIMS:
            with self.subTest(path.stem):
                text = path.read_text()
                study = tomllib.loads(text)
                self.assertEqual(study["evidence"], ["published", "sceptical", "null"])
                self.assertIn("claim", study["title"].lower())
                self.assertIn("# The claim", text)
                self.assertRegex(text, "would have to be true|The question behind it")
                self.assertRegex(text, "sceptical|the stances make of it")

    def test_threads_do_not_matter(self):
        self.assertEqual(self.rows("genotype", "--threads", 1), self.rows("genotype", "--threads", 3))

    def test_a_study_of_ones_own(self):
        self.call("scenarios", "copy", "claims/genotype", "-o", "mine.toml")
        self.assertEqual([row["value"] for row in self.rows("mine.toml", "--set", "population.size=2000")],
                         [row["value"] for row in self.rows("genotype", "--set", "population.size=2000")])
        self.assertIn("makes no claim", self.call("claims", SOURCE / "scenarios/studies/quickstart.toml", status=INVALID).stderr)

    def test_the_resolved_study_makes_the_same_claim(self):
        result = self.folder / "claim.h5"
        self.call("scenarios", "copy", "claims/cell-by-inflammation", "-o", "claim.toml")
        self.call("run", "claim.toml", "--set", "population.size=2000", "-o", result, "--quiet")
        again = self.rows(result)
        self.assertEqual([row["answer"] for row in again], [row["answer"] for row in self.rows("cell-by-inflammation", "--set", "population.size=2000")])


class Influence(ProgramTest):
    def test_a_cohort_and_a_trial(self):
        study = self.study(parameters="uncertain", size=60_000, evidence='["sceptical", "null"]')
        result = self.run_study(study, "out.h5")
        rows = list(csv.DictReader(io.StringIO(self.call("influence", result, "--format", "csv").stdout)))
        self.assertEqual({row["scenario"] for row in rows}, {"sceptical"})  # nothing moves under null
        first = {}
        for row in rows:
            first.setdefault(row["strategy"], row)
        for row in first.values():
            self.assertRegex(row["parameter"], r"^(effect\.(emax|any)|delivery\..*)$")
            self.assertGreater(float(row["lower"]), 0)
        self.assertIn("parameters are fixed", self.call("influence", self.run_study(self.study("fixed.toml", size=500), "fixed.h5"), status=INVALID).stderr)


class Calibrate(ProgramTest):
    def test_evidence_with_a_history(self):
        words = ("calibrate", "meta-analysis-2025", "--figure", "12 mo, against", "--move", "effect.emax", "--draws", 400, "--patients-factor", 2)
        first = self.call(*words, "-o", "new.toml").stdout
        self.assertIn("effective sample size", first)
        self.assertEqual(first, self.call(*words, "-o", "new.toml", "--overwrite", "--threads", 3).stdout)
        evidence = tomllib.loads((self.folder / "new.toml").read_text())
        self.assertEqual(evidence["name"], "new")
        emax = evidence["parameter"]["effect.emax"]
        self.assertIn("calibrated from sceptical", emax["source"])
        self.assertLess(emax["uncertainty"]["sigma"], 0.385)  # the figure says something
        self.run_study(self.study(evidence='"new.toml"', size=500), "out.h5")
        self.call(*words, "-o", "new.toml", status=4)

    def test_refusals(self):
        self.assertIn("effective sample size", self.call("calibrate", "tehran-2021", "--figure", "adjusted", "--move", "effect.emax,age.floor",
                                                         "--draws", 100, "--patients-factor", 1, "-o", "x.toml", status=NUMERICAL_FAILURE).stderr)
        self.assertFalse((self.folder / "x.toml").exists())
        self.assertIn("shares the draw", self.call("calibrate", "tehran-2021", "--move", "severity.MSC.I", status=INVALID).stderr)
        self.assertIn("did you mean", self.call("calibrate", "tehran-2021", "--move", "effect.emaxx", status=INVALID).stderr)
        self.assertIn("no figure to calibrate to", self.call("calibrate", "tehran-2021", "--figure", "height", "--move", "effect.emax", status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
