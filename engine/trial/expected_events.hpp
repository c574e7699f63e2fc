#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/data_model/mixed_law.hpp"
#include "engine/trial/accrual.hpp"
#include "engine/trial/dropout.hpp"

namespace vcohort {

/// The events that a trial of times to an event expects by a day, without simulation.
///
///   E_a(t) = share_a  integral from 0 to min(t, follow-up) of f_a(x) G_a(x) min(n, L(t - x)) dx
///
/// with the density f_a of the arm's times to the event (event_times.hpp), the share G_a that has not left by x
/// (dropout.hpp), the patients L expected by a month (accrual.hpp), n of them in all, and the arm's share by its ratio.
/// By quadrature between the times at which one of these changes; relative error below 1e-10.
///
/// Where the numbers of the arms are those of patients at the reference of covariates, f_a is the mixture over these.
///
/// Patients come evenly over each moment. The trial that is simulated, whose patient i = 1, 2, ... comes when L reaches
/// i, has about half a patient's events less. With Poisson accrual the number is that of a trial that has not
/// yet n patients; near that time it is a little high.
///
/// Source: Lachin and Foulkes, Biometrics 42 (1986) 507, for exponential times, drop-out and even accrual.
class ExpectedEvents {
 public:
  /// Drop-out follows no outcome.
  ExpectedEvents(const DataModel&, const TrialQuestion&, std::int64_t patients);

  /// Of one arm of the question, or of all, by `months` since the first day of accrual.
  double of_arm(std::size_t arm, double months) const;
  double of_all(double months) const;

  /// When the last patient is expected.
  double last_comes() const { return last_comes_; }

  /// When the follow-up of the last patient ends.
  double last_day() const { return last_comes_ + follow_up_months_; }

  /// The expected day of a final analysis, at most the last one.
  double final_day(const FinalAnalysis&) const;

  /// Patients who are expected to be randomised by then.
  double randomised(double months) const;

  /// The months after which this many events are expected of all arms; nothing where there never are.
  std::optional<double> months_until(double events) const;

 private:
  double lost_hazard(std::size_t arm, double months) const;
  std::vector<double> changes(const DataModel::DataArm& law, double months) const;
  double of_law(std::size_t arm, const DataModel::DataArm& law, double months) const;

  double follow_up_months_;
  std::vector<std::vector<MixedLaw>> laws_;  // [arm]
  std::vector<Arm> arms_;
  AccrualProfile accrual_;
  std::optional<DropoutModel> dropout_;
  double patients_, last_comes_;
};

}  // namespace vcohort
