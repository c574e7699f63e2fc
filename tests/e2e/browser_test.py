"""The pages in a real browser: makes results and reports of every kind, then lets Playwright open them (io/report/page/tests).

Exit status 77 where npm, its packages or Chromium are missing.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from program import PROGRAM, SOURCE, STUDY, WIDE

PAGE = SOURCE / "io/report/page"
CHROMIUM = os.environ.get("VCOHORT_CHROMIUM", "/usr/bin/chromium")
HOSTILE = ['<img src=x onerror="window.pwned=true">', 'quotes \' " ` & <b>bold</b>', "right-to-left \u202e mark \u200f", "W" * 200]
SPOILT = 24
TITLE = "</script><script>window.pwned=true</script> \u202etitle " + "long words " * 12

STUDIES = {  # page: shipped study and what makes it small
    "quickstart": ("quickstart", {"population.size": 2000}),
    "grid": ("dosing-frequency", {"population.size": 400}),
    "two-arm": ("two-arm-continuous", {"trial.replicates": 1000}),
    "other-seed": ("two-arm-continuous", {"trial.replicates": 1000, "seed": 7}),
    "surface": ("power-surface", {"trial.replicates": 100}),
    "looks": ("trial-intrathecal-looks", {"trial.replicates": 60, "trial.sample_size": "[60, 120]"}),
    "events": ("event-driven", {"trial.replicates": 200}),
    "competing": ("competing-events", {"trial.replicates": 100}),
    "worth": ("worth-a-trial", {"trial.replicates": 60, "policy.parameter_draws": 100, "policy.patients_per_draw": 64, "trial.sample_size": "[48, 100]"}),
    "whom": ("cells-therapy-or-surgery", {"policy.parameter_draws": 64, "policy.patients_per_draw": 64}),
    "economics": ("dosing-economics", {"policy.parameter_draws": 50, "policy.patients_per_draw": 64, "sweep.0.compare": "true"}),
    "route": ("route-and-price", {"policy.parameter_draws": 64, "policy.patients_per_draw": 64, "policy.sensitivity.sobol": "{ points = 32, patients = 64 }",
                                  "policy.sensitivity.grid": '[{ parameter = "price.product.MSC", values = [2_000, 5_000, 10_000] }, { parameter = "waning", values = [0.5, 1, 2] }]'}),
}
TABLES = {
    "quickstart": ["cohort/summary", "cohort/increments", "cohort/baseline", "parameters"], "grid": ["cohort/increments"],
    "two-arm": ["trial/operating_characteristics", "trial/closed_forms"], "other-seed": ["trial/operating_characteristics"], "surface": ["trial/operating_characteristics"],
    "looks": ["trial/looks", "trial/operating_characteristics", "trial/replicates", "trial/example_patients"], "events": ["trial/expected_events", "trial/example_patients"],
    "competing": ["trial/example_patients", "trial/operating_characteristics"],
    "worth": ["policy/ceac", "policy/research", "policy/frontier", "policy/summary", "policy/value_of_information"],
    "whom": ["policy/strata", "policy/draws"],
    "economics": ["policy/strata", "policy/comparison", "policy/draws"],
    "route": ["sensitivity/tornado", "sensitivity/threshold", "sensitivity/grid", "sensitivity/sobol", "policy/ceac", "policy/budget_impact", "policy/costs", "policy/strata"],
}
MANY_TRIALS = """format = "vcohort-study 1"
title = "A hundred thousand trials"
seed = 1
[data_model]
kind = "normal"
visits_months = [0, 12]
arms.control = { mean = [50, 52], sd = [10, 10] }
arms.active = { mean = [50, 56], sd = [10, 10] }
[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [20, 40]
replicates = 100_000
save_replicates = true
primary = { endpoint = "outcome", visit_months = 12, analysis = "t" }
"""
MANY_SCENARIOS = MANY_TRIALS.replace("A hundred thousand trials", "A thousand scenarios").replace("replicates = 100_000\nsave_replicates = true", "replicates = 20") + "".join(f"""
[[sweep]]
name = "{name}"
values = {{ "{key}" = {list(values)} }}
""" for name, key, values in (("effect", "data_model.arms.active.mean", [[50, 51 + k] for k in range(10)]), ("SD", "data_model.arms.active.sd", [[10, 8 + k] for k in range(10)]), ("level", "trial.alpha", [0.01 * (k + 1) for k in range(10)])))


def call(*words, folder):
    done = subprocess.run([PROGRAM, *map(str, words)], cwd=folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": WIDE})
    if done.returncode != 0:
        sys.exit(f"vcohort {' '.join(map(str, words))}\n{done.stderr}")
    return done.stdout


def run(study, page, settings, folder):
    options = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    call("run", study, "-o", f"{page}.h5", "--quiet", "--progress", "none", *options, folder=folder)
    call("report", f"{page}.h5", "-o", f"{page}.html", folder=folder)


def written_studies(folder):
    text = STUDY.format(evidence='["sceptical"]', parameters="fixed", seed=7, size=200, save="true", endpoints='["gmfm66", "adl"]', visits="[3, 12]")
    names = ["rehabilitation", "MSC, IV four times", "MSC, intrathecal", "NSC, intranasal twice"]
    hostile = text.replace('"end to end"', json.dumps(TITLE, ensure_ascii=False))
    for old, new in zip(names, HOSTILE):
        hostile = hostile.replace(json.dumps(old), json.dumps(new, ensure_ascii=False))
    (folder / "hostile.toml").write_text(hostile)
    many = "".join(f'\n[[strategy]]\nname = "MSC {dose} {count}x {days}d"\ncell = "MSC"\nroute = "intravenous"\ndose_per_kg = {dose}e5\ninfusions = {count}\ninterval_days = {days}\n'
                   for dose in range(1, 21) for count in (2, 3, 4, 6, 8) for days in (7, 14, 30, 60, 90))
    (folder / "many-strategies.toml").write_text(text.replace("save_patients = true", "save_patients = false").replace("\n[strata]", many + "\n[strata]"))
    (folder / "many-trials.toml").write_text(MANY_TRIALS)
    (folder / "many-scenarios.toml").write_text(MANY_SCENARIOS)


def other_files(folder):
    """What the explorer must not take for a result."""
    import h5py

    whole = (folder / "quickstart.h5").read_bytes()
    (folder / "damaged.h5").write_bytes(whole[: len(whole) // 3])
    (folder / "text.h5").write_text("no result")
    (folder / "empty.h5").write_text("")
    with h5py.File(folder / "foreign.h5", "w") as file:
        file["numbers"] = [1, 2, 3]
    call("run", "quickstart.toml", "-o", "cut.h5", "--shard", "1/2", "--quiet", "--set", "population.size=2000", folder=folder)
    shutil.copy(next((folder / "cut.h5.parts").glob("*.h5")), folder / "part.h5")


def spoilt_files(folder):
    """Copies of a result with some bytes changed, where HDF5 keeps its structure and where it keeps the data: always the same ones."""
    whole = (folder / "worth.h5").read_bytes()
    draw = random.Random(7)
    for number in range(SPOILT):
        spoilt = bytearray(whole)
        reach = len(whole) if number % 2 else 4096
        for _ in range(1 + draw.randrange(40)):
            spoilt[draw.randrange(8, reach)] = draw.randrange(256)
        if number % 3 == 0:
            at = draw.randrange(8, len(whole) - 4096)
            spoilt[at : at + 4096] = bytes(4096)
        (folder / f"spoilt-{number}.h5").write_bytes(spoilt)


def numbers(folder):
    """Numbers as C prints them: any, and those half-way between two texts."""
    draw = random.Random(11)
    cases = [(draw.choice([1, -1]) * draw.uniform(1, 10) * 10.0 ** draw.randrange(-8, 9), draw.randrange(7)) for _ in range(1500)]
    cases += [((2 * draw.randrange(10**4) + 1) / 2.0 ** draw.randrange(1, 5), draw.randrange(4)) for _ in range(1500)]
    (folder / "numbers.json").write_text(json.dumps([{"value": value, "digits": digits, "fixed": f"%.{digits}f" % value, "general": f"%.{digits + 1}g" % value} for value, digits in cases]))


def fill(folder):
    numbers(folder)
    for page, (study, settings) in STUDIES.items():
        run(study, page, settings, folder)
        (folder / f"{page}.show.txt").write_text(call("show", f"{page}.h5", folder=folder))
        for table in TABLES[page]:
            (folder / f"{page}.{table.replace('/', '-')}.json").write_text(call("export", f"{page}.h5", "--table", table, "--format", "json", folder=folder))
    written_studies(folder)
    for page in ("hostile", "many-strategies", "many-trials", "many-scenarios"):
        run(f"{page}.toml", page, {}, folder)
    call("scenarios", "copy", "quickstart", folder=folder)
    other_files(folder)
    spoilt_files(folder)
    call("report", "two-arm.h5", "events.h5", "-o", "both.html", folder=folder)
    call("report", "two-arm.h5", "other-seed.h5", "-o", "runs.html", folder=folder)
    call("report", "quickstart.h5", "--replications", "--replicates", 20, "-o", "replications.html", folder=folder)
    call("report", "--explorer", "-o", "explorer.html", folder=folder)


def main():
    if not shutil.which("npm") or not pathlib.Path(CHROMIUM).exists():
        print("skipped: npm or Chromium is missing (Debian: nodejs npm chromium)")
        return 77
    if not (PAGE / "node_modules/.vcohort-lock").exists():
        done = subprocess.run([SOURCE / "scripts/build_page", "--check"])
        if done.returncode != 0:
            return done.returncode
    shots = pathlib.Path(os.environ.get("VCOHORT_SHOTS", "shots")).absolute()
    shots.mkdir(parents=True, exist_ok=True)
    kept = os.environ.get("VCOHORT_PAGES")  # a folder to keep: filled once, tested often
    with tempfile.TemporaryDirectory() as empty:
        name = kept or empty
        pathlib.Path(name).mkdir(exist_ok=True)
        if not (pathlib.Path(name) / "explorer.html").exists():
            fill(pathlib.Path(name))
        environment = {**os.environ, "VCOHORT_PAGES": name, "VCOHORT_SHOTS": str(shots), "VCOHORT_CHROMIUM": CHROMIUM, "CI": "1"}
        return subprocess.run(["npx", "playwright", "test", *sys.argv[1:]], cwd=PAGE, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
