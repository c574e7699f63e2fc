"""More than two hundred random small trials, every method and option among them, end to end: no number is missing without a reason, and no analysis fails
where an exact one would not. Shares of 0 and 1, hazards near 0, constant scores, arms of one patient, and drop-out make them awkward."""
import csv
import io
import math
import os
import random
import re
import unittest

from program import DONE, INVALID, ProgramTest

STUDIES = int(os.environ.get("VCOHORT_RANDOM_TRIALS", 208))
SEED = int(os.environ.get("VCOHORT_RANDOM_SEED", 20261128))
NUMERICAL = 5

EMPTY_ARM, TOO_FEW, NO_VARIATION, SINGULAR, NO_CONVERGENCE, SEPARATION, NO_EVENTS, BEYOND = 1, 2, 3, 4, 5, 6, 8, 13
LINEAR = {EMPTY_ARM, TOO_FEW, NO_VARIATION, SINGULAR}
CURVES = {EMPTY_ARM, NO_VARIATION, NO_EVENTS, BEYOND}
# What a method cannot do, however it is computed. Exact tests and tests by ranks always answer where both arms have patients.
FAILURES = {"t": LINEAR, "welch": LINEAR, "ancova": LINEAR, "bayes": LINEAR, "one-sample-t": LINEAR, "mmrm": LINEAR | {NO_CONVERGENCE, 11, 12},
            "proportional-odds": {EMPTY_ARM, NO_VARIATION, SINGULAR, SEPARATION}, "cox": {EMPTY_ARM, NO_EVENTS, SINGULAR, SEPARATION},
            "negative-binomial": {EMPTY_ARM, NO_EVENTS, SINGULAR, SEPARATION},
            "rmst": CURVES, "kaplan-meier": CURVES, "cumulative-incidence": CURVES}
EXACT = {EMPTY_ARM, TOO_FEW}

FAILURES |= {method: LINEAR for method in ("paired-t", "crossover-t", "cluster-t", "cluster-t-weighted", "cluster-mixed", "stepped-wedge")}

# What is randomised where it is not each patient to one arm, and the visits that it has.
COMPETING = ("gray", "cumulative-incidence")
PAIRED = ("paired-t", "mcnemar")
UNITS = {"crossover-t": ('kind = "crossover"', [6, 12]), "stepped-wedge": ('kind = "stepped-wedge", cluster_size = 3', [3, 6, 12])}
UNITS |= {method: ('kind = "cluster", cluster_size = 4, cluster_size_cv = 0.7', [12]) for method in ("cluster-t", "cluster-t-weighted", "cluster-mixed")}

KINDS = {"a score": "normal", "yes or no": "binary", "ordered categories": "ordinal", "times to an event": "survival", "counts of events": "count"}


class Design:
    """A random study with the methods as its analyses."""

    def __init__(self, chance, method, row):
        self.chance, self.method, self.row = chance, method, row
        self.children = "stratify" in row["takes"] and row["kinds"] != {"survival"} or chance.random() < 0.1 and row["kinds"] & {"normal", "binary", "ordinal"}
        self.kind = chance.choice(sorted(row["kinds"] & ({"normal", "binary", "ordinal"} if self.children else set(KINDS.values()))))
        self.paired, self.units = method in PAIRED, UNITS.get(method)
        self.children = self.children and not self.paired and not self.units
        self.single = "against" in row["takes"] or self.paired
        self.arms = ["active"] if self.single else ["control", "active", "high"][: chance.choice((2, 2, 3))]
        if self.units and not method.startswith("cluster"):
            self.arms = self.arms[:2]
        self.baseline = self.paired or self.children or not self.units and self.kind == "normal" and (chance.random() < 0.7 or self.responders)

    @property
    def responders(self):
        return self.row["responders"] and self.kind == "normal"

    def one(self, *values):
        return self.chance.choice(values)

    def model(self):
        visits = [0] * self.baseline + [6, 12] if not self.units else self.units[1]
        arm = {"normal": lambda: f"mean = {[50] * self.baseline + [self.one(50, 53), self.one(50, 58)] if not self.units else [self.one(50, 53)] * len(visits)}, sd = {[self.sd] * len(visits)}",
               "binary": lambda: f"share = {[self.one(0, 0.05, 0.3, 0.9, 1)] * len(visits)}",
               "ordinal": lambda: f"share = {self.one([0.2, 0.3, 0.5], [0, 0.5, 0.5], [0.9, 0.05, 0.05], [0, 0, 1])}",
               "survival": lambda: f"hazard = {self.one(1e-6, 0.02, 0.1, 2)}",
               "count": lambda: f"rate = {self.one(1e-6, 0.05, 0.5)}, dispersion = {self.one(0, 0.5)}"}
        self.sd = self.one(10, 10, 0.01)
        text = f'[data_model{".endpoints.relapse" if self.method in COMPETING else ""}]\nkind = "{self.kind}"\n'
        if self.kind in ("survival", "count"):
            text += "follow_up_months = 12\n"
        else:
            text += f"visits_months = {visits if self.kind != 'ordinal' else [12]}\n"
        if self.kind == "normal":
            text += self.one("", "decimals = 0\n")
        if self.units and "cluster_size" in self.units[0]:
            text += f"intracluster_correlation = {self.one(0, 0.02, 0.5)}\n"
        elif self.kind == "normal":
            text += 'correlation = { structure = "ar1", rho = 0.5 }\n'
        text += self.one("", "lower_is_better = true\n", "lower_is_better = false\n")
        arms = lambda: "".join(f"arms.{name} = {{ {arm[self.kind]()} }}\n" for name in self.arms)
        text += arms()
        if self.method in COMPETING:
            text += f'[data_model.endpoints.other]\nkind = "survival"\nfollow_up_months = 12\nends_follow_up = true\n{arms()}'
        return text

    def patients(self):
        text = 'evidence = "published"\n[population]\nsize = 100\nage_years = { distribution = "uniform", low = 2, high = 12 }\n'
        text += "gmfcs = { I = 0.3, II = 0.3, III = 0.2, IV = 0.1, V = 0.1 }\n"
        for k, name in enumerate(self.arms):
            text += f'[[strategy]]\nname = "{name}"\n' + (f'cell = "MSC"\nroute = "intravenous"\ndose_per_kg = {k}e6\n' if k else "")
        return text + '[outcomes]\nvisits_months = [6, 12]\nendpoints = ["gmfm66", "drooling_effective", "cgi_i"]\n'

    def analysis(self, name=""):
        endpoint = {"normal": "gmfm66", "binary": "drooling_effective", "ordinal": "cgi_i"}.get(self.kind) if self.children else "relapse" if self.method in COMPETING else "outcome"
        words = [f'endpoint = "{endpoint}"', f'analysis = "{self.method}"'] + ([f'name = "{name}"'] if name else [])
        if self.kind not in ("survival", "count") and self.method not in ("crossover-t", "stepped-wedge"):
            words.append("visit_months = 12")
        takes, baseline = self.row["takes"], self.baseline and self.kind == "normal"
        if "change_from_baseline" in takes and baseline:
            words.append(f"change_from_baseline = {self.one('true', 'false')}")
        if "adjust" in takes:
            of_children = self.chance.sample(["age_years", "gmfcs", "sex", "motor_type"], self.one(0, 1, 2)) if self.children else []
            words.append(f"adjust = {['baseline'] * (baseline and self.one(0, 1)) + of_children}".replace("'", '"'))
        if "covariance" in takes:
            words += [f'covariance = "{self.one("unstructured", "ar1", "toeplitz", "compound-symmetry", "spatial-exponential", "ar1-heterogeneous")}"', self.one("", 'fallback = ["toeplitz-heterogeneous"]'),
                      f'df = "{self.one("satterthwaite", "kenward-roger", "kenward-roger-linear", "residual", "normal")}"', f"covariance_by_arm = {self.one('true', 'false', 'false')}"]
        if "stratify" in takes and self.children:
            words.append(f"stratify = {self.one(['gmfcs'], ['sex'], ['gmfcs', 'sex'])}".replace("'", '"'))
        if self.responders or self.method == "win-ratio" and self.kind == "normal":
            words.append(f"responder_threshold = {self.one(0.5, 3)}")
        if "weights" in takes and self.method == "max-combo":
            words.append(self.one("", "weights = [[0, 0], [0, 0.5], [0.5, 0], [0.5, 0.5]]", "weights = [[0, 1], [1, 0]]"))
        elif "weights" in takes:
            words.append(f"weights = {self.one([0, 0], [0, 1], [1, 0], [0.3, 2])}")
        for horizon in ("tau_months", "at_months"):
            if horizon in takes:
                words.append(f"{horizon} = {self.one(3, 10, 12)}")
        if self.single and not self.paired:
            words.append(f"against = {self.one(0.05, 0.5) if self.method == 'exact-binomial' else self.one(0, 50)}")
        if "firth" in takes:
            words.append(f'firth = "{self.one("never", "fallback", "always")}"')
        if "margin" in takes:
            words.append(self.one("", "", "margin = 0.3", 'hypothesis = "non-inferiority", margin = 0.4', 'hypothesis = "equivalence", margin = 0.5' if self.method != "bayes" else ""))
        if "prior_sd" in takes:
            words.append(self.one("", "prior_sd = 3, prior_mean = 1, posterior_probability = 0.9"))
        return "{ " + ", ".join(word for word in words if word) + " }"

    def text(self):
        ratios = [1 if self.single or self.units and not self.method.startswith("cluster") else self.one(1, 1, 2) for _ in self.arms]
        size = self.one(len(ratios) * 2, 12, 24, 40)
        arms = ", ".join(f'{{ strategy = "{name}", ratio = {ratio} }}' for name, ratio in zip(self.arms, ratios, strict=True))
        visits = self.kind not in ("survival", "count")
        text = f'format = "vcohort-study 1"\nseed = {self.chance.randrange(10**6)}\n' + (self.patients() if self.children else self.model())
        text += f'[trial]\narms = [{arms}]\nsample_size = {size}\nreplicates = 3\nalpha = 0.05\nsides = {self.one(1, 2)}\n' + ("" if self.single else 'reference = "control"\n')
        text += f'primary = {self.analysis()}\nsecondary = [{self.analysis("again")}]\n'
        text += "" if self.single else f'randomisation = {{ method = "{self.one("simple", "permuted-block")}" }}\n'
        if self.units:
            text += f"design = {{ {self.units[0]} }}\n"
        if not self.units or "cluster_size" not in self.units[0]:
            text += self.one("", "dropout = { months = [6, 12], share = [0.2, 0.5] }\n")
        if visits and not self.units:
            text += self.one("", "", 'intercurrent = [{ event = "discontinuation", share = 0.3, strategy = "%s" }]\n' % self.one("hypothetical" if self.single else "treatment-policy", "hypothetical", "while-on-treatment", "composite"))
        if self.children:
            text += self.one("", "decimals = { gmfm66 = 0 }\n") if self.kind == "normal" else ""
        return text


def number(text):
    return math.nan if text in ("", "NA", "nan", "NaN") else float(text)


class RandomTrials(ProgramTest):
    def methods(self):
        rows = {}
        for line in self.call("schema", "study").stdout.split("### Analyses")[1].split("###")[0].splitlines():
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if len(cells) == 5 and cells[0].startswith("`"):
                kinds = {kind for words, kind in KINDS.items() if words in cells[1].replace("responders on a score", "")}
                responders = "responders on a score" in cells[1]
                rows[cells[0].strip("`")] = {"kinds": kinds | ({"normal"} if responders else set()), "responders": responders, "takes": re.findall("`(.*?)`", cells[2])}
        return rows

    def rows(self, name):
        return list(csv.DictReader(io.StringIO(self.call("export", "out.h5", "--table", f"trial/{name}").stdout)))

    def assert_whole(self, row, method, plan):
        """What a replicate found is a number, or missing with its reason."""
        failure = int(row["failure"])
        found = {name: number(row[name]) for name in ("estimate", "se", "statistic", "p", "lower", "upper")}
        if failure:
            allowed = FAILURES.get(method, EXACT) - ({SEPARATION} if "firth" in plan and "never" not in plan else set())
            self.assertIn(failure, allowed)
            return
        self.assertFalse(math.isnan(found["lower"]) or math.isnan(found["upper"]))
        if math.isfinite(found["estimate"]):
            self.assertFalse(math.isnan(found["statistic"]) or math.isnan(found["p"]) or math.isnan(found["se"]))
            self.assertTrue(found["lower"] <= found["estimate"] <= found["upper"])
        else:  # all the evidence on one side, or none
            self.assertTrue(math.isinf(found["lower"]) or math.isinf(found["upper"]))
            self.assertTrue("margin" in plan or not math.isnan(found["p"]))

    def assert_characteristics(self, row):
        failures = sum(int(value) for name, value in row.items() if name.startswith("failed_"))
        self.assertEqual(int(row["failures"]), failures)
        self.assertFalse(math.isnan(number(row["power"])) or math.isnan(number(row["assurance"])))
        whole = int(row["replicates"]) - failures > 1 and int(row["not_finite"]) == 0
        if whole:
            self.assertFalse(math.isnan(number(row["empirical_se"])))
        if whole and not math.isnan(number(row["true_value"])):
            self.assertFalse(math.isnan(number(row["bias"])) or math.isnan(number(row["coverage"])))

    def test_two_hundred(self):
        methods = self.methods()
        chance = random.Random(SEED)
        refused, seen, failed, answers = [], set(), 0, 0
        for k in range(STUDIES):
            method = list(methods)[k % len(methods)]
            text = Design(chance, method, methods[method]).text()
            (self.folder / "s.toml").write_text(text)
            with self.subTest(study=k, method=method, text=text):
                done = self.call("run", "s.toml", "-o", "out.h5", "--overwrite", "--quiet", "--progress", "none", "--threads", 1, status=None)
                self.assertIn(done.returncode, (DONE, INVALID, NUMERICAL), done.stderr)
                if done.returncode != DONE:
                    self.assertRegex(done.stderr, r"\(.+\)")
                    refused.append(f"{k}: {done.stderr}")
                    continue
                seen |= {method, *re.findall(r'(?:hypothesis|firth|covariance|df|strategy) = "[a-z0-9-]+"', text), *re.findall(r"(\w+) =", text)}
                plans = dict(zip(("primary", "again"), re.findall(r"^(?:primary|secondary) = (.*)$", text, re.MULTILINE), strict=True))
                for row in self.rows("replicates"):
                    self.assert_whole(row, method, plans[row["analysis"]])
                    failed += row["failure"] != "0"
                    answers += row["failure"] == "0"
                for row in self.rows("operating_characteristics"):
                    self.assert_characteristics(row)
        if os.environ.get("VCOHORT_SHOW_REFUSED"):
            print(*refused, f"{answers} answers, {failed} failures", sep="\n")
        self.assertLessEqual(len(refused), STUDIES // 5, refused)
        if STUDIES >= 200:
            options = {"change_from_baseline", "adjust", "stratify", "responder_threshold", "margin", "prior_sd", "covariance_by_arm", "fallback", "decimals", "dropout", "intercurrent"}
            words = {f'firth = "{word}"' for word in ("never", "fallback", "always")} | {f'hypothesis = "{word}"' for word in ("non-inferiority", "equivalence")}
            self.assertLessEqual({*methods, *options, *words}, seen)


if __name__ == "__main__":
    unittest.main()
