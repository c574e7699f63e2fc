#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
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
  TableFormat format = TableFormat::csv;
};

void write(const ResultFile& file, const ExportArguments& arguments, std::ostream& out) {
  switch (arguments.format) {
    case TableFormat::csv: write_csv(file, arguments.table, out); break;
    case TableFormat::json: write_json(file.read_table(arguments.table), out); break;
    case TableFormat::table: print(file.read_table(arguments.table), TableFormat::table, out); break;
  }
}

}  // namespace

void add_export(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* verb = app.add_subcommand("export", "write a table of a result file as CSV or JSON");
  verb->footer("  vcohort export out.h5 --table cohort/increments > increments.csv\n\nNumbers are exact: they read back as the same bits.");
  verb->add_option("file", arguments->file, "result file")->required();
  verb->add_option("--table", arguments->table, "table to write; `vcohort show FILE` lists them")->required();
  verb->add_option("-o,--output", arguments->output, "file to write instead of standard output");
  add_format(*verb, arguments->format);
  verb->callback([arguments, &end] {
    const ResultFile file(arguments->file);
    if (!file.find(arguments->table)) (void)file.read_table(arguments->table);  // names the tables that are there
    if (arguments->output.empty()) {
      write(file, *arguments, std::cout);
    } else {
      std::ofstream out(arguments->output, std::ios::binary);
      if (out) write(file, *arguments, out);
      if (!out.flush())
        throw StorageFailure(explain(fmt::format("cannot write {}", arguments->output), "the folder is missing or full, or may not be written", "name another file with -o"));
    }
    end = ExitStatus::done;
  });
}

}  // namespace vcohort
