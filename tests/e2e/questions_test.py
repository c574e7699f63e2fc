"""What `check`, `replay` and `influence` say about a study before and after it runs."""
import csv
import io
import unittest

from program import INVALID, SOURCE, ProgramTest


class Check(ProgramTest):
    def test_every_question_of_what_ships_is_named(self):
        words = {"cohort": "children under each of", "trial": "simulated trials at each of", "policy": "parameter draws of", "data": "vcohort analyze", "claim": "vcohort claims"}
        for path in sorted((SOURCE / "scenarios").glob("*/*.toml")):
            if path.parent.name in ("evidence", "sources") or path.stem.endswith(".figures"):
                continue
            with self.subTest(path.stem):
                said = self.call("check", path).stdout
                self.assertIn(": valid\n", said)
                sections = {line.strip("[]").split(".")[0] for line in path.read_text().splitlines() if line.startswith("[") and not line.startswith("[[")}
                for section in sections & set(words):
                    if section != "trial" or "replicates" in path.read_text():
                        self.assertIn(words[section], said, section)

    def test_a_dose_far_from_its_reference_is_noticed(self):
        for dose, far in (("2e8", True), ("1.9e6", False), ("1e4", True), ("1e3", True)):
            with self.subTest(dose):
                study = self.study(size=64)
                study.write_text(study.read_text().replace("dose_per_kg = 2e6", f"dose_per_kg = {dose}"))
                said = self.call("check", study).stderr
                self.assertEqual("times the reference dose of MSC/intravenous" in said, far, said)
                self.assertEqual("study.toml:20:" in said, far, said)
        for path in sorted((SOURCE / "scenarios/studies").glob("*.toml")):
            self.assertNotIn("reference dose", self.call("check", path).stderr, path.stem)


class Replay(ProgramTest):
    def test_only_children_of_the_study(self):
        fixed, uncertain = self.study("fixed.toml", size=300), self.study("uncertain.toml", size=300, parameters="uncertain")
        for study, replicate, patient, known in ((fixed, 0, 299, True), (fixed, 0, 300, False), (fixed, 1, 0, False), (uncertain, 0, 255, True),
                                                 (uncertain, 0, 256, False), (uncertain, 1, 43, True), (uncertain, 1, 44, False), (uncertain, 2, 0, False)):
            with self.subTest(study.stem, replicate=replicate, patient=patient):
                self.call("replay", study, "--replicate", replicate, "--patient", patient, status=0 if known else INVALID)
        trial = ("replay", "trial-lv-redesigned", "--set", "trial.replicates=5", "--sample-size", 25, "--patient", 0)
        self.assertIn("has 5 replicates", self.call(*trial, "--replicate", 5, status=INVALID).stderr)


class Influence(ProgramTest):
    def rows(self, result):
        return list(csv.DictReader(io.StringIO(self.call("influence", result, "--format", "csv").stdout)))

    def test_only_what_can_enter_the_answer_is_listed(self):
        """The study gives cells of two types by three routes: other cells, other routes and money have no part in it."""
        result = self.run_study(self.study(parameters="uncertain", size=30_000, evidence='"sceptical"', endpoints='["gmfm66"]'), "out.h5")
        rows = self.rows(result)
        by_strategy = {}
        for row in rows:
            by_strategy.setdefault(row["strategy"], {})[row["parameter"]] = row
        self.assertEqual(len(by_strategy), 3)
        for strategy, listed in by_strategy.items():
            with self.subTest(strategy):
                route = "intranasal" if strategy.startswith("NSC") else "intravenous" if "IV" in strategy else "intrathecal"
                for name in listed:
                    self.assertFalse(name.startswith(("price.", "utility.", "cost.", "trial.")), name)
                    if name.startswith("delivery."):
                        self.assertEqual(name, f"delivery.{strategy[:3]}.{route}")
                self.assertIn(f"delivery.{strategy[:3]}.{route}", listed)
        # Most of what is listed has too little influence to be told from chance; the strongest has not.
        marks = [row["beyond_chance"] for row in rows]
        self.assertGreater(marks.count("false"), marks.count("true"))
        for listed in by_strategy.values():
            strongest = next(iter(listed.values()))
            self.assertEqual(strongest["beyond_chance"], "true")
            ranks = [abs(float(row["rank_correlation"])) for row in listed.values()]
            self.assertEqual(ranks, sorted(ranks, reverse=True))
        self.assertIn("no stronger than chance alone", self.call("influence", result).stdout)


if __name__ == "__main__":
    unittest.main()
