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

/// One endpoint of a hierarchy, for the win ratio. A score when `event` is empty; otherwise a time to event with event
/// (1) or censoring (0), where the later event wins.
struct RankedEndpoint {
  std::span<const double> value = {};        // score, or time; NaN compares as a tie
  std::span<const std::uint8_t> event = {};  // empty for a score
  bool higher_is_better = true;              // of a score
  double smallest_win = 0;                   // a difference of at most this is a tie
};

/// A trial at one time, one entry per patient in every column (structure of arrays). Views only: the caller owns the
/// data. Columns that a method does not use may be empty. A patient with a negative arm, or with a missing value (NaN,
/// negative code) in a column that the method uses, is not analysed.
struct Dataset {
  int arms = 2;
  std::span<const int> arm = {};  // 0 is the reference
  std::span<const double> outcome = {};
  std::span<const double> baseline = {};                     // of the outcome, for the change from baseline
  std::span<const std::span<const double>> covariates = {};  // continuous
  std::span<const Factor> factors = {};                      // categorical
  int strata = 1;
  std::span<const int> stratum = {};  // 0 .. strata-1
  std::span<const double> time = {};
  std::span<const std::uint8_t> event = {};  // 1 event at `time`, 0 censored
  std::span<const double> exposure = {};     // of counts; positive
  std::span<const RankedEndpoint> hierarchy = {};

  int patients() const { return static_cast<int>(arm.size()); }
};

/// Throws InvalidInput when a column has another length than `arm`, or a code is outside its range. The methods
/// themselves do not check: a simulation builds thousands of datasets in the same buffers and checks the first.
void check(const Dataset& data);

}  // namespace vcohort::analysis
