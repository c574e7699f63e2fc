#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/headline.hpp"
#include "io/results/result_file.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

struct ShowArguments {
  std::string file;
  std::string table;
  std::size_t rows = 40;
  TableFormat format = TableFormat::table;
};

void show_file(const ResultFile& file) {
  const FileHeader& header = file.header();
  std::cout << fmt::format(
      "{}: {}, seed {}, vcohort {} ({})\ncontent digest {}\n\n", file.path().string(),
      header.status == FileStatus::complete
          ? "complete"
          : fmt::format("part, blocks {} to {} of {}", header.blocks.first, header.blocks.last, header.blocks.total),
      header.seed, header.engine_version, header.git_revision, file.content_digest());
  if (header.status == FileStatus::complete) print_headline(file, std::cout);
  std::cout << "\ntables (show one with --table NAME):\n";
  for (const TableInfo& table : file.tables())
    std::cout << fmt::format("  {:<32}{:>10} rows  {}\n", table.path, table.rows, table.description);
}

}  // namespace

void add_show(Verb& program) {
  auto arguments = std::make_shared<ShowArguments>();
  Verb verb = program.verb("show", "print what a result file says");
  verb.footer("  vcohort show out.h5\n  vcohort show out.h5 --table cohort/increments --rows 0");
  verb.option("file", arguments->file, "result file or part").required();
  verb.option("--table", arguments->table, "print this table");
  verb.option("--rows", arguments->rows, "at most so many rows; 0 for all [40]");
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ResultFile file(arguments->file);
    if (arguments->table.empty())
      show_file(file);
    else
      print(read_with_sweep(file, arguments->table), arguments->format, std::cout, arguments->rows);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
