#include "io/cli/run_study.hpp"

#include <fmt/format.h>

#include <iostream>

#include "engine/numeric/errors.hpp"
#include "io/cli/dry_run.hpp"
#include "io/cli/finish.hpp"
#include "io/cli/folder_lock.hpp"
#include "io/cli/grow.hpp"
#include "io/cli/part_sink.hpp"
#include "io/cli/parts_folder.hpp"
#include "io/cli/signals.hpp"
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

/// What a run did, for its last words.
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
Done simulate(const Plan& plan, const FileHeader& header, const std::filesystem::path& folder, RunOptions options,
              const RunArguments& arguments) {
  Done done;
  const bool silent = arguments.quiet && arguments.progress == ProgressStyle::automatic;
  ProgressView view(silent ? ProgressStyle::none : arguments.progress, name_of(arguments.shard));
  options.on_progress = [&](const Progress& progress) {
    done.progress = progress;
    view.show(progress);
  };
  PartSink sink(plan, header, folder, {name_of(arguments.shard), options.threads});
  done.end = simulate(plan, options, sink);
  done.bytes = sink.published_bytes();
  view.close(cost_of(done));
  if (done.end == RunEnd::complete) return done;
  if (sink.published_blocks() == 0)
    throw NumericalFailure(explain("stopped before any block was finished", sentence_of(stop_reason()),
                                   "give the run more time or memory, or fewer threads"));
  log_notice(fmt::format("stopped ({}): {} of {} blocks are kept in {}. Run again with --resume",
                         sentence_of(stop_reason()), done.progress.blocks, done.progress.all_blocks, folder.string()));
  return done;
}

ExitStatus run_loaded(const LoadedStudy& loaded, const Plan& plan, int threads, const RunArguments& arguments) {
  const auto output = output_of(arguments);
  const BlockSpan wanted = span_of(arguments, plan);
  if (look_at_output(output, loaded, plan, arguments) == Output::done) return ExitStatus::done;
  if (wanted.size() == 0) {
    report_shard(*arguments.shard, wanted, {}, "");
    return ExitStatus::done;
  }
  const auto folder = parts_folder(output);
  const FolderLock lock(folder, arguments.shard);
  const Output there = look_at_output(output, loaded, plan, arguments);  // another run may just have ended
  if (there == Output::done) return ExitStatus::done;
  clean_up(output, folder);

  const std::string old = !arguments.grow.empty() ? arguments.grow : there == Output::smaller ? output.string() : "";
  RunOptions options;
  options.threads = threads;
  options.seconds_between_parts = arguments.seconds_between_parts;
  options.stop = &stop_on_signals();
  if (old.empty() || arguments.resume) {
    options.spans = spans_to_do(folder, loaded.header, wanted, arguments);
  } else {
    spans_to_do(folder, loaded.header, wanted, arguments);  // refuses earlier parts, or deletes them
  }
  if (!old.empty()) {
    grow_from(old, loaded, plan, folder);
    options.spans = take_up(folder, loaded.header, wanted).missing;
  }
  if (plan.has_looks()) options.earlier = tallies_before_look(plan, folder, options.spans);
  Done done;
  if (!options.spans.empty()) done = simulate(plan, loaded.header, folder, std::move(options), arguments);
  if (done.end == RunEnd::stopped) return ExitStatus::stopped;
  if (arguments.shard) {
    report_shard(*arguments.shard, wanted, done.progress, folder);
    if (done.progress.blocks > 0) log_detail(sentence_of(cost_of(done)));
    return ExitStatus::done;
  }

  const bool replace = arguments.overwrite || there == Output::smaller;
  finish(loaded, plan, combine_parts(paths_of(list_parts(folder))), output,
         replace ? Existing::overwrite : Existing::refuse,
         runtime_table(threads, done.progress.seconds, static_cast<double>(done.progress.patients),
                       static_cast<double>(done.bytes)));
  std::error_code ignored;  // the result is there; what is left of the parts does no harm
  std::filesystem::remove_all(folder, ignored);
  const auto bytes = std::filesystem::file_size(output, ignored);
  if (!ignored) done.bytes += static_cast<std::int64_t>(bytes);
  if (!arguments.quiet) {
    print_headline(ResultFile(output), std::cout);
    std::cout << fmt::format("\nresult: {} ({})\n", output.string(), sentence_of(cost_of(done)));
  }
  return ExitStatus::done;
}

}  // namespace

ExitStatus run_study(const RunArguments& arguments) {
  const Watch watch({arguments.seconds, arguments.bytes});
  set_log_level(arguments.quiet ? LogLevel::quiet : arguments.verbose ? LogLevel::verbose : LogLevel::normal);
  if (arguments.instruction_set) force_instruction_set(*arguments.instruction_set);
  LoadedStudy loaded = load_study(arguments.study, arguments.settings);
  const Plan plan(loaded.reading.study, loaded.evidence);
  if (plan.blocks() == 0)
    throw InvalidInput(explain("there is nothing to simulate", "the study is for a data file only",
                               "use `vcohort analyze DATA.csv " + arguments.study + "`"));
  loaded.header.blocks = {0, plan.blocks() - 1, plan.blocks()};
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  if (arguments.dry_run) {
    print_dry_run(loaded, plan, output_of(arguments), threads, arguments);
    return ExitStatus::done;
  }
  return run_loaded(loaded, plan, threads, arguments);
}

std::filesystem::path output_of(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path(arguments.study == "-" ? "study" : arguments.study).stem().string() + ".h5";
}

}  // namespace vcohort
