#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/output_file.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/results/csv.hpp"
#include "io/results/json.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

struct ExportArguments {
  std::string file;
  std::string table;
  std::string output;
  std::int64_t replicate = -1;
  std::int64_t sample_size = 0;  // 0: the largest of the study
  std::string scenario;
  bool overwrite = false;
  TableFormat format = TableFormat::csv;
};

/// The data of one simulated trial, computed again from the study inside the result.
Table simulated_dataset(const ResultFile& file, const ExportArguments& arguments) {
  const LoadedStudy loaded = load_study(file.header());
  const Study& study = loaded.reading.study;
  if (!study.trial || arguments.table != "patients")
    throw InvalidInput(explain("there is no simulated trial to export",
                               "--replicate goes with --table patients of a study with a [trial]",
                               "see `vcohort show FILE` for the tables"));
  const auto chosen = std::find_if(loaded.evidence.begin(), loaded.evidence.end(), [&](const Evidence& e) {
    return arguments.scenario.empty() || e.name == arguments.scenario;
  });
  if (chosen == loaded.evidence.end())
    throw InvalidInput(
        explain("the result has no scenario '" + arguments.scenario + "'", "", "name one of its stances"));
  return Trial(study, *chosen)
      .dataset(static_cast<std::uint32_t>(arguments.replicate),
               arguments.sample_size > 0 ? arguments.sample_size : study.trial->sample_size.back());
}

/// The rows of one scenario.
Table of_scenario(Table table, const std::string& scenario) {
  const Column* scenarios = table.find("scenario");
  const auto* names = scenarios ? std::get_if<std::vector<std::string>>(&scenarios->values) : nullptr;
  if (!names || std::find(names->begin(), names->end(), scenario) == names->end())
    throw InvalidInput(explain(fmt::format("{} has no rows of the scenario \"{}\"", table.path, scenario), "",
                               "name one of the stances in /scenarios"));
  const std::vector<std::string> of_row = *names;
  for (Column& column : table.columns)
    std::visit(
        [&](auto& values) {
          std::size_t kept = 0;
          for (std::size_t row = 0; row < of_row.size(); ++row)
            if (of_row[row] == scenario) values[kept++] = values[row];
          values.resize(kept);
        },
        column.values);
  return table;
}

void write(const ResultFile& file, const ExportArguments& arguments, std::ostream& out) {
  if (arguments.replicate >= 0) {
    print(simulated_dataset(file, arguments), arguments.format, out);
    return;
  }
  if (!arguments.scenario.empty()) {
    print(of_scenario(file.read_table(arguments.table), arguments.scenario), arguments.format, out);
    return;
  }
  switch (arguments.format) {
    case TableFormat::csv:
      write_csv(file, arguments.table, out);
      break;
    case TableFormat::json:
      write_json(file.read_table(arguments.table), out);
      break;
    case TableFormat::table:
      print(file.read_table(arguments.table), TableFormat::table, out);
      break;
  }
}

}  // namespace

void add_export(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* verb = app.add_subcommand("export", "write a table of a result file as CSV or JSON");
  verb->footer(
      "  vcohort export out.h5 --table cohort/increments > increments.csv\n\nNumbers are exact: they read back as the "
      "same bits.");
  verb->add_option("file", arguments->file, "result file")->required();
  verb->add_option("--table", arguments->table, "table to write; `vcohort show FILE` lists them")->required();
  verb->add_option("--replicate", arguments->replicate,
                   "with --table patients: the data of this simulated trial, one row per patient and visit, as "
                   "`analyze` reads them")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{0xffffffff}));
  verb->add_option("--sample-size", arguments->sample_size, "of that trial [the largest of the study]")
      ->check(CLI::PositiveNumber);
  verb->add_option("--scenario", arguments->scenario, "rows of this stance only; of a trial's data [the first]");
  verb->add_option("-o,--output", arguments->output, "file to write instead of standard output");
  verb->add_flag("--overwrite", arguments->overwrite, "replace an existing file");
  add_format(*verb, arguments->format);
  verb->callback([arguments, &end] {
    if (!arguments->output.empty()) require_output(arguments->output, arguments->file, arguments->overwrite);
    const ResultFile file(arguments->file);
    if (arguments->replicate < 0 && !file.find(arguments->table))
      (void)file.read_table(arguments->table);  // names the tables that are there
    if (arguments->output.empty()) {
      write(file, *arguments, std::cout);
    } else {
      std::ofstream out(arguments->output, std::ios::binary);
      if (out) write(file, *arguments, out);
      if (!out.flush())
        throw StorageFailure(explain(fmt::format("cannot write {}", arguments->output),
                                     "the folder is missing or full, or may not be written",
                                     "name another file with -o"));
    }
    end = ExitStatus::done;
  });
}

}  // namespace vcohort
