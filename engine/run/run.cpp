#include "engine/run/run.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using Clock = std::chrono::steady_clock;

/// Blocks simulated together before anything is handed on: enough to keep all threads busy, few enough that rows of
/// patients fit into memory and that a signal is answered soon.
constexpr std::int64_t blocks_per_thread_and_wave = 8;

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
    if (plan_.has_looks()) {
      if (spans.size() != 1 || spans.front().end != plan_.blocks() ||
          (spans.front().first > 0 && options_.earlier.empty()))
        throw StorageFailure(explain("cannot look at the precision", "blocks before a look are missing",
                                     "begin again with --overwrite"));
      so_far_ = options_.earlier.empty() ? plan_.empty_tallies() : options_.earlier;
    }
    for (const BlockSpan& span : spans) {
      progress_.all_blocks += span.size();
      progress_.all_patients += patients_of(span);
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
    Clock::time_point published = Clock::now();
    while (open.end < span.end && !stopped()) {
      const BlockSpan wave{
          open.end, std::min({span.end, open.end + threads_ * blocks_per_thread_and_wave, plan_.next_look(open.end)})};
      simulate_wave(wave, tallies);
      open.end = behind_look(wave);
      report({wave.first, open.end});
      const std::chrono::duration<double> waited = Clock::now() - published;
      if (open.end < span.end && waited.count() < options_.seconds_between_parts) continue;
      sink_.publish(open, tallies);
      for (Tally& tally : tallies) tally.clear();
      open.first = open.end;
      published = Clock::now();
    }
    if (open.size() > 0) sink_.publish(open, tallies);
    return open.end == span.end;
  }

  /// The end of the wave; or, where a look stands there and the question is precise enough, the end of the question.
  std::int64_t behind_look(BlockSpan wave) const {
    const std::int64_t last = wave.end - 1;
    if (so_far_.empty() || plan_.next_look(last) != wave.end) return wave.end;
    const std::size_t question = plan_.work(last).question;
    return plan_.questions()[question]->precise_enough(so_far_[question]) ? plan_.end_of_question(last) : wave.end;
  }

  void simulate_wave(BlockSpan wave, std::vector<Tally>& tallies) {
    // Tallies are exact and associative: which thread adds which block does not matter. Rows keep the order of blocks.
    oneapi::tbb::enumerable_thread_specific<std::vector<Tally>> of_thread([&] { return plan_.empty_tallies(); });
    std::vector<std::vector<Table>> rows(static_cast<std::size_t>(wave.size()));
    arena_.execute([&] {
      oneapi::tbb::parallel_for(wave.first, wave.end, [&](std::int64_t block) {
        const Plan::Work work = plan_.work(block);
        const Question& question = *plan_.questions()[work.question];
        auto& of_block = rows[static_cast<std::size_t>(block - wave.first)];
        of_block = question.row_tables();
        question.simulate(work.block, of_thread.local()[work.question], of_block);
      });
    });
    for (const std::vector<Tally>& local : of_thread)
      for (std::size_t q = 0; q < tallies.size(); ++q) {
        tallies[q].add(local[q]);
        if (!so_far_.empty()) so_far_[q].add(local[q]);
      }
    for (const std::vector<Table>& of_block : rows)
      if (!of_block.empty()) sink_.append(of_block);
  }

  std::int64_t patients_of(BlockSpan span) const {
    std::int64_t patients = 0;
    for (std::int64_t block = span.first; block < span.end; ++block) {
      const Plan::Work work = plan_.work(block);
      patients += plan_.questions()[work.question]->patients_in(work.block);
    }
    return patients;
  }

  void report(BlockSpan wave) {
    progress_.blocks += wave.size();
    progress_.patients += patients_of(wave);
    progress_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    if (options_.on_progress) options_.on_progress(progress_);
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
  Progress progress_;
  std::vector<Tally> so_far_;  // of all blocks before the present one; only where a question has looks
};

}  // namespace

RunEnd simulate(const Plan& plan, const RunOptions& options, Sink& sink) {
  return Runner(plan, options, sink).run();
}

int default_threads() {
  return oneapi::tbb::info::default_concurrency();
}

}  // namespace vcohort
