#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace vcohort::analysis {

/// Visits of a mixed model at most: those that a patient was seen at are the bits of a word.
inline constexpr int most_repeated_visits = 64;

/// The sufficient statistics of a repeated-measures dataset: patients with the same covariance group and the same
/// observed visits share one Gram matrix of (terms, outcomes), where the terms are what the mean is linear in (1, arm
/// indicators, covariates). Once gathered, the cost of a fit does not depend on the number of patients.
class RepeatedMeasures {
 public:
  struct Pattern {
    std::uint64_t observed = 0;  // bit t: visit t
    int group = 0;
    int patients = 0;
    int first = 0;             // place of its first patient in the order of patterns
    std::vector<int> visits;   // observed, ascending
    std::vector<double> gram;  // (terms + visits)^2 row-major, lower triangle until complete()
  };

  RepeatedMeasures() = default;
  RepeatedMeasures(int terms, int visits) : terms_(terms), visits_(visits) {}

  /// The patients who were seen at all, pattern after pattern, within a pattern as they come. Shapes [patient]; an
  /// empty `group` is one group.
  std::span<const int> sort(std::span<const int> group, std::span<const std::uint64_t> observed);

  /// Takes the data of these patients: terms, then outcomes with 0 where the visit is not observed. Shape
  /// [term or visit][place in the order of patterns].
  void add(std::span<const double> columns);

  int terms() const { return terms_; }
  int visits() const { return visits_; }
  int width() const { return terms_ + visits_; }
  int patients() const { return patients_; }
  int observations() const { return observations_; }
  /// Patterns in ascending order of (group, observed); some may have no patient.
  std::span<const Pattern> patterns() const { return patterns_; }
  std::span<const int> patients_at() const { return patients_at_; }  // by visit

  /// True when nobody returns after a missing visit and there is one group.
  bool is_monotone() const;

 private:
  std::size_t find(int group, std::uint64_t observed);

  int terms_ = 0, visits_ = 0, patients_ = 0, observations_ = 0;
  std::vector<Pattern> patterns_;
  std::vector<int> patients_at_, order_;
  std::vector<std::size_t> pattern_of_;  // [patient]
  std::array<std::size_t, most_repeated_visits + 1>
      found_{};  // [visits until the first gap]: where the last such patient was
};

}  // namespace vcohort::analysis
