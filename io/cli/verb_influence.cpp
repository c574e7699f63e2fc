#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "engine/sensitivity/entering.hpp"
#include "engine/sensitivity/influence.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/results/column_of.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

struct InfluenceArguments {
  std::string file;
  std::size_t strongest = 10;
  TableFormat format = TableFormat::table;
};

/// Rows of one output and one strategy, the strongest first: only so many of each.
Table first_of_each(const Table& all, std::size_t strongest) {
  Table table = all;
  const auto& strategy = column_of<std::string>(all, "strategy");
  const auto& output = column_of<std::string>(all, "output");
  std::size_t rank = 0;
  keep_rows(table, [&](std::size_t row) {
    rank = row > 0 && strategy[row] == strategy[row - 1] && output[row] == output[row - 1] ? rank + 1 : 0;
    return rank < strongest;
  });
  return table;
}

ExitStatus show_influence(const InfluenceArguments& arguments) {
  const ResultFile file(arguments.file);
  const LoadedStudy loaded = load_study(file.header());
  refuse_sweep(loaded, "influence");
  const Study& study = loaded.reading.study;
  if (!study.uncertain_parameters)
    throw InvalidInput(explain(arguments.file + " has no parameter draws", "its parameters are fixed",
                               "run the study with --set 'parameters=\"uncertain\"'"));
  std::vector<Table> tables;
  for (const Evidence& evidence : loaded.evidence) {
    std::vector<DrawOutput> outputs;
    if (study.cohort && file.find("/cohort/draws"))
      outputs = outputs_of_draws(file.read_table("/cohort/draws"), evidence.name);
    if (study.trial && !study.data_model && file.find("/trial/replicates"))
      for (DrawOutput& output :
           outputs_of_replicates(file.read_table("/trial/replicates"), evidence.name,
                                 study.trial->analyses.front().name, study.trial->sample_size.back()))
        outputs.push_back(std::move(output));
    const auto enters = entering_inputs(evidence, study.seed, uncertain_inputs(evidence), answers_of(study, outputs));
    append_rows(tables, influence(evidence, study.seed, outputs, enters));
  }
  if (tables.empty() || tables.front().rows() == 0)
    throw InvalidInput(explain(arguments.file + " holds no answers by parameter draw",
                               "neither a cohort nor the replicates of a trial are in it",
                               "run a [cohort], or a [trial] with save_replicates = true"));
  const bool for_reader = arguments.format == TableFormat::table && arguments.strongest > 0;
  if (for_reader) {
    const auto& beyond = column_of<Truth>(tables.front(), "beyond_chance");
    const auto by_chance = std::count(beyond.begin(), beyond.end(), Truth{0});
    std::cout << fmt::format(
        "{} of {} rank correlations are no stronger than chance alone would rank them: beyond_chance no\n\n", by_chance,
        beyond.size());
  }
  print(for_reader ? first_of_each(tables.front(), arguments.strongest) : tables.front(), arguments.format, std::cout);
  return ExitStatus::done;
}

}  // namespace

void add_influence(Verb& program) {
  auto arguments = std::make_shared<InfluenceArguments>();
  Verb verb = program.verb("influence", "which uncertain parameter moves the answer most?");
  verb.footer(
      "Rank correlation of every uncertain parameter with the answer over the parameter draws of a result: the mean\n"
      "increment of a cohort (first endpoint, last visit), the estimate of a trial. Only parameters that can enter the "
      "answer are listed: those that change it when they alone are moved, in some patients that are simulated again. "
      "beyond_chance says no where the strongest of as many parameters without any effect would come as far by "
      "chance.\n\n"
      "  vcohort run quickstart.toml --set 'parameters=\"uncertain\"' -o uncertain.h5\n"
      "  vcohort influence uncertain.h5");
  verb.option("file", arguments->file, "result of a study with parameters = \"uncertain\"").required();
  verb.option("--strongest", arguments->strongest, "so many parameters of each answer; 0 for all [10]");
  add_format(verb, arguments->format);
  verb.action([arguments] { return show_influence(*arguments); });
}

}  // namespace vcohort
