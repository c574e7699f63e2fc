#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <optional>

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

bool is_binding(const Assumed& assumed) {
  return assumed.futility && assumed.futility->binding;
}

/// The last bound of a design whose bounds are a shape times it.
double last_of_shape(const Design& design, const Schedule& schedule, Assumed assumed) {
  constexpr double step = 1.5;
  const auto excess = [&](double constant) {
    assumed.constant = assumed.critical = constant;
    return pass(design, schedule, assumed).alpha_spent.back() / design.level - 1;
  };
  double high = -normal_quantile(design.level / static_cast<double>(schedule.information.size())) + 1;
  while (excess(high) > 0) high *= step;
  return root_between(excess, 0.0, high);
}

/// The last bound of a design that finds it from what is spent before, for rules of futility that look ahead to it.
double last_of_rest(const Design& design, const Schedule& schedule, Assumed assumed) {
  Assumed without = assumed;
  without.futility = nullptr;
  const double last = pass(design, schedule, without).efficacy.back();
  if (!is_binding(assumed)) return last;
  const auto excess = [&](double critical) {
    assumed.critical = critical;
    return pass(design, schedule, assumed).efficacy.back() - critical;
  };
  constexpr double room = 1e-6;
  return root_between(excess, 0.0, last + room);
}

/// The bounds of a design under any drift. What does not hang on the drift is found once: the last bound, unless stops
/// for futility are binding.
class BoundsUnderDrift {
 public:
  BoundsUnderDrift(const Design& design, const Schedule& schedule) : design_(design), schedule_(schedule) {}

  Bounds at(double drift) {
    Assumed assumed = {.drift = drift, .futility = futility_of(design_)};
    const bool shape = has_constant(design_.looks.efficacy);
    if (shape || (assumed.futility && looks_ahead(*assumed.futility))) {
      if (!last_ || is_binding(assumed))
        last_ = shape ? last_of_shape(design_, schedule_, assumed) : last_of_rest(design_, schedule_, assumed);
      assumed.constant = assumed.critical = *last_;
    }
    return pass(design_, schedule_, assumed);
  }

 private:
  const Design& design_;
  const Schedule& schedule_;
  std::optional<double> last_;
};

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
  return BoundsUnderDrift(design, schedule).at(drift);
}

Calibrated calibrate(const Design& design) {
  const Looks& looks = design.looks;
  Schedule schedule{looks.information, {}, true};
  schedule.planned.resize(looks.information.size());
  std::iota(schedule.planned.begin(), schedule.planned.end(), std::size_t{0});

  BoundsUnderDrift bounds(design, schedule);
  Calibrated found;
  found.fixed_drift = -normal_quantile(design.level) + normal_quantile(looks.power);
  const auto excess = [&](const Bounds& of, double drift) { return power_of(exits(of, drift)) - looks.power; };
  if (looks.futility && hangs_on_drift(*looks.futility)) {
    found.drift = drift_where([&](double drift) { return excess(bounds.at(drift), drift); }, found.fixed_drift);
    found.bounds = bounds.at(found.drift);
  } else {
    found.bounds = bounds.at(0);
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
