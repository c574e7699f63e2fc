#include <fmt/format.h>

#include <iostream>
#include <limits>
#include <memory>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/address.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"

namespace vcohort {

namespace {

struct ReplayArguments {
  std::string study;
  std::vector<std::string> settings;
  std::uint32_t replicate = 0;
  std::uint64_t patient = 0;
  std::int64_t sample_size = 0;
  std::string scenario;
  TableFormat format = TableFormat::table;
};

/// The patient as a participant of a simulated trial: enrolment is run again.
void replay_enrolment(const LoadedStudy& loaded, const ReplayArguments& arguments) {
  if (!loaded.reading.study.trial)
    throw InvalidInput(explain("nothing to replay", "the study has no [trial]", "leave out --sample-size"));
  if (arguments.replicate >= loaded.reading.study.trial->replicates)
    throw InvalidInput(explain(fmt::format("the study has no replicate {}", arguments.replicate),
                               fmt::format("its trial has {} replicates", loaded.reading.study.trial->replicates),
                               "name one of them, from 0"));
  const TrialQuestion& trial = *loaded.reading.study.trial;
  if (trial.looks && !LookPlan::fits(trial, arguments.sample_size))
    throw InvalidInput(explain(fmt::format("a trial of {} patients has a look without news", arguments.sample_size),
                               "each look needs an outcome or an event more than the one before",
                               "replay a larger --sample-size"));
  for (const Evidence& stance : Trial::scenarios(loaded.reading.study, loaded.evidence)) {
    Table data = Trial(loaded.reading.study, stance).dataset(arguments.replicate, arguments.sample_size);
    const auto& patients = std::get<std::vector<std::int64_t>>(data.find("patient")->values);
    keep_rows(data, [&](std::size_t row) { return static_cast<std::uint64_t>(patients[row]) == arguments.patient; });
    if (data.rows() == 0)
      throw InvalidInput(explain("this candidate is not in the trial", "screening failed, or enrolment ended before",
                                 "try another --patient or a larger --sample-size"));
    if (arguments.format == TableFormat::table) std::cout << "evidence '" << stance.name << "'\n\n";
    print(data, arguments.format, std::cout);
  }
}

/// A child that the whole run simulates, and no other.
void require_patient(const LoadedStudy& loaded, const ReplayArguments& arguments) {
  const Cohort cohort(loaded.reading.study, loaded.evidence.front());
  const bool uncertain = loaded.reading.study.uncertain_parameters;
  const std::int64_t replicates = uncertain ? cohort.blocks() : 1;
  if (arguments.replicate >= replicates)
    throw InvalidInput(explain(fmt::format("the study has no replicate {}", arguments.replicate),
                               uncertain ? fmt::format("it has {} parameter draws", replicates)
                                         : "its parameters are fixed, and all children are of replicate 0",
                               fmt::format("name one from 0 to {}", replicates - 1)));
  const std::int64_t patients =
      uncertain ? cohort.patients_in(arguments.replicate) : loaded.reading.study.population.size;
  if (arguments.patient >= static_cast<std::uint64_t>(patients))
    throw InvalidInput(explain(fmt::format("the study has no patient {}", arguments.patient),
                               fmt::format("replicate {} has {} patients", arguments.replicate, patients),
                               fmt::format("name one from 0 to {}", patients - 1)));
}

void replay(const ReplayArguments& arguments) {
  const LoadedStudy loaded = setting_of_scenario(load_study(arguments.study, arguments.settings), arguments.scenario);
  if (arguments.sample_size > 0) {
    replay_enrolment(loaded, arguments);
    return;
  }
  if (!loaded.reading.study.cohort)
    throw InvalidInput(
        explain("nothing to replay", "the study has no [cohort] section", "add [cohort] with a reference"));
  require_patient(loaded, arguments);
  std::vector<Table> tables;
  for (const Evidence& stance : loaded.evidence)
    for (Table& table : Cohort::replay(loaded.reading.study, stance, arguments.replicate, arguments.patient))
      append_rows(tables, std::move(table));
  for (std::size_t k = 0; k < tables.size(); ++k) {
    if (arguments.format == TableFormat::table) std::cout << (k > 0 ? "\n" : "") << tables[k].description << "\n\n";
    print(tables[k], arguments.format, std::cout);
  }
}

}  // namespace

void add_replay(Verb& program) {
  auto arguments = std::make_shared<ReplayArguments>();
  Verb verb = program.verb("replay", "show one virtual child: its potential outcomes under every strategy");
  verb.footer(
      "The child is computed alone, with the same bits as in the whole run.\n\n  vcohort replay quickstart.toml "
      "--replicate 0 --patient 17");
  verb.option("study", arguments->study, "study file (TOML) or result file").required();
  verb.option("--replicate", arguments->replicate,
              "replicate: 0 where parameters are fixed, else the parameter draw [0]");
  verb.option("--patient", arguments->patient, "patient, from 0")
      .required()
      .within(std::int64_t{0}, static_cast<std::int64_t>(Address::largest_patient));
  verb.option("--sample-size", arguments->sample_size,
              "the patient as a participant of the simulated trial of this size: enrolment is run again")
      .positive();
  verb.option("--scenario", arguments->scenario, "of a study that sweeps: the setting, such as \"#0007\"");
  verb.settings(arguments->settings);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    replay(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
