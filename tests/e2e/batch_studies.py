"""The studies whose bits must not depend on how the work is cut. A new question adds a line here, and every batch test covers it."""
from program import SOURCE


def studies(test, smaller=1):
    """(name, study file, settings) of a small study of each question, most with rows; each has more than a dozen blocks, or so many times fewer."""
    return [
        ("cohort", test.study("cohort.toml", size=32_000 // smaller, save="true", endpoints='["gmfm66"]', visits="[6, 12]"), []),
        ("uncertain cohort", test.study("uncertain.toml", size=4_000 // smaller, parameters="uncertain", save="true"), []),
        ("trial", SOURCE / "scenarios/templates/two-arm-continuous.toml", ["--set", f"trial.replicates={5000 // smaller}"]),
        ("policy", SOURCE / "scenarios/studies/worth-a-trial.toml",
         ["--set", 'evidence=["sceptical", "null"]', "--set", f"policy.parameter_draws={60 // smaller}", "--set", "policy.patients_per_draw=200",
          "--set", "policy.willingness_to_pay.step=100_000", "--set", "trial.replicates=256", "--set", "trial.sample_size=[24, 100]"]),
    ]
