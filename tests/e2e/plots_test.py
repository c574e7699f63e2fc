"""The pictures: titles of any length fit, nothing is left out without a word, and every failure is a sentence."""
import subprocess
import sys
import unittest

from program import SOURCE, STORAGE, ProgramTest

PLOTS = SOURCE / "scripts/plots"
sys.path.insert(0, str(PLOTS))
sys.dont_write_bytecode = True


class Plots(ProgramTest):
    def plot(self, script, *words, status=0):
        done = subprocess.run(["/usr/bin/python3", str(PLOTS / script), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def result_with_a_long_title(self):
        title = "Which of seven schedules with names as long as those that people give them gains how much, for whom, and for how long, " * 2
        study = self.study(size=300, evidence='["sceptical"]')
        text = study.read_text().replace('"end to end"', f'"{title.strip()}"')
        more = "".join(f'\n[[strategy]]\nname = "{name}"\ncell = "MSC"\nroute = "intravenous"\ndose_per_kg = {dose}\n'
                       for name, dose in (("a strategy whose name is far longer than the panel that it stands in", 1e6), ("low, once", 5e5), ("high, once", 4e6), ("higher", 6e6)))
        study.write_text(text.replace("\n[strata]", more + "\n[strata]"))
        return self.run_study(study, "out.h5")

    def test_titles_fit_and_nothing_is_left_out_silently(self):
        import trajectories
        from result_file import ResultFile

        file = ResultFile(self.result_with_a_long_title())
        table = file.table("cohort/summary")
        names = [name for name in dict.fromkeys(table["strategy"].tolist()) if name != file.reference]
        figure = trajectories.draw(file, "sceptical", "gmfm66", names[:6], file.strata(["all"]), "")
        figure.canvas.draw()
        frame = figure.bbox
        for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text") and artist.get_text().strip()):
            box = text.get_window_extent()
            self.assertTrue(box.x0 >= -1 and box.x1 <= frame.x1 + 1 and box.y0 >= -1 and box.y1 <= frame.y1 + 1, text.get_text())
        lowest_of_head = min(text.get_window_extent().y0 for text in figure.texts if text.get_fontsize() > 9 and text.get_text().strip())
        self.assertGreater(lowest_of_head, max(panel.title.get_window_extent().y1 for panel in figure.axes))
        self.assertEqual({panel.get_xlim()[0] for panel in figure.axes}, {0.0})  # the baseline
        done = self.plot("trajectories.py", "out.h5")
        self.assertIn("1 of the strategies is not drawn (higher)", done.stderr)
        self.call("run", "quickstart", "--set", "population.size=300", "--set", 'evidence="null"', "--quiet")
        self.assertIn("1 of the strategies is not drawn (intrathecal, 1e6/kg four times)", self.plot("dosing_heatmap.py", "quickstart.h5").stderr)

    def test_failures_are_sentences(self):
        self.run_study(self.study(size=64), "out.h5")
        (self.folder / "text").write_text("no result")
        for script, *words in (("trajectories.py", "text"), ("trajectories.py", "absent.h5"), ("trajectories.py", "out.h5", "--endpoint", "x"),
                               ("trajectories.py", "out.h5", "-o", "text/folder"), ("tornado.py", "out.h5"), ("worth_a_trial.py", "out.h5"),
                               ("dosing_heatmap.py", "out.h5", "--strata", "x"), ("power_curve.py", "out.h5"), ("ceac.py", "out.h5"), ("plane.py", "text"),
                               ("forest.py", "out.h5", "--strategy", "x")):
            with self.subTest(script, words=words):
                self.assertRegex(self.plot(script, *words, status=STORAGE).stderr, r"^error: \S.*\S \(.*\)\. [A-Z].*\.\n$")

    def test_figures_of_each_question(self):
        self.run_study(self.study(size=300), "out.h5")
        self.call("run", "two-arm-continuous", "-o", "trial.h5", "--set", "trial.replicates=100", "--quiet")
        self.call("run", "four-low-or-one-high", "-o", "policy.h5", "--set", "policy.parameter_draws=50", "--set", "policy.patients_per_draw=64", "--quiet")
        for script, result, count in (("forest.py", "out.h5", 2), ("power_curve.py", "trial.h5", 1), ("ceac.py", "policy.h5", 3), ("plane.py", "policy.h5", 3)):
            for ending in ("png", "pdf"):
                with self.subTest(script, ending=ending):
                    names = self.plot(script, result, *(["--pdf"] if ending == "pdf" else [])).stdout.split("\n")[:-1]
                    self.assertEqual(len(names), count)
                    for name in names:
                        self.assertTrue((self.folder / name).read_bytes().startswith(b"%PDF" if ending == "pdf" else b"\x89PNG"), name)


if __name__ == "__main__":
    unittest.main()
