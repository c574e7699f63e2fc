#include "io/cli/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "io/cli/usage.hpp"
#include "io/console/log.hpp"
#include "io/results/damaged_file.hpp"

namespace vcohort {

ResultContent deliver(const LoadedStudy& study, const Plan& plan, CombinedParts parts) {
  if (!parts.missing.empty())
    throw StorageFailure(explain("cannot deliver the result",
                                 fmt::format("blocks {} to {} are missing: parts vanished while the run was at work",
                                             parts.missing.front().first, parts.missing.front().last),
                                 "run again with --resume"));
  ResultContent content;
  content.header = std::move(parts.header);
  content.tables = describe(study.reading.study, study.evidence);
  content.tallies = std::move(parts.tallies);
  content.parts = std::move(parts.parts);
  for (const auto& question : plan.questions())
    for (Table& table : question->deliver(tally_of(*question, content.tallies)))
      append_rows(content.tables, std::move(table));
  return content;
}

ExitStatus report_shortfalls(const Plan& plan, const std::vector<NamedTally>& tallies) {
  ExitStatus status = ExitStatus::done;
  for (const auto& question : plan.questions()) {
    const std::string shortfall = question->shortfall(tally_of(*question, tallies));
    if (shortfall.empty()) continue;
    log_problem(shortfall);
    status = ExitStatus::numerical_failure;
  }
  return status;
}

const Tally& tally_of(const Question& question, const std::vector<NamedTally>& tallies) {
  const auto of_question = [&](const NamedTally& named) {
    return named.question == question.name() && named.scenario == question.scenario();
  };
  const auto named = std::find_if(tallies.begin(), tallies.end(), of_question);
  const Tally wanted = question.empty_tally();
  if (named == tallies.end() || named->tally.counts.size() != wanted.counts.size() ||
      named->tally.sums.size() != wanted.sums.size())
    throw DamagedFile(explain("cannot use the tallies of these files",
                              fmt::format("that of the question {} is missing or has another size", question.name()),
                              "run the study again"));
  return named->tally;
}

Table runtime_table(int threads, double seconds, double patients, double bytes_written) {
  const Usage usage = usage_so_far();
  Table table{"/runtime",
              "Who computed this, when and with what: the only content that may differ between two runs of a study",
              {}};
  table.add<std::string>("host", "", "name of the machine that finished the result") = {host_name()};
  table.add<std::string>("instruction_set", "", "of the hot loops; results do not depend on it") = {
      std::string(name_of(active_instruction_set()))};
  table.add<std::int64_t>("finished", "s", "seconds since 1970 when the result was written") = {seconds_since_1970()};
  table.add<std::int64_t>("threads", "threads", "threads of the last run") = {threads};
  table.add<double>("seconds", "s", "wall time of the last run") = {seconds};
  table.add<double>("cpu_seconds", "s", "processor time of the last run") = {usage.cpu_seconds};
  table.add<double>("patients", "patients", "virtual patients simulated by the last run") = {patients};
  table.add<double>("peak_memory", "bytes", "largest resident memory of the last run") = {usage.peak_memory};
  table.add<double>("bytes_written", "bytes", "parts that the last run published") = {bytes_written};
  return table;
}

}  // namespace vcohort
