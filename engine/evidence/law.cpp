#include "engine/evidence/law.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/numeric/beta_quantile.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

// No addressed normal lies beyond: normals_at() has 32 bits for the radius, so |normal| <= 6.764.
constexpr double largest_normal = 6.77;
constexpr double upper_normal = 1.959963984540054;  // at 97.5 %
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The standard normal that was at probability u of the whole law, moved to the same probability of the truncated law.
double truncated(double normal, double lowest, double highest) {
  if (lowest == -infinity && highest == infinity) return normal;
  const double below = lowest == -infinity ? 0 : normal_cdf(lowest);
  const double above = highest == infinity ? 1 : normal_cdf(highest);
  return normal_quantile(below + normal_cdf(normal) * (above - below));
}

double clamp_to_bounds(double value, const Uncertainty& law) {
  return std::clamp(value, law.low.value_or(-infinity), law.high.value_or(infinity));
}

double normal_at(double value, const Uncertainty& law, double normal) {
  const double lowest = (law.low.value_or(-infinity) - value) / law.sd;
  const double highest = (law.high.value_or(infinity) - value) / law.sd;
  return clamp_to_bounds(value + law.sd * truncated(normal, lowest, highest), law);
}

double lognormal_at(double value, const Uncertainty& law, double normal) {
  const auto score = [&](double bound) { return log_of(bound / value) / law.sigma; };
  const double low = law.low.value_or(0);
  const double high = law.high.value_or(infinity);
  double lowest = low > 0 ? score(low) : -infinity * law.sigma;
  double highest = high < infinity ? score(high) : infinity * law.sigma;
  if (law.sigma < 0) std::swap(lowest, highest);
  return clamp_to_bounds(value * exp_of(law.sigma * truncated(normal, lowest, highest)), law);
}

/// The interval of a bounded law: that of a beta is 0 to 1 where not given, that of the others is always given.
Support interval_of(const Uncertainty& law) {
  return {law.low.value_or(0), law.high.value_or(1)};
}

double beta_at(const Uncertainty& law, double normal) {
  const auto [low, high] = interval_of(law);
  return low + (high - low) * beta_quantile(law.a, law.b, normal_cdf(normal));
}

double uniform_at(const Uncertainty& law, double normal) {
  const auto [low, high] = interval_of(law);
  return low + (high - low) * normal_cdf(normal);
}

double triangular_at(const Uncertainty& law, double normal) {
  const auto [low, high] = interval_of(law);
  const double p = normal_cdf(normal);
  const double share_below = (law.mode - low) / (high - low);
  if (p < share_below) return low + __builtin_sqrt(p * (high - low) * (law.mode - low));
  return high - __builtin_sqrt((1 - p) * (high - low) * (high - law.mode));
}

}  // namespace

Support support_of(const Parameter& parameter) {
  const Uncertainty& law = parameter.uncertainty;
  switch (law.kind) {
    case Uncertainty::Kind::fixed:
      return {parameter.value, parameter.value};
    case Uncertainty::Kind::normal:
      return {law.low.value_or(parameter.value - largest_normal * law.sd),
              law.high.value_or(parameter.value + largest_normal * law.sd)};
    case Uncertainty::Kind::lognormal: {
      const double factor = exp_of(largest_normal * (law.sigma < 0 ? -law.sigma : law.sigma));
      return {law.low.value_or(parameter.value / factor), law.high.value_or(parameter.value * factor)};
    }
    case Uncertainty::Kind::beta:
    case Uncertainty::Kind::uniform:
    case Uncertainty::Kind::triangular:
      return interval_of(law);
    case Uncertainty::Kind::bernoulli:
      return {0, 1};
  }
  throw InternalError("a kind of uncertainty without support");
}

double value_at(const Parameter& parameter, double normal) {
  const Uncertainty& law = parameter.uncertainty;
  switch (law.kind) {
    case Uncertainty::Kind::fixed:
      return parameter.value;
    case Uncertainty::Kind::normal:
      return normal_at(parameter.value, law, normal);
    case Uncertainty::Kind::lognormal:
      return lognormal_at(parameter.value, law, normal);
    case Uncertainty::Kind::beta:
      return beta_at(law, normal);
    case Uncertainty::Kind::uniform:
      return uniform_at(law, normal);
    case Uncertainty::Kind::triangular:
      return triangular_at(law, normal);
    case Uncertainty::Kind::bernoulli:
      return normal_cdf(normal) > 1 - law.probability ? 1 : 0;
  }
  throw InternalError("a kind of uncertainty without a quantile function");
}

Support middle_of(const Parameter& parameter) {
  const auto [low, high] = std::minmax({value_at(parameter, -upper_normal), value_at(parameter, upper_normal)});
  return {low, high};
}

}  // namespace vcohort
