#include "io/cli/run_study.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "engine/numeric/errors.hpp"
#include "io/cli/dry_run.hpp"
#include "io/cli/finish.hpp"
#include "io/cli/folder_lock.hpp"
#include "io/cli/grow.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/parts_folder.hpp"
#include "io/cli/signals.hpp"
#include "io/cli/together.hpp"
#include "io/cli/usage.hpp"
#include "io/cli/watch.hpp"
#include "io/console/headline.hpp"
#include "io/console/log.hpp"
#include "io/results/abandoned.hpp"

namespace vcohort {

namespace {

/// What lies under the name of the output.
enum class Output : std::uint8_t { absent, done, smaller, replaceable };

/// Throws where a result is there that may not be replaced. With --resume, one of the same study is done, and one of a
/// smaller study is grown from.
Output look_at_output(const std::filesystem::path& output, const LoadedStudy& loaded, const Plan& plan,
                      const RunArguments& arguments) {
  if (!std::filesystem::exists(output)) return Output::absent;
  std::string why = "it exists";
  if (arguments.resume) {
    const FileHeader there = ResultFile(output).header();
    if (there.study_sha256 == loaded.header.study_sha256 && there.evidence_sha256 == loaded.header.evidence_sha256 &&
        there.status == FileStatus::complete) {
      log_notice(fmt::format("{} is complete; nothing is left to do", output.string()));
      return Output::done;
    }
    const std::string obstacle = obstacle_to_growth(there, loaded, plan);
    if (obstacle.empty()) return Output::smaller;
    why = "it holds another study and cannot grow: " + obstacle;
  }
  if (!arguments.overwrite)
    throw StorageFailure(explain(fmt::format("cannot write {}", output.string()), why,
                                 "choose another name with -o, or allow it with --overwrite"));
  return Output::replaceable;
}

/// The blocks of the run that no whole part holds yet.
std::vector<BlockSpan> spans_to_do(const std::filesystem::path& folder, const FileHeader& study, BlockSpan wanted,
                                   const RunArguments& arguments) {
  if (arguments.resume) return take_up(folder, study, wanted).missing;
  if (const auto parts = parts_with(folder, wanted); !parts.empty()) {
    if (!arguments.overwrite)
      throw StorageFailure(explain(fmt::format("{} holds {} parts of an earlier run", folder.string(), parts.size()),
                                   "it was interrupted", "go on with --resume, or begin again with --overwrite"));
    begin_again(folder, wanted);
  }
  if (wanted.size() == 0) return {};
  return {wanted};
}

/// A study that looks at its precision needs all blocks before a look: what lies behind a gap is run again. Returns the
/// tallies of what is kept.
std::vector<Tally> tallies_before_look(const Plan& plan, const std::filesystem::path& folder,
                                       std::vector<BlockSpan>& spans) {
  const std::int64_t next = spans.empty() ? plan.blocks() : spans.front().first;
  if (next < plan.blocks()) {
    begin_again(folder, {next, plan.blocks()});
    spans = {{next, plan.blocks()}};
  }
  std::vector<Tally> earlier;
  if (next == 0 || spans.empty()) return earlier;
  const CombinedParts combined = combine_parts(paths_of(parts_with(folder, {0, next})));
  for (const auto& question : plan.questions()) earlier.push_back(tally_of(*question, combined.tallies));
  return earlier;
}

BlockSpan span_of(const RunArguments& arguments, const Plan& plan) {
  if (!arguments.shard) return {0, plan.blocks()};
  if (plan.has_looks())
    throw InvalidInput(explain("this study cannot be cut into shards",
                               "it stops at a wished precision, which is known only when all blocks before are there",
                               "remove trial.power_mcse and fix trial.replicates, or run it without --shard"));
  return span_of(*arguments.shard, plan.blocks());
}

std::string name_of(const std::optional<Shard>& shard) {
  return shard ? fmt::format("{}/{}", shard->number, shard->of) : "";
}

void report_shard(Shard shard, BlockSpan span, const Progress& done, const std::filesystem::path& folder) {
  const std::string name = fmt::format("shard {}/{}", shard.number, shard.of);
  if (span.size() == 0) {
    log_notice(name + " is empty: there are more shards than blocks; nothing is left to do");
  } else if (done.blocks == 0) {
    log_notice(fmt::format("{} is complete; nothing is left to do", name));
  } else {
    log_notice(fmt::format("{} is complete: blocks {} to {} are in {}, {} of them from this run", name, span.first,
                           span.end - 1, folder.string(), done.blocks));
  }
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

/// What a run has before it: made by rank 0, which alone looks at the output and at earlier parts.
struct Job {
  std::filesystem::path output, folder;
  BlockSpan wanted;
  std::unique_ptr<FolderLock> lock;
  RunOptions options;  // no spans: nothing is left to simulate
  Existing existing = Existing::refuse;
  bool ended = false;  // nothing is left at all
};

Job prepare(const LoadedStudy& loaded, const Plan& plan, const RunArguments& arguments) {
  Job job;
  job.output = output_of(arguments);
  job.wanted = span_of(arguments, plan);
  job.folder = parts_folder(job.output);
  job.ended = true;
  if (look_at_output(job.output, loaded, plan, arguments) == Output::done) return job;
  if (job.wanted.size() == 0) {
    report_shard(*arguments.shard, job.wanted, {}, "");
    return job;
  }
  job.lock = std::make_unique<FolderLock>(job.folder, arguments.shard);
  const Output there = look_at_output(job.output, loaded, plan, arguments);  // another run may just have ended
  if (there == Output::done) return job;
  job.ended = false;
  clean_up(job.output, job.folder);
  if (arguments.overwrite || there == Output::smaller) job.existing = Existing::overwrite;

  auto& spans = job.options.spans;
  spans = spans_to_do(job.folder, loaded.header, job.wanted, arguments);  // refuses earlier parts, or deletes them
  const std::string old = !arguments.grow.empty()    ? arguments.grow
                          : there == Output::smaller ? job.output.string()
                                                     : "";
  if (!old.empty()) {
    grow_from(old, loaded, plan, job.folder);
    spans = take_up(job.folder, loaded.header, job.wanted).missing;
  }
  if (plan.has_looks()) job.options.earlier = tallies_before_look(plan, job.folder, spans);
  return job;
}

/// What a run did, for its last words; of all ranks.
struct Done {
  RunEnd end = RunEnd::complete;
  Progress progress;
  std::int64_t bytes = 0;
};

RunCost cost_of(const Done& done) {
  const Usage usage = usage_so_far();
  return {done.progress.seconds, usage.cpu_seconds, usage.peak_memory, static_cast<double>(done.bytes)};
}

/// Simulates what is to be done and publishes it as parts. Stopped without a block: NumericalFailure, so that no
/// scheduler starts the same run again and again.
Done simulate(Ranks* ranks, const Plan& plan, const FileHeader& header, const Job& job, const RunArguments& arguments) {
  Done done;
  const bool silent = !leads(ranks) || (arguments.quiet && arguments.progress == ProgressStyle::automatic);
  ProgressView view(silent ? ProgressStyle::none : arguments.progress, name_of(arguments.shard));
  RunOptions options = job.options;
  options.on_progress = [&](const Progress& progress) {
    done.progress = progress;
    view.show(progress);
  };
  PartSink sink(plan, header, parts_folder(output_of(arguments)), {name_of(arguments.shard), options.threads});
  together(ranks, [&] { done.end = simulate_on(ranks, plan, options, sink); });
  done.bytes = sum_of(ranks, sink.published_bytes());
  const std::int64_t published = sum_of(ranks, sink.published_blocks());
  if (leads(ranks)) view.close(cost_of(done));
  if (done.end == RunEnd::complete) return done;
  if (published == 0)
    together(ranks, [] {
      throw NumericalFailure(explain("stopped before any block was finished", sentence_of(stop_reason()),
                                     "give the run more time or memory, or fewer threads"));
    });
  log_notice(fmt::format("stopped ({}): {} of {} blocks are kept in {}. Run again with --resume",
                         sentence_of(stop_reason()), done.progress.blocks, done.progress.all_blocks,
                         job.folder.string()));
  return done;
}

/// The parts of all ranks. A folder on a network may show the files of other machines with a delay.
std::vector<std::string> wait_for_parts(const std::filesystem::path& folder, std::int64_t blocks) {
  constexpr std::chrono::seconds longest{120};  // twice the default of NFS, acdirmax
  for (const auto began = std::chrono::steady_clock::now();; std::this_thread::sleep_for(std::chrono::seconds(1))) {
    const auto parts = list_parts(folder);
    std::int64_t there = 0;
    for (const PartName& part : parts) there += part.last_block + 1 - part.first_block;
    if (there >= blocks || std::chrono::steady_clock::now() - began > longest) return paths_of(parts);
  }
}

/// The result of a whole run, or the last words of a shard.
ExitStatus conclude(const LoadedStudy& loaded, const Plan& plan, Done done, const Job& job, int threads,
                    const RunArguments& arguments) {
  if (arguments.shard) {
    report_shard(*arguments.shard, job.wanted, done.progress, job.folder);
    if (done.progress.blocks > 0) log_detail(sentence_of(cost_of(done)));
    return ExitStatus::done;
  }
  const ExitStatus status =
      finish(loaded, plan, combine_parts(wait_for_parts(job.folder, plan.blocks())), job.output, job.existing,
             runtime_table(threads, done.progress.seconds, static_cast<double>(done.progress.patients),
                           static_cast<double>(done.bytes)));
  std::error_code ignored;  // the result is there; what is left of the parts does no harm
  std::filesystem::remove_all(job.folder, ignored);
  const auto bytes = std::filesystem::file_size(job.output, ignored);
  if (!ignored) done.bytes += static_cast<std::int64_t>(bytes);
  if (!arguments.quiet) {
    print_headline(ResultFile(job.output), std::cout);
    std::cout << fmt::format("\nresult: {} ({})\n", job.output.string(), sentence_of(cost_of(done)));
  }
  return status;
}

/// A study that was read on this rank. The plan points into it: it stays where it was made.
struct Reading {
  explicit Reading(const RunArguments& arguments)
      : loaded(load_study(arguments.study, arguments.settings)), plan(loaded.reading.study, loaded.evidence) {
    if (plan.blocks() == 0)
      throw InvalidInput(explain("there is nothing to simulate", "the study is for a data file only",
                                 "use `vcohort analyze DATA.csv " + arguments.study + "`"));
    loaded.header.blocks = {0, plan.blocks() - 1, plan.blocks()};
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  LoadedStudy loaded;
  Plan plan;
};

}  // namespace

ExitStatus run_study(const RunArguments& arguments) {
  const Watch watch({arguments.seconds, arguments.bytes});
  const std::unique_ptr<Ranks> team = join_ranks(arguments.mpi);
  Ranks* const ranks = team.get();
  const LogLevel level = arguments.verbose ? LogLevel::verbose : LogLevel::normal;
  set_log_level(arguments.quiet || !leads(ranks) ? LogLevel::quiet : level);
  if (arguments.instruction_set) force_instruction_set(*arguments.instruction_set);
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads_of(ranks);
  std::optional<Reading> reading;
  together(ranks, [&] { reading.emplace(arguments); });
  const auto& [loaded, plan] = *reading;
  require_same(ranks, fmt::format("{} {} {} {}", loaded.header.study_sha256, loaded.header.evidence_sha256,
                                  name_of(arguments.shard), output_of(arguments).string()));
  if (arguments.dry_run) {
    together(ranks, [&] {
      if (leads(ranks)) print_dry_run(reading->loaded, reading->plan, output_of(arguments), threads, arguments);
    });
    return ExitStatus::done;
  }

  Job job;
  together(ranks, [&] {
    if (leads(ranks)) job = prepare(loaded, plan, arguments);
  });
  if (sum_of(ranks, job.ended ? 1 : 0) > 0) return ExitStatus::done;
  job.options.threads = threads;
  job.options.seconds_between_parts = arguments.seconds_between_parts;
  job.options.stop = &stop_on_signals();
  Done done;
  if (sum_of(ranks, static_cast<std::int64_t>(job.options.spans.size())) > 0)
    done = simulate(ranks, plan, loaded.header, job, arguments);
  if (done.end == RunEnd::stopped) return ExitStatus::stopped;
  const auto all_threads = static_cast<int>(sum_of(ranks, threads));
  ExitStatus status = ExitStatus::done;
  together(ranks, [&] {
    if (leads(ranks)) status = conclude(loaded, plan, done, job, all_threads, arguments);
  });
  return status;
}

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

}  // namespace vcohort
