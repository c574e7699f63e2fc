#include "io/cli/workplace.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "engine/numeric/errors.hpp"
#include "io/cli/delivery.hpp"
#include "io/cli/grow.hpp"
#include "io/cli/output_file.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/parts_folder.hpp"
#include "io/cli/signals.hpp"
#include "io/cli/usage.hpp"
#include "io/console/log.hpp"
#include "io/results/abandoned.hpp"

namespace vcohort {

namespace {

std::string name_of(const std::optional<Shard>& shard) {
  return shard ? fmt::format("{}/{}", shard->number, shard->of) : "";
}

BlockSpan span_of(const std::optional<Shard>& shard, const Plan& plan) {
  if (!shard) return {0, plan.blocks()};
  if (plan.has_checkpoints())
    throw InvalidInput(explain("this study cannot be cut into shards",
                               "it stops at a wished precision, which is known only when all blocks before are there",
                               "remove trial.power_mcse and fix trial.replicates, or run it without --shard"));
  return span_of(*shard, plan.blocks());
}

/// Deletes what processes that were killed left half-written.
void clean_up(const std::filesystem::path& output, const std::filesystem::path& folder) {
  const auto beside = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  const int removed = remove_abandoned(folder, "blocks-") + remove_abandoned(beside, output.filename().string() + ".");
  if (removed > 0) log_detail(fmt::format("{} temporary files of dead runs are deleted", removed));
}

std::string sentence_of(StopReason reason) {
  switch (reason) {
    case StopReason::time_limit:
      return "the time limit is reached";
    case StopReason::memory_limit:
      return "the memory limit is reached";
    case StopReason::signal:
    case StopReason::none:
      break;
  }
  return "a signal came";
}

/// The parts of all processes. A folder on a network may show the files of other machines with a delay.
std::vector<std::string> wait_for_parts(const std::filesystem::path& folder, std::int64_t blocks) {
  constexpr std::chrono::seconds longest{120};  // twice the default of NFS, acdirmax
  for (const auto began = std::chrono::steady_clock::now();; std::this_thread::sleep_for(std::chrono::seconds(1))) {
    const auto parts = list_parts(folder);
    std::int64_t there = 0;
    for (const PartName& part : parts) there += part.last_block + 1 - part.first_block;
    if (there >= blocks || std::chrono::steady_clock::now() - began > longest) return paths_of(parts);
  }
}

}  // namespace

Workplace::Workplace(const RunArguments& arguments)
    : arguments_(arguments),
      watch_({arguments.seconds, arguments.bytes}),
      view_(arguments.progress, name_of(arguments.shard)),
      team_(arguments.mpi),
      output_(output_of(arguments)),
      folder_(parts_folder(output_)) {
  if (!leads() || (arguments.quiet && arguments.progress == ProgressStyle::automatic)) view_.silence();
  const LogLevel level = arguments.verbose ? LogLevel::verbose : LogLevel::normal;
  set_log_level(arguments.quiet || !leads() ? LogLevel::quiet : level);
}

ExitStatus Workplace::together(ExitStatus (*run)(const RunArguments&, Workplace&)) {
  const ExitStatus end = team_.together([&] {
    if (arguments_.instruction_set) force_instruction_set(*arguments_.instruction_set);
    return run(arguments_, *this);
  });
  view_.close(static_cast<int>(end), cost());
  return end;
}

bool Workplace::begin_work(const LoadedStudy& study, const Plan& plan) {
  team_.require_same(fmt::format("{} {} {} {}", study.header.study_sha256, study.header.evidence_sha256,
                                 name_of(arguments_.shard), output_.string()));
  all_threads_ = static_cast<int>(team_.sum(threads()));
  wanted_ = span_of(arguments_.shard, plan);
  const bool work = !leads() || find_work(study, plan);
  return team_.sum(work ? 0 : 1) == 0;
}

/// Of the first process, which alone looks at files.
bool Workplace::find_work(const LoadedStudy& study, const Plan& plan) {
  if (inspect_output(output_, study, plan, arguments_) == Output::done) return false;
  if (wanted_.size() == 0) {
    log_notice(fmt::format("shard {} is empty: there are more shards than blocks; nothing is left to do",
                           name_of(arguments_.shard)));
    return false;
  }
  lock_.emplace(folder_, arguments_.shard);
  const Output there = inspect_output(output_, study, plan, arguments_);  // another run may just have ended
  if (there == Output::done) return false;
  clean_up(output_, folder_);
  if (there != Output::absent) existing_ = Existing::overwrite;

  missing_ = missing_blocks(study, arguments_.resume);  // refuses earlier parts, or deletes them
  const std::string old = there == Output::smaller ? output_.string() : arguments_.grow;
  if (!old.empty()) {
    grow_from(old, study, plan, folder_);
    missing_ = missing_blocks(study, true);
  }
  if (plan.has_checkpoints()) keep_until_checkpoint(plan);
  std::int64_t left = 0;
  for (const BlockSpan& span : missing_) left += span.size();
  if (left < wanted_.size())
    log_notice(
        fmt::format("{} of {} blocks are there, {} are to be simulated", wanted_.size() - left, wanted_.size(), left));
  return true;
}

/// The blocks of the run that no whole part holds yet.
std::vector<BlockSpan> Workplace::missing_blocks(const LoadedStudy& study, bool resume) const {
  if (resume) return take_up(folder_, study.header, wanted_).missing;
  if (const auto parts = parts_with(folder_, wanted_); !parts.empty()) {
    if (!arguments_.overwrite)
      throw StorageFailure(explain(fmt::format("{} holds {} parts of an earlier run", folder_.string(), parts.size()),
                                   "it was interrupted", "go on with --resume, or begin again with --overwrite"));
    begin_again(folder_, wanted_);
  }
  return {wanted_};
}

/// A study that stops at a wished precision needs all blocks before a checkpoint: what lies behind a gap is run again.
void Workplace::keep_until_checkpoint(const Plan& plan) {
  if (missing_.empty()) return;
  const std::int64_t next = missing_.front().first;
  begin_again(folder_, {next, plan.blocks()});
  missing_ = {{next, plan.blocks()}};
  if (next == 0) return;
  const CombinedParts kept = combine_parts(paths_of(parts_with(folder_, {0, next})));
  earlier_.emplace();
  for (std::size_t q = 0; q < plan.questions(); ++q)
    for (const NamedTally& named : kept.tallies)
      if (named.question == plan.question_name(q) && named.scenario == plan.scenario(q)) earlier_->set(q, named.tally);
}

RunEnd Workplace::simulate(const LoadedStudy& study, const Plan& plan) {
  kept_ = wanted_.size();
  std::int64_t kept_patients = plan.patients_in(wanted_);
  for (const BlockSpan& span : missing_) {
    kept_ -= span.size();
    kept_patients -= plan.patients_in(span);
  }
  RunEnd end = RunEnd::complete;
  if (team_.sum(static_cast<std::int64_t>(missing_.size())) > 0) {
    view_.begin(kept_, kept_patients);
    PartSink sink(plan, study.header, folder_, {name_of(arguments_.shard), threads()});
    const RunOptions options{threads(),          missing_,
                             earlier_,           arguments_.seconds_between_parts,
                             &stop_on_signals(), [this](const Progress& progress) { view_.show(done_ = progress); }};
    end = team_.share_work(plan, options, sink);
    bytes_ = team_.sum(sink.published_bytes());
    if (team_.sum(sink.published_blocks()) == 0 && end == RunEnd::stopped)
      throw NumericalFailure(explain("stopped before any block was finished", sentence_of(stop_reason()),
                                     "give the run more time or memory, or fewer threads"));
  }
  if (leads()) report(end);
  return end;
}

/// The last words of a run that makes no result.
void Workplace::report(RunEnd end) {
  if (end == RunEnd::stopped)
    log_problem(fmt::format("stopped ({}): {} of {} blocks are kept in {}. Run again with --resume",
                            sentence_of(stop_reason()), kept_ + done_.blocks, wanted_.size(), folder_.string()));
  else if (arguments_.shard && done_.blocks == 0)
    log_notice(fmt::format("shard {} is complete; nothing is left to do", name_of(arguments_.shard)));
  else if (arguments_.shard)
    log_notice(fmt::format("shard {} is complete: blocks {} to {} are in {}, {} of them from this run",
                           name_of(arguments_.shard), wanted_.first, wanted_.end - 1, folder_.string(), done_.blocks));
  if (arguments_.shard || end == RunEnd::stopped) log_detail(sentence_of(cost()));
}

CombinedParts Workplace::gather_parts(const Plan& plan) {
  view_.enter("delivering the result");
  return combine_parts(wait_for_parts(folder_, plan.blocks()));
}

void Workplace::hand_over(ResultContent result) {
  result.runtime =
      runtime_table(all_threads_, watch_.seconds(), static_cast<double>(done_.patients), static_cast<double>(bytes_));
  publish_result(output_, result, existing_);
  end_line();
  std::error_code ignored;  // the result is there; what is left of the parts does no harm
  std::filesystem::remove_all(folder_, ignored);
  const auto size = std::filesystem::file_size(output_, ignored);
  if (!ignored) bytes_ += static_cast<std::int64_t>(size);
}

RunCost Workplace::cost() const {
  const Usage usage = usage_so_far();
  return {watch_.seconds(), usage.cpu_seconds, usage.peak_memory, static_cast<double>(bytes_)};
}

}  // namespace vcohort
