#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// Without visits: the ends of the intervals in which the hazard of leaving is constant.
std::vector<double> ends_of_intervals(const Dropout&, double follow_up_months);

/// Who leaves a trial, and when.
///
/// Between the times of the design the hazard is constant, so that a patient who is there at visit v - 1 is lost by
/// visit v with
///
///   p_v = 1 - exp(-(H(t_v) - H(t_{v-1}))),   H = -log(1 - cumulative share), linear between the times, constant after
///   the last, or per_month * t; logit p = a_v + log(odds ratio) * s + log(odds ratio of the arm),
///
/// where s is by how many SD the change from baseline is worse than expected: of the last observed visit under MAR (0
/// before the first one), of the coming visit under MNAR. Under MCAR without odds ratios of arms a_v = logit p_v, and
/// the shares are hit exactly. Otherwise a_v is calibrated on reference patients of the study so that they are hit
/// without odds ratios of arms.
///
/// Draws two uniforms per patient and visit from Purpose::dropout (occasion = visit number, from 1): whether, and when.
class DropoutModel {
 public:
  /// `times`: of the visits, ascending, or of the ends of intervals where there are no visits.
  DropoutModel(const Dropout&, std::span<const double> times, std::size_t arms);

  std::size_t intervals() const { return probability_.size(); }
  double probability(std::size_t interval) const { return probability_[interval]; }
  bool depends_on_outcome() const;

  /// Finds a_v from the changes from baseline of reference patients, shape [visit][patient], better = higher. Also the
  /// expectation and SD that s refers to.
  void calibrate(std::span<const std::vector<double>> change);

  /// The hazard of being lost in an interval under an arm [1/month], where no outcome decides.
  double hazard(std::size_t arm, std::size_t interval) const;
  double end(std::size_t interval) const { return times_[interval]; }

  /// The share of an arm that is expected to be lost by the last time, from the changes of patients under that arm, as
  /// calibrate() takes them; they may be empty where no outcome decides.
  double expected_share(std::size_t arm, std::span<const std::vector<double>> change) const;

  struct Loss {
    std::vector<int> visits_attended;  // [patient]
    std::vector<double> months;        // [patient]: when lost; infinity for those who stay
    std::vector<double> uniform, when, probability;
  };
  /// `change(visit)` gives the patients' changes from baseline at a visit, better = higher, where the outcome decides.
  template <class Change>
  void lose(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
            std::span<const int> arm, const Change& change, Loss& loss) const {
    begin(patients.size(), loss);
    for (std::size_t v = 0; v < intervals(); ++v) {
      const double* deciding = nullptr;
      if (mechanism() == Dropout::Mechanism::mar && v > 0) deciding = change(v - 1);
      if (mechanism() == Dropout::Mechanism::mnar) deciding = change(v);
      lose_by(v, seed, replicate, patients, arm, deciding, loss);
    }
  }

 private:
  Dropout::Mechanism mechanism() const { return dropout_.mechanism; }
  void begin(std::size_t patients, Loss&) const;
  void lose_by(std::size_t visit, std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
               std::span<const int> arm, const double* change, Loss&) const;
  double hazard_until(double months) const;
  /// The visit whose outcome decides who is lost by a visit.
  std::size_t deciding(std::size_t visit) const;
  double score(std::size_t visit, double change) const;
  double slope(std::size_t visit, std::span<const std::vector<double>> change, std::size_t patient) const;

  Dropout dropout_;
  std::vector<double> times_, probability_, intercept_, expected_, sd_, log_arm_odds_;
  double log_odds_per_sd_ = 0;
};

}  // namespace vcohort
