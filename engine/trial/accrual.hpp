#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Calendar time of randomisation of each patient [months since the first day of accrual], in order of enrolment.
///
/// With the cumulative rate L(t) of the pieces (constant from each on, or linear between them; the last one holds for
/// ever), patient i = 0, 1, ... is randomised when L reaches i + 1, or for Poisson accrual E_0 + ... + E_i with
/// standard exponential E: one shared uniform per patient from Purpose::accrual. Without pieces everybody is randomised
/// at time 0.
class AccrualProfile {
 public:
  /// The last rate is positive: accrual does not stop before the last patient.
  explicit AccrualProfile(const Accrual&);

  void randomised_at(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                     std::vector<double>& months) const;

  /// False where patients come at the same times in every replicate.
  bool by_chance() const { return accrual_.kind == Accrual::Kind::poisson && !segments_.empty(); }

  /// The time at which this many patients are expected.
  double months_until(double patients) const;

  /// How many are expected by this time: L, or infinitely many from 0 on without pieces.
  double patients_until(double months) const;

  /// Where the pieces begin.
  std::vector<double> beginnings() const;

 private:
  struct Segment {
    double from = 0, length = 0, rate = 0, slope = 0, before = 0;  // patients expected before it
  };
  Accrual accrual_;
  std::vector<Segment> segments_;
};

}  // namespace vcohort
