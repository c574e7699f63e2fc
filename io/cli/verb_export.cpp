#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/new_file.hpp"
#include "io/results/csv.hpp"
#include "io/results/result_file.hpp"
#include "io/results/swept_values.hpp"

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
  const LoadedStudy loaded = setting_of_scenario(load_study(file.header()), arguments.scenario);
  const Study& study = loaded.reading.study;
  if (!study.trial || arguments.table != "patients")
    throw InvalidInput(explain("there is no simulated trial to export",
                               "--replicate goes with --table patients of a study with a [trial]",
                               "see `vcohort show FILE` for the tables"));
  const bool swept_by_number = !study.mark.empty() && arguments.scenario.find('#') == std::string::npos;
  const auto chosen = std::find_if(loaded.evidence.begin(), loaded.evidence.end(), [&](const Evidence& e) {
    return arguments.scenario.empty() || e.name == arguments.scenario || study.data_model || swept_by_number;
  });
  if (chosen == loaded.evidence.end())
    throw InvalidInput(
        explain("the result has no scenario '" + arguments.scenario + "'", "", "name one of its stances"));
  if (arguments.replicate < 0 || arguments.replicate >= study.trial->replicates)
    throw InvalidInput(explain(fmt::format("the study has no replicate {}", arguments.replicate),
                               fmt::format("they are numbered from 0 to {}", study.trial->replicates - 1),
                               "choose one of them"));
  const auto& sizes = study.trial->sample_size;
  if (arguments.sample_size > 0 && std::find(sizes.begin(), sizes.end(), arguments.sample_size) == sizes.end())
    throw InvalidInput(explain(fmt::format("the study has no trial of {} patients", arguments.sample_size),
                               fmt::format("its sizes are {}", fmt::join(sizes, ", ")), "choose one of them"));
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
  keep_rows(table, [&](std::size_t row) { return (*names)[row] == scenario; });
  return table;
}

/// The first line that this table has when it is written: a file that begins with it is an export of the same table.
std::string first_line(Table table, TableFormat format) {
  keep_rows(table, [](std::size_t) { return false; });
  std::ostringstream out;
  print(table, format, out);
  return out.str().substr(0, out.str().find('\n'));
}

void export_table(const ResultFile& file, const ExportArguments& arguments) {
  const Existing existing = arguments.overwrite ? Existing::overwrite : Existing::refuse;
  const auto anything = [](const std::filesystem::path&) { return true; };  // until it is known what will be written
  if (!arguments.output.empty()) require_output(arguments.output, existing, anything, {arguments.file});
  Table table;
  if (arguments.replicate >= 0) {
    table = simulated_dataset(file, arguments);
  } else if (const TableInfo* info = file.find(arguments.table);
             info && arguments.scenario.empty() && arguments.format == TableFormat::csv) {
    table = {info->path, info->description, info->columns};  // its rows are written as they are read
    SweptValues(file).put_before(table);
  } else {
    table = read_with_sweep(file, arguments.table);
    if (!arguments.scenario.empty()) table = of_scenario(std::move(table), arguments.scenario);
  }
  const auto write = [&](std::ostream& out) {
    if (table.rows() == 0 && arguments.format == TableFormat::csv && arguments.replicate < 0)
      write_csv(file, arguments.table, out);
    else
      print(table, arguments.format, out);
  };
  if (arguments.output.empty())
    write(std::cout);
  else
    write_file(arguments.output, existing, begins_with(first_line(table, arguments.format)), write);
}

}  // namespace

void add_export(Verb& program) {
  auto arguments = std::make_shared<ExportArguments>();
  Verb verb = program.verb("export", "write a table of a result file as CSV or JSON");
  verb.footer(
      "  vcohort export out.h5 --table cohort/increments > increments.csv\n\nNumbers are exact: they read back as the "
      "same bits.");
  verb.option("file", arguments->file, "result file").required();
  verb.option("--table", arguments->table, "table to write; `vcohort show FILE` lists them").required();
  verb.option("--replicate", arguments->replicate,
              "with --table patients: the data of this simulated trial, one row per patient and visit, as "
              "`analyze` reads them")
      .within(std::int64_t{0}, std::int64_t{0xffffffff});
  verb.option("--sample-size", arguments->sample_size, "of that trial [the largest of the study]").positive();
  verb.option("--scenario", arguments->scenario, "rows of this scenario only; of a trial's data [the first]");
  verb.option("-o,--output", arguments->output, "file to write instead of standard output");
  verb.flag("--overwrite", arguments->overwrite, "replace an export of the same table");
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ResultFile file(arguments->file);
    export_table(file, *arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
