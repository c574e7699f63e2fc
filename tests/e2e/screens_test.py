"""What is printed fits the screen: no line of any verb, on any study that ships, is wider than it."""
import pathlib
import re
import unicodedata
import unittest

from program import DONE, MEMORY, SOURCE, ProgramTest

WIDTHS = (80, 100, 140)
ANY = None  # exit status: the answer may be no

# What makes a study quick; its tables keep their rows, columns and words.
SMALL = {"[cohort]": ("population.size=300",), "[trial]": ("trial.replicates=8",), "[policy]": ("policy.parameter_draws=60", "policy.patients_per_draw=16")}
FEW = ("--replicates", 40, "--search-replicates", 40, "--largest", 2000)
POOR = {"analyze-only"}  # simulates nothing


def columns_of(text):
    """Columns on a terminal: two for a wide East Asian character, none for one that combines with another."""
    return len(text) if text.isascii() else sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Screens(ProgramTest):
    scratch = MEMORY

    def settings_of(self, name):
        text = (SOURCE / name).read_text()
        return [word for section, settings in SMALL.items() if section in text for setting in settings for word in ("--set", setting)]

    def assert_fits(self, *words, status=DONE, widths=WIDTHS):
        """The same words at every width, without a line that is too wide; what was printed at the narrowest."""
        printed = []
        for width in widths:
            done = self.call(*words, status=status, env={"COLUMNS": str(width)})
            for line in done.stdout.splitlines():
                self.assertLessEqual(columns_of(line), width, f"vcohort {' '.join(map(str, words))} at {width} columns:\n{line}")
            printed.append(done.stdout)
        return printed[0]

    def shipped(self, *folders):
        return [str(path.relative_to(SOURCE)) for folder in folders for path in sorted((SOURCE / "scenarios" / folder).glob("*.toml"))
                if not path.stem.endswith(".figures")]

    def verbs(self):
        return re.findall(r"^  (\w+) ", self.call("--help").stdout.split("\nVerbs:\n")[1], re.MULTILINE)

    def test_help(self):
        self.assert_fits("--help")
        self.assertGreater(len(self.verbs()), 15)
        for verb in self.verbs():
            with self.subTest(verb):
                self.assert_fits(verb, "--help")

    def test_lists(self):
        self.assert_fits("scenarios", "list")

    def test_every_study(self):
        """check, run, show and each of its tables."""
        for path in self.shipped("studies", "templates"):
            name = pathlib.Path(path).stem
            settings = self.settings_of(path)
            with self.subTest(name):
                self.assert_fits("check", SOURCE / path)
                if name in POOR:
                    continue
                result = f"{name}.h5"
                self.assert_fits("run", SOURCE / path, "-o", result, "--progress", "none", *settings, widths=WIDTHS[:1])
                self.assert_fits("run", SOURCE / path, "-o", "dry.h5", "--dry-run", *settings, widths=WIDTHS[:1])
                listed = self.assert_fits("show", result)
                tables = self.tables_of(result)
                self.assertTrue(listed and tables)
                for number, table in enumerate(tables):
                    self.assert_fits("show", result, "--table", table, widths=(WIDTHS[number % len(WIDTHS)],))

    def tables_of(self, result):
        return re.findall(r"^ *(/[a-z_/]+) ", self.call("show", result).stdout, re.MULTILINE)

    def test_sizes_and_looks(self):
        for path in self.shipped("studies", "templates"):
            text = (SOURCE / path).read_text()
            if "[trial]" not in text or pathlib.Path(path).stem in POOR:
                continue
            with self.subTest(path):
                self.assert_fits("size", SOURCE / path, "--power", 0.8, *FEW, status=ANY, widths=WIDTHS[:1])
                if "[trial.looks]" in text:
                    self.assert_fits("boundaries", SOURCE / path)
                self.assert_fits("replay", SOURCE / path, "--patient", 0, status=ANY)

    def test_data_decisions_and_parts(self):
        trial = SOURCE / "scenarios/templates/two-arm-continuous.toml"
        self.run_study(trial, "trial.h5", "--set", "trial.replicates=8")
        self.call("export", "trial.h5", "--table", "patients", "--replicate", 0, "-o", "data.csv")
        (self.folder / "data.toml").write_text(trial.read_text() + '[data]\npatient = "patient"\narm = "arm"\nreference = "control"\n'
                                               'visit = "visit"\nvisit_months = "visit"\nvalue = "value"\nbaseline = "baseline"\n')
        self.assert_fits("analyze", "data.csv", "data.toml")
        policy = SOURCE / "scenarios/studies/four-low-or-one-high.toml"
        self.run_study(policy, "policy.h5", *(word for setting in SMALL["[policy]"] for word in ("--set", setting)))
        self.call("export", "policy.h5", "policy/draws", "--scenario", "sceptical", "-o", "psa.csv")
        self.assert_fits("decide", "psa.csv")
        self.call("run", trial, "-o", "a-long-name-of-a-result.h5", "--shard", "1/2", "--quiet", "--set", "trial.replicates=512")
        said = self.assert_fits("merge", "a-long-name-of-a-result.h5.parts", "--status", status=ANY)
        self.assertIn("--resume", said)

    def test_chinese_names(self):
        """Of strategies, arms, analyses and of the axes of a sweep, long ones too."""
        names = {"rehabilitation": "康复治疗", "MSC, IV four times": "间充质干细胞四次静脉输注（每周一次）", "MSC, intrathecal": "间充质干细胞鞘内注射",
                 "NSC, intranasal twice": "神经干细胞鼻腔给药两次"}
        text = self.study(size=300).read_text()
        for name, chinese in names.items():
            text = text.replace(f'"{name}"', f'"{chinese}"')
        sweep = '[[sweep]]\nname = "随访时间"\nlabels = ["一年随访", "两年随访，比第一年更长"]\nvalues = { "outcomes.visits_months" = [[6, 12], [6, 24]] }\n'
        for number, more in enumerate(("", sweep)):
            (self.folder / "chinese.toml").write_text(text + more)
            self.call("run", "chinese.toml", "-o", f"{number}.h5", "--quiet")
            self.assert_fits("check", "chinese.toml")
            printed = self.assert_fits("show", f"{number}.h5")
            self.assertIn("康复治疗", printed)
            for table in self.tables_of(f"{number}.h5"):
                self.assert_fits("show", f"{number}.h5", table, widths=WIDTHS[:1])
        self.assertIn("两年随访", printed)

    def test_what_compares_and_searches(self):
        quickstart = SOURCE / "scenarios/studies/quickstart.toml"
        for name, settings in {"a": (), "b": ("--set", "seed=2")}.items():
            self.run_study(quickstart, f"{name}.h5", "--set", "population.size=2000", "--set", 'parameters="uncertain"', *settings)
        self.assert_fits("compare", "a.h5", "b.h5", status=ANY)
        self.assert_fits("compare", "a.h5", "a.h5")
        self.assert_fits("influence", "a.h5")
        self.assert_fits("calibrate", "peng-2017", "--move", "effect.emax,effect.ec50", "--draws", 50, "--patients-factor", 1, status=ANY)
        self.assert_fits("evidence", "show", "effect.emax")
        self.assert_fits("evidence", "list")
        self.assert_fits("evidence", "diff", "published", "sceptical", status=ANY)
        trial = SOURCE / "scenarios/templates/two-arm-continuous.toml"
        self.assert_fits("optimise", trial, "--sweep", "trial.arms.1.ratio=[1, 3]", "--sweep", 'trial.randomisation.method=["simple"]',
                         "--minimise", "size", "--replicates", 2000, status=ANY)
        self.assert_fits("size", trial, "--power", 0.8, "--paragraph", *FEW, status=ANY)
        self.assert_fits("size", trial, "--sweep", "trial.alpha=[0.01, 0.05]", "--power", 0.8, *FEW, status=ANY)

    def test_claims_and_replications(self):
        self.assert_fits("claims", "--set", "population.size=100", status=ANY, widths=WIDTHS[:1])
        self.assert_fits("claims", "age-window", "four-low-doses", "--set", "population.size=100", status=ANY)
        self.assert_fits("replicate", "--replicates", 4, status=ANY, widths=WIDTHS[:1])
        self.assert_fits("replicate", "peng-2017", "amanat-2021", "--replicates", 4, status=ANY)


if __name__ == "__main__":
    unittest.main()
