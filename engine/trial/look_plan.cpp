#include "engine/trial/look_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/boundaries/design_of.hpp"
#include "engine/analysis/boundaries/running.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

using Timing = Looks::Timing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_steps = 64;  // of outcomes at visits

bool counts_whole_things(Timing timing) {
  return timing == Timing::primary_outcome || timing == Timing::enrolled || timing == Timing::events;
}

double maximum_of(const Looks& looks, std::int64_t patients) {
  return looks.timing == Timing::primary_outcome || looks.timing == Timing::enrolled ? static_cast<double>(patients)
                                                                                     : looks.maximum;
}

double visit_months(const Protocol& protocol) {
  return protocol.visits_months[protocol.visit_at(protocol.design.analyses.front().visit_months)];
}

}  // namespace

std::vector<double> counts_of(const Looks& looks, double maximum) {
  constexpr double rounding = 1e-9;  // 0.6 of 50 is 30, whatever a double makes of it
  std::vector<double> counts;
  for (const double fraction : looks.information)
    counts.push_back(counts_whole_things(looks.timing) ? std::ceil(fraction * maximum - rounding) : fraction * maximum);
  return counts;
}

bool LookPlan::fits(const TrialQuestion& design, std::int64_t patients) {
  const Looks& looks = design.looks.value();
  if (!counts_whole_things(looks.timing)) return static_cast<std::size_t>(patients) > looks.information.size();
  const std::vector<double> counts = counts_of(looks, maximum_of(looks, patients));
  return counts.front() > 0 && counts.back() <= static_cast<double>(patients) &&
         std::adjacent_find(counts.begin(), counts.end(), std::greater_equal<>()) == counts.end();
}

LookPlan::LookPlan(const TrialQuestion& design, std::int64_t patients)
    : design_(boundaries::design_of(design)),
      timing_(design.looks->timing),
      maximum_(maximum_of(*design.looks, patients)),
      patients_(static_cast<std::size_t>(patients)) {
  require(fits(design, patients), "every look has news");
  require(maximum_ > 0, "looks are due at fractions of a maximum");
  planned_ = counts_of(*design.looks, maximum_);
  for (double& count : planned_) count /= planned_.back();
  design_.looks.information = planned_;
  design_.looks.observed.clear();
  calibrated_ = boundaries::calibrate(design_);
}

LookPlan::Due LookPlan::due(std::size_t look, const TrialData& data, const Protocol& protocol,
                            std::vector<double>& months) const {
  const bool last = look + 1 == looks();
  const double wanted = planned_[look] * maximum_;
  const auto whole = static_cast<std::size_t>(std::llround(wanted));
  if (timing_ == Timing::events) {
    Due due{{patients_, infinity}, static_cast<std::int64_t>(whole), last, planned_[look]};
    const double day = day_of_event(whole, data, patients_, months);
    if (std::isinf(day)) {
      due.count = static_cast<std::int64_t>(months.size());
      due.information = static_cast<double>(months.size()) / maximum_;
      due.last = true;
    } else {
      due.cut = cut_on(day, data, patients_);
    }
    return due;
  }
  // Patients come in the order of randomisation, and so do their visits.
  const double visit = visit_months(protocol);
  double day = wanted + same_day;
  if (timing_ != Timing::months) {
    const bool at_visit = timing_ == Timing::primary_outcome || last;
    day = data.randomised_months[whole - 1] + (at_visit ? visit : 0.0);
  }
  Due due{cut_on(day, data, patients_), 0, last, planned_[look]};
  if (timing_ == Timing::primary_outcome) {
    due.count = static_cast<std::int64_t>(whole);
  } else {
    due.count = static_cast<std::int64_t>(data.due_by(due.cut, visit));
    due.information = static_cast<double>(due.count) / static_cast<double>(patients_);
    due.last = due.last || due.information >= 1;  // there is nothing to wait for
  }
  return due;
}

std::int64_t LookPlan::steps(const TrialData& data, const Protocol& protocol) const {
  if (protocol.by_visit(protocol.primary_slot())) return static_cast<std::int64_t>(std::min(patients_, most_steps));
  return static_cast<std::int64_t>(std::ceil(data.randomised_months[patients_ - 1] + protocol.follow_up_months));
}

LookPlan::Due LookPlan::at_step(std::int64_t step, const TrialData& data, const Protocol& protocol) const {
  const std::int64_t last = steps(data, protocol);
  Due due;
  due.last = step == last;
  if (protocol.by_visit(protocol.primary_slot())) {
    due.count = (step * static_cast<std::int64_t>(patients_) + last - 1) / last;
    due.cut = cut_on(data.randomised_months[static_cast<std::size_t>(due.count) - 1] + visit_months(protocol), data,
                     patients_);
  } else {
    due.cut = cut_on(static_cast<double>(step), data, patients_);
    due.count = static_cast<std::int64_t>(due.cut.enrolled);
  }
  return due;
}

bool LookPlan::may_ask(const Due& due) const {
  constexpr double first_asked = 0.1;
  return due.last || static_cast<double>(due.count) >= first_asked * static_cast<double>(patients_);
}

double LookPlan::share_of(double seen) const {
  constexpr double digits = 1000;
  return std::min(1.0, std::round(digits * seen / maximum_) / digits);
}

std::optional<boundaries::Bound> LookPlan::bound(std::size_t look, std::span<const double> before,
                                                 const Due& due) const {
  const auto as_planned = [&](std::size_t k, double information) { return information == planned_[k]; };
  bool planned = before.size() == look && as_planned(look, due.information);
  for (std::size_t k = 0; planned && k < look; ++k) planned = as_planned(k, before[k]);
  if (planned && due.last == (look + 1 == looks())) return boundaries::bound_at(bounds(), look);
  if (due.information <= 0) return std::nullopt;
  const boundaries::Bounds& found = bounds_of(before, due.information, due.last);
  std::size_t at = 0;
  while (at + 1 < found.looks() && found.information[at] < due.information) ++at;
  return boundaries::bound_at(found, at);
}

bool LookPlan::has_news(std::span<const double> before, const Due& due) {
  return due.last || due.information >= (before.empty() ? 0.0 : before.back()) + boundaries::smallest_gain;
}

const boundaries::Bounds& LookPlan::bounds_of(std::span<const double> before, double information, bool last) const {
  std::vector<double> path;
  for (const double earlier : before)  // a last look without news is the look before it, with all of the level
    if (earlier < information - boundaries::smallest_gain / 2) path.push_back(earlier);
  path.push_back(information);
  path.push_back(last ? 1 : 0);
  const std::lock_guard lock(mutex_);
  auto found = of_path_.find(path);
  if (found == of_path_.end()) {
    boundaries::Design seen = design_;
    for (std::size_t k = 0; k + 1 < path.size(); ++k) seen.looks.observed.push_back({.information = path[k]});
    seen.looks.observed.back().final = last;
    found = of_path_.emplace(path, boundaries::running(seen, calibrated_).bounds).first;
  }
  return found->second;
}

std::int64_t LookPlan::smallest_size(const TrialQuestion& design) {
  const Looks& looks = design.looks.value();
  if (looks.timing == Timing::events) return static_cast<std::int64_t>(std::ceil(looks.maximum));
  if (!counts_whole_things(looks.timing)) return static_cast<std::int64_t>(looks.information.size()) + 1;
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
