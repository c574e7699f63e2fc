#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/answered_claim.hpp"
#include "io/cli/replications.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/files/new_file.hpp"
#include "io/report/report_page.hpp"
#include "io/results/json.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

struct ReportArguments {
  std::vector<std::string> files;
  std::string output;
  bool explorer = false;
  bool replications = false;
  std::vector<std::string> stored;  // tables of `vcohort replicate` and `vcohort claims`
  ReplicationOptions options;
  int threads = 0;
  bool overwrite = false;
};

constexpr std::size_t side_by_side = 2;

void check(const ReportArguments& arguments) {
  if (arguments.explorer && !arguments.files.empty())
    throw CommandLineError("--explorer goes without result files (it opens them itself) leave them out");
  if (arguments.replications && !arguments.stored.empty())
    throw CommandLineError("--replications simulates what --replications-from reads (one is enough) leave one out");
  if (arguments.explorer && (arguments.replications || !arguments.stored.empty()))
    throw CommandLineError("--explorer holds no replications (it holds no result) leave one of the two out");
  if (!arguments.explorer && arguments.files.empty())
    throw CommandLineError("there is nothing to report (no result file is named) name one, or say --explorer");
  if (arguments.files.size() > side_by_side)
    throw CommandLineError(fmt::format("{} result files do not fit side by side (at most {} do) name fewer",
                                       arguments.files.size(), side_by_side));
}

std::filesystem::path output_of_report(const ReportArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  if (arguments.explorer) return "explorer.html";
  return std::filesystem::path(arguments.files.front()).replace_extension(".html");
}

/// What another program may rely on: a table of the same path with these columns first is drawn.
struct DrawnTable {
  std::string_view path;
  const char* verb;
  std::vector<std::string> columns;
};

std::vector<DrawnTable> drawn_tables() {
  DrawnTable replications{"/replications", "replicate", {}};
  for (const Column& column : replication_table({}).columns) replications.columns.push_back(column.name);
  return {std::move(replications),
          {"/claims",
           "claims",
           {"claim", "contrast", "scenario", "value", "mcse", "claimed_beyond", "answer", "premises"}}};
}

/// A table that `vcohort replicate` or `vcohort claims` printed as JSON. StorageFailure, InvalidInput.
Table stored_table(const std::string& file) {
  std::ifstream in(file);
  if (!in)
    throw StorageFailure(explain("cannot read '" + file + "'", "it is not there, or not readable", "check the name"));
  Table table = read_json(in, file);
  for (const DrawnTable& drawn : drawn_tables())
    if (drawn.path == table.path) {
      for (const std::string& column : drawn.columns)
        if (table.find(column) == nullptr)
          throw InvalidInput(explain(fmt::format("{}: the column '{}' is missing", file, column),
                                     "another version wrote it",
                                     fmt::format("write it anew: vcohort {} --format json", drawn.verb)));
      log_notice(fmt::format("{}: {} rows of {} are read, not simulated", file, table.rows(), table.path));
      table.description +=
          "; read from " + std::filesystem::path(file).filename().string() + ", not simulated for this page";
      return table;
    }
  throw InvalidInput(explain(fmt::format("{}: '{}' is not drawn in this section", file, table.path),
                             "replications and claims are",
                             "give what `vcohort replicate` or `vcohort claims` print with --format json"));
}

/// What is known beside the result: the published studies and the claims against the model of this program.
std::vector<Table> evidence_tables(const ReportArguments& arguments) {
  std::vector<Table> stored;
  for (const std::string& file : arguments.stored) append_rows(stored, stored_table(file));
  if (!arguments.replications) return stored;
  log_notice("simulating the published studies and the claims for the section Evidence");
  std::vector<Table> tables = {
      replication_table(assess_replications({}, "", arguments.options, arguments.threads).assessed)};
  for (const std::string& name : shipped_claims())
    append_rows(tables, answer_claim_of(name, {}, arguments.threads).answers);
  return tables;
}

ExitStatus report(const ReportArguments& arguments) {
  check(arguments);
  const std::filesystem::path output = output_of_report(arguments);
  const Existing existing = arguments.overwrite ? Existing::overwrite : Existing::refuse;
  const IsOurs is_ours = begins_with(page_first_line);
  require_output(output, existing, is_ours, {arguments.files.begin(), arguments.files.end()});
  std::vector<ResultFile> results;
  for (const std::string& file : arguments.files) {
    results.emplace_back(file);
    if (results.back().header().status != FileStatus::complete)
      throw StorageFailure(explain(fmt::format("there is no answer to report in '{}'", file),
                                   "it is a part, which covers some blocks only",
                                   "join the parts with `vcohort merge`"));
  }
  std::string page;
  if (arguments.explorer) {
    page = explorer_page();
  } else {
    std::vector<const ResultFile*> pointers;
    for (const ResultFile& result : results) pointers.push_back(&result);
    page = report_page(pointers, evidence_tables(arguments));
  }
  write_file(output, existing, is_ours, [&](std::ostream& out) { out << page; });
  constexpr double megabyte = 1e6;
  log_notice(fmt::format("{}: {:.2f} MB; open it in a browser, it needs no network", output.string(),
                         static_cast<double>(page.size()) / megabyte));
  return ExitStatus::done;
}

}  // namespace

void add_report(Verb& program) {
  auto arguments = std::make_shared<ReportArguments>();
  Verb verb = program.verb("report", "write a page with charts of a result, for a browser");
  verb.footer(
      "The page is one file that needs no network: the answer first, charts with their tables, what was assumed, and "
      "how "
      "to reproduce it. Two results stand side by side.\n\n"
      "  vcohort report out.h5 -o out.html\n"
      "  vcohort report before.h5 after.h5 -o both.html\n"
      "  vcohort report out.h5 --replications-from replications.json     as `vcohort replicate --format json` printed "
      "it\n"
      "  vcohort report --explorer -o explorer.html       a page that opens any result file by itself");
  verb.option("file", arguments->files, "result file, or two of them");
  verb.option("-o,--output", arguments->output, "page to write [the first result's name with .html]");
  verb.flag("--explorer", arguments->explorer, "write the page that opens result files by itself");
  verb.flag("--replications", arguments->replications,
            "with the published studies and the claims of the article against the model, which are simulated now");
  verb.option("--replications-from", arguments->stored,
              "the same, read from what `vcohort replicate --format json` or `vcohort claims --format json` printed; "
              "several times")
      .type("FILE");
  verb.option("--replicates", arguments->options.replicates, "with --replications: simulated studies [2000]")
      .within(std::int64_t{1}, std::int64_t{100'000'000});
  verb.threads(arguments->threads);
  verb.flag("--overwrite", arguments->overwrite, "replace a page of vcohort");
  verb.action([arguments] { return report(*arguments); });
}

}  // namespace vcohort
