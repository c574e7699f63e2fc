#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "io/cli/selection_options.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/headline.hpp"
#include "io/console/pager.hpp"
#include "io/results/named_table.hpp"
#include "io/results/result_file.hpp"
#include "io/results/swept_values.hpp"

namespace vcohort {

namespace {

struct ShowArguments {
  std::string file;
  std::string table, named_table;
  std::size_t rows = 40;
  bool wide = false, describe = false;
  Selection selection;
  TableFormat format = TableFormat::table;
};

/// What answers a question, the most asked for first; then what else a question delivers, then what describes the
/// study.
std::size_t rank_of(const std::string& path) {
  static constexpr std::string_view asked[] = {"/trial/operating_characteristics",
                                               "/trial/comparison",
                                               "/cohort/increments",
                                               "/cohort/summary",
                                               "/cohort/harm",
                                               "/policy/summary",
                                               "/policy/strata",
                                               "/policy/frontier",
                                               "/policy/comparison",
                                               "/sensitivity/tornado"};
  const auto* const place = std::find(std::begin(asked), std::end(asked), path);
  const auto rank = static_cast<std::size_t>(place - std::begin(asked));
  const bool of_question = path.find('/', 1) != std::string::npos && !path.starts_with("/runtime");
  return rank + (place == std::end(asked) && !of_question ? 1 : 0);
}

void list_tables(const ResultFile& file) {
  std::vector<const TableInfo*> tables;
  std::size_t longest = 0;
  for (const TableInfo& table : file.tables()) {
    tables.push_back(&table);
    longest = std::max(longest, table.path.size());
  }
  std::stable_sort(tables.begin(), tables.end(),
                   [](const TableInfo* a, const TableInfo* b) { return rank_of(a->path) < rank_of(b->path); });
  std::cout << "\ntables (`vcohort show FILE TABLE`, or the end of its name):\n";
  for (const TableInfo* table : tables)
    std::cout << shortened(
                     fmt::format("  {:<{}} {:>8} rows  {}", table->path, longest, table->rows, table->description),
                     screen_width())
              << '\n';
}

void show_file(const ResultFile& file) {
  const FoldedScreen folded(std::cout);
  const FileHeader& header = file.header();
  std::cout << fmt::format(
      "{}: {}, seed {}, vcohort {} ({})\ncontent digest {}\n\n", file.path().string(),
      header.status == FileStatus::complete
          ? "complete"
          : fmt::format("part, blocks {} to {} of {}", header.blocks.first, header.blocks.last, header.blocks.total),
      header.seed, header.engine_version, header.git_revision, file.content_digest());
  if (header.status == FileStatus::complete) print_headline(file, std::cout);
  list_tables(file);
}

void describe_columns(const Table& table) {
  const FoldedScreen folded(std::cout);
  std::cout << '\n';
  for (const Column& column : table.columns)
    std::cout << fmt::format("  {}{}: {}\n", column.name,
                             column.units.empty() ? "" : fmt::format(" [{}]", column.units), column.description);
}

void show_table(const ResultFile& file, const ShowArguments& arguments) {
  const std::string name = arguments.table.empty() ? arguments.named_table : arguments.table;
  const Table table = chosen_from(read_with_sweep(file, path_of_table(file, name)), arguments.selection);
  if (arguments.format != TableFormat::table) {
    print(table, arguments.format, std::cout);
    return;
  }
  {
    const FoldedScreen folded(std::cout);
    std::cout << fmt::format("{}: {}\n\n", table.path, table.description);
  }
  print(table, TableView{.rows = arguments.rows, .units = true}, std::cout);
  if (arguments.describe) describe_columns(table);
}

}  // namespace

void add_show(Verb& program) {
  auto arguments = std::make_shared<ShowArguments>();
  Verb verb = program.verb("show", "print what a result file says");
  verb.footer(
      "  vcohort show out.h5\n  vcohort show out.h5 increments --where 'stratum = all' --sort -mean\n"
      "  vcohort show out.h5 policy/strata --where 'best = yes and threshold = 50000' --pivot "
      "stratification,stratum/scenario/strategy\n\n"
      "A condition compares numbers as they are stored, not as they are printed. On a terminal a long answer goes "
      "through "
      "PAGER, or less.");
  verb.option("file", arguments->file, "result file or part").required();
  verb.option("table", arguments->table, "print this table; the end of its name is enough");
  verb.option("--table", arguments->named_table, "the same");
  verb.option("--rows", arguments->rows, "print at most so many rows; 0 for all [40]").not_negative();
  verb.flag("--wide", arguments->wide, "every column, however wide the lines become");
  verb.flag("--describe", arguments->describe, "what each column says, and in which units");
  add_selection(verb, arguments->selection);
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const bool of_table = !arguments->table.empty() || !arguments->named_table.empty();
    if (!arguments->table.empty() && !arguments->named_table.empty())
      throw CommandLineError(
          explain("two tables are named", "--table is the same as the second word", "leave one out"));
    if (!of_table && !arguments->selection.empty())
      throw CommandLineError(explain("no table is named to choose from", "", "`vcohort show FILE` lists them"));
    const ResultFile file(arguments->file);
    constexpr std::size_t endless = 1'000'000;
    if (arguments->wide) set_screen_width(endless);
    const Pager pager;
    if (of_table)
      show_table(file, *arguments);
    else
      show_file(file);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
