#include <fmt/format.h>

#include <iostream>
#include <limits>
#include <memory>

#include "engine/cohort/cohort.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/random/address.hpp"
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
  TableFormat format = TableFormat::table;
};

void replay(const ReplayArguments& arguments) {
  const LoadedStudy loaded = load_study(arguments.study, arguments.settings);
  if (!loaded.reading.study.cohort)
    throw InvalidInput(explain("nothing to replay", "the study has no [cohort] section", "add [cohort] with a reference"));
  std::vector<Table> tables;
  for (const Evidence& stance : loaded.evidence)
    for (Table& table : Cohort::replay(loaded.reading.study, stance, arguments.replicate, arguments.patient)) append_rows(tables, std::move(table));
  for (std::size_t k = 0; k < tables.size(); ++k) {
    if (arguments.format == TableFormat::table) std::cout << (k > 0 ? "\n" : "") << tables[k].description << "\n\n";
    print(tables[k], arguments.format, std::cout);
  }
}

}  // namespace

void add_replay(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* verb = app.add_subcommand("replay", "show one virtual child: its potential outcomes under every strategy");
  verb->footer("The child is computed alone, with the same bits as in the whole run.\n\n  vcohort replay quickstart.toml --replicate 0 --patient 17");
  verb->add_option("study", arguments->study, "study file (TOML) or result file")->required();
  verb->add_option("--replicate", arguments->replicate, "replicate: 0 where parameters are fixed, else the parameter draw [0]");
  verb->add_option("--patient", arguments->patient, "patient, from 0")->required()->check(CLI::Range(std::uint64_t{0}, Address::largest_patient));
  verb->add_option("--set", arguments->settings, "replace a value of the study: key=value")->allow_extra_args(false);
  add_format(*verb, arguments->format);
  verb->callback([arguments, &end] {
    replay(*arguments);
    end = ExitStatus::done;
  });
}

}  // namespace vcohort
