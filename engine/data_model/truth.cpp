#include "engine/data_model/truth.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <vector>

#include "engine/data_model/event_times.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"

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
    case EffectScale::restricted_mean_difference:
    case EffectScale::survival_difference:
    case EffectScale::log_subdistribution_hazard_ratio:
    case EffectScale::incidence_difference:
      break;
  }
  return std::nullopt;
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

/// The ratio of the hazards of two arms, if it is the same at all times. Where some are cured that of everybody goes
/// to 1 when the others have had the event, unless it always was.
std::optional<double> log_hazard_ratio(const DataArm& arm, const DataArm& reference) {
  if (arm.shape != reference.shape || arm.cured != reference.cured) return std::nullopt;
  std::optional<double> ratio;
  for (double months : starts_of(arm, reference)) {
    const double below = hazard_of_piece(reference, months), above = hazard_of_piece(arm, months);
    if (below == 0 && above == 0) continue;
    if (below <= 0 || above <= 0 || (ratio && !nearly(above / below, *ratio))) return std::nullopt;
    ratio = above / below;
  }
  if (!ratio || (arm.cured > 0 && *ratio != 1)) return std::nullopt;
  return log_of(*ratio);
}

/// Hazards and survival of two arms over the pieces of both.
class TwoCurves {
 public:
  TwoCurves(const DataArm& arm, const DataArm& reference, double end)
      : arms_{&reference, &arm},
        stretch_((arm.shape == reference.shape ? 1 : smooth_power) / std::min(arm.shape, reference.shape)),
        last_event_(std::max(time_at_hazard(arm, hazard_of_all), time_at_hazard(reference, hazard_of_all))) {
    std::vector<double> starts = starts_of(arm, reference);
    std::erase_if(starts, [end](double start) { return start >= end; });
    double cumulative[2] = {0, 0};
    for (std::size_t k = 0; k < starts.size(); ++k) {
      Piece piece{starts[k], k + 1 < starts.size() ? starts[k + 1] : end, {}, {}};
      for (int a = 0; a < 2; ++a) {
        piece.hazard[a] = hazard_of_piece(*arms_[a], piece.from);
        piece.cumulative[a] = cumulative[a];
        cumulative[a] += piece.hazard[a] * (piece.to - piece.from);
      }
      pieces_.push_back(piece);
    }
  }

  /// Constant hazards that are neither high nor last for long, in pieces that are not short: Boost's adaptive rule ends
  /// (integral_of()), if the integral is not near 0.
  bool easily_integrated() const {
    constexpr double shortest = 0.05, highest = 5;
    for (const DataArm* arm : arms_)
      if (arm->shape != 1 || arm->cured != 0) return false;
    return last_event_ >= pieces_.back().to && std::all_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) {
             return piece.to - piece.from >= shortest && piece.hazard[0] <= highest && piece.hazard[1] <= highest;
           });
  }

  /// Integral over time of value(hazards, survivals), index 0 the reference; it is proportional to the hazards.
  template <class Value>
  double easy_integral(Value value) const {
    double sum = 0;
    for (const Piece& piece : pieces_) sum += easy_integral(piece, value);
    return sum;
  }

  /// The same of a value that keeps its sign.
  template <class Value>
  double integral(Value value) const {
    double sum = 0;
    for (const Piece& piece : pieces_) sum += any_integral(piece, value);
    return sum;
  }

 private:
  static constexpr double smooth_power = 4;

  struct Piece {
    double from, to;
    double hazard[2], cumulative[2];
  };

  template <class Value>
  static double easy_integral(const Piece& piece, Value value) {
    const auto at = [&](double t) {
      double survival[2];
      for (int a = 0; a < 2; ++a) survival[a] = exp_of(-piece.cumulative[a] - piece.hazard[a] * (t - piece.from));
      return value(piece.hazard, survival);
    };
    constexpr unsigned halvings = 40;  // a follow-up may be long against the times to an event
    constexpr double tolerance = 1e-13;
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(at, piece.from, piece.to, halvings, tolerance);
  }

  template <class Value>
  double any_integral(const Piece& piece, Value value) const {
    const auto at = [&](double x) {
      double hazard[2], survival[2];
      evaluate(x, hazard, survival);
      return value(hazard, survival);
    };
    const double to = std::min(piece.to, last_event_);
    if (to <= piece.from) return 0;
    return integral_of(at, pow_of(piece.from, 1 / stretch_), pow_of(to, 1 / stretch_));
  }

  /// At t = x^stretch: of one shape the cumulative hazards are linear in x, of two all are smooth at 0.
  void evaluate(double x, double* hazard, double* survival) const {
    const double t = pow_of(x, stretch_), per_x = stretch_ * t / x;
    for (int a = 0; a < 2; ++a) {
      hazard[a] = hazard_at(*arms_[a], t) * per_x;
      survival[a] = survival_at(*arms_[a], t);
    }
  }

  const DataArm* arms_[2];
  double stretch_, last_event_;
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
  // Events of the arm, or those expected of it, given that its share of the risk set is weighted by a ratio.
  const auto events = [share](double log_ratio, double observed_weight, double expected_weight) {
    return [share, ratio = exp_of(log_ratio), observed_weight, expected_weight](const double* hazard,
                                                                                const double* survival) {
      const double active = share * survival[1], rest = (1 - share) * survival[0], weighted = active * ratio + rest;
      if (weighted <= 0) return 0.0;  // nobody is left
      const double expected = active * ratio / weighted;
      return observed_weight * (active * hazard[1]) -
             expected_weight * (expected * (active * hazard[1] + rest * hazard[0]));
    };
  };
  const double observed = curves.integral(events(0, 1, 0));
  const auto excess = [&](double log_ratio) { return observed + curves.integral(events(log_ratio, 0, 1)); };
  const bool easy = curves.easily_integrated();
  const auto integral = [&](auto value) { return easy ? curves.easy_integral(value) : curves.integral(value); };
  const double variance = integral([&](const double* hazard, const double* survival) {
    const double active = share * survival[1], rest = (1 - share) * survival[0], all = active + rest;
    if (all * all <= 0) return 0.0;
    return active * rest / (all * all) * (active * hazard[1] + rest * hazard[0]);
  });
  const bool at_once = easy && constant;  // not near 0
  if (variance > 0) limits.peto = (at_once ? curves.easy_integral(events(0, 1, 1)) : excess(0)) / variance;
  const double wins =
      integral([](const double* h, const double* survival) { return h[0] * survival[0] * survival[1]; });
  const double losses =
      integral([](const double* h, const double* survival) { return h[1] * survival[0] * survival[1]; });
  limits.log_win_ratio = log_win_ratio(wins, losses);
  if (constant) {
    limits.proportional = true;
    limits.cox = constant;
  } else if (wins > 0 && losses > 0) {
    constexpr double furthest = 40;                                       // a ratio of 1e17
    if (!(excess(-furthest) > 0 && excess(furthest) < 0)) return limits;  // one arm has all but no events
    std::uintmax_t iterations = 200;
    const auto bracket = boost::math::tools::toms748_solve(excess, -furthest, furthest,
                                                           boost::math::tools::eps_tolerance<double>(48), iterations);
    limits.cox = (bracket.first + bracket.second) / 2;
  }
  return limits;
}

std::optional<WeightedLimit> weighted_limit(const DataModel& model, int arm_index, int reference_index, double share,
                                            const FlemingHarrington& weight) {
  const DataArm& arm = model.arms.at(static_cast<std::size_t>(arm_index));
  const DataArm& reference = model.arms.at(static_cast<std::size_t>(reference_index));
  const TwoCurves curves(arm, reference, model.follow_up_months);
  // The integral of w^power times `value` of the hazards and of those at risk in either arm.
  const auto weighted = [&](int power, auto value) {
    return curves.integral([&](const double* hazard, const double* survival) {
      const double active = share * survival[1], rest = (1 - share) * survival[0], all = active + rest;
      if (all * all <= 0) return 0.0;  // nobody is left
      const double w = weight_at(weight, all);
      return (power == 2 ? w * w : w) * value(hazard, active, rest);
    });
  };
  const auto variance = [](const double* hazard, double active, double rest) {
    const double all = active + rest;
    return active * rest / (all * all) * (active * hazard[1] + rest * hazard[0]);
  };
  const double information = weighted(1, variance), squares = weighted(2, variance);
  if (!(squares > 0)) return std::nullopt;
  const auto events = [&](int of) {
    return weighted(1, [of](const double* hazard, double active, double rest) {
      return active * rest / (active + rest) * hazard[of];
    });
  };
  const double excess = events(1) - events(0);
  return WeightedLimit{excess / information, excess / __builtin_sqrt(squares)};
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
  if (change && model.kind == Kind::binary) {
    const std::vector<double>& share = model.arms.at(static_cast<std::size_t>(arm)).share;
    return share[visit] - share[0];
  }
  const std::optional<Spread> spread = implied_spread(model, arm, visit, change);
  if (!spread) return std::nullopt;
  const double first_category = model.kind == Kind::ordinal ? 1 : 0;
  return spread->mean + first_category + (model.kind == Kind::score && model.visits_months[visit] > 0 ? shift : 0.0);
}

double implied_both(const DataModel& model, int arm, std::size_t visit) {
  const std::vector<double>& share = model.arms.at(static_cast<std::size_t>(arm)).share;
  const double first = share[0], second = share[visit], rho = model.correlation[visit][0];
  if (first <= 0 || second <= 0) return 0;
  if (first >= 1 || second >= 1) return std::min(first, second);
  // The normal behind the first lies above its cut, that behind the second above its own.
  const double from = -normal_quantile(first), cut = -normal_quantile(second), rest = __builtin_sqrt(1 - rho * rho);
  const auto at = [&](double z) { return exp_of(-z * z / 2) * normal_cdf((rho * z - cut) / rest); };
  constexpr double density = 0.3989422804014327, end = 9;
  return density * integral_of(at, from, std::max(from, end));
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
