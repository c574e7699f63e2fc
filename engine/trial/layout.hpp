#pragma once
#include <cstddef>

#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// Where each number of a trial stands in its tally. A size is a sample size; a cell is a (sample size, analysis,
/// contrast), in this order, the last index fastest. d = estimate - true value (0 where there is none known).
class TrialLayout {
 public:
  enum SizeSum : std::size_t {
    duration,
    duration_squares,
    dropout,
    dropout_squares,
    unbalance,
    unbalance_squares,
    guesses,
    guesses_squares,
    screening_failures,
    screening_failures_squares,
    size_sums
  };
  enum CellCount : std::size_t {
    fits,
    rejections,
    favourable,
    covered,
    with_truth,
    first_failure,
    cell_counts = first_failure + analysis::failure_kinds
  };
  enum CellSum : std::size_t {
    d,
    d_squares,
    d_fourths,
    se,
    se_squares,
    se_fourths,
    truth,
    truth_squares,
    truth_variance,
    analysed,
    cell_sums
  };

  TrialLayout(std::size_t sizes, std::size_t analyses, std::size_t contrasts)
      : sizes_(sizes), analyses_(analyses), contrasts_(contrasts) {}

  std::size_t sizes() const { return sizes_; }
  std::size_t analyses() const { return analyses_; }
  std::size_t contrasts() const { return contrasts_; }
  std::size_t cells() const { return sizes_ * analyses_ * contrasts_; }
  std::size_t cell(std::size_t size, std::size_t analysis, std::size_t contrast) const {
    return (size * analyses_ + analysis) * contrasts_ + contrast;
  }

  std::size_t replicates() const { return 0; }
  std::size_t count(std::size_t cell, std::size_t which) const { return 1 + cell * cell_counts + which; }
  std::size_t sum(std::size_t size, SizeSum which) const { return size * size_sums + which; }
  std::size_t sum(std::size_t cell, CellSum which) const { return sizes_ * size_sums + cell * cell_sums + which; }
  std::size_t number_of_counts() const { return 1 + cells() * cell_counts; }
  std::size_t number_of_sums() const { return sizes_ * size_sums + cells() * cell_sums; }

 private:
  std::size_t sizes_, analyses_, contrasts_;
};

}  // namespace vcohort
