#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "engine/run/shard.hpp"
#include "io/cli/delivery.hpp"
#include "io/cli/merge_status.hpp"
#include "io/cli/verbs.hpp"
#include "io/cli/watch.hpp"
#include "io/console/headline.hpp"
#include "io/console/log.hpp"
#include "io/files/new_file.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

struct MergeArguments {
  std::vector<std::string> parts;
  std::string output;
  std::int64_t shards = 0;
  bool overwrite = false, status = false;
};

/// Files, and the parts inside folders.
std::vector<std::string> expand(const std::vector<std::string>& names) {
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    if (!std::filesystem::is_directory(name)) {
      paths.emplace_back(name);
      continue;
    }
    for (const PartName& part : list_parts(name)) paths.push_back(part.file);
  }
  if (paths.empty())
    throw StorageFailure(
        explain("nothing to merge", "no part lies there", "name parts, or the folder OUT.parts of a run"));
  return paths;
}

/// OUT of OUT.parts, where one folder was named.
std::string output_of(const MergeArguments& arguments) {
  constexpr std::string_view ending = ".parts";
  if (!arguments.output.empty() || arguments.parts.size() != 1) return arguments.output;
  std::string name = arguments.parts.front();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : "";
}

ExitStatus merge(const MergeArguments& arguments) {
  if (arguments.status) return print_merge_status({expand(arguments.parts), output_of(arguments), arguments.shards});
  if (arguments.output.empty())
    throw CommandLineError(explain("merge needs a name for its result", "", "give it with -o OUT.h5"));
  const Watch watch({});
  const Existing existing = arguments.overwrite ? Existing::overwrite : Existing::refuse;
  require_output(arguments.output, existing, is_result, {arguments.parts.begin(), arguments.parts.end()});
  CombinedParts parts = combine_parts(expand(arguments.parts));
  if (!parts.missing.empty()) {
    for (const BlockRange& range : parts.missing)
      log_problem(fmt::format("blocks {} to {} of {} are missing", range.first, range.last, range.total));
    log_problem("`vcohort merge --status` says which runs make them");
    return ExitStatus::answer_is_no;
  }
  for (const auto& path : parts.repeated) log_notice(fmt::format("{} is left out: another part says the same", path));
  LoadedStudy loaded = load_study(parts.header);
  Delivery delivery = deliver(loaded, make_plan(loaded), std::move(parts));
  const ExitStatus status = report_shortfalls(delivery.shortfalls);
  delivery.result.runtime = runtime_table(1, watch.seconds());
  publish_result(arguments.output, delivery.result, existing);
  print_headline(ResultFile(arguments.output), std::cout);
  return status;
}

}  // namespace

void add_merge(Verb& program) {
  auto arguments = std::make_shared<MergeArguments>();
  Verb verb = program.verb("merge", "join the parts of a study into its result");
  verb.footer("  vcohort merge out.h5.parts -o out.h5\n\nExit status 6 where blocks are missing.");
  verb.option("parts", arguments->parts, "parts, or folders of parts, in any order").required();
  verb.option("-o,--output", arguments->output, "result file to write");
  verb.flag("--status", arguments->status, "only say what is there, what is missing, and which runs make it");
  verb.option("--shards", arguments->shards, "with --status: name the missing work as shards of N")
      .within(std::int64_t{1}, most_shards)
      .type("N");
  verb.flag("--overwrite", arguments->overwrite, "replace an existing result");
  verb.action([arguments] { return merge(*arguments); });
}

}  // namespace vcohort
