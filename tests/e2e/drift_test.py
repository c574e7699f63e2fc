"""The drift of trials, derived a second time: what the arms of tests/oracles/trial_drift.tsv gain above what the program expects, and how it varies between trials."""
import csv
import io
import math
import shutil
import subprocess
import tomllib
import unittest

from program import SOURCE, ProgramTest

ORACLES = SOURCE / "tests/oracles"
WITH_DRIFT = '''format = "vcohort-evidence 1"
base = "{base}"
name = "drift"
title = "a drift of {drift}"

[parameter."trial.drift"]
value = {drift}
unit = "GMFM-66 points"
source = "none"
strength = "assumed"
'''


def arms():
    rows = csv.DictReader((ORACLES / "trial_drift.tsv").read_text().splitlines(), delimiter="\t")
    return [{name: float(text) if name in ("months", "change", "se", "growth", "per_point", "b12") else text for name, text in row.items()} for row in rows]


def restricted(estimates, errors):
    """Mean, its standard error and the SD between trials by restricted maximum likelihood, on a grid that is refined: no code is shared with the R script."""
    def at(tau):
        weights = [1 / (s * s + tau * tau) for s in errors]
        mean = sum(w * y for w, y in zip(weights, estimates)) / sum(weights)
        loss = -sum(map(math.log, weights)) + math.log(sum(weights)) + sum(w * (y - mean) ** 2 for w, y in zip(weights, estimates))
        return loss, mean, sum(weights) ** -0.5
    low, high = 0.0, 10.0
    for _ in range(12):
        step = (high - low) / 20
        best = min((low + k * step for k in range(21)), key=lambda tau: at(tau)[0])
        low, high = max(0.0, best - step), best + step
    return *at(best)[1:], best


class Drift(ProgramTest):
    def expected(self, drift, base="sceptical"):
        (self.folder / "drift.toml").write_text(WITH_DRIFT.format(base=base, drift=drift))
        studies = dict.fromkeys(arm["study"] for arm in arms() if arm["study"])
        said = self.call("replicate", *studies, "--evidence", "drift.toml", "--parameters", "fixed", "--format", "csv", status=None).stdout
        return {(row["study"], row["figure"]): row for row in csv.DictReader(io.StringIO(said))}

    def test_growth_is_what_the_program_expects_without_drift(self):
        without, of_one = self.expected(0.0), self.expected(1.0)
        for arm in arms():
            if not arm["study"]:
                continue
            with self.subTest(arm["arm"]):
                key = arm["study"], arm["figure"]
                growth = float(without[key]["expected"])
                self.assertAlmostEqual(arm["growth"], growth, delta=0.001)
                self.assertAlmostEqual(arm["per_point"], float(of_one[key]["expected"]) - growth, delta=0.0001)
                self.assertEqual(arm["change"], float(without[key]["printed"].split()[0]))

    def test_the_page_can_be_followed(self):
        """Every arm's row on docs/evidence.md, from the printed change by growth and slope to what it gained."""
        page = (SOURCE / "docs/evidence.md").read_text()
        for arm in arms():
            if arm["study"]:
                cells = next(line for line in page.splitlines() if line.startswith(f"| {arm['arm']} |")).strip("| ").split(" | ")
                change, growth, slope = float(cells[2].split()[0]), float(cells[3]), float(cells[4])
                self.assertEqual((change, growth, slope), (arm["change"], round(arm["growth"], 2), round(arm["per_point"], 3)), arm["arm"])
                self.assertEqual(cells[5], f"{(arm['change'] - arm['growth']) / arm['per_point']:.1f} ({arm['se'] / arm['per_point']:.1f})", arm["arm"])

    def test_no_hours_are_given_to_these_arms(self):
        """Hours above usual care would have to be taken off: no file has any, so that both stances expect the same."""
        sceptical, published = self.expected(0.0), self.expected(0.0, "published")
        for arm in arms():
            if arm["study"]:
                key = arm["study"], arm["figure"]
                self.assertEqual(sceptical[key]["expected"], published[key]["expected"])

    def test_the_stances_have_what_the_arms_say(self):
        parameter = tomllib.loads((SOURCE / "scenarios/evidence/sceptical.toml").read_text())["parameter"]["trial.drift"]
        long = [arm for arm in arms() if arm["months"] >= 6]
        mean, error, tau = restricted([(a["change"] - a["growth"]) / a["per_point"] for a in long], [a["se"] / a["per_point"] for a in long])
        self.assertAlmostEqual(parameter["uncertainty"]["sd"], tau, delta=0.05)
        self.assertLess(abs(parameter["value"] - mean), error)
        time = [(a["change"] - a["growth"]) / a["per_point"] * min(a["months"], 12) / 12 for a in arms()]
        mean, error, _ = restricted(time, [a["se"] / a["per_point"] * min(a["months"], 12) / 12 for a in arms()])
        self.assertLess(abs(parameter["value"] - mean), error)
        for stance in ("published", "null"):
            self.assertNotIn("trial.drift", tomllib.loads((SOURCE / f"scenarios/evidence/{stance}.toml").read_text())["parameter"])

    def test_the_hours_of_gu_and_min_are_worth_what_the_formula_says(self):
        """R by hand, of a child with modifiers of one, is what the arms cannot reach: an age factor of 0.97 at 4.3 years and less in older children, levels IV and V, the end of the scale."""
        found = {}
        for name in ("gu-2020", "min-2013"):
            for version in ("with", "without"):
                for part in ("", ".figures"):
                    text = (SOURCE / f"scenarios/replications/{name}{part}.toml").read_text()
                    if version == "without":
                        text = "".join(line for line in text.splitlines(True) if not line.startswith("rehabilitation = {"))
                    (self.folder / f"{version}-{name}{part}.toml").write_text(text)
                (self.folder / "drift.toml").write_text(WITH_DRIFT.format(base="published", drift=0.0))
                said = self.call("replicate", f"{version}-{name}.toml", "--evidence", "drift.toml", "--parameters", "fixed", "--format", "csv", status=None).stdout
                found[name, version] = {row["figure"]: float(row["expected"]) for row in csv.DictReader(io.StringIO(said)) if row["figure"].startswith("placebo: ")}
        crosswalk = 1.34  # GMFM-88 points per GMFM-66 point in these children: per_point of their arms
        for name, figure, months in (("gu-2020", "placebo: GMFM change to 3 mo", 3), ("gu-2020", "placebo: GMFM change to 6 mo", 6),
                                     ("gu-2020", "placebo: GMFM change to 12 mo", 12), ("min-2013", "placebo: change to 6 mo", 6)):
            with self.subTest(figure):
                stock = 0.02 * 11 * 30.4375 / 7 * 12 * (1 - math.exp(-months / 12))
                by_hand = 8 * (1 - math.exp(-stock / 8))
                gained = (found[name, "with"][figure] - found[name, "without"][figure]) / crosswalk
                self.assertGreater(gained, 0.7 * by_hand)
                self.assertLess(gained, by_hand)

    @unittest.skipUnless(shutil.which("Rscript"), "R is not installed")
    def test_r_says_the_same(self):
        said = subprocess.run(["Rscript", "trial_drift.R"], cwd=ORACLES, capture_output=True, text=True, check=True).stdout
        row = next(row for row in csv.DictReader(io.StringIO(said), delimiter="\t") if row["arms"].startswith("half a year"))
        long = [arm for arm in arms() if arm["months"] >= 6]
        ours = restricted([(a["change"] - a["growth"]) / a["per_point"] for a in long], [a["se"] / a["per_point"] for a in long])
        for name, value in zip(("mean", "se", "tau"), ours):
            self.assertAlmostEqual(float(row[name]), value, delta=0.0006)


if __name__ == "__main__":
    unittest.main()
