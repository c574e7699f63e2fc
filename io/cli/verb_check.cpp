#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/verbs.hpp"

namespace vcohort {

namespace {

/// What a valid study asks.
std::string contents_of(const Study& study) {
  std::string text;
  if (study.cohort)
    text +=
        fmt::format("; a cohort of {} patients under {} strategies", study.population.size, study.strategies.size());
  if (study.trial && study.trial->replicates > 0)
    text += fmt::format("; a trial with {} arms, {} replicates", study.trial->arms.size(), study.trial->replicates);
  if (study.data) text += "; the analysis of a data file";
  return text + fmt::format("; {} scenarios", std::max<std::size_t>(1, study.stances.size()));
}

}  // namespace

void add_check(Verb& program) {
  struct Arguments {
    std::string study;
    std::vector<std::string> settings;
    bool resolved = false;
  };
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program.verb("check", "validate a study file without running it");
  verb.option("study", arguments->study, "study file (TOML)").required();
  verb.settings(arguments->settings);
  verb.flag("--resolved", arguments->resolved, "print the study with every default filled in");
  verb.action([arguments] {
    const LoadedStudy loaded = load_study(arguments->study, arguments->settings);
    const Plan plan(loaded.reading.study, loaded.evidence);  // finds what only the model can refuse
    if (arguments->resolved)
      std::cout << loaded.reading.resolved;
    else
      std::cout << fmt::format("{}: valid{}\n", arguments->study, contents_of(loaded.reading.study));
    return ExitStatus::done;
  });
}

}  // namespace vcohort
