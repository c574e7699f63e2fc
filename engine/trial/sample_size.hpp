#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

struct SampleSizeGoal {
  double power = 0.9;
  bool assurance = false;  // count rejections in the beneficial direction only
  std::int64_t smallest = 4;
  std::int64_t largest = 10000;
  std::int64_t multiple = 2;               // of what ratio and block need
  bool sawtooth = false;                   // of a discrete test: every size up to 1.1 times the answer is looked at
  std::int64_t first_replicates = 250;     // per size, far from the answer
  std::int64_t search_replicates = 20000;  // in all, spent where the curve crosses the target
  std::int64_t confirmation_replicates = 20000;  // at the answer, on replicates that the search did not use
  double level = 0.95;                           // of the interval
  bool first = false;  // the smallest size that reaches the target, even where a larger one misses it
};

struct SampleSizeAnswer {
  bool found = false;
  std::int64_t sample_size = 0;       // smallest tested size from which all larger tested sizes reach the target; or
                                      // the first one that does
  std::int64_t lower = 0, upper = 0;  // interval of the size at which the power curve crosses the target
  double power = 0, power_mcse = 0;   // confirmed, at the answer
  double ceiling = 0;                 // power at the largest size: where it stays below the target, no size suffices
  struct Point {
    std::int64_t sample_size = 0, replicates = 0, rejections = 0, failures = 0;
    double power() const { return static_cast<double>(rejections) / static_cast<double>(replicates); }
    double mcse() const;
  };
  std::vector<Point> curve;  // ascending by size; everything that was simulated, confirmation included
};

/// Simulates replicates [from, to) at a sample size.
using CountRejections = std::function<RejectionCounts(std::int64_t sample_size, std::int64_t from, std::int64_t to)>;

/// The smallest total sample size whose power reaches a target, by simulation.
///
///   1. doubling from the smallest size until the target is exceeded clearly, with few replicates each;
///   2. a probit curve Phi(a + b sqrt N), fitted by maximum likelihood, says where the target is crossed; more
///      replicates are spent at the sizes next to the crossing and 10 % to either side of it, in turns, until the
///      search's budget is spent;
///   3. the candidate is confirmed on replicates that the search did not use, together with its neighbours upwards by
///      one multiple and by 5 %, 10 %, or all of them up to 10 % where the test is discrete; while one of them misses
///      the target the candidate moves up, and where its power lies more than two errors above the target it moves
///      down, to where the curve of everything simulated by then crosses.
///
/// For the first size that reaches it, however it goes on (tables of exact designs), step 3 looks at every size from
/// three quarters of the crossing on, and confirms those that may reach the target.
///
/// The target is reached when the confirmed power is not below it. No two sizes share a replicate: [0, search) belong
/// to the search, those after 2^31 to the confirmation. The interval is where the curve of everything within 1.5 times
/// the answer crosses at the limits of its error (delta method). The power lies between 0 and 1, and a multiple within
/// the limits.
SampleSizeAnswer find_sample_size(const SampleSizeGoal&, const CountRejections&);

/// The analyses that a target sizes: one, or all primaries of a family.
std::vector<std::size_t> analyses_of(const Trial&, const SizeTarget&);

/// What total sample sizes must be a multiple of: whole blocks for permuted blocks, else the sum of ratios.
std::int64_t sample_size_multiple(const TrialQuestion&);

/// The curve of an answer as a table: sample_size, replicates, power, power_mcse, failures.
Table sample_size_curve(const SampleSizeAnswer&);

/// What an answer is of.
struct SizedAnswer {
  std::string scenario, analysis, contrast, effect;
  SampleSizeAnswer answer;
  bool precision = false;               // the target is a probability that intervals are narrow, and not a power
  bool events = false;                  // the answer is a number of events, of a trial of a given size; else of units
  std::string_view units = "patients";  // or clusters
  WithError expected = {};              // patients at the answer, where looks end trials early; missing without looks
  std::string formula = {};             // the published formula beside the search, if there is one, with its source
  std::string no_formula = {};          // or why there is none at the answer
  double formula_power = std::numeric_limits<double>::quiet_NaN();  // at the answer
  bool formula_ends = false;                                        // it has no value at the largest size allowed
  std::int64_t formula_answer = 0;                                  // the smallest size that it finds; 0: none
};

/// The smallest size from `goal.smallest` to `goal.largest`, a multiple, at which a power that grows reaches the
/// target; of a discrete test the one from which all larger ones reach it, or with `goal.first` the first that does.
/// Nothing where none does.
std::optional<std::int64_t> smallest_size_of(const SampleSizeGoal& goal,
                                             const std::function<double(std::int64_t)>& power_at);

/// The study whose trial ends at this number of events: at its final analysis, or the last of its looks.
Study with_events(const Study&, std::int64_t events);

/// All answers in one table: one row per tested size, with the answer and its interval in every row of a scenario
/// (missing where no size suffices).
Table sample_size_table(const SampleSizeGoal&, const std::vector<SizedAnswer>&);

}  // namespace vcohort
