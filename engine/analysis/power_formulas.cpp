#include "engine/analysis/power_formulas.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "engine/analysis/contingency.hpp"
#include "engine/analysis/restricted_risk.hpp"
#include "engine/analysis/workspace.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort::analysis {

namespace {

double total(const ArmPair& patients) {
  return patients.reference + patients.active;
}

double share_of_active(const ArmPair& patients) {
  return patients.active / total(patients);
}

double binomial_variance(double share) {
  return share * (1 - share);
}

double variance_of_difference(const ArmPair& share, const ArmPair& patients) {
  return binomial_variance(share.reference) / patients.reference + binomial_variance(share.active) / patients.active;
}

/// Of a difference that is compared with its variance under the null.
double two_variances_power(double difference, double null_variance, double variance, const TestSides& sides) {
  const double critical = -normal_quantile(sides.level) * std::sqrt(null_variance), se = std::sqrt(variance);
  if (!(se > 0)) return difference > critical || (sides.both && -difference > critical) ? 1 : 0;
  double power = normal_cdf((difference - critical) / se);
  if (sides.both) power += normal_cdf((-difference - critical) / se);
  return power;
}

double sum_of_cubes(std::span<const double> shares) {
  double sum = 0;
  for (const double share : shares) sum += share * share * share;
  return sum;
}

/// Numbers of events in an arm, and how probable they are.
std::vector<double> binomial_probabilities(double patients, double share) {
  std::vector<double> probability;
  const boost::math::binomial_distribution<double> events(patients, share);
  for (double k = 0; k <= patients; ++k) probability.push_back(boost::math::pdf(events, k));
  return probability;
}

/// What is at most as probable as something, with R's relative tolerance.
class RareTables {
 public:
  explicit RareTables(std::vector<double> probability) : ascending_(std::move(probability)) {
    std::sort(ascending_.begin(), ascending_.end());
    std::partial_sum(ascending_.begin(), ascending_.end(), std::back_inserter(sum_));
  }

  double as_probable_at_most(double here) const {
    constexpr double as_probable = 1 + 1e-7;
    const auto end = std::upper_bound(ascending_.begin(), ascending_.end(), here * as_probable);
    return end == ascending_.begin() ? 0.0 : sum_[static_cast<std::size_t>(end - ascending_.begin()) - 1];
  }

 private:
  std::vector<double> ascending_, sum_;
};

}  // namespace

double normal_power(double drift, const TestSides& sides) {
  const double critical = -normal_quantile(sides.level);
  return normal_cdf(drift - critical) + (sides.both ? normal_cdf(-drift - critical) : 0.0);
}

double drift_of_power(double power_of_one_side, double level) {
  return normal_quantile(power_of_one_side) - normal_quantile(level);
}

double t_power(double noncentrality, double df, const TestSides& sides) {
  require(df > 0, "a t-test has degrees of freedom");
  constexpr double certain = 60;  // beyond it both distributions are 0 or 1 to all digits that are kept
  if (!std::isfinite(noncentrality)) return std::numeric_limits<double>::quiet_NaN();
  if (std::fabs(noncentrality) > certain && df > 2) return normal_power(noncentrality, sides);
  const double critical = boost::math::quantile(boost::math::complement(boost::math::students_t(df), sides.level));
  const boost::math::non_central_t statistic(df, noncentrality);
  double power = boost::math::cdf(boost::math::complement(statistic, critical));
  if (sides.both) power += boost::math::cdf(statistic, -critical);
  return power;
}

double t_bound_power(double drift, double df, const TestSides& sides) {
  const boost::math::students_t_distribution<double> t(df);
  const double critical = boost::math::quantile(boost::math::complement(t, sides.level));
  return normal_cdf(drift - critical) + (sides.both ? normal_cdf(-drift - critical) : 0.0);
}

double welch_df(const ArmPair& sd, const ArmPair& patients) {
  const double a = sd.reference * sd.reference / patients.reference, b = sd.active * sd.active / patients.active;
  return (a + b) * (a + b) / (a * a / (patients.reference - 1) + b * b / (patients.active - 1));
}

double design_effect(double cluster_size, double cv, double icc) {
  return 1 + (cluster_size * (1 + cv * cv) - 1) * icc;
}

double fisher_power(const ArmPair& share, const ArmPair& patients, const TestSides& sides) {
  require(patients.reference == std::floor(patients.reference) && patients.active == std::floor(patients.active),
          "the patients of a table are whole");
  const std::vector<double> reference = binomial_probabilities(patients.reference, share.reference);
  const std::vector<double> active = binomial_probabilities(patients.active, share.active);
  const auto n = static_cast<std::int64_t>(patients.active), m = static_cast<std::int64_t>(patients.reference);
  double power = 0;
  Workspace workspace;
  for (std::int64_t events = 0; events <= n + m; ++events) {
    const Table2x2 table{.events = events, .patients = n, .reference_events = 0, .reference_patients = m};
    const std::int64_t fewest = fewest_events(table);
    const std::span<double> probability = hypergeometric_weights(table, workspace);
    const double all = std::accumulate(probability.begin(), probability.end(), 0.0);
    for (double& each : probability) each /= all;
    const RareTables rare({probability.begin(), probability.end()});
    double above = 0;
    for (std::size_t at = probability.size(); at-- > 0;) {
      above += probability[at];
      const double p = sides.both ? rare.as_probable_at_most(probability[at]) : above;
      const std::int64_t k = fewest + static_cast<std::int64_t>(at);
      if (p <= (sides.both ? 2 : 1) * sides.level)
        power += active[static_cast<std::size_t>(k)] * reference[static_cast<std::size_t>(events - k)];
    }
  }
  return power;
}

double exact_binomial_power(double share, double against, double patients, const TestSides& sides) {
  require(patients == std::floor(patients), "the patients of a table are whole");
  const std::vector<double> null = binomial_probabilities(patients, against);
  const std::vector<double> probability = binomial_probabilities(patients, share);
  const RareTables rare(null);
  double power = 0, above = 0;
  for (std::size_t events = null.size(); events-- > 0;) {
    above += null[events];
    const double p = sides.both ? rare.as_probable_at_most(null[events]) : above;
    if (p <= (sides.both ? 2 : 1) * sides.level) power += probability[events];
  }
  return power;
}

double mcnemar_power(double better, double worse, double patients, const TestSides& sides) {
  const double unlike = better + worse;
  if (unlike <= 0) return 0;
  const std::vector<double> probability = binomial_probabilities(patients, std::min(1.0, unlike));
  constexpr double negligible = 1e-12;
  double power = 0;
  for (std::size_t k = 1; k < probability.size(); ++k)
    if (probability[k] > negligible)
      power += probability[k] * exact_binomial_power(better / unlike, 0.5, static_cast<double>(k), sides);
  return power;
}

double pooled_shares_power(const ArmPair& share, const ArmPair& patients, const TestSides& sides) {
  const double pooled = (share.reference * patients.reference + share.active * patients.active) / total(patients);
  return two_variances_power(share.active - share.reference,
                             binomial_variance(pooled) * (1 / patients.reference + 1 / patients.active),
                             variance_of_difference(share, patients), sides);
}

double cochran_power(std::span<const SharesOfStratum> strata, const ArmPair& patients, const TestSides& sides) {
  const double c = share_of_active(patients);
  double difference = 0, null_variance = 0, variance = 0;
  for (const SharesOfStratum& stratum : strata) {
    const double weight = total(patients) * stratum.part * c * (1 - c);
    const ArmPair& share = stratum.share;
    difference += weight * (share.active - share.reference);
    null_variance += weight * binomial_variance(c * share.active + (1 - c) * share.reference);
    variance += weight * ((1 - c) * binomial_variance(share.active) + c * binomial_variance(share.reference));
  }
  return two_variances_power(difference, null_variance, variance, sides);
}

double farrington_manning_power(const ArmPair& share, const ArmPair& patients, double null, const TestSides& sides) {
  const double active = restricted_risk(share.active, share.reference, patients.reference / patients.active, null);
  const ArmPair restricted{std::clamp(active - null, 0.0, 1.0), active};
  return two_variances_power(share.active - share.reference - null, variance_of_difference(restricted, patients),
                             variance_of_difference(share, patients), sides);
}

double whitehead_drift(double log_odds_ratio, std::span<const double> mean_share, const ArmPair& patients) {
  const double n = total(patients);
  return log_odds_ratio * std::sqrt(patients.reference * patients.active / (3 * n) * (1 - sum_of_cubes(mean_share)));
}

double noether_drift(double superiority, std::span<const double> mean_share, const ArmPair& patients) {
  const double c = share_of_active(patients);
  return (superiority - 0.5) * std::sqrt(12 * c * (1 - c) * total(patients) / (1 - sum_of_cubes(mean_share)));
}

double schoenfeld_drift(double log_hazard_ratio, double events, double active_share) {
  return log_hazard_ratio * std::sqrt(events * active_share * (1 - active_share));
}

double freedman_drift(double hazard_ratio, double events, double active_share) {
  const double ratio = active_share / (1 - active_share);
  return (hazard_ratio - 1) / (1 + ratio * hazard_ratio) * std::sqrt(events * ratio);
}

double negative_binomial_drift(double log_rate_ratio, const ArmPair& information, const ArmPair& patients) {
  return log_rate_ratio /
         std::sqrt(1 / (patients.reference * information.reference) + 1 / (patients.active * information.active));
}

double win_ratio_drift(double log_win_ratio, double tie, const ArmPair& patients) {
  const double c = share_of_active(patients);
  const double variance = 4 * (1 + tie) / (3 * c * (1 - c) * (1 - tie) * total(patients));
  return log_win_ratio / std::sqrt(variance);
}

double win_ratio_error(std::span<const double> reference, std::span<const double> active, const ArmPair& patients) {
  const std::size_t categories = reference.size();
  std::vector<double> wins(categories), losses(categories);     // of an active patient in a category
  std::vector<double> won_by(categories), lost_by(categories);  // of a reference one: to whom it loses, and wins
  for (std::size_t c = 0; c < categories; ++c)
    for (std::size_t other = 0; other < categories; ++other) {
      if (other < c) wins[c] += reference[other], lost_by[c] += active[other];
      if (other > c) losses[c] += reference[other], won_by[c] += active[other];
    }
  const double won = std::inner_product(active.begin(), active.end(), wins.begin(), 0.0);
  const double lost = std::inner_product(active.begin(), active.end(), losses.begin(), 0.0);
  // Of what a patient pulls at the log ratio, which is nothing in the mean.
  const auto variance = [&](std::span<const double> share, const auto& better, const auto& worse) {
    double squares = 0;
    for (std::size_t c = 0; c < categories; ++c) {
      const double pull = better[c] / won - worse[c] / lost;
      squares += share[c] * pull * pull;
    }
    return squares;
  };
  return std::sqrt(variance(active, wins, losses) / patients.active +
                   variance(reference, won_by, lost_by) / patients.reference);
}

/// The information of an arm is the sum, over the patients who are seen last at visit v, of the inverse of the
/// covariance up to v; the variance of the last mean is the corner of its inverse.
double last_visit_variance(std::span<const double> covariance, std::span<const double> retained) {
  const auto visits = static_cast<Eigen::Index>(retained.size());
  require(covariance.size() == retained.size() * retained.size(), "a covariance has a row per visit");
  const Eigen::Map<const Eigen::MatrixXd> sigma(covariance.data(), visits, visits);
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(visits, visits);
  for (Eigen::Index v = 0; v < visits; ++v) {
    const double next = v + 1 < visits ? retained[static_cast<std::size_t>(v) + 1] : 0.0;
    const double last_here = retained[static_cast<std::size_t>(v)] - next;
    information.topLeftCorner(v + 1, v + 1) += last_here * sigma.topLeftCorner(v + 1, v + 1).inverse();
  }
  return information.inverse()(visits - 1, visits - 1);
}

}  // namespace vcohort::analysis
