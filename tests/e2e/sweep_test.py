"""Sweeps: a scenario is what --set makes of the study, and all ways to run them give the same bits."""
import csv
import io
import itertools
import random
import unittest

from program import INVALID, MEMORY, ProgramTest

DESIGN = """format = "vcohort-study 1"
title = "swept"
seed = 5
[data_model]
kind = "{kind}"
visits_months = [0, 12]
arms.control = {control}
arms.active = {active}
[trial]
arms = [{{ strategy = "control" }}, {{ strategy = "active" }}]
sample_size = [40, 60]
replicates = 300
primary = {{ visit_months = 12, analysis = "{analysis}" }}
dropout = {{ months = [12], share = [0.1] }}
"""
NORMAL = DESIGN.format(kind="normal", control="{ mean = [50, 50], sd = [10, 10] }", active="{ mean = [50, 55], sd = [10, 10] }",
                       analysis="ancova")
EFFECT = """[[sweep]]
name = "effect"
labels = ["4 points", "5 points"]
values = { "data_model.arms.active.mean" = [[50, 54], [50, 55]] }
"""
DROPOUT = """[[sweep]]
values = { "trial.dropout.share" = [[0.1], [0.2], [0.3]] }
"""


class Sweep(ProgramTest):
    scratch = MEMORY

    def write(self, text, name="study.toml"):
        path = self.folder / name
        path.write_text(text)
        return path

    def table(self, result, table):
        return list(csv.DictReader(io.StringIO(self.call("export", result, "--table", table).stdout)))

    def refused(self, text, *words):
        said = self.call("check", self.write(text), status=INVALID).stderr
        for word in words:
            self.assertIn(word, said)
        return said

    def compare_with_set(self, study, settings, tables, *more):
        """Every table of the sweep holds, scenario by scenario, what --set gives, bit for bit."""
        swept = self.run_study(study, "swept.h5", *more)
        for number, words in enumerate(settings, 1):
            base = self.write(study.read_text().split("[[sweep]]")[0], f"base{number}.toml")
            alone = self.run_study(base, f"alone{number}.h5", *itertools.chain(*(("--set", word) for word in words)), *more)
            for table in tables:
                expected = self.table(alone, table)
                found = [row for row in self.table(swept, table) if row["scenario"].endswith(f"#{number:04}")]
                self.assertTrue(expected, table)
                for row in found:
                    row["scenario"] = row["scenario"].split("#")[0]
                key = lambda row: row["scenario"]
                names = expected[0].keys()
                self.assertEqual(sorted(({k: row[k] for k in names} for row in found), key=key), sorted(expected, key=key), (table, words))

    def test_a_scenario_is_what_set_makes_of_the_study(self):
        study = self.write(NORMAL + EFFECT + DROPOUT)
        settings = [(f"data_model.arms.active.mean=[50, {mean}]", f"trial.dropout.share=[{share}]", "trial.save_replicates=false")
                    for mean in (54, 55) for share in (0.1, 0.2, 0.3)]
        self.compare_with_set(study, settings, ["trial/operating_characteristics", "trial/closed_forms"])

    def test_so_it_is_for_random_sweeps(self):
        draw = random.Random(20261129)
        for case in range(6):
            axes = {"trial.alpha": [0.01, 0.05, 0.1], "trial.sample_size": [[20], [24, 40], [32]], "trial.dropout.months": [[12], [6]],
                    "data_model.arms.control.sd": [[10, 9], [10, 12]], "trial.primary.analysis": ["ancova", "t"],
                    "trial.randomisation.method": ["simple", "permuted-block"], "trial.arms.1.ratio": [1, 3]}
            chosen = draw.sample(sorted(axes), 2)
            text, settings = NORMAL, [()]
            for key in chosen:
                values = draw.sample(axes[key], 2)
                shown = [f'"{value}"' if isinstance(value, str) else str(value) for value in values]
                text += f'[[sweep]]\nvalues = {{ "{key}" = [{", ".join(shown)}] }}\n'
                settings = [before + (f"{key}={value}",) for before in settings for value in shown]
            settings = [words + ("trial.save_replicates=false",) for words in settings]
            with self.subTest(case=case, keys=chosen):
                self.compare_with_set(self.write(text, f"random{case}.toml"), settings, ["trial/operating_characteristics"], "--overwrite")

    def test_cohorts_policies_and_parameters_are_swept(self):
        study = self.write(self.call("scenarios", "show", "route-and-price").stdout + """
[[sweep]]
values = { "policy.horizon_years" = [5, 10], "policy.discount.costs" = [0, 0.03] }
[[sweep]]
values = { "parameter.effect.emax" = [3.0, 6.0] }
""")
        small = ("--set", "policy.parameter_draws=40", "--set", "policy.patients_per_draw=50")
        base = self.call("scenarios", "show", "route-and-price").stdout
        swept = self.run_study(study, "swept.h5", *small)
        number = 0
        for years, rate in ((5, 0), (10, 0.03)):
            for emax in (3.0, 6.0):
                number += 1
                text = base + f'\n[[override]]\nparameter = "effect.emax"\nvalue = {emax}\nsource = "swept"\n'
                alone = self.run_study(self.write(text, f"b{number}.toml"), f"b{number}.h5", *small, "--set", f"policy.horizon_years={years}",
                                       "--set", f"policy.discount.costs={rate}")
                for table in ("policy/summary", "policy/ceac", "policy/value_of_information"):
                    names = self.table(alone, table)[0].keys()
                    found = [{k: row[k] for k in names} | {"scenario": row["scenario"].split("#")[0]}
                             for row in self.table(swept, table) if row["scenario"].endswith(f"#{number:04}")]
                    self.assertEqual(found, self.table(alone, table), (table, number))
        row = self.table(swept, "policy/summary")[-1]
        self.assertEqual((row["policy.horizon_years"], row["policy.discount.costs"], row["parameter.effect.emax"]), ("10", "0.03", "6"))

    def test_a_tornado_of_choices(self):
        """Axes that are tried one at a time: each setting is what --set makes of the study, under other perspectives too, whose draws have more columns."""
        base = self.call("scenarios", "show", "route-and-price").stdout.replace('["published", "sceptical", "null"]', '["published"]')
        axes = {"horizon": {"policy.horizon_years": ["10", "20"]}, "discount": {"policy.discount.costs": ["0.03", "0"], "policy.discount.effects": ["0.03", "0"]},
                "perspective": {"policy.perspective": ['"health-system"', '"societal"']}}
        text = base
        for name, keys in axes.items():
            values = ", ".join(f'"{key}" = [{", ".join(of)}]' for key, of in keys.items())
            text += f'[[sweep]]\nname = "{name}"\nlabels = ["{name} as usual", "another"]\ncompare = true\none_at_a_time = true\nvalues = {{ {values} }}\n'
        small = ("--set", "policy.parameter_draws=60", "--set", "policy.patients_per_draw=20")
        study = self.write(text)
        said = self.call("run", study, "-o", "swept.h5", "--progress", "none", *small).stdout
        self.assertEqual(len(self.table("swept.h5", "scenarios")), 1 + 3)
        for number, name in enumerate(axes, 2):
            words = [word for key, of in axes[name].items() for word in ("--set", f"{key}={of[1]}")]
            alone = self.run_study(self.write(base, f"b{number}.toml"), f"b{number}.h5", *small, *words)
            for table in ("policy/summary", "policy/ceac", "policy/parameter_draws"):
                expected = self.table(alone, table)
                found = [{k: row[k] for k in expected[0]} | {"scenario": row["scenario"].split("#")[0]}
                         for row in self.table("swept.h5", table) if row["scenario"].endswith(f"#{number:04}")]
                self.assertEqual(found, expected, (table, name))
        rows = [row for row in self.table("swept.h5", "policy/parameter_draws") if row["scenario"] == "published#0001"]
        missing = {key for key, value in rows[0].items() if value == "NA"}
        self.assertTrue(missing and all(value != "NA" for key, value in self.table("b4.h5", "policy/parameter_draws")[0].items() if key in missing), missing)
        self.assertRegex(said, r"what the choices move at 50,000 USD per QALY(.|\n)*horizon = another +\S.* +[\d,]+ +[\d,]+ ± [\d,]+")
        self.assertNotIn("published#0002  ", said.split("what the decision at")[1], "one setting's parameters are enough for a screen")

    def test_units_are_those_of_all_settings(self):
        policy = self.call("scenarios", "show", "treat-early").stdout
        study = self.write(policy.replace("[policy]\n", '[policy]\neffect = "gmfm66"\nvisit_months = 12\n'))
        for key in ("policy.effect", 'policy."effect"'):
            said = self.call("check", study, "--sweep", f'{key}=["gmfm66", "responder"]', status=INVALID).stderr
            self.assertIn("a column of the result has one unit", said)
        self.call("check", study, "--sweep", 'policy.effect=["gmfm66", "gmfm66"]')

    def test_a_key_that_another_one_undoes(self):
        """Other spellings, and what holds it: rows would be labelled with values that were not simulated."""
        study = self.write(NORMAL)
        for first, second in (("trial.alpha=[0.01, 0.05]", 'trial."alpha"=[0.02, 0.05]'), ("trial.dropout.share=[[0.2], [0.3]]", "trial.dropout.share.0=[0.1, 0.4]"),
                              ("trial.dropout.share=[[0.2], [0.3]]", "trial.dropout=[{ months = [12], share = [0.1] }, { months = [12], share = [0.4] }]"),
                              ("data_model.arms.control.sd=[[9, 9], [10, 10]]", "data_model.arms.control=[{ mean = [50, 50], sd = [10, 10] }]")):
            for words in (("--sweep", first, "--sweep", second), ("--sweep", second, "--sweep", first)):
                with self.subTest(words):
                    self.assertIn("is swept twice", self.call("check", study, *words, status=INVALID).stderr)
        quickstart = self.write(self.call("scenarios", "show", "quickstart").stdout, "quickstart.toml")
        said = self.call("check", quickstart, "--sweep", "parameter.effect.emax=[3, 6]", "--sweep", 'parameter."effect.emax"=[4, 5]', status=INVALID).stderr
        self.assertIn("is swept twice", said)
        for setting in ("trial.dropout.share=[0.5]", "trial.dropout.share.0=0.5"):
            said = self.call("run", self.write(NORMAL + DROPOUT), "-o", "set.h5", "--set", setting, status=INVALID).stderr
            self.assertIn('("trial.dropout.share" is swept)', said)
        self.assertIn("no disease model", self.call("check", study, "--sweep", "parameter.effect.emax=[3, 6]", status=INVALID).stderr)

    def test_columns_that_scenarios_has_itself(self):
        study = self.write(self.call("scenarios", "show", "quickstart").stdout)
        result = self.run_study(study, "own.h5", "--set", "population.size=300", "--sweep", 'parameters=["fixed", "uncertain"]')
        rows = self.table(result, "scenarios")
        self.assertEqual([row["swept parameters"] for row in rows[:2]], ["fixed", "uncertain"])

    def test_every_setting_has_its_answer_on_the_screen(self):
        """Settings with other visits, endpoints and thresholds, too."""
        quickstart = self.write(self.call("scenarios", "show", "quickstart").stdout)
        said = self.call("run", quickstart, "-o", "v.h5", "--progress", "none", "--set", "population.size=300", "--sweep",
                         "outcomes.visits_months=[[6, 12], [12, 24], [24]]").stdout
        for lead in ("gmfm66 at 12 months", "gmfm66 at 24 months"):
            self.assertIn(lead, said)
        said = self.call("run", quickstart, "-o", "e.h5", "--progress", "none", "--set", "population.size=300", "--sweep",
                         'outcomes.endpoints=[["gmfm66"], ["adl"]]').stdout
        self.assertIn("adl at 24 months", said)
        policy = self.write(self.call("scenarios", "show", "treat-early").stdout, "policy.toml")
        said = self.call("run", policy, "-o", "p.h5", "--progress", "none", "--set", "policy.parameter_draws=60", "--set", "policy.patients_per_draw=16",
                         "--set", 'evidence=["published"]', "--sweep", "policy.thresholds=[[50_000], [20_000, 100_000]]").stdout
        self.assertIn("the first threshold of each setting", said)
        self.assertIn("[20000, 100000]", said)

    def test_what_is_compared_is_the_same(self):
        for values in ('"trial.sample_size" = [[40, 60], [60, 80]]', '"trial.reference" = ["control", "active"]'):
            study = self.write(NORMAL + f"[[sweep]]\ncompare = true\nvalues = {{ {values} }}\n")
            self.assertIn("cannot compare its settings", self.call("run", study, "-o", "c.h5", status=INVALID).stderr)

    def test_threads_shards_and_interruptions_do_not_matter(self):
        study = self.write(NORMAL + EFFECT + DROPOUT)
        digests = set()
        for words in (("--threads", 1), ("--threads", 7, "--part-seconds", 0)):
            digests.add(self.digest(self.run_study(study, "threads.h5", "--overwrite", *words)))
        for shard in (3, 1, 2):
            self.call("run", study, "-o", "shards.h5", "--shard", f"{shard}/3")
        self.call("merge", "shards.h5.parts", "-o", "shards.h5")
        digests.add(self.digest("shards.h5"))
        digests.add(self.digest(self.run_study("shards.h5", "again.h5")))
        self.assertEqual(len(digests), 1, digests)

    def digest(self, result):
        return self.call("show", result).stdout.split("content digest ")[1].split()[0]

    def test_values_stand_in_tables(self):
        study = self.write(NORMAL + EFFECT + DROPOUT)
        result = self.run_study(study, "values.h5")
        rows = self.table(result, "trial/operating_characteristics")
        self.assertEqual(list(rows[0])[:3], ["effect", "trial.dropout.share", "scenario"])
        self.assertEqual([(row["effect"], row["trial.dropout.share"]) for row in rows[::2]],
                         [(effect, share) for effect in ("4 points", "5 points") for share in ("0.1", "0.2", "0.3")])
        shown = self.call("show", result, "--table", "trial/operating_characteristics").stdout
        self.assertIn("4 points", shown)

    def test_axes_on_the_command_line(self):
        study = self.write(NORMAL)
        result = self.run_study(study, "line.h5", "--sweep", "trial.alpha={ from = 0.01, to = 0.05, step = 0.01 }", "--sweep",
                                "trial.sides=[1, 2]")
        rows = self.table(result, "scenarios")
        self.assertEqual([row["trial.alpha"] for row in rows[::2]], ["0.01", "0.02", "0.03", "0.04", "0.05"])
        self.assertEqual(len(rows), 10)

    def test_sizes_by_scenario(self):
        study = self.write(NORMAL + EFFECT)
        few = ("--replicates", 2000, "--search-replicates", 2000)
        text = self.call("size", study, "--power", 0.8, "--format", "csv", *few).stdout
        answers = {row["swept effect"]: row["answer"] for row in csv.DictReader(io.StringIO(text))}
        for mean, label in ((54, "4 points"), (55, "5 points")):
            alone = self.call("size", self.write(NORMAL), "--power", 0.8, "--format", "csv", *few, "--set",
                              f"data_model.arms.active.mean=[50, {mean}]").stdout
            self.assertEqual(next(csv.DictReader(io.StringIO(alone)))["answer"], answers[label])
        self.assertIn("4 points", self.call("size", self.write(NORMAL + EFFECT), "--power", 0.8, *few).stdout)

    def test_one_scenario_is_replayed_and_exported(self):
        study = self.write(NORMAL + EFFECT)
        result = self.run_study(study, "one.h5")
        second = self.call("export", result, "--table", "patients", "--replicate", 3, "--scenario", "#0002").stdout
        alone = self.run_study(self.write(NORMAL), "alone.h5", "--set", "data_model.arms.active.mean=[50, 55]")
        self.assertEqual(second, self.call("export", alone, "--table", "patients", "--replicate", 3).stdout)
        self.assertIn("no scenario is named", self.call("export", result, "--table", "patients", "--replicate", 3, status=INVALID).stderr)
        self.call("export", result, "--table", "patients", "--replicate", 3, "--scenario", "#0003", status=INVALID)

    def test_what_makes_no_sense_is_refused_where_it_stands(self):
        sweep = '[[sweep]]\nvalues = {{ {} }}\n'
        for values, words in (
                ('"seed" = [1, 2]', ("cannot be swept",)), ('"trial.alpha" = []', ("has no values",)), ('"trial.alpha" = 0.1', ("list of values",)),
                ('"trial..alpha" = [1]', ("is no key",)), ('"trial.alpha" = { from = 0.1, to = 0.2, step = 0.03 }', ("miss the end",)),
                ('"trial.alpha" = { from = 0.2, to = 0.1, step = 0.1 }', ("are no range", "lower to the higher")),
                ('"trial.alpha" = { from = 0, to = 1, step = 0 }', ("positive steps",)), ('"trial.alpha" = { from = 0, step = 1 }', ("are no range",)),
                ('"trial.alpha" = [0.1, 0.2], "trial.sides" = [1]', ("move together",)), ('"trial.alpha" = [0.1, 3]', ("[1 of 2 settings, the first: trial.alpha = 3]", "study.toml:16:34: ")),
                ('"trial.alhpa" = [0.1]', ("unknown key", "alpha")), ('"trial.alpha" = [2000-01-01]', ("date",)), ("", ("nothing is swept",)),
                ('"parameter.effect.emax" = ["a"]', ("must be a number",)), ('"parameter" = [1]', ("names no parameter",)),
                ('"strategy.nobody.dose" = [1]', ("must be a list of tables",)), ('"trial.randomisation.urn_add" = [1, 2]', ("has no effect", "none of its settings"))):
            with self.subTest(values=values):
                self.refused(NORMAL + sweep.format(values), *words)
        self.refused(NORMAL + EFFECT.replace('"5 points"', '"4 points"'), "twice")
        self.refused(NORMAL + EFFECT.replace(', "5 points"', ""), "1 labels and 2 values")
        self.refused(NORMAL + EFFECT + EFFECT, "swept twice")
        self.refused(NORMAL + DROPOUT * 2, "swept twice")
        big = "[[sweep]]\nvalues = { \"trial.alpha\" = { from = 0.001, to = 0.4, step = 0.001 } }\n"
        self.refused(NORMAL + big + big.replace("trial.alpha", "trial.sample_size").replace("0.4", "0.9"), "360000 settings")

    def test_a_key_has_its_effect_in_some_scenario(self):
        study = self.write(NORMAL + "randomisation = { method = \"urn\", urn_add = 2 }\n"
                           '[[sweep]]\nvalues = { "trial.randomisation.method" = ["urn", "simple"] }\n')
        self.call("check", study)

    def test_differences_are_paired(self):
        """The standard error of a difference is that of the rows of the replicates, and smaller than that of two independent powers."""
        study = self.write(NORMAL + EFFECT.replace("values", "compare = true\nvalues"))
        result = self.run_study(study, "pairs.h5")
        alone = [self.table(self.run_study(self.write(NORMAL), f"p{mean}.h5", "--set", f"data_model.arms.active.mean=[50, {mean}]", "--set",
                                           "trial.save_replicates=true"), "trial/replicates") for mean in (54, 55)]
        rejected = [[row["reject"] == "true" for row in rows if row["sample_size"] == "60"] for rows in alone]
        differences = [later - first for first, later in zip(*rejected)]
        mean = sum(differences) / 300
        error = (sum((d - mean) ** 2 for d in differences) / 299 / 300) ** 0.5
        row = next(row for row in self.table(result, "trial/comparison") if row["sample_size"] == "60")
        self.assertEqual((row["scenario"][-5:], row["compared_with"][-5:]), ("#0002", "#0001"))
        self.assertAlmostEqual(float(row["difference"]), mean, places=12)
        self.assertAlmostEqual(float(row["difference_mcse"]), error, places=12)
        independent = (float(row["power_mcse"]) ** 2 + float(row["other_power_mcse"]) ** 2) ** 0.5
        self.assertLess(float(row["difference_mcse"]), 0.7 * independent)
        self.refused(NORMAL + '[[sweep]]\ncompare = true\nvalues = { "trial.replicates" = [300, 600] }\n', "cannot compare", "without compare")

    def test_policies_are_compared_draw_by_draw(self):
        study = self.write(self.call("scenarios", "show", "route-and-price").stdout.split("[policy.sensitivity]")[0] +
                           '\n[[sweep]]\ncompare = true\nvalues = { "policy.horizon_years" = [5, 10] }\n')
        small = ("--set", "policy.parameter_draws=40", "--set", "policy.patients_per_draw=50", "--set", 'evidence="published"')
        result = self.run_study(study, "policy.h5", *small)
        draws = {}
        for row in self.table(result, "policy/draws"):
            draws.setdefault((row["scenario"][-5:], row["strategy"]), []).append((float(row["cost"]), float(row["effect"])))
        for row in self.table(result, "policy/comparison"):
            k, strategy = float(row["threshold"]), row["strategy"]
            benefit = [[k * (own[1] - other[1]) - (own[0] - other[0]) for own, other in zip(draws[mark, strategy], draws[mark, "rehabilitation"])]
                       for mark in ("#0001", "#0002")]
            differences = [later - first for first, later in zip(*benefit)]
            mean = sum(differences) / 40
            error = (sum((d - mean) ** 2 for d in differences) / 39 / 40) ** 0.5
            self.assertAlmostEqual(float(row["difference"]) / mean, 1, places=9)
            self.assertAlmostEqual(float(row["difference_mcse"]) / error, 1, places=9)

    def test_studies_that_sweep(self):
        result = self.run_study("power-surface", "surface.h5", "--set", "trial.replicates=64")
        rows = self.table(result, "trial/operating_characteristics")
        self.assertEqual(len(rows), 4 * 3 * 3 * 5)
        self.assertEqual(list(rows[0])[:4], ["effect [points]", "SD [points]", "drop-out", "scenario"])
        small = ("--set", "policy.parameter_draws=8", "--set", "policy.patients_per_draw=40")
        result = self.run_study("dosing-economics", "economics.h5", *small)
        self.assertEqual({row["price of a dose [USD]"] for row in self.table(result, "policy/strata")}, {"3000", "6000", "12000"})

    def test_who_knows_no_sweep_says_so(self):
        study = self.write(NORMAL + EFFECT)
        result = self.run_study(study, "swept.h5")
        said = self.call("run", study, "-o", "grown.h5", "--grow", result, "--set", "trial.replicates=600", status=INVALID).stderr
        self.assertIn("sweep", said)


if __name__ == "__main__":
    unittest.main()
