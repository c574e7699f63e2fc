#include "engine/data_model/truth.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <vector>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;

constexpr double same = 1e-9;  // relative difference up to which written numbers count as equal

bool nearly(double a, double b) {
  return std::fabs(a - b) <= same * std::fmax(std::fabs(a), std::fabs(b));
}

/// Shares of the ordered categories of a binary or ordinal outcome.
std::vector<double> categories(const DataModel& model, const DataArm& arm, std::size_t visit) {
  if (model.kind == Kind::binary) return {1 - arm.share[visit], arm.share[visit]};
  return arm.share;
}

double normal_variance(const DataModel& model, const DataArm& arm, std::size_t visit, bool change) {
  const double s = arm.sd[visit];
  const double rho = model.correlation.empty() ? (visit == 0 ? 1.0 : 0.0) : model.correlation[visit][0];
  return change ? s * s + arm.sd[0] * arm.sd[0] - 2 * rho * s * arm.sd[0] : s * s;
}

/// Nothing where it is infinite.
std::optional<double> log_win_ratio(double wins, double losses) {
  return wins > 0 && losses > 0 ? std::optional(log_of(wins / losses)) : std::nullopt;
}

std::optional<double> normal_effect(const DataModel& model, const DataArm& arm, const DataArm& reference,
                                    std::size_t visit, EffectScale scale, bool change, double shift) {
  double difference = arm.mean[visit] - reference.mean[visit] + (model.visits_months[visit] > 0 ? shift : 0.0);
  if (change) difference -= arm.mean[0] - reference.mean[0];
  if (scale == EffectScale::mean_difference) return difference;
  if (scale != EffectScale::superiority_share && scale != EffectScale::log_win_ratio) return std::nullopt;
  const double variance = normal_variance(model, arm, visit, change) + normal_variance(model, reference, visit, change);
  const double distance = difference / __builtin_sqrt(variance), higher = normal_cdf(distance);
  if (scale == EffectScale::superiority_share) return higher - 0.5;
  return log_win_ratio(higher, normal_cdf(-distance));
}

std::optional<double> categorical_effect(const std::vector<double>& arm, const std::vector<double>& reference,
                                         EffectScale scale) {
  if (arm.size() != reference.size()) return std::nullopt;
  double above = 1, reference_above = 1, mean = 0, reference_mean = 0, below = 0, wins = 0, losses = 0,
         reference_below = 0;
  std::optional<double> log_odds_ratio;
  bool proportional = true;
  for (std::size_t c = 0; c < arm.size(); ++c) {
    mean += static_cast<double>(c) * arm[c];
    reference_mean += static_cast<double>(c) * reference[c];
    wins += arm[c] * reference_below;
    losses += reference[c] * below;
    below += arm[c];
    reference_below += reference[c];
    above -= arm[c];
    reference_above -= reference[c];
    if (c + 1 == arm.size()) break;
    if (!(above > 0 && above < 1 && reference_above > 0 && reference_above < 1)) {
      proportional = false;
      continue;
    }
    const double here = logit_of(above) - logit_of(reference_above);
    // Shares are written with a few digits, so that odds of a proportional model agree to these digits only.
    constexpr double written = 1e-3;
    if (log_odds_ratio && std::fabs(here - *log_odds_ratio) > written) proportional = false;
    if (!log_odds_ratio) log_odds_ratio = here;
  }
  switch (scale) {
    case EffectScale::mean_difference:
      return mean - reference_mean;
    case EffectScale::risk_difference:
      return arm.size() == 2 ? std::optional(arm[1] - reference[1]) : std::nullopt;
    case EffectScale::log_odds_ratio:
      return proportional ? log_odds_ratio : std::nullopt;
    case EffectScale::superiority_share:
      return (wins - losses) / 2;
    case EffectScale::log_win_ratio:
      return log_win_ratio(wins, losses);
    case EffectScale::log_hazard_ratio:
    case EffectScale::log_rate_ratio:
      break;
  }
  return std::nullopt;
}

double hazard_at(const DataArm& arm, double months) {
  double hazard = arm.hazard.front();
  for (std::size_t k = 1; k < arm.hazard.size(); ++k)
    if (arm.hazard_from_months[k] <= months) hazard = arm.hazard[k];
  return hazard;
}

/// Where the pieces begin in which both hazards are constant, ascending, the first at 0.
std::vector<double> starts_of(const DataArm& arm, const DataArm& reference) {
  std::vector<double> starts{0.0};
  for (const DataArm* a : {&arm, &reference})
    starts.insert(starts.end(), a->hazard_from_months.begin(), a->hazard_from_months.end());
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

/// The ratio of two piecewise constant hazards, if it is the same at all times.
std::optional<double> log_hazard_ratio(const DataArm& arm, const DataArm& reference) {
  std::optional<double> ratio;
  for (double months : starts_of(arm, reference)) {
    const double below = hazard_at(reference, months), above = hazard_at(arm, months);
    if (below == 0 && above == 0) continue;
    if (below <= 0 || above <= 0 || (ratio && !nearly(above / below, *ratio))) return std::nullopt;
    ratio = above / below;
  }
  return ratio ? std::optional(log_of(*ratio)) : std::nullopt;
}

/// Hazards and survival of two arms over the pieces in which both hazards are constant.
class TwoCurves {
 public:
  TwoCurves(const DataArm& arm, const DataArm& reference, double end) {
    std::vector<double> starts = starts_of(arm, reference);
    std::erase_if(starts, [end](double start) { return start >= end; });
    double cumulative[2] = {0, 0};
    for (std::size_t k = 0; k < starts.size(); ++k) {
      Piece piece{starts[k], k + 1 < starts.size() ? starts[k + 1] : end, {}, {}};
      for (int a = 0; a < 2; ++a) {
        piece.hazard[a] = hazard_at(a == 0 ? reference : arm, piece.from);
        piece.cumulative[a] = cumulative[a];
        cumulative[a] += piece.hazard[a] * (piece.to - piece.from);
      }
      pieces_.push_back(piece);
    }
  }

  /// Integral over time of value(hazards, survivals), index 0 the reference.
  template <class Value>
  double integral(Value value) const {
    constexpr unsigned halvings = 40;  // a follow-up may be long against the times to an event
    constexpr double tolerance = 1e-13;
    double sum = 0;
    for (const Piece& piece : pieces_)
      sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
          [&](double t) {
            double survival[2];
            for (int a = 0; a < 2; ++a) survival[a] = exp_of(-piece.cumulative[a] - piece.hazard[a] * (t - piece.from));
            return value(piece.hazard, survival);
          },
          piece.from, piece.to, halvings, tolerance);
    return sum;
  }

 private:
  struct Piece {
    double from, to;
    double hazard[2], cumulative[2];
  };

  std::vector<Piece> pieces_;
};

}  // namespace

SurvivalLimits survival_limits(const DataModel& model, int arm_index, int reference_index, double share) {
  const DataArm& arm = model.arms.at(static_cast<std::size_t>(arm_index));
  const DataArm& reference = model.arms.at(static_cast<std::size_t>(reference_index));
  const std::optional<double> constant = log_hazard_ratio(arm, reference);
  if (constant && *constant == 0) return {true, 0, 0, 0};
  const TwoCurves curves(arm, reference, model.follow_up_months);
  SurvivalLimits limits;
  // Events of the arm less the expected ones, given that the arm's share of the risk set is weighted by a ratio.
  const auto excess = [&](double log_ratio) {
    const double ratio = exp_of(log_ratio);
    return curves.integral([&](const double* hazard, const double* survival) {
      const double active = share * survival[1], rest = (1 - share) * survival[0];
      const double expected = active * ratio / (active * ratio + rest);
      return active * hazard[1] - expected * (active * hazard[1] + rest * hazard[0]);
    });
  };
  const double variance = curves.integral([&](const double* hazard, const double* survival) {
    const double active = share * survival[1], rest = (1 - share) * survival[0], all = active + rest;
    return active * rest / (all * all) * (active * hazard[1] + rest * hazard[0]);
  });
  if (variance > 0) limits.peto = excess(0) / variance;
  const double wins =
      curves.integral([](const double* h, const double* survival) { return h[0] * survival[0] * survival[1]; });
  const double losses =
      curves.integral([](const double* h, const double* survival) { return h[1] * survival[0] * survival[1]; });
  limits.log_win_ratio = log_win_ratio(wins, losses);
  if (constant) {
    limits.proportional = true;
    limits.cox = constant;
  } else if (wins > 0 && losses > 0) {
    constexpr double furthest = 40;  // a ratio of 1e17
    std::uintmax_t iterations = 200;
    const auto bracket = boost::math::tools::toms748_solve(excess, -furthest, furthest,
                                                           boost::math::tools::eps_tolerance<double>(48), iterations);
    limits.cox = (bracket.first + bracket.second) / 2;
  }
  return limits;
}

std::optional<Spread> implied_spread(const DataModel& model, int arm_index, std::size_t visit, bool change) {
  const DataArm& arm = model.arms.at(static_cast<std::size_t>(arm_index));
  if (model.kind == Kind::score)
    return Spread{arm.mean[visit] - (change ? arm.mean[0] : 0.0),
                  __builtin_sqrt(normal_variance(model, arm, visit, change))};
  if (!seen_at_visits(model.kind) || change) return std::nullopt;
  const std::vector<double> shares = categories(model, arm, visit);
  double mean = 0, squares = 0;
  for (std::size_t c = 0; c < shares.size(); ++c) {
    const auto category = static_cast<double>(c);
    mean += category * shares[c];
    squares += category * category * shares[c];
  }
  return Spread{mean, __builtin_sqrt(squares - mean * mean)};
}

std::optional<double> implied_mean(const DataModel& model, int arm, std::size_t visit, bool change, double shift) {
  const std::optional<Spread> spread = implied_spread(model, arm, visit, change);
  if (!spread) return std::nullopt;
  const double first_category = model.kind == Kind::ordinal ? 1 : 0;
  return spread->mean + first_category + (model.kind == Kind::score && model.visits_months[visit] > 0 ? shift : 0.0);
}

std::optional<double> implied_effect(const DataModel& model, int arm_index, int reference_index, std::size_t visit,
                                     EffectScale scale, bool change, double shift) {
  const DataArm& arm = model.arms.at(static_cast<std::size_t>(arm_index));
  const DataArm& reference = model.arms.at(static_cast<std::size_t>(reference_index));
  switch (model.kind) {
    case Kind::score:
      return normal_effect(model, arm, reference, visit, scale, change, shift);
    case Kind::binary:
    case Kind::ordinal:
      if (change && scale != EffectScale::mean_difference) return std::nullopt;
      return categorical_effect(categories(model, arm, visit), categories(model, reference, visit), scale);
    case Kind::survival:
      return scale == EffectScale::log_hazard_ratio ? log_hazard_ratio(arm, reference) : std::nullopt;
    case Kind::count:
      if (scale == EffectScale::log_rate_ratio) return log_of(arm.rate / reference.rate);
      if (scale == EffectScale::mean_difference) return (arm.rate - reference.rate) * model.follow_up_months;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace vcohort
