"""Checks the evidence files that ship against the registry: check_files.py PRINT_REGISTRY FILE...

Reads them with Python's own TOML parser, so that a fault of the program's reader cannot hide a fault of a file."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))
from evidence_files import load  # noqa: E402

STRENGTHS = {"found", "derived", "recalled", "assumed"}
KEYS = {"value", "unit", "uncertainty", "draw", "source", "strength", "reason", "history"}
LAWS = {
    "normal": ({"sd"}, {"low", "high"}),
    "lognormal": ({"sigma"}, {"low", "high"}),
    "beta": ({"a", "b"}, {"low", "high"}),
    "uniform": ({"low", "high"}, set()),
    "triangular": ({"low", "mode", "high"}, set()),
    "bernoulli": ({"probability"}, set()),
}


def registry(program):
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    return {name: (unit.split(" | "), float(low), float(high), optional == "1") for name, unit, low, high, optional in rows}


def faults_of(path, definitions):
    data = load(path)
    if data.get("format") != "vcohort-evidence 1":
        yield "wrong format line"
    if not path.endswith(f"/{data['name']}.toml"):
        yield f"name {data['name']} is not the file's"
    if not data.keys() <= {"format", "name", "title", "currency", "price_year", "parameter", "procedure", "joint"}:
        yield f"unknown keys {data.keys()}"
    parameters = data["parameter"]
    for name, (_, _, _, optional) in definitions.items():
        needed_by_policy = name.startswith(("utility.", "cost.", "price.", "carer.", "travel.", "mortality.", "visits."))  # the stances that ship have all
        if name not in parameters and (not optional or needed_by_policy):
            yield f"{name} is missing"
    for name, entry in parameters.items():
        if name not in definitions:
            yield f"{name} is not in the registry"
            continue
        units, low, high, _ = definitions[name]
        if not entry.keys() <= KEYS:
            yield f"{name}: unknown keys {entry.keys() - KEYS}"
        if entry["unit"] not in units:
            yield f"{name}: unit {entry['unit']}"
        if not low <= entry["value"] <= high:
            yield f"{name}: value {entry['value']} outside {low} to {high}"
        if len(entry.get("source", "")) < 6:
            yield f"{name}: no source"
        if entry.get("strength") not in STRENGTHS:
            yield f"{name}: strength {entry.get('strength')}"
        law = dict(entry.get("uncertainty", {}))
        if law:
            needed, allowed = LAWS[law.pop("distribution")]
            if not needed <= law.keys() <= needed | allowed:
                yield f"{name}: uncertainty has {law.keys()}"
    for name in parameters:
        if name.startswith("delivery.") and name.replace("delivery.", "reference_dose.") not in parameters:
            yield f"{name} has no reference dose"
    yield from faults_across(data["name"], parameters)


def faults_across(stance, parameters):
    def value(name):
        return parameters[name]["value"]

    levels = ["I", "II", "III", "IV", "V"]
    for injury in ["white_matter", "grey_matter", "malformation", "other"]:
        motor = ["spastic", "dyskinetic", "ataxic", "mixed"]
        if abs(sum(value(f"patient.motor_type_share.{injury}.{m}") for m in motor) - 1) > 1e-12:
            yield f"motor types of {injury} do not sum to one"
    for family in ["motor.limit", "severity.MSC", "severity.NSC", "severity.MNC", "severity.CB", "utility.hui3", "utility.tto"]:
        if sorted([value(f"{family}.{g}") for g in levels], reverse=True) != [value(f"{family}.{g}") for g in levels]:
            yield f"{family} does not fall with the level"
    cuts = [value(f"cgi.cut.{k}") for k in range(1, 7)]
    if cuts != sorted(cuts) or any(a != -b for a, b in zip(cuts, reversed(cuts))):
        yield "the cuts of CGI-I are not ordered and symmetric"
    for name in parameters:
        if name.startswith(("domain.mean.")):
            domain = name.split(".")[2]
            if not value(f"domain.minimum.{domain}") < value(name) < value(f"domain.maximum.{domain}"):
                yield f"{name} is outside its scale"
    switches = ["effect.emax", "effect.any", "effect.idiosyncratic_sd", "drooling.response"]
    if stance == "null" and any(value(name) != 0 or "uncertainty" in parameters[name] for name in switches):
        yield "the null stance has an effect"


def main():
    definitions = registry(sys.argv[1])
    faults = [f"{path}: {fault}" for path in sys.argv[2:] for fault in faults_of(path, definitions)]
    print("\n".join(faults) if faults else f"{len(sys.argv) - 2} files are complete")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
