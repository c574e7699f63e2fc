#include "io/mpi/shared_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds nap{1};  // between two messages: short beside a span, free for a processor
constexpr std::chrono::milliseconds between_reports{500};

enum Kind : std::int64_t {
  // From a rank to rank 0, with the blocks and patients that it has finished so far:
  ask,     // for a span; third: the threads that will work on it
  leave,   // stopped or failed: no span is wanted
  report,  // no answer is wanted
  // From rank 0:
  take,   // the blocks [first, second)
  halt,   // finish the blocks in work
  finish  // nothing is left to do; second: 1 where every block is finished. The last message to a rank.
};

/// The blocks that are not given out yet, and what became of the others. Any thread of rank 0 may call it.
class Dispatcher {
 public:
  Dispatcher(const Plan& plan, const std::vector<BlockSpan>& spans, int ranks)
      : rest_(spans.begin(), spans.end()), of_rank_(static_cast<std::size_t>(ranks)) {
    if (rest_.empty()) rest_.push_back({0, plan.blocks()});
    for (const BlockSpan& span : rest_) left_ += span.size();
    all_.all_blocks = left_;
    for (const BlockSpan& span : rest_) all_.all_patients += plan.patients_in(span);
  }

  /// Half of the rank's even share of what is left, so that all ranks end together however fast they are; but no less
  /// than is worth a part of its own. Nothing after halt().
  BlockSpan next(int rank, int threads) {
    const std::lock_guard lock(mutex_);
    if (halted_ || rest_.empty()) return {};
    constexpr double seconds_worth_a_part = 0.5;
    const std::int64_t worth_a_part = std::llround(seconds_worth_a_part * blocks_per_second(rank));
    const std::int64_t half_of_share = left_ / (2 * static_cast<std::int64_t>(of_rank_.size()));
    const std::int64_t wish = std::max<std::int64_t>({half_of_share, worth_a_part, threads});
    BlockSpan& front = rest_.front();
    const BlockSpan given{front.first, std::min(front.end, front.first + wish)};
    front.first = given.end;
    if (front.size() == 0) rest_.pop_front();
    left_ -= given.size();
    return given;
  }

  void halt() { halted_ = true; }
  const std::atomic<bool>& halted() const { return halted_; }

  void finished(int rank, std::int64_t blocks, std::int64_t patients) {
    const std::lock_guard lock(mutex_);
    of_rank_[static_cast<std::size_t>(rank)] = {blocks, patients};
  }

  Progress progress() const {
    const std::lock_guard lock(mutex_);
    Progress all = all_;
    for (const auto& [blocks, patients] : of_rank_) {
      all.blocks += blocks;
      all.patients += patients;
    }
    all.seconds = seconds();
    return all;
  }

  bool complete() const {
    const Progress all = progress();
    return all.blocks == all.all_blocks;
  }

 private:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

  double blocks_per_second(int rank) const {
    return static_cast<double>(of_rank_[static_cast<std::size_t>(rank)].first) / seconds();
  }

  mutable std::mutex mutex_;
  std::deque<BlockSpan> rest_;
  std::int64_t left_ = 0;
  std::atomic<bool> halted_{false};
  Progress all_;
  std::vector<std::pair<std::int64_t, std::int64_t>> of_rank_;  // blocks and patients
  Clock::time_point began_ = Clock::now();
};

/// Answers the other ranks until none of them has work. Runs beside the simulation of rank 0, so that nobody waits for
/// its blocks.
class Service {
 public:
  Service(Ranks& ranks, Dispatcher& dispatcher, const std::atomic<bool>* stop)
      : ranks_(ranks), dispatcher_(dispatcher), stop_(stop), waiting_(static_cast<std::size_t>(ranks.size()), false) {}

  void run() {
    while (left_ + 1 < ranks_.size()) {
      if (stop_ && stop_->load()) dispatcher_.halt();
      if (dispatcher_.halted() && !told_) tell_all();
      const auto message = ranks_.receive();
      if (message)
        answer(*message);
      else
        std::this_thread::sleep_for(nap);
    }
  }

 private:
  void answer(const Message& message) {
    dispatcher_.finished(message.from, message.first, message.second);
    if (message.kind == report) return;
    if (message.kind == leave) dispatcher_.halt();
    const BlockSpan span =
        message.kind == ask ? dispatcher_.next(message.from, static_cast<int>(message.third)) : BlockSpan{};
    if (span.size() > 0) {
      ranks_.send(message.from, {0, take, span.first, span.end, 0});
      return;
    }
    waiting_[static_cast<std::size_t>(message.from)] = true;
    ++left_;
  }

  void tell_all() {
    for (int rank = 1; rank < ranks_.size(); ++rank)
      if (!waiting_[static_cast<std::size_t>(rank)]) ranks_.send(rank, {0, halt, 0, 0, 0});
    told_ = true;
  }

  Ranks& ranks_;
  Dispatcher& dispatcher_;
  const std::atomic<bool>* stop_;
  std::vector<bool> waiting_;  // for the end: has nothing to do any more
  int left_ = 0;
  bool told_ = false;
};

/// Rank 0: simulates like the others, and hands out.
RunEnd lead(Ranks& ranks, const Plan& plan, const RunOptions& options, Sink& sink) {
  Dispatcher dispatcher(plan, options.spans, ranks.size());
  std::atomic<bool> served{false};
  std::jthread service([&] {
    Service(ranks, dispatcher, options.stop).run();
    served = true;
  });
  std::exception_ptr failure;
  try {
    Progress own;
    RunOptions mine = options;
    mine.stop = &dispatcher.halted();
    const int threads = options.threads > 0 ? options.threads : default_threads();
    for (BlockSpan span = dispatcher.next(0, threads); span.size() > 0; span = dispatcher.next(0, threads)) {
      const Progress before = own;
      mine.spans = {span};
      mine.on_progress = [&](const Progress& progress) {
        own.blocks = before.blocks + progress.blocks;
        own.patients = before.patients + progress.patients;
        dispatcher.finished(0, own.blocks, own.patients);
        if (options.stop && options.stop->load()) dispatcher.halt();
        if (options.on_progress) options.on_progress(dispatcher.progress());
      };
      run_blocks(plan, mine, sink);
    }
  } catch (...) {
    dispatcher.halt();
    failure = std::current_exception();
  }
  for (auto shown = Clock::now(); !served; std::this_thread::sleep_for(nap)) {
    if (!options.on_progress || Clock::now() - shown < between_reports) continue;
    options.on_progress(dispatcher.progress());
    shown = Clock::now();
  }
  service.join();
  const bool complete = dispatcher.complete();
  for (int rank = 1; rank < ranks.size(); ++rank) ranks.send(rank, {0, finish, 0, complete ? 1 : 0, 0});
  if (failure) std::rethrow_exception(failure);
  if (options.on_progress) options.on_progress(dispatcher.progress());
  return complete ? RunEnd::complete : RunEnd::stopped;
}

/// Every other rank: asks rank 0 for spans until there are no more.
class Follower {
 public:
  Follower(Ranks& ranks, const Plan& plan, const RunOptions& options, Sink& sink)
      : ranks_(ranks),
        plan_(plan),
        options_(options),
        sink_(sink),
        threads_(options.threads > 0 ? options.threads : default_threads()) {}

  RunEnd run() {
    for (;;) {
      tell(stopped_ || failure_ ? leave : ask);
      const Message answer = wait_for_answer();
      if (answer.kind == finish) {
        if (failure_) std::rethrow_exception(failure_);
        return answer.second == 1 ? RunEnd::complete : RunEnd::stopped;
      }
      try {
        run_span({answer.first, answer.second});
      } catch (...) {
        failure_ = std::current_exception();
      }
    }
  }

 private:
  void tell(Kind kind) { ranks_.send(0, {0, kind, blocks_, patients_, threads_}); }

  Message wait_for_answer() {
    for (;; std::this_thread::sleep_for(nap)) {
      const auto message = ranks_.receive();
      if (message && message->kind != halt) return *message;  // to who waits, a halt says nothing new
    }
  }

  void run_span(BlockSpan span) {
    const std::int64_t blocks_before = blocks_;
    const std::int64_t patients_before = patients_;
    RunOptions mine = options_;
    mine.spans = {span};
    mine.stop = &stopped_;
    mine.on_progress = [&](const Progress& progress) {
      blocks_ = blocks_before + progress.blocks;
      patients_ = patients_before + progress.patients;
      listen();
    };
    run_blocks(plan_, mine, sink_);
  }

  void listen() {
    if (options_.stop && options_.stop->load()) stopped_ = true;
    while (const auto message = ranks_.receive())
      if (message->kind == halt) stopped_ = true;
    if (Clock::now() - reported_ < between_reports) return;
    tell(report);
    reported_ = Clock::now();
  }

  Ranks& ranks_;
  const Plan& plan_;
  const RunOptions& options_;
  Sink& sink_;
  int threads_;
  std::int64_t blocks_ = 0;
  std::int64_t patients_ = 0;
  std::atomic<bool> stopped_{false};
  std::exception_ptr failure_;
  Clock::time_point reported_ = Clock::now();
};

}  // namespace

RunEnd share_blocks(Ranks& ranks, const Plan& plan, const RunOptions& options, Sink& sink) {
  if (ranks.size() == 1) return run_blocks(plan, options, sink);
  if (plan.has_checkpoints())
    throw InvalidInput(explain("ranks cannot share this study",
                               "it stops at a wished precision, which is known only when all blocks before are there",
                               "run it in one process, with as many --threads as there are processors"));
  return ranks.rank() == 0 ? lead(ranks, plan, options, sink) : Follower(ranks, plan, options, sink).run();
}

}  // namespace vcohort
