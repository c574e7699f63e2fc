#include "engine/analysis/boundaries/futility.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "engine/numeric/elementary.hpp"

namespace vcohort::boundaries {

namespace {

/// The value of a list for a look; not-a-number where it has none.
double value_at(const std::vector<double>& list, std::size_t look) {
  return look < list.size() ? list[look] : std::numeric_limits<double>::quiet_NaN();
}

double by_conditional_power(const Looks::Futility& rule, const Interim& at, double power) {
  const double ahead = at.end - at.information, root = std::sqrt(at.information);
  const double needed = at.critical * std::sqrt(at.end) + std::sqrt(ahead) * normal_quantile(power);  // B + D (T - t)
  if (rule.drift == Looks::Futility::Drift::trend) return needed * root / at.end;
  const double drift = rule.drift == Looks::Futility::Drift::null ? 0 : at.drift;
  return (needed - drift * ahead) / root;
}

double by_predictive_power(const Looks::Futility& rule, const Interim& at, double power) {
  const double ahead = at.end - at.information;
  const double prior = rule.prior_sd > 0 ? 1 / (rule.prior_sd * rule.prior_sd) : 0;
  const double precision = prior + at.information;  // of the drift, given what is seen
  const double sd = std::sqrt(ahead + ahead * ahead / precision);
  const double needed = at.critical * std::sqrt(at.end) + sd * normal_quantile(power);  // B + E[D | B] (T - t)
  const double from_prior = rule.prior_mean * prior / precision * ahead;
  return (needed - from_prior) / (1 + ahead / precision) / std::sqrt(at.information);
}

}  // namespace

double futility_bound(const Looks::Futility& rule, const Interim& at) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  if (const double z = value_at(rule.z, at.planned); !std::isnan(z)) return z;
  if (const double power = value_at(rule.conditional_power, at.planned); !std::isnan(power))
    return by_conditional_power(rule, at, power);
  if (const double power = value_at(rule.predictive_power, at.planned); !std::isnan(power))
    return by_predictive_power(rule, at, power);
  return none;
}

bool looks_ahead(const Looks::Futility& rule) {
  return !rule.conditional_power.empty() || !rule.predictive_power.empty();
}

}  // namespace vcohort::boundaries
