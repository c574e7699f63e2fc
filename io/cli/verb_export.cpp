#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/trial/trial.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/selection_options.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/new_file.hpp"
#include "io/results/csv.hpp"
#include "io/results/named_table.hpp"
#include "io/results/result_file.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

struct ExportArguments {
  std::string file;
  std::string table, named_table;
  std::string output;
  std::int64_t replicate = -1;
  std::int64_t sample_size = 0;  // 0: the largest of the study
  std::string scenario;
  Selection selection;
  bool all = false, overwrite = false;
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

/// The rows of one scenario, or of "#0007" those of a setting under every stance.
Table of_scenario(Table table, const std::string& scenario) {
  const Column* scenarios = table.find("scenario");
  const auto* names = scenarios ? std::get_if<std::vector<std::string>>(&scenarios->values) : nullptr;
  const auto is_meant = [&](const std::string& name) {
    return name == scenario || (scenario.starts_with('#') && name.ends_with(scenario));
  };
  if (!names || std::none_of(names->begin(), names->end(), is_meant))
    throw InvalidInput(explain(fmt::format("{} has no rows of the scenario \"{}\"", table.path, scenario), "",
                               "name one of the stances in /scenarios"));
  keep_rows(table, [&](std::size_t row) { return is_meant((*names)[row]); });
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
  const bool streams = arguments.replicate < 0 && arguments.scenario.empty() && arguments.selection.empty() &&
                       arguments.format == TableFormat::csv;
  if (const TableInfo* info = file.find(arguments.table); info && streams) {
    table = {info->path, info->description, info->columns};  // its rows are written as they are read
    SweptValues(file).put_before(table);
  } else {
    table = arguments.replicate >= 0 ? simulated_dataset(file, arguments) : read_with_sweep(file, arguments.table);
    if (arguments.replicate < 0 && !arguments.scenario.empty())
      table = of_scenario(std::move(table), arguments.scenario);
    table = chosen_from(std::move(table), arguments.selection);
  }
  const auto write = [&](std::ostream& out) {
    if (streams)
      write_csv(file, arguments.table, out);
    else
      print(table, arguments.format, out);
  };
  if (arguments.output.empty())
    write(std::cout);
  else
    write_file(arguments.output, existing, begins_with(first_line(table, arguments.format)), write);
}

void take_table(ExportArguments& arguments) {
  if (!arguments.table.empty() && !arguments.named_table.empty())
    throw CommandLineError(explain("two tables are named", "--table is the same as the second word", "leave one out"));
  if (arguments.table.empty()) arguments.table = arguments.named_table;
  if (arguments.table.empty() && !arguments.all)
    throw CommandLineError(explain("no table is named", "", "name one of `vcohort show FILE`, or write --all"));
}

/// "/trial/looks" is trial-looks.csv.
std::string file_name_of(const std::string& path) {
  std::string name = path.substr(1);
  std::replace(name.begin(), name.end(), '/', '-');
  return name + ".csv";
}

/// What the columns of all tables say.
Table columns_of_tables(const std::vector<Table>& tables) {
  Table all{"/columns", "", {}};
  std::vector<std::string> table_of, name, units, description;
  for (const Table& table : tables)
    for (const Column& column : table.columns) {
      table_of.push_back(table.path);
      name.push_back(column.name);
      units.push_back(column.units);
      description.push_back(column.description);
    }
  all.add<std::string>("table", "", "") = table_of;
  all.add<std::string>("name", "", "") = name;
  all.add<std::string>("units", "", "") = units;
  all.add<std::string>("description", "", "") = description;
  return all;
}

/// Every table as a file in a folder, and columns.csv with what their columns say.
void export_all(const ResultFile& file, const ExportArguments& arguments) {
  if (arguments.output.empty())
    throw CommandLineError(explain("--all needs a folder for its files", "", "give it with -o FOLDER"));
  if (!arguments.table.empty() || !arguments.selection.empty() || !arguments.scenario.empty() ||
      arguments.replicate >= 0 || arguments.format != TableFormat::csv)
    throw CommandLineError(explain("--all writes every table whole, as CSV", "", "export one table to choose from it"));
  const std::filesystem::path folder = arguments.output;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw StorageFailure(explain(fmt::format("cannot make the folder {}", folder.string()),
                                 error ? error.message() : "a file is there", "name another one"));
  const Existing existing = arguments.overwrite ? Existing::overwrite : Existing::refuse;
  const SweptValues swept(file);
  std::vector<Table> tables;
  for (const TableInfo& info : file.tables()) {
    Table& table = tables.emplace_back(file.read_first_rows(info.path, 1));
    swept.put_before(table);
    require_output(folder / file_name_of(info.path), existing, begins_with(first_line(tables.back(), TableFormat::csv)),
                   {arguments.file});
  }
  for (const Table& table : tables)
    write_file(folder / file_name_of(table.path), existing, begins_with(first_line(table, TableFormat::csv)),
               [&](std::ostream& out) { write_csv(file, table.path, out); });
  const Table columns = columns_of_tables(tables);
  write_file(folder / "columns.csv", existing, begins_with(first_line(columns, TableFormat::csv)),
             [&](std::ostream& out) { write_csv(columns, out); });
}

}  // namespace

void add_export(Verb& program) {
  auto arguments = std::make_shared<ExportArguments>();
  Verb verb = program.verb("export", "write a table of a result file as CSV or JSON");
  verb.footer(
      "  vcohort export out.h5 increments > increments.csv\n"
      "  vcohort export out.h5 policy/strata --where 'best = yes' --columns stratum,strategy\n"
      "  vcohort export out.h5 --all -o tables\n\nNumbers are exact: they read back as the same bits.");
  verb.option("file", arguments->file, "result file").required();
  verb.option("table", arguments->table, "table to write; `vcohort show FILE` lists them, the end of a name is enough");
  verb.option("--table", arguments->named_table, "the same");
  verb.flag("--all", arguments->all,
            "every table as a CSV file in the folder -o, and columns.csv with what their columns say");
  add_selection(verb, arguments->selection);
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
    take_table(*arguments);
    const ResultFile file(arguments->file);
    if (arguments->all) {
      export_all(file, *arguments);
      return ExitStatus::done;
    }
    if (arguments->replicate < 0) arguments->table = path_of_table(file, arguments->table);
    export_table(file, *arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
