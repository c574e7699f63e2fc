#include "engine/trial/sample_size.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/ratios.hpp"

namespace vcohort {

namespace {

using Point = SampleSizeAnswer::Point;
constexpr std::int64_t first_confirmation = std::int64_t{1} << 31;

/// Phi(a + b sqrt N), fitted to counts by Fisher scoring.
struct ProbitCurve {
  double a = 0, b = 0;
  double variance_a = 0, variance_b = 0, covariance = 0;

  double score(double n) const { return a + b * std::sqrt(n); }
  /// The size at which the curve reaches z, and its standard error by the delta method.
  double root_at(double z) const { return (z - a) / b; }
  double root_error(double z) const {
    const double root = root_at(z);
    return std::sqrt(std::max(0.0, variance_a + 2 * root * covariance + root * root * variance_b)) / std::fabs(b);
  }
};

ProbitCurve fit(const std::map<std::int64_t, Point>& points, double target_z) {
  ProbitCurve curve;
  // Starts at a line through the origin of sqrt N that is near the point closest to the target.
  double best = INFINITY;
  for (const auto& [n, point] : points) {
    const double p = std::clamp(point.power(), 0.01, 0.99);
    const double z = normal_quantile(p);
    if (std::fabs(z - target_z) < best) {
      best = std::fabs(z - target_z);
      curve.a = -normal_quantile(0.975);
      curve.b = (z - curve.a) / std::sqrt(static_cast<double>(n));
    }
  }
  constexpr int iterations = 50;
  constexpr double smallest_share = 1e-6;  // keeps weights finite far out in the tails
  for (int step = 0; step < iterations; ++step) {
    double s0 = 0, s1 = 0, s2 = 0, u0 = 0, u1 = 0;
    for (const auto& [n, point] : points) {
      const double root = std::sqrt(static_cast<double>(n));
      const double z = std::clamp(curve.score(static_cast<double>(n)), -8.0, 8.0);
      const double p = std::clamp(normal_cdf(z), smallest_share, 1 - smallest_share);
      const double density = exp_of(-0.5 * z * z) / 2.5066282746310002;  // sqrt(2 pi)
      const double weight = static_cast<double>(point.replicates) * density * density / (p * (1 - p));
      const double residual = static_cast<double>(point.replicates) * (point.power() - p) * density / (p * (1 - p));
      s0 += weight;
      s1 += weight * root;
      s2 += weight * root * root;
      u0 += residual;
      u1 += residual * root;
    }
    const double ridge = 1e-9 * (1 + s2);  // one tested size alone does not determine two numbers
    const double determinant = (s0 + ridge) * (s2 + ridge) - s1 * s1;
    const double step_a = ((s2 + ridge) * u0 - s1 * u1) / determinant;
    const double step_b = ((s0 + ridge) * u1 - s1 * u0) / determinant;
    const double length = std::min(1.0, 1 / (std::fabs(step_a) + 1e-300));
    curve.a += length * step_a;
    curve.b += length * step_b;
    curve.variance_a = (s2 + ridge) / determinant;
    curve.variance_b = (s0 + ridge) / determinant;
    curve.covariance = -s1 / determinant;
    if (std::fabs(step_a) + std::fabs(step_b) < 1e-10) break;
  }
  return curve;
}

class Search {
 public:
  Search(const SampleSizeGoal& goal, const CountRejections& count)
      : goal_(goal), count_(count), target_z_(normal_quantile(goal.power)) {}

  SampleSizeAnswer run() {
    SampleSizeAnswer answer;
    const bool exceeded = bracket();
    answer.ceiling = points_.rbegin()->second.power();
    if (!exceeded && !near_target(points_.rbegin()->second)) return finish(answer);
    refine();
    if (goal_.first)
      confirm_first(crossing(), answer);
    else
      confirm(crossing(), answer);
    return finish(answer);
  }

 private:
  std::int64_t round_up(double n) const {
    const double multiples =
        std::ceil(std::clamp(n, static_cast<double>(goal_.smallest), static_cast<double>(largest())) /
                      static_cast<double>(goal_.multiple) -
                  1e-9);
    return std::min(largest(), static_cast<std::int64_t>(multiples) * goal_.multiple);
  }
  std::int64_t largest() const { return goal_.largest / goal_.multiple * goal_.multiple; }

  /// Simulates the next replicates, which no size has had: sizes that shared theirs would err together, and an interval
  /// from their curve would be too short.
  void spend(std::map<std::int64_t, Point>& points, std::int64_t n, std::int64_t replicates, std::int64_t& next) {
    const RejectionCounts counts = count_(n, next, next + replicates);
    next += replicates;
    for (std::map<std::int64_t, Point>* of : {&points, &everything_}) {
      Point& point = (*of)[n];
      point.sample_size = n;
      point.replicates += counts.replicates;
      point.rejections += goal_.assurance ? counts.favourable : counts.rejections;
      point.failures += counts.failures;
    }
  }

  bool near_target(const Point& point, double errors = 3) const {
    return point.power() + errors * point.mcse() >= goal_.power;
  }

  /// True when some size exceeds the target clearly.
  bool bracket() {
    for (std::int64_t n = round_up(static_cast<double>(goal_.smallest));; n = round_up(2.0 * static_cast<double>(n))) {
      spend(points_, n, goal_.first_replicates, spent_);
      const Point& point = points_[n];
      if (point.power() - 2 * point.mcse() > goal_.power) return true;
      if (n >= largest()) return false;
    }
  }

  void refine() {
    constexpr double beside = 0.1;  // the slope is known best from sizes a little to either side
    const double offsets[] = {0, beside, 0, -beside};
    for (int turn = 0; spent_ < goal_.search_replicates; ++turn) {
      const ProbitCurve curve = curve_at_crossing();
      const double root = curve.b > 0 ? curve.root_at(target_z_) : std::sqrt(static_cast<double>(largest()));
      const std::int64_t n = round_up(std::max(0.0, root) * std::max(0.0, root) * (1 + offsets[turn % 4]));
      const std::int64_t share = std::max<std::int64_t>(goal_.first_replicates, goal_.search_replicates / 10);
      const std::int64_t now = std::min(share, goal_.search_replicates - spent_);
      spend(points_, n, now, spent_);
    }
  }

  static constexpr double near = 1.5;  // times a size

  static bool is_near(std::int64_t n, std::int64_t size) {
    const auto a = static_cast<double>(n), b = static_cast<double>(size);
    return a <= near * b && b <= near * a;
  }

  /// The curve of everything that was simulated near a size: far from it the probit is not straight.
  ProbitCurve curve_near(std::int64_t size) const {
    std::map<std::int64_t, Point> points;
    for (const auto& [n, point] : everything_)
      if (is_near(n, size)) points.emplace(n, point);
    return fit(points.size() > 1 ? points : everything_, target_z_);
  }

  /// The first size from which on the powers, were they never to fall (pooled adjacent violators), reach the target, or
  /// the last one.
  std::map<std::int64_t, Point>::const_iterator first_reached() const {
    struct Pool {
      std::map<std::int64_t, Point>::const_iterator first;
      double rejections, replicates;
      double power() const { return rejections / replicates; }
    };
    std::vector<Pool> pools;
    for (auto point = points_.begin(); point != points_.end(); ++point) {
      pools.push_back(
          {point, static_cast<double>(point->second.rejections), static_cast<double>(point->second.replicates)});
      while (pools.size() > 1 && pools[pools.size() - 2].power() >= pools.back().power()) {
        const Pool last = pools.back();
        pools.pop_back();
        pools.back().rejections += last.rejections;
        pools.back().replicates += last.replicates;
      }
    }
    for (const Pool& pool : pools)
      if (pool.power() >= goal_.power) return pool.first;
    return std::prev(points_.end());
  }

  /// The curve of the search around its crossing: between the two sizes about it, and near these. A curve that flattens
  /// out above the target is not drawn into it.
  ProbitCurve curve_at_crossing() const {
    const auto reached = first_reached();
    const auto below = reached == points_.begin() ? reached : std::prev(reached);
    std::map<std::int64_t, Point> points;
    for (const auto& [n, point] : points_)
      if ((n >= below->first && n <= reached->first) || is_near(n, below->first) || is_near(n, reached->first))
        points.emplace(n, point);
    return fit(points.size() > 1 ? points : points_, target_z_);
  }

  std::int64_t size_at(double root) const { return round_up(std::pow(std::max(0.0, root), 2)); }

  std::int64_t crossing() const {
    const ProbitCurve curve = curve_at_crossing();
    return curve.b > 0 ? size_at(curve.root_at(target_z_)) : largest();
  }

  void interval(SampleSizeAnswer& answer) const {
    const ProbitCurve curve = curve_near(answer.sample_size);
    const double z = normal_quantile(0.5 + goal_.level / 2);
    const double root = curve.root_at(target_z_), half = z * curve.root_error(target_z_);
    answer.lower = std::min(size_at(root - half), answer.sample_size);
    answer.upper = std::max(size_at(root + half), answer.sample_size);
  }

  const Point& confirmed_at(std::int64_t n, std::int64_t replicates) {
    const auto found = confirmed_.find(n);
    const std::int64_t had = found == confirmed_.end() ? 0 : found->second.replicates;
    if (had < replicates) spend(confirmed_, n, replicates - had, next_confirmation_);
    return confirmed_[n];
  }
  std::int64_t beside() const { return std::max<std::int64_t>(1, goal_.confirmation_replicates / 4); }

  void accept(std::int64_t candidate, SampleSizeAnswer& answer) {
    answer.found = true;
    answer.sample_size = candidate;
    answer.power = confirmed_[candidate].power();
    answer.power_mcse = confirmed_[candidate].mcse();
    interval(answer);
  }

  void confirm_first(std::int64_t crossing, SampleSizeAnswer& answer) {
    constexpr double from = 0.75;  // of the crossing; a sawtooth of shares lies within
    for (std::int64_t n = round_up(from * static_cast<double>(crossing));; n += goal_.multiple) {
      if (near_target(confirmed_at(n, beside()), 2) &&
          confirmed_at(n, goal_.confirmation_replicates).power() >= goal_.power)
        return accept(n, answer);
      if (n < largest()) continue;
      answer.ceiling = confirmed_[n].power();
      return;
    }
  }

  /// Whether a size reaches the target, and no larger one that is looked at misses it beyond its error.
  bool holds(std::int64_t candidate) {
    if (confirmed_at(candidate, goal_.confirmation_replicates).power() < goal_.power) return false;
    const auto stays = [&](std::int64_t size) {
      return size <= candidate || near_target(confirmed_at(size, beside()), 2);
    };
    const std::int64_t end = round_up(1.1 * static_cast<double>(candidate));
    if (!goal_.sawtooth)
      return stays(round_up(static_cast<double>(candidate + goal_.multiple))) &&
             stays(round_up(1.05 * static_cast<double>(candidate))) && stays(end);
    for (std::int64_t size = candidate + goal_.multiple; size <= end; size += goal_.multiple)
      if (!stays(size)) return false;
    return true;
  }

  /// Between a size and the largest one below it that misses the target beyond its error; the size itself where they
  /// are near to each other.
  std::int64_t halfway_down(std::int64_t size) const {
    constexpr double close = 1.1;
    std::int64_t below = 0;
    for (const auto& [n, point] : everything_)
      if (n < size && !near_target(point, 2)) below = n;
    const double from = static_cast<double>(std::max(below, goal_.smallest)), to = static_cast<double>(size);
    return to <= close * from ? size : round_up(std::sqrt(from * to));
  }

  /// Moves up while a candidate does not hold, and down while one lies clearly above the target.
  void confirm(std::int64_t candidate, SampleSizeAnswer& answer) {
    std::int64_t missed = 0, reached = 0;  // the largest candidate that did, the smallest that held
    while (true) {
      const bool held = holds(candidate);
      (held ? reached : missed) = candidate;
      const Point& here = confirmed_[candidate];
      const ProbitCurve curve = curve_near(candidate);
      std::int64_t next = curve.b > 0 ? size_at(curve.root_at(target_z_)) : candidate;
      if (held) {
        if (next >= candidate || !is_near(next, candidate))
          next = halfway_down(candidate);  // the curve may be flat there
        else if (here.power() - 2 * here.mcse() <= goal_.power)
          break;
        next = std::max(next, missed + goal_.multiple);
        if (next >= candidate) break;
      } else {
        next = std::max(next, candidate + goal_.multiple);
        if ((reached > 0 && next >= reached) || candidate >= largest()) break;
        next = std::min(next, largest());
      }
      candidate = next;
    }
    if (reached > 0)
      accept(reached, answer);
    else
      answer.ceiling = confirmed_[candidate].power();
  }

  SampleSizeAnswer finish(SampleSizeAnswer& answer) const {
    for (const auto& [n, point] : everything_) answer.curve.push_back(point);
    return answer;
  }

  const SampleSizeGoal& goal_;
  const CountRejections& count_;
  double target_z_;
  std::map<std::int64_t, Point> points_, confirmed_, everything_;  // of the search, of the confirmation, of both
  std::int64_t spent_ = 0, next_confirmation_ = first_confirmation;
};

}  // namespace

double SampleSizeAnswer::Point::mcse() const {
  // Agresti and Coull: never zero, so that ten rejections in ten trials are no certainty.
  const double n = static_cast<double>(replicates) + 4, p = (static_cast<double>(rejections) + 2) / n;
  return std::sqrt(p * (1 - p) / n);
}

SampleSizeAnswer find_sample_size(const SampleSizeGoal& goal, const CountRejections& count) {
  require(goal.power > 0 && goal.power < 1, "a power lies between 0 and 1");
  require(goal.multiple >= 1 && goal.smallest <= goal.largest && goal.multiple <= goal.largest,
          "a sample size lies within the limits");
  return Search(goal, count).run();
}

namespace {

/// Where the power crosses the target, by doubling and halving.
std::optional<std::int64_t> crossing_of(const SampleSizeGoal& goal,
                                        const std::function<double(std::int64_t)>& power_at) {
  std::int64_t below = (goal.smallest + goal.multiple - 1) / goal.multiple - 1;  // in multiples, which miss the target
  const std::int64_t largest = goal.largest / goal.multiple;
  bool known_below = false;
  const auto misses = [&](std::int64_t multiples) {
    const double power = power_at(multiples * goal.multiple);
    if (std::isnan(power)) return !known_below;
    if (power < goal.power) known_below = true;
    return power < goal.power;
  };
  std::int64_t reached = below + 1;
  while (reached <= largest && misses(reached)) {
    if (reached == largest) return std::nullopt;
    below = reached;
    reached = std::min(2 * reached, largest);
  }
  if (reached > largest) return std::nullopt;
  while (reached - below > 1) {
    const std::int64_t middle = below + (reached - below) / 2;
    (misses(middle) ? below : reached) = middle;
  }
  if (std::isnan(power_at(reached * goal.multiple))) return std::nullopt;
  return reached * goal.multiple;
}

}  // namespace

std::optional<std::int64_t> smallest_size_of(const SampleSizeGoal& goal,
                                             const std::function<double(std::int64_t)>& power_at) {
  const std::optional<std::int64_t> crossing = crossing_of(goal, power_at);
  if (!goal.sawtooth || !crossing) return crossing;
  constexpr double around = 1.3;  // beyond it no power of a discrete test falls back below the target
  const std::int64_t smallest = (goal.smallest + goal.multiple - 1) / goal.multiple, of = *crossing / goal.multiple;
  const std::int64_t last = std::min(std::lround(static_cast<double>(of) * around), goal.largest / goal.multiple);
  std::int64_t k = std::max(smallest, std::lround(static_cast<double>(of) / around)), answer = k;
  for (; k <= last; ++k) {
    const bool reaches = power_at(k * goal.multiple) >= goal.power;
    if (reaches && goal.first) return k * goal.multiple;
    if (!reaches) answer = k + 1;
  }
  return answer > last ? std::nullopt : std::optional(answer * goal.multiple);
}

std::vector<std::size_t> analyses_of(const Trial& trial, const SizeTarget& target) {
  if (!target.family) return {target.analysis};
  const Family family(trial.prepared().protocol.design);
  std::vector<std::size_t> analyses;
  for (std::size_t k = 0; k < family.primaries(); ++k) analyses.push_back(family.analysis(k));
  return analyses;
}

std::int64_t sample_size_multiple(const TrialQuestion& design) {
  if (design.arms.size() == 1) return 1;
  return design.randomisation.method == Randomisation::Method::permuted_block && design.randomisation.stratify.empty()
             ? design.randomisation.block
             : sum_of_ratios(design);
}

Table sample_size_curve(const SampleSizeAnswer& answer) {
  Table table{"/size/curve", "Power by sample size, as far as the search looked", {}};
  const Columns column(table, answer.curve);
  column("sample_size", "patients", "total randomised", &Point::sample_size);
  column("replicates", "trials", "simulated", &Point::replicates);
  column("power", "share", "rejections; failed fits are none", &Point::power);
  column("power_mcse", "share", "Monte Carlo standard error of it", &Point::mcse);
  column("failures", "trials", "without an estimate", &Point::failures);
  return table;
}

Study with_events(const Study& study, std::int64_t events) {
  Study changed = study;
  if (changed.trial->looks)
    changed.trial->looks->maximum = static_cast<double>(events);
  else
    changed.trial->final->events = static_cast<double>(events);
  return changed;
}

Table sample_size_table(const SampleSizeGoal& goal, const std::vector<SizedAnswer>& answers) {
  Table table{"/size", "Power by sample size, as far as the searches looked, and their answers", {}};
  const auto column = [&](const char* name, const char* units, const char* text, auto value_of) {
    using Value = decltype(value_of(answers.front(), Point{}));
    auto& values = table.add<Value>(name, units, text);
    for (const SizedAnswer& of : answers)
      for (const Point& point : of.answer.curve) values.push_back(value_of(of, point));
  };
  const auto if_found = [](const SizedAnswer& of, std::int64_t number) {
    return of.answer.found ? static_cast<double>(number) : std::numeric_limits<double>::quiet_NaN();
  };
  using Of = const SizedAnswer&;
  using At = const Point&;
  column("scenario", "", "stance of the evidence", [](Of of, At) { return of.scenario; });
  column("analysis", "", "which analysis was sized", [](Of of, At) { return of.analysis; });
  column("contrast", "", "which contrasts were sized", [](Of of, At) { return of.contrast; });
  column("effect", "", "the true effect, in words", [](Of of, At) { return of.effect; });
  column("goal", "", "what is to be reached", [&](Of of, At) {
    return std::string(goal.assurance ? "assurance" : of.precision ? "precision" : "power");
  });
  column("solved_for", "", "what the answer and the sizes are numbers of",
         [](Of of, At) { return std::string(of.events ? "events" : of.units); });
  column("target", "share", "how much of it", [&](Of, At) { return goal.power; });
  column("answer", "solved for", "smallest number that reaches the target; missing where none does",
         [&](Of of, At) { return if_found(of, of.answer.sample_size); });
  column("lower", "solved for", "lower limit of the size at which the curve crosses the target",
         [&](Of of, At) { return if_found(of, of.answer.lower); });
  column("upper", "solved for", "upper limit of it", [&](Of of, At) { return if_found(of, of.answer.upper); });
  column("expected", "patients", "of a trial with looks of which the answer is the maximum; else missing",
         [](Of of, At) { return of.expected.value; });
  column("expected_mcse", "patients", "Monte Carlo standard error of it", [](Of of, At) { return of.expected.mcse; });
  column("formula", "", "the published formula beside the search; empty where there is none",
         [](Of of, At) { return of.formula; });
  column("formula_power", "share", "power at the answer by the formula", [](Of of, At) { return of.formula_power; });
  column("formula_answer", "solved for", "smallest number by the formula; missing where there is none", [](Of of, At) {
    return of.formula_answer > 0 ? static_cast<double>(of.formula_answer) : std::numeric_limits<double>::quiet_NaN();
  });
  column("sample_size", "solved for", "total randomised, or the events of the final analysis",
         [](Of, At at) { return at.sample_size; });
  column("replicates", "trials", "simulated", [](Of, At at) { return at.replicates; });
  column("power", "share", "what was reached; failed fits are none", [](Of, At at) { return at.power(); });
  column("power_mcse", "share", "Monte Carlo standard error of it", [](Of, At at) { return at.mcse(); });
  column("failures", "trials", "without an estimate", [](Of, At at) { return at.failures; });
  return table;
}

}  // namespace vcohort
