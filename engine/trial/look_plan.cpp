#include "engine/trial/look_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/analysis/boundaries/running.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

std::vector<std::int64_t> counts_of(const TrialQuestion& design, std::int64_t patients) {
  constexpr double rounding = 1e-9;  // 0.6 of 50 is 30, whatever a double makes of it
  const Looks& looks = design.looks.value();
  const double maximum = looks.timing == Looks::Timing::events ? looks.maximum : static_cast<double>(patients);
  std::vector<std::int64_t> counts;
  for (const double fraction : looks.information)
    counts.push_back(static_cast<std::int64_t>(std::ceil(fraction * maximum - rounding)));
  return counts;
}

boundaries::Design design_at(const TrialQuestion& design, const std::vector<std::int64_t>& counts) {
  boundaries::Design rounded = boundaries::design_of(design);
  for (std::size_t k = 0; k < counts.size(); ++k)
    rounded.looks.information[k] = static_cast<double>(counts[k]) / static_cast<double>(counts.back());
  rounded.looks.observed.clear();
  return rounded;
}

}  // namespace

bool LookPlan::fits(const TrialQuestion& design, std::int64_t patients) {
  const std::vector<std::int64_t> counts = counts_of(design, patients);
  return counts.front() > 0 && counts.back() <= patients &&
         std::adjacent_find(counts.begin(), counts.end(), std::greater_equal<>()) == counts.end();
}

LookPlan::LookPlan(const TrialQuestion& design, std::int64_t patients)
    : counts_(counts_of(design, patients)),
      patients_(static_cast<std::size_t>(patients)),
      of_events_(design.looks->timing == Looks::Timing::events) {
  require(fits(design, patients), "every look has news");
  require(of_events_ || design.looks->timing == Looks::Timing::primary_outcome, "looks count outcomes or events");
  design_ = design_at(design, counts_);
  calibrated_ = boundaries::calibrate(design_);
}

LookPlan::Due LookPlan::due(std::size_t look, const TrialData& data, const Protocol& protocol,
                            std::vector<double>& months) const {
  const std::int64_t wanted = counts_[look];
  Due due{{patients_, std::numeric_limits<double>::infinity()}, wanted, look + 1 == looks()};
  months.clear();
  if (!of_events_) {
    // Patients come in the order of randomisation, and so do their visits.
    const double visit = protocol.visits_months[protocol.visit_at(protocol.design.analyses.front().visit_months)];
    due.cut.months = data.randomised_months[static_cast<std::size_t>(wanted) - 1] + visit;
  } else {
    for (std::size_t i = 0; i < patients_; ++i)
      if (data.event[i]) months.push_back(data.randomised_months[i] + data.observed.time[i]);
    if (static_cast<std::int64_t>(months.size()) < wanted) {
      due.count = static_cast<std::int64_t>(months.size());
      due.last = true;
      return due;
    }
    const auto nth = months.begin() + (wanted - 1);
    std::nth_element(months.begin(), nth, months.end());
    due.cut.months = *nth;
  }
  const auto end = data.randomised_months.begin() + static_cast<std::ptrdiff_t>(patients_);
  due.cut.enrolled = static_cast<std::size_t>(std::upper_bound(data.randomised_months.begin(), end, due.cut.months) -
                                              data.randomised_months.begin());
  return due;
}

std::optional<boundaries::Bound> LookPlan::bound(std::size_t look, const Due& due) const {
  const bool as_planned = !due.last || (look + 1 == looks() && due.count == counts_.back());
  if (as_planned) return boundaries::bound_at(bounds(), look);
  if (due.count == 0) return std::nullopt;
  const boundaries::Bounds& ended = bounds_of_ended(look, due.count);
  return boundaries::bound_at(ended, ended.looks() - 1);
}

const boundaries::Bounds& LookPlan::bounds_of_ended(std::size_t looks_before, std::int64_t count) const {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = ended_.try_emplace({looks_before, count});
  if (is_new) {
    boundaries::Design ended = design_;
    const double information = static_cast<double>(count) / static_cast<double>(counts_.back());
    for (std::size_t k = 0; k < looks_before; ++k)  // one without anything new since is the last look itself
      if (design_.looks.information[k] < information - boundaries::smallest_gain)
        ended.looks.observed.push_back({.information = design_.looks.information[k]});
    ended.looks.observed.push_back({.information = information, .final = true});
    found->second = boundaries::running(ended, calibrated_).bounds;
  }
  return found->second;
}

std::int64_t LookPlan::smallest_size(const TrialQuestion& design) {
  const Looks& looks = design.looks.value();
  if (looks.timing == Looks::Timing::events) return static_cast<std::int64_t>(std::ceil(looks.maximum));
  double gap = looks.information.front();
  for (std::size_t k = 1; k < looks.information.size(); ++k)
    gap = std::min(gap, looks.information[k] - looks.information[k - 1]);
  return static_cast<std::int64_t>(std::ceil(1 / gap)) + 1;
}

std::shared_ptr<const LookPlan> LookPlans::of(std::int64_t patients) const {
  if (!design_.looks) return nullptr;
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const LookPlan>& plan = plans_[patients];
  if (!plan) plan = std::make_shared<const LookPlan>(design_, patients);
  return plan;
}

}  // namespace vcohort
