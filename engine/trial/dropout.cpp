#include "engine/trial/dropout.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/trial/dropout_hot.hpp"

namespace vcohort {

using Mechanism = Dropout::Mechanism;

std::vector<double> ends_of_intervals(const Dropout& dropout, double follow_up_months) {
  return dropout.months.empty() ? std::vector<double>{follow_up_months} : dropout.months;
}

DropoutModel::DropoutModel(const Dropout& dropout, std::span<const double> times, std::size_t arms)
    : dropout_(dropout), times_(times.begin(), times.end()), log_arm_odds_(arms, 0.0) {
  require(dropout.months.size() == dropout.share.size(), "drop-out has a share per month");
  require(dropout.months.empty() != (dropout.per_month <= 0), "drop-out has shares or a hazard");
  require(dropout.share.empty() || (std::is_sorted(dropout.share.begin(), dropout.share.end()) &&
                                    dropout.share.front() >= 0 && dropout.share.back() < 1),
          "shares lost are cumulative and below one");
  require(dropout.arm_odds_ratio.empty() || dropout.arm_odds_ratio.size() == arms, "every arm has an odds ratio");
  require(dropout.odds_ratio_per_sd > 0, "an odds ratio is positive");
  for (std::size_t k = 0; k < dropout.arm_odds_ratio.size(); ++k) log_arm_odds_[k] = log_of(dropout.arm_odds_ratio[k]);
  log_odds_per_sd_ = log_of(dropout.odds_ratio_per_sd);
  double before = 0;
  for (double months : times_) {
    const double until = hazard_until(months);
    probability_.push_back(1 - exp_of(-(until - before)));
    intercept_.push_back(probability_.back() > 0 ? logit_of(probability_.back())
                                                 : -std::numeric_limits<double>::infinity());
    before = until;
  }
  expected_.assign(times_.size(), 0.0);
  sd_.assign(times_.size(), 1.0);
}

double DropoutModel::hazard_until(double months) const {
  if (dropout_.months.empty()) return dropout_.per_month * months;
  double from = 0, before = 0;
  for (std::size_t k = 0; k < dropout_.months.size(); ++k) {
    const double until = -log_of(1 - dropout_.share[k]);
    if (months <= dropout_.months[k]) return before + (until - before) * (months - from) / (dropout_.months[k] - from);
    from = dropout_.months[k];
    before = until;
  }
  return before;
}

double DropoutModel::hazard(std::size_t arm, std::size_t interval) const {
  if (probability_[interval] <= 0) return 0;
  const double length = times_[interval] - (interval == 0 ? 0.0 : times_[interval - 1]);
  return -log_of(1 - ilogit_of(intercept_[interval] + log_arm_odds_[arm])) / length;
}

bool DropoutModel::depends_on_outcome() const {
  return mechanism() != Mechanism::mcar && dropout_.odds_ratio_per_sd != 1;
}

std::size_t DropoutModel::deciding(std::size_t visit) const {
  return mechanism() == Mechanism::mar && visit > 0 ? visit - 1 : visit;
}

double DropoutModel::score(std::size_t visit, double change) const {
  return (expected_[visit] - change) / sd_[visit];
}

/// What the outcome adds to the log odds of being lost by a visit: nothing by the first one under MAR.
double DropoutModel::slope(std::size_t visit, std::span<const std::vector<double>> change, std::size_t patient) const {
  if (!depends_on_outcome() || (mechanism() == Mechanism::mar && visit == 0)) return 0;
  return log_odds_per_sd_ * score(deciding(visit), change[deciding(visit)][patient]);
}

double DropoutModel::expected_share(std::size_t arm, std::span<const std::vector<double>> change) const {
  const std::size_t n = depends_on_outcome() ? change.front().size() : 1;
  double lost = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double staying = 1;
    for (std::size_t v = 0; v < intervals(); ++v)
      if (probability_[v] > 0) staying *= 1 - ilogit_of(intercept_[v] + slope(v, change, i) + log_arm_odds_[arm]);
    lost += 1 - staying;
  }
  return lost / static_cast<double>(n);
}

void DropoutModel::calibrate(std::span<const std::vector<double>> change) {
  if (!depends_on_outcome()) return;
  const std::size_t n = change.front().size();
  for (std::size_t v = 0; v < change.size(); ++v) {
    double sum = 0, squares = 0;
    for (double x : change[v]) sum += x;
    expected_[v] = sum / static_cast<double>(n);
    for (double x : change[v]) squares += (x - expected_[v]) * (x - expected_[v]);
    sd_[v] = squares > 0 ? __builtin_sqrt(squares / static_cast<double>(n - 1)) : 1.0;
  }
  std::vector<double> staying(n, 1.0), slopes(n);
  for (std::size_t v = 0; v < intervals(); ++v) {
    if (probability_[v] <= 0) continue;
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      slopes[i] = slope(v, change, i);
      total += staying[i];
    }
    const auto excess = [&](double intercept) {
      double lost = 0;
      for (std::size_t i = 0; i < n; ++i) lost += staying[i] * ilogit_of(intercept + slopes[i]);
      return lost / total - probability_[v];
    };
    // With the highest slope on everybody more are lost than with their own, with the lowest fewer.
    const auto [lowest, highest] = std::minmax_element(slopes.begin(), slopes.end());
    const double low = intercept_[v] - *highest - 1, high = intercept_[v] - *lowest + 1;
    std::uintmax_t steps = 100;  // halving alone would need 60
    const auto [below, above] =
        boost::math::tools::toms748_solve(excess, low, high, boost::math::tools::eps_tolerance<double>(), steps);
    intercept_[v] = below + (above - below) / 2;
    for (std::size_t i = 0; i < n; ++i) staying[i] *= 1 - ilogit_of(intercept_[v] + slopes[i]);
  }
}

void DropoutModel::begin(std::size_t patients, Loss& loss) const {
  loss.visits_attended.assign(patients, static_cast<int>(intervals()));
  loss.months.assign(patients, std::numeric_limits<double>::infinity());
  loss.uniform.resize(patients);
  loss.when.resize(patients);
}

void DropoutModel::lose_by(std::size_t visit, std::uint64_t seed, std::uint32_t replicate,
                           std::span<const std::uint64_t> patients, std::span<const int> arm, const double* change,
                           Loss& loss) const {
  if (probability_[visit] <= 0) return;
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::dropout;
  address.occasion = static_cast<std::uint16_t>(visit + 1);
  shared_uniform_pairs(address, patients, loss.uniform.data(), loss.when.data());
  const bool same_for_all = change == nullptr && dropout_.arm_odds_ratio.empty();
  if (!same_for_all) {
    const std::size_t by = deciding(visit);
    const LossByVisit here{intercept_[visit],
                           log_odds_per_sd_,
                           expected_[by],
                           sd_[by],
                           change,
                           log_arm_odds_.data(),
                           static_cast<int>(log_arm_odds_.size())};
    loss.probability.resize(patients.size());
    loss_probabilities(&here, arm.data(), static_cast<long>(patients.size()), loss.probability.data());
  }
  const LossInterval interval{visit == 0 ? 0.0 : times_[visit - 1],
                              times_[visit],
                              probability_[visit],
                              same_for_all ? nullptr : loss.probability.data(),
                              loss.uniform.data(),
                              loss.when.data(),
                              static_cast<int>(visit),
                              static_cast<int>(intervals())};
  lose_in_interval(&interval, static_cast<long>(patients.size()), loss.visits_attended.data(), loss.months.data());
}

}  // namespace vcohort
