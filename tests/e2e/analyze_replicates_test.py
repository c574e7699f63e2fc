"""One analysis path: a simulated trial that is exported and analysed as a file gives the replicate's own row, digit by digit, for every method and option."""
import csv
import io
import itertools
import re
import unittest

from program import INVALID, SOURCE, ProgramTest

REPLICATES = 3
COMPARED = ("estimate", "se", "df", "statistic", "p", "lower", "upper")

BY_VISIT = 'visit = "visit"\nvisit_months = "visit"\nvalue = "value"\nbaseline = "baseline"'
TIMES = 'time = "visit"\nevent = "value"'
CLUSTERS = 'visit = "visit"\nvisit_months = "visit"\nvalue = "value"\ncluster = "cluster"'
COUNTS = 'value = "value"\nexposure = "visit"'
SEVERAL = f"{BY_VISIT}\n{TIMES}"  # endpoints of a data model
COMPETING = 'time = "visit"\nevent = "status"\ncompeting = [2]'

NORMAL = """[data_model]
kind = "normal"
visits_months = [0, 3, 6, 12]
correlation = { structure = "ar1", rho = 0.6 }
arms.control = { mean = [50, 50, 51, 51], sd = [10, 10, 10, 10] }
arms.low = { mean = [50, 51, 53, 54], sd = [10, 10, 10, 10] }
arms.high = { mean = [50, 52, 54, 57], sd = [10, 10, 11, 12] }
"""
BINARY = '[data_model]\nkind = "binary"\nvisits_months = 6\narms.control = { share = 0.3 }\narms.low = { share = 0.4 }\narms.high = { share = 0.5 }\n'
ORDINAL = """[data_model]
kind = "ordinal"
visits_months = 6
arms.control = { share = [0.3, 0.3, 0.4] }
arms.low = { share = [0.25, 0.3, 0.45] }
arms.high = { share = [0.2, 0.3, 0.5] }
"""
SURVIVAL = '[data_model]\nkind = "survival"\nfollow_up_months = 12\narms.control = { hazard = 0.1 }\narms.low = { hazard = 0.08 }\narms.high = { hazard = 0.05 }\n'
COUNT = """[data_model]
kind = "count"
follow_up_months = 12
arms.control = { rate = 0.3, dispersion = 0.5 }
arms.low = { rate = 0.25, dispersion = 0.5 }
arms.high = { rate = 0.2, dispersion = 0.5 }
"""
DROPOUT = "dropout = { months = [6, 12], share = [0.1, 0.2] }\n"
# Analyses by what they are made on; each is a method with some of its options.
MARGINS = ('hypothesis = "non-inferiority", margin = 0.3', 'hypothesis = "equivalence", margin = 0.4', "margin = 0.1")
SCORES = ['"t"', '"welch"', '"ancova"', '"ancova", adjust = ["baseline"]', '"wilcoxon"', '"win-ratio"', '"win-ratio", responder_threshold = 2.5', '"bayes"',
          '"bayes", prior_mean = 1, prior_sd = 3, posterior_probability = 0.9, adjust = ["baseline"]', '"fisher", responder_threshold = 2.5',
          '"chi-square", responder_threshold = 2.5', '"risk-difference", responder_threshold = 2.5',
          '"risk-difference", responder_threshold = 2.5, hypothesis = "non-inferiority", margin = 0.1']
SCORES += [f'"{method}", change_from_baseline = true' for method in ("t", "welch", "ancova", "wilcoxon", "bayes", "mmrm")]
SCORES += [f'"{method}", {margin}' for method in ("t", "welch", "ancova", "mmrm", "win-ratio") for margin in MARGINS]
SCORES += ['"bayes", hypothesis = "non-inferiority", margin = 1', '"mmrm", adjust = ["baseline"]', '"mmrm", adjust_by_visit = ["baseline"], covariance_by_arm = true']
SCORES += [f'"mmrm", covariance = "{covariance}"' for covariance in ("toeplitz-heterogeneous", "ar1-heterogeneous", "compound-symmetry-heterogeneous", "toeplitz",
                                                                     "ar1", "compound-symmetry", "spatial-exponential")]
SCORES += [f'"mmrm", df = "{df}", fallback = ["ar1"]' for df in ("kenward-roger", "kenward-roger-linear", "residual", "normal")]
FIRTH = [f'firth = "{when}"' for when in ("fallback", "always")]
SHARES = ['"fisher"', '"chi-square"', '"risk-difference"', '"risk-difference", hypothesis = "non-inferiority", margin = 0.1', '"proportional-odds"']
SHARES += [f'"proportional-odds", {firth}' for firth in FIRTH]
CATEGORIES = ['"proportional-odds"', '"t"', '"welch"', '"ancova"', '"wilcoxon"', '"win-ratio"', '"bayes"', '"proportional-odds", hypothesis = "non-inferiority", margin = 0.2',
              *(f'"proportional-odds", {firth}' for firth in FIRTH)]
EVENTS = ['"logrank"', '"cox"', '"win-ratio"', '"logrank", hypothesis = "non-inferiority", margin = 0.2', '"cox", margin = 0.05',
          *(f'"cox", {firth}' for firth in FIRTH), '"cox", firth = "always", hypothesis = "non-inferiority", margin = 0.2', '"fleming-harrington", weights = [0.5, 1], margin = 0.1',
          '"max-combo"', '"max-combo", weights = [[0, 0], [0, 0.5], [0.5, 0], [0.5, 0.5]]', '"rmst", tau_months = 9', '"rmst", tau_months = 12, hypothesis = "equivalence", margin = 1',
          '"kaplan-meier", at_months = 6', '"kaplan-meier", at_months = 6, hypothesis = "non-inferiority", margin = 0.1']
COMPETED = ['"gray"', '"gray", hypothesis = "non-inferiority", margin = 0.2', '"cumulative-incidence", at_months = 6', '"cumulative-incidence", at_months = 6, hypothesis = "non-inferiority", margin = 0.1', '"logrank"', '"cox"', '"kaplan-meier", at_months = 6']
RATES = ['"negative-binomial"', '"negative-binomial", hypothesis = "non-inferiority", margin = 0.2']
# One arm against a fixed value.
ONE_SCORE = ['"one-sample-t", against = 55', '"one-sample-t", against = 5, change_from_baseline = true', '"exact-binomial", against = 0.4, responder_threshold = 2.5',
             *(f'"one-sample-t", against = 55, {margin}' for margin in MARGINS)]
ONE_SHARE = ['"exact-binomial", against = 0.3', '"exact-binomial", against = 0.55']
# Pairs, and units that are no patients under one arm.
PAIRS = ['"paired-t"', *(f'"paired-t", {margin}' for margin in MARGINS)]
SHARE_PAIRS = ['"mcnemar"']
PERIODS = ['"crossover-t"', *(f'"crossover-t", {margin}' for margin in MARGINS)]
OF_CLUSTERS = ['"cluster-t"', '"cluster-t-weighted"', '"cluster-mixed"', *(f'"cluster-mixed", {margin}' for margin in MARGINS), '"cluster-t", margin = 0.1']
STEPS = ['"stepped-wedge"', '"stepped-wedge", hypothesis = "non-inferiority", margin = 0.3']
# In the disease model: covariates and strata.
CHILDREN = ['"ancova", adjust = ["gmfcs", "baseline", "age_years", "motor_type"]', '"mmrm", adjust = ["gmfcs"], adjust_by_visit = ["baseline", "age_years"]',
            '"van-elteren", stratify = ["gmfcs", "age_years"]', '"van-elteren", stratify = ["gmfcs"], change_from_baseline = true',
            '"cmh", stratify = ["gmfcs"], responder_threshold = 2', '"risk-difference", stratify = ["age_years", "sex"], responder_threshold = 2',
            '"bayes", adjust = ["sex"]', '"fisher", responder_threshold = 2']


def sections(analyses, visit):
    """[trial] primary and secondary of a list of analyses."""
    one = [f'{{ name = "{k}", {visit}analysis = {analysis} }}' for k, analysis in enumerate(analyses)]
    return f'primary = {one[0].replace(chr(34) + "0" + chr(34) + ", ", "", 1).replace("name = ", "", 1)}\nsecondary = [{", ".join(one[1:])}]\n'


class Replicates(ProgramTest):
    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.call(*words).stdout)))

    def assert_reproduced(self, study, columns, *options):
        """Runs the study, exports a replicate, and finds its rows in `analyze`."""
        result = self.run_study(study, f"{study.stem}.h5", "--set", f"trial.replicates={REPLICATES}", *options)
        replicates = self.rows("export", result, "--table", "trial/replicates")
        scenario, size = replicates[0]["scenario"], max(int(row["sample_size"]) for row in replicates)
        text = study.read_text()
        arms = re.findall(r'strategy = "([^"]*)"', re.search(r"^arms = \[.*?\]$", text, re.MULTILINE | re.DOTALL).group())
        others = {row["arm"] for row in replicates}
        (reference,) = arms if len(arms) == 1 else [arm for arm in arms if arm not in others]
        with_data = self.folder / f"{study.stem}-data.toml"
        with_data.write_text(f'{text}\n[data]\npatient = "patient"\narm = "arm"\nreference = "{reference}"\n{columns}\n')
        settings = [word for option in options for word in ([option] if option != "--set" else ["--set"])]
        compared = 0
        for replicate in range(REPLICATES):
            data = self.folder / f"{study.stem}-{replicate}.csv"
            data.write_text(self.call("export", result, "--table", "patients", "--replicate", replicate).stdout)
            own = {(row["analysis"], row["arm"]): row for row in replicates
                   if (row["scenario"], int(row["replicate"]), int(row["sample_size"])) == (scenario, replicate, size)}
            found = {(row["analysis"], row["contrast"].rsplit(" - ", 1)[0] if len(arms) == 1 else row["contrast"].removesuffix(f" - {reference}")): row
                     for row in self.rows("analyze", data, with_data, "--format", "csv", *settings) if row["primary"] == "true"}
            for key, row in own.items():
                if row["failure"] != "0":
                    continue
                with self.subTest(study.stem, replicate=replicate, analysis=key):
                    self.assertEqual([found[key][column] for column in COMPARED], [row[column] for column in COMPARED])
                    self.assertEqual(found[key]["analysed"], row["n_analysed"])
                    compared += 1
        self.assertGreater(compared, 0)

    def data_model(self, name, model, analyses, columns, visit="", trial="", arms=("low", "control", "high")):
        path = self.folder / f"{name}.toml"
        listed = ", ".join(f'{{ strategy = "{arm}" }}' for arm in arms)
        reference = 'reference = "control"\n' if len(arms) > 1 else ""
        path.write_text(f'format = "vcohort-study 1"\nseed = 11\n{model}\n[trial]\narms = [{listed}]\n'
                        f'{reference}sample_size = 90\nreplicates = 10\n{trial}{sections(analyses, visit)}')
        self.assert_reproduced(path, columns)

    def test_scores(self):
        self.data_model("scores", NORMAL, SCORES, BY_VISIT, "visit_months = 12, ", DROPOUT)

    def test_every_order_of_the_arms(self):
        """By name, against it, and the reference wherever; of a study of [data] alone where it names the order."""
        several = [analysis for analysis in SCORES if "ancova" in analysis or "mmrm" in analysis and "covariance" not in analysis]
        for arms in itertools.permutations(("control", "high", "low")):
            self.data_model("-".join(arms), NORMAL, several, BY_VISIT, "visit_months = 12, ", DROPOUT, arms)

    def test_a_study_of_data_alone(self):
        several = ['"ancova", adjust = ["baseline"]', '"mmrm", adjust = ["baseline"]', '"mmrm", change_from_baseline = true']
        self.data_model("whole", NORMAL, several, BY_VISIT, "visit_months = 12, ", DROPOUT)
        text = (self.folder / "whole-data.toml").read_text()
        alone = self.folder / "alone.toml"
        alone.write_text('format = "vcohort-study 1"\n' + text[text.index("[data]"):] + '[trial]\n' + sections(several, 'visit = "12", '))
        for replicate in range(REPLICATES):
            data = self.folder / f"whole-{replicate}.csv"
            whole = self.call("analyze", data, self.folder / "whole-data.toml", "--format", "csv").stdout
            said = self.call("analyze", data, alone, "--format", "csv", "--set", 'data.arm_order=["low", "control", "high"]').stdout
            self.assertEqual(said, whole)
        for order in ('["low", "high"]', '["low", "control", "high", "other"]'):
            said = self.call("analyze", data, alone, "--set", f"data.arm_order={order}", status=INVALID).stderr
            self.assertIn("data.arm_order", said)

    def test_scores_where_lower_is_better(self):
        few = [analysis for analysis in SCORES if "covariance" not in analysis and "df" not in analysis]
        self.data_model("lower", NORMAL.replace("visits_months", "lower_is_better = true\nvisits_months"), few, BY_VISIT, "visit_months = 12, ", DROPOUT)
        self.data_model("one-sided", NORMAL.replace("visits_months", "lower_is_better = true\nvisits_months"), few, BY_VISIT, "visit_months = 12, ",
                        "sides = 1\nalpha = 0.025\n")

    def test_recorded_decimals(self):
        few = [analysis for analysis in SCORES if "mmrm" not in analysis]
        self.data_model("decimals", NORMAL.replace("visits_months", "decimals = 1\nvisits_months"), few, BY_VISIT, "visit_months = 12, ", DROPOUT)

    def test_shares_categories_times_and_counts(self):
        self.data_model("shares", BINARY, SHARES, BY_VISIT, "visit_months = 6, ")
        self.data_model("categories", ORDINAL, CATEGORIES, BY_VISIT, "visit_months = 6, ")
        self.data_model("times", SURVIVAL, EVENTS, TIMES, "", "dropout = { months = [12], share = [0.1] }\n")
        self.data_model("desired", SURVIVAL.replace("follow_up", "lower_is_better = false\nfollow_up"), EVENTS, TIMES, "", "sides = 1\nalpha = 0.025\n")
        self.data_model("counts", COUNT, RATES, COUNTS)

    def test_one_arm(self):
        for name, sides in (("two", ""), ("one", "sides = 1\nalpha = 0.025\n")):
            self.data_model(f"{name}-score", NORMAL, ONE_SCORE, BY_VISIT, "visit_months = 12, ", DROPOUT + sides, ("high",))
            self.data_model(f"{name}-share", BINARY, ONE_SHARE, BY_VISIT, "visit_months = 6, ", DROPOUT + sides, ("low",))
        self.data_model("one-category", ORDINAL, ['"one-sample-t", against = 2'], BY_VISIT, "visit_months = 6, ", "", ("low",))

    def test_covariates_of_a_data_model(self):
        covariates = """
covariates.x = { kind = "normal", mean = 60, sd = 9, decimals = 0, cuts = [60], effect = 0.1 }
covariates.g = { kind = "binary", levels = ["z", "a"], share = 0.5, effect = 0.5, correlated_with = { x = 0.3 } }
covariates.c = { kind = "categorical", levels = ["II", "I", "III"], shares = [0.4, 0.4, 0.2], effect = { I = 0.4 } }
covariates.site = { kind = "site", number = 3, rate_cv = 0.5, effect_sd = 0.3 }
"""
        scores = ['"ancova", adjust = ["x", "g", "c", "baseline"]', '"mmrm", adjust = ["c", "site"], adjust_by_visit = ["baseline", "x"]',
                  '"van-elteren", stratify = ["x", "g"]', '"t", where = { c = ["I", "II"] }', '"t", where = { x = "below 60", g = "a" }',
                  '"ancova", adjust = ["x"], interaction = "g"', '"mmrm", adjust = ["g"], interaction = "x"', '"cmh", stratify = ["c"], responder_threshold = 2']
        trial = 'randomisation = { method = "minimisation", stratify = ["g", "site"] }\n'
        self.data_model("covariates", NORMAL + covariates, scores, BY_VISIT, "visit_months = 12, ", DROPOUT + trial)
        conditional = 'arm_numbers = "conditional"' + covariates.replace("0.1 }", "0.02 }")
        shares = ['"cmh", stratify = ["g", "x"]', '"proportional-odds", adjust = ["x", "g"]', '"risk-difference", stratify = ["c"]',
                  '"risk-difference", interaction = "g"', '"chi-square", where = { g = "a" }']
        self.data_model("shares-in-strata", BINARY + conditional, shares, BY_VISIT, "visit_months = 6, ", trial)
        times = ['"logrank", stratify = ["g", "c"]', '"cox", adjust = ["x", "c"], stratify = ["g"]', '"fleming-harrington", weights = [0, 1], stratify = ["x"]',
                 '"max-combo", stratify = ["g"]', '"cox", interaction = "g"', '"rmst", tau_months = 6, where = { g = "z" }']
        self.data_model("times-in-strata", SURVIVAL + conditional, times, TIMES, "", trial)
        marginal = conditional.replace("conditional", "marginal")
        self.data_model("counts-adjusted", COUNT + marginal, ['"negative-binomial", adjust = ["x", "c"]', '"negative-binomial", interaction = "g"'], COUNTS)

    def test_competing_events(self):
        arms = "".join(f"arms.{arm} = {{ hazard = %s }}\n" for arm in ("control", "low", "high"))
        death, relapse = arms % (0.05, 0.05, 0.02), arms % (0.1, 0.08, 0.05)
        model = "".join(f'[data_model.endpoints.{name}]\nkind = "survival"\nfollow_up_months = 12\n{text}' for name, text in (("relapse", relapse), ("death", f"ends_follow_up = true\n{death}")))
        self.data_model("competing", model, COMPETED, COMPETING, 'endpoint = "relapse", ', DROPOUT)

    def test_pairs(self):
        self.data_model("pairs", NORMAL, PAIRS, BY_VISIT, "visit_months = 12, ", DROPOUT, ("high",))
        shares = BINARY.replace("visits_months = 6", "visits_months = [0, 6]\ncorrelation = [[1, 0.4], [0.4, 1]]").replace("share = 0.4", "share = [0.3, 0.4]")
        self.data_model("share-pairs", re.sub(r"arms.(control|high).*\n", "", shares), SHARE_PAIRS, BY_VISIT, "visit_months = 6, ", DROPOUT, ("low",))

    def test_units(self):
        crossover = re.sub(r", (\d+), (\d+)\]", "]", NORMAL.replace("visits_months = [0, 3, 6, 12]", "visits_months = [3, 6]")).replace("arms.low = { mean = [50, 51]", "arms.low = { carry_over = 1, mean = [50, 55]")
        self.data_model("crossover", crossover, PERIODS, BY_VISIT, "", 'design = { kind = "crossover" }\n' + DROPOUT, ("low", "control"))
        icc = "intracluster_correlation = 0.1\n"
        for name, model in (("clusters", NORMAL), ("cluster-shares", BINARY)):
            one_visit = re.sub(r"= \[(\d+)[^\]]*\]", r"= [\1]", model).replace('correlation = { structure = "ar1", rho = 0.6 }\n', "").replace("visits_months = [0]", "visits_months = 6").replace("visits_months = 6\n", f"visits_months = 6\n{icc}")
            self.data_model(name, one_visit, OF_CLUSTERS, CLUSTERS, "visit_months = 6, ", 'design = { kind = "cluster", cluster_size = 5, cluster_size_cv = 0.6 }\n')
        wedge = f"""[data_model]
kind = "normal"
visits_months = [3, 6, 12]
{icc}cluster_autocorrelation = 0.9
arms.control = {{ mean = [50, 52, 53], sd = [10, 10, 10] }}
arms.low = {{ difference = 3 }}
"""
        self.data_model("wedge", wedge, STEPS, CLUSTERS, "", 'design = { kind = "stepped-wedge", cluster_size = 4 }\n', ("control", "low"))

    def test_children(self):
        study = self.folder / "children.toml"
        text = (SOURCE / "scenarios/studies/trial-intrathecal-sham.toml").read_text()
        begin = text.index("primary = ")
        end = text.index("\n]\n", begin) + 3  # of the secondary analyses
        study.write_text(text[:begin] + sections(CHILDREN, 'endpoint = "gmfm66", visit_months = 12, ') + text[end:])
        self.assert_reproduced(study, BY_VISIT, "--set", "trial.sample_size=120", "--set",
                               'trial.randomisation={ method = "permuted-block", stratify = ["gmfcs", "age_years"], age_cuts = [4, 8] }')

    def test_what_ships(self):
        for path in sorted([*SOURCE.glob("scenarios/templates/*.toml"), *SOURCE.glob("scenarios/studies/trial-*.toml")]):
            text = path.read_text()
            if "arms = [" not in text:
                continue  # of a data file alone
            study = self.folder / path.name
            study.write_text(text)
            kind = re.search(r'^kind\s*= "(\w+)"', text, re.MULTILINE)
            columns = CLUSTERS if "cluster_size" in text else {"survival": TIMES, "count": COUNTS}.get(kind.group(1) if kind else "", BY_VISIT)
            columns = SEVERAL if "data_model.endpoints" in text else columns
            columns = COMPETING if '"gray"' in text else columns
            with self.subTest(path.name):
                self.assert_reproduced(study, columns)

    def test_every_method_is_here(self):
        page = self.call("schema").stdout
        table = page[page.index("### Analyses"):]
        methods = set(re.findall(r"^\| `([a-z-]+)` \|", table[:table.index("###", 3)], re.MULTILINE))
        tried = {analysis.split('"')[1] for analyses in (SCORES, SHARES, CATEGORIES, EVENTS, COMPETED, RATES, CHILDREN, ONE_SCORE, ONE_SHARE, PAIRS, SHARE_PAIRS, PERIODS, OF_CLUSTERS, STEPS) for analysis in analyses}
        self.assertEqual(tried, methods)


if __name__ == "__main__":
    unittest.main()
