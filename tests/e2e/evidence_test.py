"""Evidence files: overlays on a stance, what a result carries of them, and the versions of the stances that ship."""
import csv
import io
import json
import re
import unittest

import h5py

from program import INVALID, SOURCE, ProgramTest

OVERLAY = '''format = "vcohort-evidence 1"
base = "{base}"
name = "{name}"
title = "{name}"

[parameter."effect.emax"]
value = {emax}
unit = "GMFM-66 points"
uncertainty = {{ distribution = "lognormal", sigma = 0.3 }}
source = "own trial"
strength = "found"
reason = "newer"
'''


class Overlays(ProgramTest):
    def overlay(self, path, base, emax=6.5, name="own"):
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(OVERLAY.format(base=base, name=name, emax=emax))

    def test_two_stances_of_one_name(self):
        overlay = self.folder / "mine.toml"
        overlay.write_text('format = "vcohort-evidence 1"\nbase = "sceptical"\nname = "sceptical"\ntitle = "ours"\n'
                           '[parameter."cost.care"]\nvalue = 30000\nunit = "currency per year"\nstrength = "assumed"\nsource = "our hospital"\nreason = "paid here"\n')
        study = self.folder / "two.toml"
        study.write_text(self.call("scenarios", "show", "quickstart").stdout)
        said = self.call("check", study, "--set", 'evidence=["sceptical", "mine.toml"]', status=INVALID).stderr
        self.assertIn('two stances are called "sceptical"', said)

    def test_a_result_is_run_again_with_what_it_carries(self):
        self.overlay("files/base.toml", "sceptical")
        self.overlay("files/own.toml", "base.toml", emax=9)
        study = self.study(evidence='["files/own.toml"]', parameters="uncertain", size=2000)
        first = self.run_study(study, "first.h5")
        for path in ("files/own.toml", "files/base.toml", "study.toml"):
            (self.folder / path).unlink()
        self.call("run", first, "-o", "again.h5", "--quiet", "--progress", "none")
        self.assert_same(first, "again.h5")
        with h5py.File(first) as file:
            carried = file["evidence/source"][0].decode()
        self.assertNotIn("base", carried.split("[parameter", 1)[0])
        self.assertIn('[parameter."motor.limit.I"]', carried)

    def test_an_overlay_is_the_whole_file_that_it_stands_for(self):
        text = (SOURCE / "scenarios/evidence/sceptical.toml").read_text()
        changed = text.replace('[parameter."effect.emax"]\nvalue = 4.0', '[parameter."effect.emax"]\nvalue = 5.0').replace('name = "sceptical"', 'name = "own"')
        self.assertNotEqual(text, changed)
        (self.folder / "whole.toml").write_text(changed)
        block = re.search(r'\[parameter\."effect\.emax"\]\n(?:.+\n)+', changed)[0]
        head = 'format = "vcohort-evidence 1"\nbase = "sceptical"\nname = "own"\ntitle = "Shrunk to the controlled meta-analysis (default)"\n'
        (self.folder / "part.toml").write_text(head + block)
        shas = []
        for name in ("whole", "part"):
            with h5py.File(self.run_study(self.study(evidence=f'["{name}.toml"]', size=500), f"{name}.h5")) as file:
                shas.append(file.attrs["evidence_sha256"])
        self.assertEqual(*shas)

    def test_refusals_have_a_place(self):
        self.overlay("own.toml", "septical")
        said = self.call("check", self.study(evidence='["own.toml"]'), status=INVALID).stderr
        self.assertIn('own.toml:2:8: unknown base "septical"', said)
        self.overlay("own.toml", "other.toml")
        self.overlay("other.toml", "own.toml")
        said = self.call("check", self.study(evidence='["own.toml"]'), status=INVALID).stderr
        self.assertIn("other.toml:2:8: the evidence is based on itself", said)
        said = self.call("check", self.study(evidence='["missing.toml"]'), status=INVALID).stderr
        self.assertRegex(said, r'study\.toml:\d+:\d+: unknown evidence "missing.toml"')


class Verb(ProgramTest):
    def test_diff_fits_two_screens_and_says_why(self):
        said = self.call("evidence", "diff", "published", "sceptical").stdout.splitlines()
        self.assertLessEqual(len(said), 2 * 24)
        self.assertLessEqual(max(map(len, said)), 100)
        rows = list(csv.DictReader(io.StringIO(self.call("evidence", "diff", "published", "sceptical", "--format", "csv").stdout)))
        self.assertGreater(len(rows), 50)
        for row in rows:
            self.assertNotIn("|", row["why"], f"{row['parameter']} has no reason of its own")
            self.assertGreater(len(row["why"]), 10)
        self.assertEqual(json.loads(self.call("evidence", "diff", "null", "null", "--format", "json").stdout)["rows"], [])

    def test_list_and_show(self):
        families = list(csv.DictReader(io.StringIO(self.call("evidence", "list", "--format", "csv").stdout)))
        for row in families:
            self.assertEqual(int(row["parameters"]), sum(int(row[s]) for s in ("found", "derived", "recalled", "assumed")), row["family"])
        assumed = self.call("evidence", "list", "cost", "--strength", "assumed").stdout
        self.assertIn("cost.visit", assumed)
        self.assertNotIn("cost.care ", assumed)
        said = self.call("evidence", "show", "cost.care").stdout
        for text in ("sceptical", "published", "null", "until 2026-11-29: 50000", "B18", "enters money"):
            self.assertIn(text, said)
        self.assertIn("did you mean", self.call("evidence", "show", "cost.cair", status=INVALID).stderr)
        self.assertIn("unknown evidence", self.call("evidence", "list", "--evidence", "hopeful", status=INVALID).stderr)

    def test_codes_of_sources_are_written_out(self):
        said = self.call("evidence", "show", "cost.care").stdout.split("sources:\n")[1]
        self.assertEqual([line.split()[0] for line in said.splitlines()], ["B17", "B18"])
        self.assertIn("Pulgar 2019", said)
        every = {row["code"]: row["source"] for row in csv.DictReader(io.StringIO(self.call("evidence", "sources", "--format", "csv").stdout))}
        self.assertEqual(list(every), [f"A{k}" for k in range(1, 95)] + [f"B{k}" for k in range(1, 40)])
        some = list(csv.DictReader(io.StringIO(self.call("evidence", "sources", "B12, A7", "--format", "csv").stdout)))
        self.assertEqual([(row["code"], row["source"]) for row in some], [("A7", every["A7"]), ("B12", every["B12"])])
        for folder in ("evidence", "replications", "claims", "studies"):
            for path in (SOURCE / "scenarios" / folder).rglob("*.toml"):
                self.assertEqual(set(re.findall(r"\b[AB]\d{1,3}\b", path.read_text())) - set(every), set(), path.name)
        self.assertIn("no source is called A95", self.call("evidence", "sources", "A95", status=INVALID).stderr)
        self.assertIn("names no source", self.call("evidence", "sources", "Pulgar", status=INVALID).stderr)

    def test_a_study_that_no_evidence_moves_is_refused_at_once(self):
        done = self.call("evidence", "show", "cost.care", "--study", "two-arm-continuous", status=INVALID)
        self.assertEqual(done.stdout, "")
        self.assertIn("answers nothing that evidence could move", done.stderr)

    def test_check_says_what_a_file_changes(self):
        (self.folder / "own.toml").write_text(OVERLAY.format(base="sceptical", name="own", emax=5).replace('reason = "newer"\n', ""))
        said = self.call("evidence", "check", "own.toml").stdout
        self.assertIn("effect.emax 5 | 4", said)
        self.assertIn("effect.emax has no reason", said)
        (self.folder / "own.toml").write_text("format = 3")
        self.assertRegex(self.call("evidence", "check", "own.toml", status=INVALID).stderr, r"own\.toml:1:\d+: ")

    def test_check_misses_what_a_run_would_miss(self):
        (self.folder / "lone.toml").write_text('format = "vcohort-evidence 1"\nbase = "sceptical"\nname = "lone"\ntitle = "lone"\n\n[parameter."procedure.effect.own_2"]\n'
                                               'value = 2\nunit = "GMFM-66 points"\nsource = "ours"\nstrength = "assumed"\n')
        said = self.call("evidence", "check", "lone.toml", status=INVALID).stderr
        for what in ("onset", "waning", "cv", "cost", "harm", "harm_loss", "complication_cost", "carer_days"):
            self.assertRegex(said, rf'lone\.toml:6:\d+: the parameter "procedure\.{what}\.own_2" is missing')
        for stance in ("sceptical", "null", "care-korea"):
            (self.folder / "named.toml").write_text(OVERLAY.format(base="sceptical", name=stance, emax=5))
            self.assertRegex(self.call("evidence", "check", "named.toml", status=INVALID).stderr, rf'named\.toml:3:\d+: the evidence is called "{stance}" \(that is one that ships')
            self.call("evidence", "check", stance)  # of itself

    def test_show_has_the_joint_prior(self):
        """Both deliveries of the Tehran trials rest on one sham arm: what joins them, what it was, and why."""
        for one, other in (("MSC", "MNC"), ("MNC", "MSC")):
            said = " ".join(self.call("evidence", "show", f"delivery.{one}.intrathecal").stdout.split())
            self.assertEqual(said.count(f"delivery.{other}.intrathecal 0.5"), 2, said)  # null has none: its cells do nothing
            self.assertIn("their correlation is 0.5 (derived: equal arms share one control), not the 0.10 of two trials", said)
            self.assertIn("B31 Amanat 2021", said)
            self.assertIn("until 2026-11-29: correlation 0.10 (Amanat 2021", said)
        self.assertIn("until 2026-11-29: SD 1.5, assumed (", self.call("evidence", "show", "trial.drift").stdout)
        self.assertNotIn("drawn jointly", self.call("evidence", "show", "cost.care").stdout)

    def test_alternatives_are_evidence(self):
        names = [line.split()[0] for line in self.call("scenarios", "list").stdout.split("the sceptical stance with other numbers")[1].split("\n\n")[0].splitlines()[1:]]
        self.assertGreaterEqual(len(names), 8)
        for name in names:
            self.assertIn("numbers differ", self.call("evidence", "check", name).stdout)


OVERRIDE = """
[[override]]
parameter = "{parameter}"
value = {value}
source = "the end of its law"
"""
SINGLE_ARM = """format = "vcohort-study 1"
title = "one arm"
evidence = ["null"]
seed = 5

[population]
size = 5120
age_years = {{ distribution = "uniform", low = 3, high = 8 }}
gmfcs = {{ II = 0.5, III = 0.5 }}
eligibility = {{ gmfm66 = [30, 70] }}

[[strategy]]
name = "usual care"

[outcomes]
visits_months = [12]
endpoints = ["gmfm66"]

[trial]
arms = [{{ strategy = "usual care" }}]
sample_size = [20, 60]
replicates = {replicates}
primary = {{ endpoint = "gmfm66", visit_months = 12, analysis = "one-sample-t", change_from_baseline = true, against = 0 }}
"""


class Moved(ProgramTest):
    def moved(self, parameter, study):
        return list(csv.DictReader(io.StringIO(self.call("evidence", "show", parameter, "--study", study, "--format", "csv").stdout)))

    def test_a_price_moves_net_benefit_by_itself_times_the_doses(self):
        rows = self.moved("price.product.MSC", "cells-therapy-or-surgery")
        self.assertEqual({row["scenario"] for row in rows}, {"published", "sceptical", "null"})
        for row in rows:
            doses = 4 if row["strategy"].startswith("MSC") else 0
            change = doses * (float(row["low"]) - float(row["high"]))
            self.assertAlmostEqual(float(row["change"]), change, delta=0.002 * abs(change))  # a child in a thousand stops
            self.assertAlmostEqual(float(row["at_high"]) - float(row["at_low"]), float(row["change"]), delta=1e-6)
            self.assertEqual(row["best_at_low"] == "usual care", row["scenario"] != "published" or float(row["low"]) > 4000)

    def test_drift_moves_a_single_arm_by_itself(self):
        (self.folder / "one.toml").write_text(SINGLE_ARM.format(replicates=100))
        estimate, power = self.moved("trial.drift", "one.toml")
        self.assertEqual(estimate["output"], "estimate of the primary analysis")
        self.assertAlmostEqual(float(estimate["change"]), float(estimate["high"]) - float(estimate["low"]), delta=0.02)  # scores end at 0 and 100
        self.assertLess(float(estimate["change_mcse"]), 0.01)
        self.assertLess(float(power["at_low"]), float(power["at_high"]))
        self.assertEqual(estimate["left_out"], "0")
        # The whole study says the same of the largest size, by other replicates.
        (self.folder / "one.toml").write_text(SINGLE_ARM.format(replicates=4000) + OVERRIDE.format(parameter="trial.drift", value=estimate["high"]))
        result = self.run_study(self.folder / "one.toml", "one.h5")
        rows = csv.DictReader(io.StringIO(self.call("export", result, "--table", "trial/operating_characteristics").stdout))
        whole = next(row for row in rows if row["sample_size"] == "60")
        self.assertAlmostEqual(float(power["at_high"]), float(whole["power"]), delta=4.5 * (float(power["at_high_mcse"]) + float(whole["power_mcse"])))

    def test_a_cohort_gains_what_a_run_with_that_value_gains(self):
        study = self.study(evidence='["sceptical"]', size=50_000, visits="[12]", endpoints='["gmfm66"]', parameters="fixed")
        rows = {row["strategy"]: row for row in self.moved("effect.emax", study)}
        high = rows["MSC, intrathecal"]["high"]
        study.write_text(study.read_text() + OVERRIDE.format(parameter="effect.emax", value=high))
        result = self.run_study(study, "high.h5")
        for row in csv.DictReader(io.StringIO(self.call("export", result, "--table", "cohort/increments").stdout)):
            if row["stratum"] == "all" and row["strategy"] in rows:
                moved = rows[row["strategy"]]
                self.assertAlmostEqual(float(moved["at_high"]), float(row["mean"]), delta=4.5 * (float(moved["at_high_mcse"]) + float(row["mcse"])))
                self.assertGreater(float(moved["change"]), 0)

    def test_refusals(self):
        for parameter, study, message in (
                ("trial.drift_months", "quickstart", '"trial.drift_months" is certain under every stance'),
                ("trial.drift", "power-surface", "moving a parameter knows no sweep"),
                ("trial.drift", "two-arm-continuous", "answers nothing that evidence could move"),
                ("trial.drft", "quickstart", 'did you mean "trial.drift"?')):
            with self.subTest(study):
                self.assertIn(message, self.call("evidence", "show", parameter, "--study", study, status=INVALID).stderr)


class Versions(ProgramTest):
    def test_the_last_version_is_what_ships(self):
        rows = [line for line in (SOURCE / "scenarios/evidence/CHANGELOG.md").read_text().splitlines() if re.match(r"\| [\d.]+ \|", line)]
        listed = [cell.strip().strip("`") for cell in rows[-1].strip("|").split("|")][2:]
        for stance, expected in zip(("published", "sceptical", "null"), listed):
            with h5py.File(self.run_study(self.study(evidence=f'["{stance}"]', size=500), f"{stance}.h5")) as file:
                sha = file.attrs["evidence_sha256"]
                self.assertEqual(sha.decode() if isinstance(sha, bytes) else sha, expected, stance)


if __name__ == "__main__":
    unittest.main()
