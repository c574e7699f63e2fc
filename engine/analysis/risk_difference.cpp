#include "engine/analysis/risk_difference.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <numbers>

#include "engine/analysis/restricted_risk.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {
namespace {

double real(std::int64_t count) {
  return static_cast<double>(count);
}

struct Score {
  double difference = 0;  // weighted
  double variance = 0;    // of it, under the null
  double weight = 0;      // total
};

Score score_at(std::span<const Table2x2> strata, double null) {
  Score score;
  for (const auto& stratum : strata) {
    if (stratum.patients == 0 || stratum.reference_patients == 0) continue;
    const double n = real(stratum.patients), m = real(stratum.reference_patients), total = n + m;
    const double weight = n * m / total;
    const double risk = real(stratum.events) / n, reference_risk = real(stratum.reference_events) / m;
    const double p = restricted_risk(risk, reference_risk, m / n, null);
    const double q = std::clamp(p - null, 0.0, 1.0);
    const double variance = (p * (1 - p) / n + q * (1 - q) / m) * total / (total - 1);
    score.difference += weight * stratum.difference();
    score.variance += weight * weight * variance;
    score.weight += weight;
  }
  score.difference /= score.weight;
  score.variance /= score.weight * score.weight;
  return score;
}

double z_of(const Score& score, double null) {
  const double excess = score.difference - null;
  if (score.variance > 0) return excess / std::sqrt(score.variance);
  return excess == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), excess);
}

/// The null between `low` and `high` at which z equals `target`. z falls with the null; where it stays on one side of
/// the target, the end of the range is the answer.
double null_with_z(std::span<const Table2x2> strata, double target, double low, double high) {
  const auto excess = [&](double null) {
    // An infinite score would stop the solver's interpolation; this is as good as infinite against any critical value.
    constexpr double far = 1e6;
    return std::clamp(miettinen_nurminen_z(strata, null), -far, far) - target;
  };
  const double at_low = excess(low), at_high = excess(high);
  if (at_low <= 0) return low;
  if (at_high >= 0) return high;
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(excess, low, high, at_low, at_high,
                                                         boost::math::tools::eps_tolerance<double>(48), iterations);
  return (bracket.first + bracket.second) / 2;
}

int patients_of(std::span<const Table2x2> strata) {
  std::int64_t patients = 0;
  for (const auto& stratum : strata) patients += stratum.total();
  return static_cast<int>(patients);
}

}  // namespace

double restricted_risk(double risk, double reference_risk, double theta, double null) {
  const double a = 1 + theta;
  const double b = -(1 + theta + risk + theta * reference_risk + null * (theta + 2));
  const double c = null * null + null * (2 * risk + theta + 1) + risk + theta * reference_risk;
  const double d = -risk * null * (1 + null);
  const double shift = b / (3 * a);
  const double v = shift * shift * shift - b * c / (6 * a * a) + d / (2 * a);
  const double u = std::copysign(std::sqrt(std::max(0.0, shift * shift - c / (3 * a))), v);
  const double cosine = u == 0 ? 0 : std::clamp(v / (u * u * u), -1.0, 1.0);
  const double w = (std::numbers::pi + std::acos(cosine)) / 3;
  return std::clamp(2 * u * std::cos(w) - shift, std::max(0.0, null), std::min(1.0, 1 + null));
}

double miettinen_nurminen_z(std::span<const Table2x2> strata, double null) {
  return z_of(score_at(strata, null), null);
}

Estimate miettinen_nurminen(std::span<const Table2x2> strata, const Inference& inference, Workspace& workspace) {
  const int patients = patients_of(strata);
  const auto score = score_at(strata, 0);
  if (!(score.weight > 0)) return failed(Failure::empty_arm, patients);
  Estimate estimate;
  estimate.reference = Reference::score;
  estimate.patients = patients;
  estimate.estimate = score.difference;
  estimate.se = std::sqrt(score.variance);
  estimate.statistic = z_of(score, 0);
  if (inference.margin > 0) {
    estimate.at_margin = miettinen_nurminen_z(strata, inference.margin);
    estimate.at_minus_margin = miettinen_nurminen_z(strata, -inference.margin);
  }
  if (inference.p_value) estimate.p = student_two_sided(estimate.statistic, normal_df);
  if (inference.interval) {
    const double critical = workspace.critical_value(normal_df, 1 - inference.level);
    estimate.lower = null_with_z(strata, critical, -1, score.difference);
    estimate.upper = null_with_z(strata, -critical, score.difference, 1);
  }
  return estimate;
}

}  // namespace vcohort::analysis
