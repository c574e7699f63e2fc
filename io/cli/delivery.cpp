#include "io/cli/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/instruction_set.hpp"
#include "io/cli/usage.hpp"
#include "io/console/log.hpp"
#include "io/results/damaged_file.hpp"

namespace vcohort {

namespace {

[[noreturn]] void refuse_tallies(const std::string& question) {
  throw DamagedFile(explain("cannot use the tallies of these files",
                            fmt::format("that of the question {} is missing or has another size", question),
                            "run the study again"));
}

bool fits(const Tally& tally, const Question& question) {
  const Tally wanted = question.empty_tally();
  return tally.counts.size() == wanted.counts.size() && tally.sums.size() == wanted.sums.size();
}

/// The tallies of many questions.
class TalliesByName {
 public:
  explicit TalliesByName(const std::vector<NamedTally>& tallies) {
    for (const NamedTally& named : tallies) of_[{named.question, named.scenario}] = &named.tally;
  }
  const Tally& of(const Plan& plan, std::size_t question) const {
    const auto found = of_.find({plan.question_name(question), plan.scenario(question)});
    if (found == of_.end()) refuse_tallies(plan.question_name(question));
    return *found->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, const Tally*> of_;
};

}  // namespace

Delivery deliver(const LoadedStudy& study, const Plan& plan, CombinedParts parts) {
  if (!parts.missing.empty())
    throw StorageFailure(explain("cannot deliver the result",
                                 fmt::format("blocks {} to {} are missing: parts vanished while the run was at work",
                                             parts.missing.front().first, parts.missing.front().last),
                                 "run again with --resume"));
  Delivery delivery;
  ResultContent& content = delivery.result;
  content.header = std::move(parts.header);
  content.tables = describe(study.reading.study, study.evidence);
  content.tallies = std::move(parts.tallies);
  content.parts = std::move(parts.parts);
  const TalliesByName tallies(content.tallies);
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q);
    const Tally& tally = tallies.of(plan, q);
    if (!fits(tally, *question)) refuse_tallies(question->name());
    for (Table& table : question->deliver(tally)) append_rows(content.tables, std::move(table));
    for (const std::size_t other : plan.compared_with(q))
      for (Table& table : question->compare(tally, *plan.question(other), tallies.of(plan, other)))
        append_rows(content.tables, std::move(table));
    if (std::string shortfall = question->shortfall(tally); !shortfall.empty())
      delivery.shortfalls.push_back(std::move(shortfall));
  }
  return delivery;
}

ExitStatus report_shortfalls(const std::vector<std::string>& shortfalls) {
  for (const std::string& shortfall : shortfalls) log_problem(shortfall);
  return shortfalls.empty() ? ExitStatus::done : ExitStatus::numerical_failure;
}

const Tally& tally_of(const Question& question, const std::vector<NamedTally>& tallies) {
  const auto of_question = [&](const NamedTally& named) {
    return named.question == question.name() && named.scenario == question.scenario();
  };
  const auto named = std::find_if(tallies.begin(), tallies.end(), of_question);
  if (named == tallies.end() || !fits(named->tally, question)) refuse_tallies(question.name());
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
