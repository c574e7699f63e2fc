#pragma once
#include <cstdint>
#include <span>

/// Statistical methods on one dataset, simulated or real: each is a function of data and options and knows no
/// simulation.
namespace vcohort::analysis {

/// A categorical covariate: one code per patient, 0 .. levels-1; a negative code is missing.
struct Factor {
  std::span<const int> codes = {};
  int levels = 0;
};

/// a - b as the numbers were written. With `unit`, the number of smallest steps in 1 (10 for one decimal), both are
/// whole steps and their difference is exact, rounded once: 0.4 - 0.3 is 1.2 - 1.1. Without (0) it is that of doubles.
inline double difference(double a, double b, double unit) {
  return unit == 0 ? a - b : (__builtin_rint(a * unit) - __builtin_rint(b * unit)) / unit;
}

/// One endpoint of a hierarchy, for the win ratio. A score when `event` is empty; otherwise a time to event with event
/// (1) or censoring (0), where the later event wins.
struct RankedEndpoint {
  std::span<const double> value = {};        // score, or time; NaN compares as a tie
  std::span<const std::uint8_t> event = {};  // empty for a score
  bool higher_is_better = true;              // of a time: the later event
  double smallest_win = 0;                   // a difference of at most this is a tie
  double unit = 0;                           // see difference()
};

/// A trial at one time, one entry per patient in every column (structure of arrays). Views only: the caller owns the
/// data. Columns that a method does not use may be empty. A patient with a negative arm, or with a missing value (NaN,
/// negative code) in a column that the method uses, is not analysed.
struct Dataset {
  int arms = 2;
  std::span<const int> arm = {};         // 0 is the reference
  std::span<const double> outcome = {};  // as it is analysed: the value, its change, or 1 for a responder
  std::span<const std::span<const double>> covariates = {};  // continuous
  std::span<const Factor> factors = {};                      // categorical
  int strata = 1;
  std::span<const int> stratum = {};  // 0 .. strata-1; empty: no strata
  std::span<const double> time = {};
  std::span<const std::uint8_t> event = {};  // 1 event at `time`, 0 censored
  /// 1 where the observation ended at `time` with another event, after which this one cannot happen, and `event` is 0;
  /// empty: nobody.
  std::span<const std::uint8_t> competed = {};
  std::span<const double> exposure = {};     // of counts; positive
  std::span<const RankedEndpoint> hierarchy = {};

  // Repeated measures.
  int visits = 0;
  std::span<const double> times = {};     // of the visits; empty: 1 apart
  int visit = 0;                          // the one at which arms are compared
  std::span<const double> repeated = {};  // [visit][patient], in the order of visits
  std::span<const std::span<const double>> covariates_by_visit = {};
  std::span<const Factor> factors_by_visit = {};

  // Units that are clusters: what their patients come to at each visit.
  std::span<const double> members = {};  // [visit][unit]: patients with a value
  std::span<const double> means = {};    // [visit][unit]: of these values; NaN where there is none
  std::span<const double> squares = {};  // [unit]: of the values about these means
  std::span<const int> crossing = {};    // [unit]: of a stepped wedge, the first visit under the other arm

  /// The same, in `own` where nobody asked before.
  std::span<const int> completed_arms(std::span<int> own) const {
    if (complete.empty()) complete_arms(own);
    return complete.empty() ? own : complete;
  }

  /// What complete_arms() says and the patients of each arm by it, where somebody asked already: methods need not look
  /// again.
  std::span<const int> complete = {};
  std::span<const double> in_arm = {};

  int patients() const { return static_cast<int>(arm.size()); }

  /// The arm of each patient of whom no column that is there misses a value, else -1; of repeated measures, of the
  /// means of a cluster and of a hierarchy one value is enough.
  void complete_arms(std::span<int> code) const;
};

}  // namespace vcohort::analysis
