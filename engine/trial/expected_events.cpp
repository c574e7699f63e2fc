#include "engine/trial/expected_events.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>

#include "engine/data_model/event_times.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/ratios.hpp"

namespace vcohort {

namespace {

using DataArm = DataModel::DataArm;

std::optional<DropoutModel> dropout_of(const DataModel& model, const TrialQuestion& design) {
  if (!design.dropout) return std::nullopt;
  return DropoutModel(*design.dropout, ends_of_intervals(*design.dropout, model.follow_up_months), design.arms.size());
}

}  // namespace

ExpectedEvents::ExpectedEvents(const DataModel& model, const TrialQuestion& design, std::int64_t patients)
    : follow_up_months_(model.follow_up_months),
      arms_(design.arms),
      accrual_(design.accrual),
      dropout_(dropout_of(model, design)),
      patients_(static_cast<double>(patients)),
      last_comes_(accrual_.months_until(patients_)) {
  require(model.kind == OutcomeKind::survival, "times to an event have events");
  require(!dropout_ || !dropout_->depends_on_outcome(), "drop-out of times to an event follows no outcome");
  for (const Arm& arm : arms_) laws_.push_back(laws_of(model, static_cast<std::size_t>(arm.strategy)));
}

double ExpectedEvents::randomised(double months) const {
  return months < 0 ? 0.0 : months >= last_comes_ ? patients_ : accrual_.patients_until(months);
}

/// The cumulative hazard of leaving.
double ExpectedEvents::lost_hazard(std::size_t arm, double months) const {
  double hazard = 0, from = 0;
  for (std::size_t k = 0; dropout_ && k < dropout_->intervals() && from < months; ++k) {
    hazard += dropout_->hazard(arm, k) * (std::min(months, dropout_->end(k)) - from);
    from = dropout_->end(k);
  }
  return hazard;
}

/// The months since randomisation, from 0 to the last that count, between which everything is smooth.
std::vector<double> ExpectedEvents::changes(const DataArm& law, double months) const {
  const double end = std::min({months, follow_up_months_, time_at_hazard(law, hazard_of_all)});
  std::vector<double> times = law.hazard_from_months;
  for (std::size_t k = 0; dropout_ && k < dropout_->intervals(); ++k) times.push_back(dropout_->end(k));
  for (const double beginning : accrual_.beginnings()) times.push_back(months - beginning);
  times.push_back(months - last_comes_);
  std::erase_if(times, [end](double time) { return time <= 0 || time >= end; });
  times.insert(times.end(), {0.0, end});
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

double ExpectedEvents::of_arm(std::size_t arm, double months) const {
  if (months <= 0) return 0;
  double events = 0;
  for (const MixedLaw& law : laws_[arm]) events += law.share * of_law(arm, law.arm, months);
  return events * arms_[arm].ratio / sum_of_ratios(arms_);
}

/// If all patients of the trial were of this arm.
double ExpectedEvents::of_law(std::size_t arm, const DataArm& law, double months) const {
  // x = y^stretch, so that x and the cumulative hazard x^shape are smooth in y at 0.
  constexpr double smooth_power = 4;
  const double stretch = law.shape == 1 ? 1 : smooth_power / std::min(1.0, law.shape);
  const auto per_y = [&](double y) {
    const double x = pow_of(y, stretch);
    return stretch * x / y * hazard_at(law, x) * survival_at(law, x) * exp_of(-lost_hazard(arm, x)) *
           randomised(months - x);
  };
  const std::vector<double> times = changes(law, months);
  double events = 0;
  for (std::size_t k = 0; k + 1 < times.size(); ++k)
    events += integral_of(per_y, pow_of(times[k], 1 / stretch), pow_of(times[k + 1], 1 / stretch));
  return events;
}

double ExpectedEvents::of_all(double months) const {
  double events = 0;
  for (std::size_t arm = 0; arm < arms_.size(); ++arm) events += of_arm(arm, months);
  return events;
}

std::optional<double> ExpectedEvents::months_until(double events) const {
  const double end = last_comes_ + follow_up_months_;
  if (events <= 0) return 0;
  if (of_all(end) < events) return std::nullopt;
  std::uintmax_t steps = 200;  // halving alone would need 60
  const auto [below, above] =
      boost::math::tools::toms748_solve([&](double months) { return of_all(months) - events; }, 0.0, end,
                                        boost::math::tools::eps_tolerance<double>(48), steps);
  return below + (above - below) / 2;
}

double ExpectedEvents::final_day(const FinalAnalysis& final) const {
  const bool later = final.when == FinalAnalysis::When::later;
  std::optional<double> day;
  const auto consider = [&](double candidate) {
    day = !day ? candidate : later ? std::max(*day, candidate) : std::min(*day, candidate);
  };
  if (final.events > 0) consider(months_until(final.events).value_or(last_day()));
  if (final.months > 0) consider(final.months);
  if (final.followed_months > 0) consider(last_comes_ + final.followed_months);
  return std::min(day.value_or(last_day()), last_day());
}

}  // namespace vcohort
