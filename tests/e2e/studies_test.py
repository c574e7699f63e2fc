"""What ships works: every study runs (with fewer children), and the plots draw its result."""
import subprocess
import unittest

from program import SOURCE, ProgramTest

PLOTS = SOURCE / "scripts/plots"
PNG = b"\x89PNG\r\n"


class Studies(ProgramTest):
    def small(self, name):
        return self.run_study(SOURCE / f"scenarios/studies/{name}.toml", f"{name}.h5", "--set", "population.size=3000")

    def plot(self, script, *words, status=0):
        done = subprocess.run(["/usr/bin/python3", str(PLOTS / script), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def drawn(self, done):
        paths = [self.folder / line for line in done.stdout.splitlines()]
        for path in paths:
            self.assertEqual(path.read_bytes()[:6], PNG)
        return [path.name for path in paths]

    def test_every_study_runs(self):
        studies = self.call("scenarios", "list").stdout.split("\n\n")[0].splitlines()
        names = [line.split()[0] for line in studies if line.startswith("  ")]
        names = [name for name in names if not name.startswith("trial-")]  # trial_studies_test.py runs these
        text = {name: self.call("scenarios", "show", name).stdout for name in names}
        names = [name for name in names if "[policy]" not in text[name]]  # and policy_test.py these
        names = [name for name in names if "[data_model]" not in text[name]]  # and sweep_test.py this one
        self.assertGreaterEqual(len(names), 4)
        for name in names:
            with self.subTest(name):
                self.small(name)

    def test_heat_maps(self):
        result = self.small("dosing-frequency")
        said = self.plot("dosing_heatmap.py", result, "--strata", "all", "age 0-3", "--scenario", "sceptical")
        self.assertEqual(self.drawn(said), ["dosing-frequency-heatmap-sceptical.png"])
        text = self.plot("dosing_heatmap.py", result, "--text", "--scenario", "sceptical").stdout
        row = next(line for line in self.call("export", result, "--table", "cohort/increments").stdout.splitlines()
                   if line.startswith('sceptical,MSC/intravenous/8e6/1x,"",all,gmfm66,24,'))
        mean, mcse = map(float, row.split(",")[7:9])
        panel = text[text.index("MSC, intravenous"):]
        shown = next(line for line in panel.splitlines() if line.strip().startswith("1, at once"))
        self.assertIn(f"{mean:.2f} ± {mcse:.2f}", shown)

    def test_trajectories(self):
        result = self.small("quickstart")
        self.assertEqual(self.drawn(self.plot("trajectories.py", result, "--strata", "all", "--scenario", "null")), ["quickstart-trajectories-null.png"])

    def test_plots_refuse_what_they_cannot_draw(self):
        result = self.small("quickstart")
        wrong = self.folder / "wrong.h5"
        wrong.write_text("no HDF5")
        for words, message in (((wrong,), "cannot be read"), (("missing.h5",), "cannot be read"), ((result, "--scenario", "hopeful"), "no scenario"),
                               ((result, "--endpoint", "height"), "no endpoint"), ((result, "--strata", "giants"), "no stratum")):
            for script in ("dosing_heatmap.py", "trajectories.py"):
                with self.subTest(script=script, message=message):
                    self.assertIn(message, self.plot(script, *words, status=4).stderr)
        self.assertIn("no visit", self.plot("dosing_heatmap.py", result, "--visit", 5, status=4).stderr)


if __name__ == "__main__":
    unittest.main()
