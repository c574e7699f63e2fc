"""`vcohort replicate`: the whole table, what it promises about the published studies, and its edges."""
import csv
import io
import math
import re
import resource
import tomllib
import unittest

from program import ANSWER_IS_NO, INVALID, SOURCE, STORAGE, ProgramTest

FIGURES = """format = "vcohort-figures 1"
title = "a trial"
citation = "nowhere"
figure = [{{ name = "ADL at 24 mo", arm = "rehabilitation", endpoint = "adl", visit_months = 24, value = {value}, source = "nobody", strength = "assumed"{more} }}]
"""


class Replicate(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.whole = None

    def rows(self, *words, status=0):
        return list(csv.DictReader(io.StringIO(self.call("replicate", *words, "--format", "csv", status=status).stdout)))

    def table(self):
        """Everything that ships, once for all tests."""
        if Replicate.whole is None:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            Replicate.whole = self.rows()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            Replicate.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Replicate.whole

    def test_no_misfit_is_unexplained(self):
        for row in self.table():
            self.assertIn(row["verdict"], ("inside", "calibrated", "known misfit", "not modelled"), row)
            self.assertEqual(row["verdict"] == "inside", row["reason"] == "", row)

    def test_every_score_of_an_arm_that_something_was_fitted_to_is_calibrated(self):
        """Hours that were chosen to fit one figure move all scores of the arm; complications they do not touch."""
        fitted = {}
        for path in sorted((SOURCE / "scenarios/replications").glob("*.figures.toml")):
            file = tomllib.loads(path.read_text())
            scores = [f for f in file["figure"] if "not_modelled" not in f and "versus" not in f and f.get("quantity") != "related_events"]
            arm = lambda f: str(f.get("arm", file.get("arm")))
            arms = {arm(f) for f in scores if "calibrated" in f}
            for f in scores:
                self.assertEqual("calibrated" in f, arm(f) in arms, (path.name, f["name"]))
            fitted |= {path.name: len([f for f in scores if "calibrated" in f])} if arms else {}
        self.assertEqual(fitted, {"gu-2020.figures.toml": 5, "min-2013.figures.toml": 2})

    def test_a_position_within_two_errors_of_the_limit_is_at_the_edge(self):
        continuous = [row for row in self.table() if "GMFM change" in row["figure"] and row["verdict"] != "not modelled"]
        self.assertTrue(continuous)
        for row in continuous:
            p, error = float(row["position"]), float(row["position_mcse"])
            near = min(abs(p - 0.025), abs(p - 0.975)) <= 2 * error
            self.assertEqual(row["at_edge"], "true" if near else "false", row)
        gu = self.call("replicate", "gu-2020", "--evidence", "published", status=None).stdout
        self.assertRegex(gu, r"placebo: GMFM change to 6 mo .*calibrated \[\d\] +at the edge")
        self.assertIn("at the edge: the simulation cannot tell", gu)
        self.assertRegex(gu, r"calibrated, of them \d at the edge|known misfits, of them \d at the edge")

    # Processor time, as other work may run beside the tests: what one core needs two need not exceed.
    def test_the_whole_table_takes_less_than_a_minute(self):
        self.table()
        self.assertLess(Replicate.seconds, 60)

    def test_the_seed_studies_lie_inside_but_for_what_their_authors_contradict(self):
        outside = {(row["study"], row["figure"]) for row in self.table()
                   if row["evidence"] == "published" and row["verdict"] == "known misfit"
                   and row["study"].split("-")[0] in ("lv", "luan", "peng", "chroscinska", "qu")}
        self.assertEqual(outside, {
            # The control arm fell, and with it the contrast (evidence 0.3).
            ("lv-2023", "control, GMFM-88: change to 24 mo"), ("lv-2023", "control, ADL: change to 24 mo"),
            ("lv-2023", "GMFM-88: change between arms to 24 mo"),
            # A count that contradicts its percentage (evidence 0.5).
            ("chroscinska-2024", "CGI-S at baseline: seriously ill, as the count reads")})

    def test_the_sceptical_stance_reproduces_the_meta_analysis(self):
        for parameters in ("uncertain", "fixed"):
            rows = self.rows("meta-analysis-2025", "--evidence", "sceptical", "--parameters", parameters)
            for month, low, high in (("6 mo", 0.41, 2.32), ("12 mo", 0.31, 2.52)):
                row = next(row for row in rows if month in row["figure"] and row["verdict"] == "inside")
                error = 4.5 * float(row["expected_mcse"])
                self.assertGreater(float(row["expected"]) - error, low)
                self.assertLess(float(row["expected"]) + error, high)

    def test_threads_change_nothing(self):
        words = ("replicate", "lv-2023", "peng-2017", "sun-2017", "--replicates", "500", "--format", "csv")
        # With so few replicates a figure near the end of its interval may fall on either side of it: any status.
        one = self.call(*words, "--threads", 1, status=None)
        for threads in (2, 5):
            again = self.call(*words, "--threads", threads, status=None)
            self.assertEqual((again.stdout, again.returncode), (one.stdout, one.returncode))

    def test_fixed_parameters_leave_sampling_alone(self):
        name = "GMFM-88: change to 24 mo"
        width = {}
        for parameters in ("fixed", "uncertain"):
            rows = self.rows("lv-2023", "--evidence", "published", "--parameters", parameters)
            row = next(row for row in rows if row["figure"] == name)
            width[parameters] = float(row["upper"]) - float(row["lower"])
        self.assertLess(width["fixed"], 0.8 * width["uncertain"])

    def test_positions_are_shares_with_their_error(self):
        for row in self.table():
            if row["verdict"] == "not modelled":
                self.assertEqual(row["position"], "NA")
                continue
            p, n = float(row["position"]), int(row["replicates"])
            adjusted = (p * n + 1) / (n + 2)
            self.assertAlmostEqual(float(row["position_mcse"]), math.sqrt(adjusted * (1 - adjusted) / n), places=12)
            self.assertGreater(n, 1900)

    def test_every_scenario_is_listed_shown_and_copied(self):
        listed = self.call("scenarios", "list").stdout
        for name in ("lv-2023", "lv-2023.figures", "reviews.figures"):
            self.assertEqual(bool(re.search(rf"(?m)^  {re.escape(name)} ", listed)), not name.endswith(".figures"))
            self.assertEqual(self.call("scenarios", "show", name).stdout, (SOURCE / f"scenarios/replications/{name}.toml").read_text())
        self.call("scenarios", "copy", "lv-2023")
        self.call("scenarios", "copy", "lv-2023.figures")
        copied = self.rows("lv-2023.toml", "--replicates", 100, "--evidence", "published", status=None)
        shipped = self.rows("lv-2023", "--replicates", 100, "--evidence", "published", status=None)
        self.assertEqual(copied, shipped)

    def own(self, value, more=""):
        self.call("scenarios", "copy", "lv-2023", "-o", "own.toml")
        (self.folder / "own.figures.toml").write_text(FIGURES.format(value=value, more=more))

    def test_the_exit_status_tells_of_an_unexplained_misfit(self):
        self.own(99)
        said = self.call("replicate", "own.toml", "--replicates", 200, status=ANSWER_IS_NO).stdout
        self.assertIn("MISFIT", said)
        self.assertIn("2 unexplained misfits", said)
        (self.folder / "own.figures.toml").unlink()
        (self.folder / "own.toml").unlink()
        self.own(99, ', misfit = { published = "a typing error" }')
        said = self.call("replicate", "own.toml", "--replicates", 200, "--evidence", "published").stdout
        self.assertIn("known misfit [1]", said)
        self.assertIn("[1] a typing error", said)
        self.call("replicate", "own.toml", "--replicates", 200, "--evidence", "sceptical", status=ANSWER_IS_NO)

    def test_refusals(self):
        self.assertIn("no replication is called \"lv-2022\"", self.call("replicate", "lv-2022", status=INVALID).stderr)
        self.call("replicate", "missing.toml", status=STORAGE)
        self.own(99)
        (self.folder / "own.figures.toml").write_text(FIGURES.format(value='"many"', more=""))
        self.assertRegex(self.call("replicate", "own.toml", status=INVALID).stderr, r"own\.figures\.toml:4:\d+: ")
        (self.folder / "own.figures.toml").unlink()
        self.call("replicate", "own.toml", status=STORAGE)
        self.assertIn("unknown evidence", self.call("replicate", "lv-2023", "--evidence", "hopeful", status=INVALID).stderr)


if __name__ == "__main__":
    unittest.main()
