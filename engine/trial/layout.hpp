#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// Where each number of a trial stands in its tally. A size is a sample size; a cell is a (sample size, analysis,
/// contrast), in this order, the last index fastest. d = estimate - true value (0 where there is none known), of finite
/// estimates. Analyses that estimate the logarithm of a ratio, which may be infinite, have a histogram of estimates.
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
    enrolled,
    enrolled_squares,
    events,  // of times to an event; as the next
    events_squares,
    followed,
    followed_squares,
    size_sums
  };
  enum LookCount : std::size_t { taken, failed, stops_efficacy, stops_futility, stops_worse, look_counts };
  enum LookSum : std::size_t {
    months,
    months_squares,
    at_look,
    at_look_squares,
    known,
    known_squares,
    information,
    information_squares,
    look_sums
  };
  enum CellCount : std::size_t {
    fits,
    rejections,
    favourable,
    covered,
    with_truth,
    with_se,
    fallback,    // not by the model that the study names first
    not_finite,  // estimates that are infinite or undetermined, though the test stands
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

  enum FamilyCount : std::size_t { any_primary, all_primaries, everything, first_claim };

  /// `ratios[analysis]`: whether it estimates a ratio. `looks`: 0 of a fixed design. `claims`: of a family; 0: none.
  /// `own_events`: whether analyses have events of their own.
  TrialLayout(std::size_t sizes, std::size_t contrasts, std::vector<bool> ratios, std::size_t looks,
              std::size_t claims = 0, bool own_events = false)
      : sizes_(sizes),
        analyses_(ratios.size()),
        contrasts_(contrasts),
        looks_(looks),
        family_counts_(claims == 0 ? 0 : first_claim + claims),
        has_events_(own_events),
        ratios_(std::move(ratios)) {}

  /// Bins of a log ratio: 0.02 wide between -8 and 8 (ratios of 3,000), and one on either side for all beyond.
  static constexpr double largest_in_bins = 8, bin_width = 0.02;
  static constexpr std::size_t bins = 802;
  static std::size_t bin_of(double log_ratio) {
    if (!(log_ratio >= -largest_in_bins)) return 0;
    if (log_ratio >= largest_in_bins) return bins - 1;
    return 1 + static_cast<std::size_t>((log_ratio + largest_in_bins) / bin_width);
  }
  bool has_histogram(std::size_t analysis) const { return ratios_[analysis]; }

  std::size_t sizes() const { return sizes_; }
  std::size_t analyses() const { return analyses_; }
  std::size_t contrasts() const { return contrasts_; }
  std::size_t looks() const { return looks_; }
  std::size_t cells() const { return sizes_ * analyses_ * contrasts_; }
  std::size_t cell(std::size_t size, std::size_t analysis, std::size_t contrast) const {
    return (size * analyses_ + analysis) * contrasts_ + contrast;
  }

  std::size_t replicates() const { return 0; }
  std::size_t count(std::size_t cell, std::size_t which) const { return 1 + cell * cell_counts + which; }
  std::size_t sum(std::size_t size, SizeSum which) const { return size * size_sums + which; }
  std::size_t sum(std::size_t cell, CellSum which) const { return sizes_ * size_sums + cell * cell_sums + which; }
  /// The first bin, of a cell whose analysis has a histogram.
  std::size_t histogram(std::size_t cell) const { return 1 + cells() * cell_counts + place_of_histogram(cell) * bins; }
  std::size_t count(std::size_t size, std::size_t look, LookCount which) const {
    return counts_without_looks() + (size * looks_ + look) * look_counts + which;
  }
  std::size_t sum(std::size_t size, std::size_t look, LookSum which) const {
    return sums_without_looks() + (size * looks_ + look) * look_sums + which;
  }
  /// Of a family of claims: a FamilyCount, or first_claim + step.
  std::size_t family(std::size_t size, std::size_t contrast, std::size_t which) const {
    return counts_without_family() + (size * contrasts_ + contrast) * family_counts_ + which;
  }
  std::size_t number_of_counts() const { return counts_without_family() + sizes_ * contrasts_ * family_counts_; }
  /// Of an analysis of times to an event: its own events, or their squares.
  std::size_t events_of(std::size_t size, std::size_t analysis, bool squares) const {
    return sums_without_events() + 2 * (size * analyses_ + analysis) + (squares ? 1 : 0);
  }
  bool has_events() const { return has_events_; }
  std::size_t number_of_sums() const { return sums_without_events() + (has_events_ ? 2 * sizes_ * analyses_ : 0); }

 private:
  std::size_t counts_without_family() const { return counts_without_looks() + sizes_ * looks_ * look_counts; }
  std::size_t counts_without_looks() const {
    return 1 + cells() * cell_counts + sizes_ * ratio_analyses(analyses_) * contrasts_ * bins;
  }
  std::size_t sums_without_events() const { return sums_without_looks() + sizes_ * looks_ * look_sums; }
  std::size_t sums_without_looks() const { return sizes_ * size_sums + cells() * cell_sums; }
  std::size_t ratio_analyses(std::size_t before) const {
    std::size_t n = 0;
    for (std::size_t a = 0; a < before; ++a) n += ratios_[a];
    return n;
  }
  std::size_t place_of_histogram(std::size_t cell) const {
    const std::size_t contrast = cell % contrasts_, analysis = cell / contrasts_ % analyses_;
    const std::size_t size = cell / contrasts_ / analyses_;
    return (size * ratio_analyses(analyses_) + ratio_analyses(analysis)) * contrasts_ + contrast;
  }

  std::size_t sizes_, analyses_, contrasts_, looks_, family_counts_;
  bool has_events_;
  std::vector<bool> ratios_;
};

}  // namespace vcohort
