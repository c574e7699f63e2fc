#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "engine/run/plan.hpp"
#include "engine/study/size.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/verbs.hpp"

namespace vcohort {

namespace {

std::string counted(std::int64_t n, const std::string& noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

/// What each arm is expected to lose, where that is not what the study asks for.
std::string dropout_of(const Plan& plan) {
  std::string text;
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q);
    const auto* trial = dynamic_cast<const Trial*>(question.get());
    if (!trial) continue;
    const PreparedTrial& prepared = trial->prepared();
    const TrialQuestion& design = prepared.protocol.design;
    if (!prepared.dropout || (!prepared.dropout->depends_on_outcome() && design.dropout->arm_odds_ratio.empty()))
      continue;
    std::vector<std::string> arms;
    for (std::size_t arm = 0; arm < design.arms.size(); ++arm)
      arms.push_back(fmt::format("{:.2f} of {}", prepared.expected_dropout[arm], design.arms[arm].name));
    text += fmt::format("           drop-out expected by the end ({}): {}\n", trial->scenario(), fmt::join(arms, ", "));
  }
  return text;
}

std::string final_of(const FinalAnalysis& final) {
  std::vector<std::string> days;
  if (final.events > 0) days.push_back(fmt::format("{:g} events", final.events));
  if (final.months > 0) days.push_back(fmt::format("month {:g}", final.months));
  if (final.followed_months > 0)
    days.push_back(fmt::format("{:g} months after the last patient came", final.followed_months));
  const char* of_several =
      final.when == FinalAnalysis::When::later ? ", whichever comes later" : ", whichever comes earlier";
  return fmt::format("           analysed at {}{}\n", fmt::join(days, " or "), days.size() > 1 ? of_several : "");
}

std::string trial_of(const Study& study) {
  const TrialQuestion& trial = *study.trial;
  std::vector<std::string> arms, analyses;
  for (const Arm& arm : trial.arms) arms.push_back(fmt::format("{} ({})", arm.name, arm.ratio));
  for (const AnalysisPlan& plan : trial.analyses) analyses.push_back(fmt::format("{}: {}", plan.name, plan.method));
  std::string text = fmt::format("trial      {} simulated trials at each of {}: {} children\n", trial.replicates,
                                 counted(std::ssize(trial.sample_size), "size"), fmt::join(trial.sample_size, ", "));
  text += fmt::format("           arms (ratio): {}; analyses: {}; alpha {:g}, {}\n", fmt::join(arms, ", "),
                      fmt::join(analyses, ", "), trial.alpha, trial.sides == 1 ? "one-sided" : "two-sided");
  if (trial.looks)
    text +=
        fmt::format("           {} looks, whose bounds `vcohort boundaries` prints\n", trial.looks->information.size());
  if (trial.final) text += final_of(*trial.final);
  text += fmt::format("           outcomes of the {}; power, bias, coverage and their errors come out\n",
                      study.data_model ? "data model, without the disease model" : "disease model");
  return text;
}

std::string policy_of(const Study& study) {
  const PolicyQuestion& policy = *study.policy;
  std::string text = fmt::format(
      "policy     {} parameter draws of {} patients over {:g} years, in {} of {}; increments over {}; {} per {} "
      "leads\n",
      policy.parameter_draws, policy.patients_per_draw, policy.horizon_years, policy.currency, policy.price_year,
      study.strategies[static_cast<std::size_t>(policy.reference)].name,
      policy.thresholds.empty() ? 0 : policy.thresholds.front(), units_of(policy.effect));
  std::vector<std::string> parts;
  if (!policy.evppi.empty()) parts.push_back("EVPPI of " + counted(std::ssize(policy.evppi), "group"));
  if (policy.population) parts.emplace_back("value of information of the population");
  if (policy.sensitivity)
    parts.push_back(fmt::format("tornado{}{}{}", policy.sensitivity->grid.empty() ? "" : ", grid",
                                policy.sensitivity->thresholds.empty() ? "" : ", thresholds",
                                policy.sensitivity->sobol ? ", Sobol indices" : ""));
  if (policy.budget) parts.push_back(fmt::format("budget impact of {} years", policy.budget->years));
  if (policy.research) parts.emplace_back("whether the trial is worth its cost");
  if (!parts.empty()) text += fmt::format("           {}\n", fmt::join(parts, "; "));
  return text;
}

std::string sweep_of(const Study& study) {
  std::string text =
      fmt::format("sweep      {:.0f} settings of each, of which the rest of this page shows the study's own\n",
                  settings_of(study.sweep));
  for (const SweepColumn& column : columns_of(study.sweep))
    text += fmt::format("           {}: {}\n", column.name, fmt::join(column.values, "; "));
  return text;
}

/// What a valid study will do, question by question.
std::string questions_of(const Study& study, const Plan& plan) {
  std::string text =
      fmt::format("scenarios  {}\n", study.stances.empty() ? "one: no evidence enters"
                                                           : fmt::format("{}", fmt::join(study.stances, ", ")));
  if (!study.sweep.empty()) text += sweep_of(study);
  if (study.cohort)
    text += fmt::format(
        "cohort     {} children under each of {} strategies; {}, {}, {:.0f} strata with their margins; increments over "
        "{}\n",
        study.population.size, study.strategies.size(), counted(std::ssize(study.outcomes.endpoints), "endpoint"),
        counted(std::ssize(study.outcomes.visits_months), "visit"), strata_of(study),
        study.strategies[static_cast<std::size_t>(study.cohort->reference)].name);
  if (study.trial && study.trial->replicates > 0) text += trial_of(study) + dropout_of(plan);
  if (study.policy) text += policy_of(study);
  if (study.claim)
    text += fmt::format("claim      \"{}\": {}, answered by `vcohort claims`\n", study.claim->words,
                        counted(std::ssize(study.claim->contrasts), "contrast"));
  if (study.data)
    text +=
        fmt::format("data       {} of a data file, by `vcohort analyze DATA.csv`\n",
                    study.trial && !study.trial->analyses.empty() ? study.trial->analyses.front().method : "analysis");
  if (study.uncertain_parameters)
    text += "parameters drawn anew in every replicate: the result shows what is unknown, too\n";
  return text;
}

}  // namespace

void add_check(Verb& program) {
  struct Arguments {
    std::string study;
    std::vector<std::string> settings, sweeps;
    bool resolved = false;
  };
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program.verb("check", "validate a study file without running it");
  verb.option("study", arguments->study, "study file (TOML)").required();
  verb.settings(arguments->settings);
  verb.sweeps(arguments->sweeps);
  verb.flag("--resolved", arguments->resolved, "print the study with every default filled in");
  verb.action([arguments] {
    const LoadedStudy loaded =
        load_study(arguments->study, arguments->settings, LoadFor::simulation, arguments->sweeps);
    const Plan plan = plan_of(loaded);
    if (arguments->resolved)
      std::cout << loaded.reading.resolved;
    else
      std::cout << fmt::format("{}: valid\n{}", arguments->study, questions_of(loaded.reading.study, plan));
    return ExitStatus::done;
  });
}

}  // namespace vcohort
