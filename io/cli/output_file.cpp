#include "io/cli/output_file.hpp"

#include <fmt/format.h>

#include "engine/numeric/errors.hpp"
#include "io/cli/grow.hpp"
#include "io/console/log.hpp"
#include "io/files/new_file.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

Output inspect_output(const std::filesystem::path& output, const LoadedStudy& study, const Plan& plan,
                      const RunArguments& arguments) {
  // A result may be grown or run again onto itself, a study file never.
  const std::vector<std::filesystem::path> inputs(study.from_result ? 0 : 1, arguments.study);
  const Existing existing = arguments.overwrite || arguments.resume ? Existing::overwrite : Existing::refuse;
  require_output(output, existing, is_result, inputs);
  if (!std::filesystem::exists(output)) return Output::absent;
  if (!arguments.resume) return Output::replaceable;
  const FileHeader there = ResultFile(output).header();
  if (there.study_sha256 == study.header.study_sha256 && there.evidence_sha256 == study.header.evidence_sha256 &&
      there.status == FileStatus::complete) {
    log_notice(fmt::format("{} is complete; nothing is left to do", output.string()));
    return Output::done;
  }
  const std::string obstacle = obstacle_to_growth(there, study, plan);
  if (obstacle.empty()) return Output::smaller;
  if (!arguments.overwrite)
    throw StorageFailure(explain(fmt::format("cannot write '{}'", output.string()),
                                 "it holds another study and cannot grow: " + obstacle,
                                 "choose another name with -o, or allow it with --overwrite"));
  return Output::replaceable;
}

}  // namespace vcohort
