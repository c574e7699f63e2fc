#include "engine/run/run.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <mutex>

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
      if (spans.size() != 1 || spans.front().end != plan_.blocks() || (spans.front().first > 0 && !options_.earlier))
        throw StorageFailure(explain("cannot ask for the precision", "blocks before a checkpoint are missing",
                                     "begin again with --overwrite"));
      so_far_ = options_.earlier.value_or(Tallies());
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
    Tallies tallies;
    BlockSpan open{span.first, span.first};  // finished, not yet published
    publish_after_ = Clock::now() + between_parts();
    while (open.end < span.end && !stopped()) {
      const BlockSpan wave = run_wave({open.end, std::min(span.end, plan_.next_checkpoint(open.end))}, tallies);
      if (wave.size() == 0) break;  // a stop came in between
      open.end = behind_checkpoint(wave);
      if (open.end > wave.end) report({wave.end, open.end});
      if (open.end < span.end && Clock::now() < publish_after_) continue;
      sink_.publish(open, tallies);
      tallies.clear();
      open.first = open.end;
      publish_after_ = Clock::now() + between_parts();
    }
    if (open.size() > 0) sink_.publish(open, tallies);
    return open.end == span.end;
  }

  /// The end of the wave; or, where a checkpoint stands there and the question is precise enough, the end of the
  /// question.
  std::int64_t behind_checkpoint(BlockSpan wave) {
    const std::int64_t last = wave.end - 1;
    if (!so_far_ || plan_.next_checkpoint(last) != wave.end) return wave.end;
    const std::size_t number = plan_.work(last).question;
    const auto question = plan_.question(number);
    return question->precise_enough(so_far_->of(number, *question)) ? plan_.end_of_question(last) : wave.end;
  }

  /// A question while its blocks are in work: the first of them makes it ready.
  class QuestionInWork {
   public:
    QuestionInWork(const Plan& plan, std::size_t number) : plan_(plan), number_(number) {}
    const Question& get() {
      std::call_once(made_, [this] { question_ = plan_.question(number_); });
      return *question_;
    }
    std::size_t number() const { return number_; }

   private:
    const Plan& plan_;
    const std::size_t number_;
    std::once_flag made_;
    std::shared_ptr<const Question> question_;
  };

  struct Begun {
    std::int64_t block = 0;  // of the question
    std::shared_ptr<QuestionInWork> question;
  };
  struct Finished {
    std::int64_t block = 0;  // of the plan
    std::vector<Table> rows;
  };

  /// Simulates blocks in their order until the end of the wave, a stop, or the time to publish. A block that was begun
  /// is finished, so that what is done has no gaps; returns it.
  BlockSpan run_wave(BlockSpan wave, Tallies& tallies) {
    // Tallies are exact and associative: which thread adds which block does not matter. Rows keep the order of blocks.
    oneapi::tbb::enumerable_thread_specific<Tallies> of_thread;
    std::int64_t next = wave.first;
    const auto begin = [&](oneapi::tbb::flow_control& control) -> Begun {
      const bool part_is_due = next - wave.first >= threads_ && Clock::now() >= publish_after_;
      if (next == wave.end || stopped() || part_is_due) {
        control.stop();
        return {};
      }
      const Plan::Work work = plan_.work(next++);
      if (!in_work_ || in_work_->number() != work.question)
        in_work_ = std::make_shared<QuestionInWork>(plan_, work.question);
      return {work.block, in_work_};
    };
    const auto simulate = [&](const Begun& begun) {
      const Question& question = begun.question->get();
      Finished finished{plan_.first_block(begun.question->number()) + begun.block, question.row_tables()};
      Tally& tally = of_thread.local().of(begun.question->number(), question);
      question.simulate_block(begun.block, tally, finished.rows);
      return finished;
    };
    const auto hand_on = [&](const Finished& finished) {
      if (!finished.rows.empty()) sink_.append(finished.rows);
      report({finished.block, finished.block + 1});
    };
    arena_.execute([&] {
      using Mode = oneapi::tbb::filter_mode;
      oneapi::tbb::parallel_pipeline(static_cast<std::size_t>(threads_) * blocks_in_flight_per_thread,
                                     oneapi::tbb::make_filter<void, Begun>(Mode::serial_in_order, begin) &
                                         oneapi::tbb::make_filter<Begun, Finished>(Mode::parallel, simulate) &
                                         oneapi::tbb::make_filter<Finished, void>(Mode::serial_in_order, hand_on));
    });
    for (const Tallies& local : of_thread) {
      tallies.add(local);
      if (so_far_) so_far_->add(local);
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
  std::optional<Tallies> so_far_;  // of all blocks before the present one; only where a question has checkpoints
  std::shared_ptr<QuestionInWork> in_work_;  // of the block that was begun last
};

}  // namespace

RunEnd run_blocks(const Plan& plan, const RunOptions& options, Sink& sink) {
  return Runner(plan, options, sink).run();
}

int default_threads() {
  return oneapi::tbb::info::default_concurrency();
}

}  // namespace vcohort
