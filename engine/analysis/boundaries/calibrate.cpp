#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "engine/analysis/boundaries/design.hpp"
#include "engine/analysis/boundaries/futility.hpp"
#include "engine/analysis/boundaries/pass.hpp"
#include "engine/analysis/boundaries/root.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort::boundaries {

namespace {

const Looks::Futility* futility_of(const Design& design) {
  return design.looks.futility ? &*design.looks.futility : nullptr;
}

/// Bounds that are a shape times a constant; the last one is the constant.
Bounds with_constant(const Design& design, const Schedule& schedule, Assumed assumed) {
  constexpr double step = 1.5;
  const auto at = [&](double constant) {
    assumed.constant = assumed.critical = constant;
    return pass(design, schedule, assumed);
  };
  const auto excess = [&](double constant) { return at(constant).alpha_spent.back() / design.level - 1; };
  double high = -normal_quantile(design.level / static_cast<double>(schedule.information.size())) + 1;
  while (excess(high) > 0) high *= step;
  return at(root_between(excess, 0.0, high));
}

/// Bounds whose last one is found from what is spent before; rules of futility may look ahead to it.
Bounds with_last(const Design& design, const Schedule& schedule, Assumed assumed) {
  if (!assumed.futility || !looks_ahead(*assumed.futility)) return pass(design, schedule, assumed);
  Assumed without = assumed;
  without.futility = nullptr;
  assumed.critical = pass(design, schedule, without).efficacy.back();
  if (assumed.futility->binding) {
    const auto excess = [&](double critical) {
      assumed.critical = critical;
      return pass(design, schedule, assumed).efficacy.back() - critical;
    };
    constexpr double room = 1e-6;
    assumed.critical = root_between(excess, 0.0, assumed.critical + room);
  }
  return pass(design, schedule, assumed);
}

/// Whether the bounds for futility hang on the drift of the design.
bool hangs_on_drift(const Looks::Futility& rule) {
  return rule.spending.kind || (!rule.conditional_power.empty() && rule.drift == Looks::Futility::Drift::design);
}

void check_order(const Bounds& bounds) {
  for (std::size_t k = 0; k + 1 < bounds.looks(); ++k) {
    if (bounds.futility[k] < bounds.efficacy[k]) continue;
    throw InvalidInput(
        explain(fmt::format("at look {} nobody would go on", k + 1),
                fmt::format("the trial is futile below z = {:.3f}, where it shows a benefit", bounds.efficacy[k]),
                "ask for less at this look"));
  }
}

/// Where a function that ascends with the drift is zero.
template <class Function>
double drift_where(const Function& excess, double guess) {
  constexpr double step = 1.5, least = 1e-3, most = 1e3;
  double low = guess / step, high = guess * step;
  while (low > least && excess(low) > 0) low /= step;
  while (high < most && excess(high) < 0) high *= step;
  if (low <= least || high >= most)
    throw InvalidInput(explain("the design cannot have its power", "its looks stop too many trials, or too few",
                               "ask for another power, or for less at the looks"));
  return root_between(excess, low, high);
}

}  // namespace

Bounds bounds_at(const Design& design, const Schedule& schedule, double drift) {
  const Assumed assumed = {.drift = drift, .futility = futility_of(design)};
  return has_constant(design.looks.efficacy) ? with_constant(design, schedule, assumed)
                                             : with_last(design, schedule, assumed);
}

Calibrated calibrate(const Design& design) {
  const Looks& looks = design.looks;
  Schedule schedule{looks.information, {}, true};
  schedule.planned.resize(looks.information.size());
  std::iota(schedule.planned.begin(), schedule.planned.end(), std::size_t{0});

  Calibrated found;
  found.fixed_drift = -normal_quantile(design.level) + normal_quantile(looks.power);
  const auto excess = [&](const Bounds& bounds, double drift) { return power_of(exits(bounds, drift)) - looks.power; };
  if (looks.futility && hangs_on_drift(*looks.futility)) {
    found.drift =
        drift_where([&](double drift) { return excess(bounds_at(design, schedule, drift), drift); }, found.fixed_drift);
    found.bounds = bounds_at(design, schedule, found.drift);
  } else {
    found.bounds = bounds_at(design, schedule, 0);
    check_order(found.bounds);
    found.drift = drift_where([&](double drift) { return excess(found.bounds, drift); }, found.fixed_drift);
  }
  check_order(found.bounds);
  found.inflation = found.drift * found.drift / (found.fixed_drift * found.fixed_drift);
  found.level = rejection_of(exits(found.bounds, 0, false));
  found.level_obeyed = rejection_of(exits(found.bounds, 0));
  for (const std::size_t half : {0U, 1U, 2U}) {
    const double drift = found.drift * static_cast<double>(half) / 2;
    found.information.at(half) = found.inflation * expected_information(found.bounds, exits(found.bounds, drift));
  }
  return found;
}

}  // namespace vcohort::boundaries
