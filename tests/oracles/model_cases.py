"""Writes model_cases.json: fully specified cases of the disease model with expectations that the engine must reproduce to 1e-9.

An independent scalar evaluation of the model's formulas with 50 digits (mpmath), straight from the page; the parameters
are read from scenarios/evidence/*.toml. It shares no code with the engine.

    python3 model_cases.py            writes the file
    python3 model_cases.py --check    compares it with what would be written; status 1 when they differ

Conventions, where programs could disagree
* t is in months since baseline. Infusion j = 1, 2, ... (over all courses) happens at day_j; month = day / 30.4375.
* C_d(t) sums over the infusions with t_j < t, strictly. At or before the first infusion the effect is zero.
* Age modifier, adult factor and time since injury are taken at the first infusion: age a0 + t_1 / 12, time since injury at
  baseline + t_1. The adult factor applies from the adult age on, inclusive.
* lambda^(j - 1) applies to allogeneic cells only. immune_i is the product of immune.factor (a child under long-term
  immunosuppression), regimen.immunosuppression_factor and regimen.steroid_factor, each where it applies.
* effect.any multiplies the whole effect, H included. z1 and z2 are the child's own scores, H its idiosyncratic effect in points.
* E_d uses C_d with the domain's own onset and waning. effect_sds is r_d E_d / sigma_ref, positive for benefit, in units of
  domain.reference_sd; effect_points is the change of the raw score, negative where lower is better.
* latent = bounded(f, E) + trial drift + w; w, the disturbance, is an input. Nothing is clamped or rounded.
* gmfm88: the child's residual (GMFM-66 points) is added to the latent GMFM-66, the sum is clipped to [logit_clip_low,
  logit_clip_high], and logit(G66 / 100) = a + b logit(G88 / 100) is solved for G88.
"""
import json
import pathlib
import random
import sys

try:
    from mpmath import mp, mpf
except ImportError:
    sys.exit(77)  # skipped: nothing to compare with

mp.dps = 50
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts"))
from evidence_files import load  # noqa: E402
OUTPUT = HERE / "model_cases.json"
STANCES = ("published", "sceptical", "null")
LEVELS = ("I", "II", "III", "IV", "V")
DOMAINS = ("standing", "walking", "adl", "fine_motor", "sociability", "adaptability", "expressive_language", "sleep")
DAYS_PER_MONTH = mpf("30.4375")


class Values:
    """Point values of a stance, exactly as the doubles that a program reads."""

    def __init__(self, stance):
        self._parameters = load(HERE.parents[1] / "scenarios" / "evidence" / f"{stance}.toml")["parameter"]

    def __getitem__(self, name):
        return mpf(float(self._parameters[name]["value"]))


def logit(p):
    return mp.log(p / (1 - p))


def ilogit(x):
    return 1 / (1 + mp.exp(-x))


def development(v, case, t):
    g = case["level"]
    limit = 100 * ilogit(logit(v[f"motor.limit.{g}"] / 100) + v[f"motor.limit_logit_sd.{g}"] * mpf(case["z1"]))
    rate = mp.log(10) / (v[f"motor.age90.{g}"] * mp.exp(v[f"motor.age90_log_sd.{g}"] * mpf(case["z2"])))
    age = mpf(case["age_years"]) + t / 12
    score = limit * (1 - mp.exp(-rate * age))
    if case["decline"]:
        over = min(age, v["motor.decline_end_age"]) - v[f"motor.peak_age.{g}"]
        score -= v[f"motor.decline_per_year.{g}"] * max(mpf(0), over)
    return limit, rate, score


def exposures(v, case):
    pair = f"{case['cell']}.{case['route']}"
    immune = mpf(1)
    if case["immune_suppressed"]:
        immune *= v["immune.factor"]
    if case["immunosuppression"]:
        immune *= v["regimen.immunosuppression_factor"]
    if case["steroids"]:
        immune *= v["regimen.steroid_factor"]
    repeat = v["repeat.lambda"] if case["source"] == "allogeneic" else mpf(1)
    ratio = (mpf(case["dose"]) / v[f"reference_dose.{pair}"]) ** v["dose.concavity"]
    return [v[f"delivery.{pair}"] * ratio * immune * repeat**j for j in range(len(case["infusion_days"]))]


def concentration(v, case, t, domain, given):
    total = mpf(0)
    for x, day in zip(given, case["infusion_days"]):
        since = t - mpf(day) / DAYS_PER_MONTH
        if since > 0:
            total += x * (1 - mp.exp(-since / v[f"onset.{domain}"])) * mp.exp(-since / v[f"waning.{domain}"])
    return total


def modifiers(v, case):
    first = mpf(case["infusion_days"][0]) / DAYS_PER_MONTH
    age = mpf(case["age_years"]) + first / 12

    def raw(a):
        return v["age.floor"] + (1 - v["age.floor"]) / (1 + mp.exp((a - v["age.midpoint"]) / v["age.slope"]))

    of_age = raw(age) / raw(v["age.reference"])
    if age >= v["age.adult_age"]:
        of_age *= v["age.adult_factor"]
    of_time = mpf(1)
    if case["months_since_injury"] is not None:
        since = mpf(case["months_since_injury"]) + first
        of_time = 1 + v["time.injury_b"] * mp.exp(-since / v["time.injury_months"])
    return {
        "age": of_age,
        "severity": v[f"severity.{case['cell']}.{case['level']}"],
        "time": of_time,
        "genotype": v["genotype.ratio"] if case["carrier"] else mpf(1),
        "inflammation": mp.exp(v[f"inflammation.{case['cell']}"] * mpf(case["inflammation_z"])),
        "injury": v[f"injury.{case['injury']}.{case['cell']}"],
    }


def effect(v, case, modifier, c):
    if c == 0 or v["effect.any"] == 0:
        return mpf(0)
    h, ec50 = v["effect.hill"], v["effect.ec50"]
    systematic = v["effect.emax"] * modifier * mpf(case["responder_z"]) * c**h / (c**h + ec50**h)
    return v["effect.any"] * (systematic + mpf(case["idiosyncratic"]) * c / (c + ec50))


def bounded(f, e):
    if e >= 0:
        return f + (100 - f) * (1 - mp.exp(-e / (100 - f)))
    return f - f * (1 - mp.exp(e / f))


def gmfm88(v, latent, residual):
    low, high = v["gmfm88.logit_clip_low"], v["gmfm88.logit_clip_high"]
    score = min(max(latent + residual, low), high)
    return 100 * ilogit((logit(score / 100) - v["gmfm88.crosswalk_intercept"]) / v["gmfm88.crosswalk_slope"])


def expectations(v, case):
    t = mpf(case["months"])
    limit, rate, score = development(v, case, t)
    e, result = mpf(0), {"limit": limit, "rate_per_year": rate, "development": score}
    drift = v["trial.drift"] * min(t, v["trial.drift_months"]) / v["trial.drift_months"] if case["in_trial"] else mpf(0)
    if case["cell"] is not None:
        given, factors = exposures(v, case), modifiers(v, case)
        product = mpf(1)
        for factor in factors.values():
            product *= factor
        c = concentration(v, case, t, "motor", given)
        e = effect(v, case, product, c)
        result |= {"exposures": given, "modifiers": factors, "modifier": product, "concentration": c}
        domains = {}
        for domain in DOMAINS:
            c_domain = concentration(v, case, t, domain, given)
            sds = v[f"effect.ratio.{domain}"] * effect(v, case, product, c_domain) / v["effect.sigma_ref"]
            sign = -1 if v[f"domain.lower_is_better.{domain}"] == 1 else 1
            domains[domain] = {
                "concentration": c_domain,
                "effect_sds": sds,
                "effect_points": sign * sds * v[f"domain.reference_sd.{domain}"],
            }
        result["domains"] = domains
    held = bounded(score, e)
    latent = held + drift + mpf(case["disturbance"])
    result |= {"effect": e, "bounded": held, "trial_drift": drift, "latent": latent}
    result["gmfm88"] = gmfm88(v, latent, mpf(case["gmfm88_residual"]))
    return result


REHABILITATION = {
    "level": "III", "age_years": 4.0, "z1": 0.0, "z2": 0.0, "decline": False, "disturbance": 0.0, "gmfm88_residual": 0.0,
    "in_trial": False, "months": 12.0,
    "cell": None, "route": None, "source": None, "dose": None, "infusion_days": [], "immunosuppression": False, "steroids": False,
    "responder_z": 1.0, "idiosyncratic": 0.0, "carrier": False, "immune_suppressed": False, "inflammation_z": 0.0,
    "injury": "other", "months_since_injury": None,
}
DOSES = {
    ("MSC", "intravenous"): 2e6, ("MSC", "intrathecal"): 1e6, ("NSC", "intranasal"): 1.0, ("NSC", "intraventricular"): 1.0,
    ("MNC", "intravenous"): 5e7, ("MNC", "intrathecal"): 5e6, ("CB", "intravenous"): 5e7,
}
WEEKLY = [0, 7, 14, 21]


def cells(cell, route, **changes):
    return REHABILITATION | {
        "cell": cell, "route": route, "source": "allogeneic", "dose": DOSES[cell, route], "infusion_days": [0],
    } | changes


def designed():
    """Cases in which one thing at a time is out of the ordinary."""
    iv, it = ("MSC", "intravenous"), ("MSC", "intrathecal")
    yield "rehabilitation alone", "sceptical", REHABILITATION
    yield "rehabilitation in a trial, before the drift is complete", "sceptical", REHABILITATION | {"in_trial": True, "months": 4.0}
    yield "rehabilitation in a trial, after", "sceptical", REHABILITATION | {"in_trial": True, "months": 24.0, "disturbance": -1.75}
    yield "decline in adolescence", "sceptical", REHABILITATION | {"level": "IV", "age_years": 15.0, "decline": True, "months": 24.0}
    yield "decline that has ended", "sceptical", REHABILITATION | {"level": "V", "age_years": 24.0, "decline": True}
    yield "decline does not start before the peak", "sceptical", REHABILITATION | {"level": "III", "age_years": 5.0, "decline": True}
    yield "decline is off", "sceptical", REHABILITATION | {"level": "IV", "age_years": 15.0, "months": 24.0}
    yield "an unusual child", "sceptical", REHABILITATION | {"level": "I", "age_years": 1.5, "z1": 1.7, "z2": -1.2, "months": 36.0}
    yield "near the ceiling of the crosswalk", "sceptical", REHABILITATION | {"level": "I", "age_years": 12.0, "z1": 3.0, "gmfm88_residual": 6.0}
    yield "below the floor of the crosswalk", "sceptical", REHABILITATION | {"level": "V", "age_years": 0.6, "z1": -2.5, "gmfm88_residual": -9.0}
    for stance in STANCES:
        yield f"one cord blood infusion, {stance}", stance, cells("CB", "intravenous", source="autologous")
        yield f"four weekly intravenous MSC, {stance}", stance, cells(*iv, infusion_days=WEEKLY, age_years=5.0)
        yield f"four weekly intranasal NSC, {stance}", stance, cells("NSC", "intranasal", infusion_days=WEEKLY, age_years=6.0, months=24.0)
    yield "at the first infusion", "published", cells(*it, months=0.0)
    yield "between the infusions", "published", cells(*it, infusion_days=[0, 30, 60, 90], months=1.5)
    yield "exactly at an infusion", "published", cells(*it, infusion_days=[0, 60.875], months=2.0)
    yield "infusions start late", "published", cells(*it, infusion_days=[180, 187], months=5.0)
    yield "infusions start late, afterwards", "published", cells(*it, infusion_days=[180, 187], months=9.0, age_years=17.75)
    yield "two courses of five", "sceptical", cells(*iv, infusion_days=[0, 60, 120, 180, 240, 420, 480, 540, 600, 660], dose=1e6, months=24.0)
    yield "autologous cells do not sensitise", "sceptical", cells(*iv, infusion_days=WEEKLY, source="autologous")
    yield "a quarter of the dose", "published", cells(*iv, dose=5e5)
    yield "an adult", "sceptical", cells(*iv, age_years=25.0, infusion_days=WEEKLY)
    yield "just of adult age", "published", cells(*iv, age_years=18.0)
    yield "an infant, severe, intraventricular", "published", cells("NSC", "intraventricular", level="V", age_years=1.5, months=6.0)
    yield "recent postneonatal injury", "published", cells(*iv, months_since_injury=3.0, age_years=2.0, injury="grey_matter")
    yield "carrier, inflamed, white matter", "published", cells(*iv, carrier=True, inflammation_z=1.4, injury="white_matter")
    yield "grey matter and NSC", "published", cells("NSC", "intranasal", injury="grey_matter", inflammation_z=-0.8)
    yield "immunosuppressed", "published", cells(*iv, immune_suppressed=True)
    yield "short immunosuppression and steroids", "published", cells(*iv, immune_suppressed=True, immunosuppression=True, steroids=True)
    yield "non-responder who does worse", "sceptical", cells(*it, responder_z=0.0, idiosyncratic=-4.5)
    yield "worse near the floor", "sceptical", cells(*it, level="V", age_years=1.0, z1=-2.0, responder_z=0.0, idiosyncratic=-9.0)
    yield "strong responder near the ceiling", "published", cells(*it, level="I", age_years=9.0, z1=2.0, responder_z=4.2, infusion_days=WEEKLY)
    yield "null keeps H out", "null", cells(*it, idiosyncratic=5.0, responder_z=2.0, in_trial=True)
    for level in LEVELS:
        yield f"level {level}", "sceptical", cells("MNC", "intrathecal", level=level, age_years=9.0)


def anything(count):
    """Cases in which everything is out of the ordinary at once."""
    draw = random.Random(20260101)
    for number in range(1, count + 1):
        cell, route = draw.choice(sorted(DOSES))
        start, gap = draw.choice([0, 0, 3, 45]), draw.choice([3.5, 7, 30, 60])
        case = cells(
            cell, route,
            source=draw.choice(["allogeneic", "autologous"]),
            dose=DOSES[cell, route] * draw.choice([0.25, 0.5, 1, 2.5]),
            infusion_days=[start + gap * j for j in range(draw.choice([1, 2, 4, 8]))],
            level=draw.choice(LEVELS), age_years=round(draw.uniform(0.7, 20), 3), z1=round(draw.gauss(0, 1), 3),
            z2=round(draw.gauss(0, 1), 3), decline=draw.random() < 0.5, disturbance=round(draw.gauss(0, 2.5), 3),
            gmfm88_residual=round(draw.gauss(0, 4), 3), in_trial=draw.random() < 0.5,
            months=draw.choice([1.0, 3.0, 6.0, 12.0, 24.0, 60.0]), immunosuppression=draw.random() < 0.3,
            steroids=draw.random() < 0.3, responder_z=round(draw.uniform(0, 3), 3), idiosyncratic=round(draw.gauss(0, 3), 3),
            carrier=draw.random() < 0.3, immune_suppressed=draw.random() < 0.3, inflammation_z=round(draw.gauss(0, 1), 3),
            injury=draw.choice(["white_matter", "grey_matter", "malformation", "other"]),
            months_since_injury=draw.choice([None, None, 2.0, 14.5]),
        )
        yield f"anything {number}", draw.choice(STANCES), case


def as_doubles(value):
    if isinstance(value, dict):
        return {key: as_doubles(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [as_doubles(entry) for entry in value]
    return float(value)


def text():
    values = {stance: Values(stance) for stance in STANCES}
    cases = []
    for name, stance, case in [*designed(), *anything(30)]:
        cases.append({"name": name, "stance": stance, "input": case, "expected": as_doubles(expectations(values[stance], case))})
    conventions = __doc__.split("disagree\n")[1].strip().split("\n* ")
    data = {"conventions": [" ".join(line.split()).removeprefix("* ") for line in conventions], "cases": cases}
    return json.dumps(data, indent=1) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if OUTPUT.read_text() != text():
            sys.exit("model_cases.json is not what the evidence gives: run model_cases.py and look at what changed")
    else:
        OUTPUT.write_text(text())
