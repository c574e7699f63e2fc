#include "engine/run/run.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using Clock = std::chrono::steady_clock;

/// Blocks begun and not yet handed on, because one before them is still in work: enough to keep all threads busy, few
/// enough that rows of patients fit into memory.
constexpr std::size_t blocks_in_flight_per_thread = 4;

class Runner {
 public:
  Runner(const Plan& plan, const RunOptions& options, Sink& sink)
      : plan_(plan),
        options_(options),
        sink_(sink),
        threads_(options.threads > 0 ? options.threads : default_threads()) {}

  RunEnd run() {
    const std::vector<BlockSpan> everything{{0, plan_.blocks()}};
    const auto& spans = options_.spans.empty() ? everything : options_.spans;
    if (plan_.has_checkpoints()) {
      if (spans.size() != 1 || spans.front().end != plan_.blocks() ||
          (spans.front().first > 0 && options_.earlier.empty()))
        throw StorageFailure(explain("cannot ask for the precision", "blocks before a checkpoint are missing",
                                     "begin again with --overwrite"));
      so_far_ = options_.earlier.empty() ? plan_.empty_tallies() : options_.earlier;
    }
    for (const BlockSpan& span : spans) {
      progress_.all_blocks += span.size();
      progress_.all_patients += plan_.patients_in(span);
    }
    for (const BlockSpan& span : spans)
      if (!run_span(span)) return RunEnd::stopped;
    return RunEnd::complete;
  }

 private:
  /// True if the whole span was finished.
  bool run_span(BlockSpan span) {
    std::vector<Tally> tallies = plan_.empty_tallies();
    BlockSpan open{span.first, span.first};  // finished, not yet published
    publish_after_ = Clock::now() + between_parts();
    while (open.end < span.end && !stopped()) {
      const BlockSpan wave = run_wave({open.end, std::min(span.end, plan_.next_checkpoint(open.end))}, tallies);
      if (wave.size() == 0) break;  // a stop came in between
      open.end = behind_checkpoint(wave);
      if (open.end > wave.end) report({wave.end, open.end});
      if (open.end < span.end && Clock::now() < publish_after_) continue;
      sink_.publish(open, tallies);
      for (Tally& tally : tallies) tally.clear();
      open.first = open.end;
      publish_after_ = Clock::now() + between_parts();
    }
    if (open.size() > 0) sink_.publish(open, tallies);
    return open.end == span.end;
  }

  /// The end of the wave; or, where a checkpoint stands there and the question is precise enough, the end of the
  /// question.
  std::int64_t behind_checkpoint(BlockSpan wave) const {
    const std::int64_t last = wave.end - 1;
    if (so_far_.empty() || plan_.next_checkpoint(last) != wave.end) return wave.end;
    const std::size_t question = plan_.work(last).question;
    return plan_.questions()[question]->precise_enough(so_far_[question]) ? plan_.end_of_question(last) : wave.end;
  }

  struct Finished {
    std::int64_t block = 0;
    std::vector<Table> rows;
  };

  /// Simulates blocks in their order until the end of the wave, a stop, or the time to publish. A block that was begun
  /// is finished, so that what is done has no gaps; returns it.
  BlockSpan run_wave(BlockSpan wave, std::vector<Tally>& tallies) {
    // Tallies are exact and associative: which thread adds which block does not matter. Rows keep the order of blocks.
    oneapi::tbb::enumerable_thread_specific<std::vector<Tally>> of_thread([&] { return plan_.empty_tallies(); });
    std::int64_t next = wave.first;
    const auto begin = [&](oneapi::tbb::flow_control& control) {
      const bool part_is_due = next - wave.first >= threads_ && Clock::now() >= publish_after_;
      if (next < wave.end && !stopped() && !part_is_due) return next++;
      control.stop();
      return wave.end;
    };
    const auto simulate = [&](std::int64_t block) {
      const Plan::Work work = plan_.work(block);
      const Question& question = *plan_.questions()[work.question];
      Finished finished{block, question.row_tables()};
      question.simulate_block(work.block, of_thread.local()[work.question], finished.rows);
      return finished;
    };
    const auto hand_on = [&](const Finished& finished) {
      if (!finished.rows.empty()) sink_.append(finished.rows);
      report({finished.block, finished.block + 1});
    };
    arena_.execute([&] {
      using Mode = oneapi::tbb::filter_mode;
      oneapi::tbb::parallel_pipeline(static_cast<std::size_t>(threads_) * blocks_in_flight_per_thread,
                                     oneapi::tbb::make_filter<void, std::int64_t>(Mode::serial_in_order, begin) &
                                         oneapi::tbb::make_filter<std::int64_t, Finished>(Mode::parallel, simulate) &
                                         oneapi::tbb::make_filter<Finished, void>(Mode::serial_in_order, hand_on));
    });
    for (const std::vector<Tally>& local : of_thread)
      for (std::size_t q = 0; q < tallies.size(); ++q) {
        tallies[q].add(local[q]);
        if (!so_far_.empty()) so_far_[q].add(local[q]);
      }
    return {wave.first, next};
  }

  void report(BlockSpan wave) {
    progress_.blocks += wave.size();
    progress_.patients += plan_.patients_in(wave);
    progress_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    if (options_.on_progress) options_.on_progress(progress_);
  }

  Clock::duration between_parts() const {
    constexpr double longest = 1e9;  // seconds; a clock cannot count on for ever
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(std::min(options_.seconds_between_parts, longest)));
  }

  bool stopped() const { return options_.stop && options_.stop->load(); }

  const Plan& plan_;
  const RunOptions& options_;
  Sink& sink_;
  int threads_;
  oneapi::tbb::global_control limit_{oneapi::tbb::global_control::max_allowed_parallelism,
                                     static_cast<std::size_t>(threads_)};
  oneapi::tbb::task_arena arena_{threads_};
  Clock::time_point began_ = Clock::now();
  Clock::time_point publish_after_;
  Progress progress_;
  std::vector<Tally> so_far_;  // of all blocks before the present one; only where a question has checkpoints
};

}  // namespace

RunEnd run_blocks(const Plan& plan, const RunOptions& options, Sink& sink) {
  return Runner(plan, options, sink).run();
}

int default_threads() {
  return oneapi::tbb::info::default_concurrency();
}

}  // namespace vcohort
