#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/finish.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/headline.hpp"
#include "io/console/log.hpp"

namespace vcohort {

namespace {

struct MergeArguments {
  std::vector<std::string> parts;
  std::string output;
  bool overwrite = false;
};

/// Files, and the parts inside folders.
std::vector<std::filesystem::path> expand(const std::vector<std::string>& names) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : names) {
    if (!std::filesystem::is_directory(name)) {
      paths.emplace_back(name);
      continue;
    }
    for (const PartName& part : list_parts(name)) paths.push_back(part.path);
  }
  if (paths.empty())
    throw StorageFailure(
        explain("nothing to merge", "no part lies there", "name parts, or the folder OUT.parts of a run"));
  return paths;
}

ExitStatus merge(const MergeArguments& arguments) {
  const CombinedParts parts = combine_parts(expand(arguments.parts));
  if (!parts.missing.empty()) {
    for (const BlockRange& range : parts.missing)
      log_problem(fmt::format("blocks {} to {} of {} are missing", range.first, range.last, range.total));
    return ExitStatus::answer_is_no;
  }
  const LoadedStudy loaded = load_study(parts.header);
  const Plan plan(loaded.reading.study, loaded.evidence);
  finish(loaded, plan, parts, arguments.output, arguments.overwrite ? Existing::overwrite : Existing::refuse,
         runtime_table(1, 0, 0));
  print_headline(ResultFile(arguments.output), std::cout);
  return ExitStatus::done;
}

}  // namespace

void add_merge(CLI::App& app, ExitStatus& end) {
  auto arguments = std::make_shared<MergeArguments>();
  CLI::App* verb = app.add_subcommand("merge", "join the parts of a study into its result");
  verb->footer("  vcohort merge out.h5.parts -o out.h5\n\nExit status 6 where blocks are missing.");
  verb->add_option("parts", arguments->parts, "parts, or folders of parts, in any order")->required();
  verb->add_option("-o,--output", arguments->output, "result file to write")->required();
  verb->add_flag("--overwrite", arguments->overwrite, "replace an existing result");
  verb->callback([arguments, &end] { end = merge(*arguments); });
}

}  // namespace vcohort
