#include "io/cli/output_file.hpp"

#include <fmt/format.h>

#include "engine/numeric/errors.hpp"
#include "io/cli/grow.hpp"
#include "io/console/log.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& output, const std::string& why, const char* what_to_do) {
  throw StorageFailure(explain(fmt::format("cannot write {}", output.string()), why, what_to_do));
}

constexpr const char* another_name = "choose another name with -o";
constexpr const char* another_name_or_overwrite = "choose another name with -o, or allow it with --overwrite";

void require_other_file(const std::filesystem::path& output, const std::filesystem::path& input) {
  std::error_code none;
  if (std::filesystem::equivalent(output, input, none)) refuse(output, "it is what was to be read", another_name);
}

}  // namespace

void require_output(const std::filesystem::path& output, const std::filesystem::path& input, bool overwrite) {
  std::error_code none;
  if (std::filesystem::is_directory(output, none)) refuse(output, "it is a folder", "name a file in it with -o");
  if (!std::filesystem::exists(output, none)) return;
  if (!std::filesystem::is_regular_file(output, none)) refuse(output, "it is no file", another_name);
  require_other_file(output, input);
  if (!overwrite) refuse(output, "it exists", another_name_or_overwrite);
}

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

Output inspect_output(const std::filesystem::path& output, const LoadedStudy& study, const Plan& plan,
                      const RunArguments& arguments) {
  if (!study.from_result) require_other_file(output, arguments.study);
  if (!arguments.resume || !std::filesystem::is_regular_file(output)) {
    require_output(output, "", arguments.overwrite);
    return std::filesystem::exists(output) ? Output::replaceable : Output::absent;
  }
  const FileHeader there = ResultFile(output).header();
  if (there.study_sha256 == study.header.study_sha256 && there.evidence_sha256 == study.header.evidence_sha256 &&
      there.status == FileStatus::complete) {
    log_notice(fmt::format("{} is complete; nothing is left to do", output.string()));
    return Output::done;
  }
  const std::string obstacle = obstacle_to_growth(there, study, plan);
  if (obstacle.empty()) return Output::smaller;
  if (!arguments.overwrite)
    refuse(output, "it holds another study and cannot grow: " + obstacle, another_name_or_overwrite);
  return Output::replaceable;
}

}  // namespace vcohort
