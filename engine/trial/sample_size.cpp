#include "engine/trial/sample_size.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"

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
    const ProbitCurve curve = fit(points_, target_z_);
    interval(curve, answer);
    std::int64_t candidate =
        curve.b > 0 ? round_up(std::pow(std::max(0.0, curve.root_at(target_z_)), 2)) : goal_.largest;
    if (goal_.first)
      confirm_first(candidate, answer);
    else
      confirm(candidate, answer);
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

  /// Simulates the next `replicates` of a size, behind those it has.
  void spend(std::map<std::int64_t, Point>& points, std::int64_t n, std::int64_t replicates, std::int64_t origin) {
    Point& point = points[n];
    point.sample_size = n;
    const std::int64_t from = origin + point.replicates;
    const RejectionCounts counts = count_(n, from, from + replicates);
    point.replicates += counts.replicates;
    point.rejections += goal_.assurance ? counts.favourable : counts.rejections;
    point.failures += counts.failures;
  }

  bool near_target(const Point& point) const { return point.power() + 3 * point.mcse() >= goal_.power; }

  /// True when some size exceeds the target clearly.
  bool bracket() {
    for (std::int64_t n = round_up(static_cast<double>(goal_.smallest));; n = round_up(2.0 * static_cast<double>(n))) {
      spend(points_, n, goal_.first_replicates, 0);
      spent_ += goal_.first_replicates;
      const Point& point = points_[n];
      if (point.power() - 2 * point.mcse() > goal_.power) return true;
      if (n >= largest()) return false;
    }
  }

  void refine() {
    constexpr double beside = 0.1;  // the slope is known best from sizes a little to either side
    const double offsets[] = {0, beside, 0, -beside};
    for (int turn = 0; spent_ < goal_.search_replicates; ++turn) {
      const ProbitCurve curve = fit(points_, target_z_);
      const double root = curve.b > 0 ? curve.root_at(target_z_) : std::sqrt(static_cast<double>(largest()));
      const std::int64_t n = round_up(std::max(0.0, root) * std::max(0.0, root) * (1 + offsets[turn % 4]));
      const std::int64_t share = std::max<std::int64_t>(goal_.first_replicates, goal_.search_replicates / 10);
      const std::int64_t now = std::min(share, goal_.search_replicates - spent_);
      spend(points_, n, now, 0);
      spent_ += now;
    }
  }

  void interval(const ProbitCurve& curve, SampleSizeAnswer& answer) const {
    const double z = normal_quantile(0.5 + goal_.level / 2);
    const double root = curve.root_at(target_z_), half = z * curve.root_error(target_z_);
    answer.lower = round_up(std::pow(std::max(0.0, root - half), 2));
    answer.upper = round_up(std::pow(std::max(0.0, root + half), 2));
  }

  /// Of a size, from this many replicates of the confirmation at least.
  const Point& confirmed_at(std::int64_t n, std::int64_t replicates) {
    const auto found = confirmed_.find(n);
    const std::int64_t had = found == confirmed_.end() ? 0 : found->second.replicates;
    if (had < replicates) spend(confirmed_, n, replicates - had, first_confirmation);
    return confirmed_[n];
  }
  std::int64_t beside() const { return std::max<std::int64_t>(1, goal_.confirmation_replicates / 4); }
  /// A size misses the target for certain only when it does so beyond its error.
  bool may_reach(const Point& point) const { return point.power() + 2 * point.mcse() >= goal_.power; }

  void accept(std::int64_t candidate, SampleSizeAnswer& answer) {
    answer.found = true;
    answer.sample_size = candidate;
    answer.power = confirmed_[candidate].power();
    answer.power_mcse = confirmed_[candidate].mcse();
    answer.lower = std::min(answer.lower, candidate);
    answer.upper = std::max(answer.upper, candidate);
    merge();
  }

  void give_up(std::int64_t candidate, SampleSizeAnswer& answer) {
    merge();
    answer.ceiling = confirmed_[candidate].power();
  }

  void confirm_first(std::int64_t crossing, SampleSizeAnswer& answer) {
    constexpr double from = 0.75;  // of the crossing; a sawtooth of shares lies within
    for (std::int64_t n = round_up(from * static_cast<double>(crossing));; n += goal_.multiple) {
      if (may_reach(confirmed_at(n, beside())) && confirmed_at(n, goal_.confirmation_replicates).power() >= goal_.power)
        return accept(n, answer);
      if (n >= largest()) return give_up(n, answer);
    }
  }

  void confirm(std::int64_t candidate, SampleSizeAnswer& answer) {
    while (true) {
      bool reached = confirmed_at(candidate, goal_.confirmation_replicates).power() >= goal_.power;
      const double above[] = {static_cast<double>(candidate + goal_.multiple), 1.05 * static_cast<double>(candidate),
                              1.1 * static_cast<double>(candidate)};
      for (double n : above) {
        const std::int64_t size = round_up(n);
        if (!reached || size <= candidate) break;
        reached = may_reach(confirmed_at(size, beside()));
      }
      if (reached) break;
      if (candidate >= largest()) return give_up(candidate, answer);
      const double lacking = target_z_ - normal_quantile(std::clamp(confirmed_[candidate].power(), 0.001, 0.999));
      const ProbitCurve curve = fit(points_, target_z_);
      const double root =
          std::sqrt(static_cast<double>(candidate)) + (curve.b > 0 ? std::max(0.0, lacking) / curve.b : 0.0);
      candidate = std::max(candidate + goal_.multiple, round_up(root * root));
    }
    accept(candidate, answer);
  }

  void merge() {
    for (const auto& [n, point] : confirmed_) {
      Point& all = points_[n];
      all.sample_size = n;
      all.replicates += point.replicates;
      all.rejections += point.rejections;
      all.failures += point.failures;
    }
  }

  SampleSizeAnswer finish(SampleSizeAnswer& answer) const {
    for (const auto& [n, point] : points_) answer.curve.push_back(point);
    return answer;
  }

  const SampleSizeGoal& goal_;
  const CountRejections& count_;
  double target_z_;
  std::map<std::int64_t, Point> points_, confirmed_;  // of the search and of the confirmation, by size
  std::int64_t spent_ = 0;
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

std::int64_t sample_size_multiple(const TrialQuestion& design) {
  if (design.arms.size() == 1) return 1;
  std::int64_t ratios = 0;
  for (const Arm& arm : design.arms) ratios += arm.ratio;
  return design.randomisation.method == Randomisation::Method::permuted_block && design.randomisation.stratify.empty()
             ? design.randomisation.block
             : ratios;
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
  column("goal", "", "what is to be reached",
         [&](Of, At) { return std::string(goal.assurance ? "assurance" : "power"); });
  column("target", "share", "how much of it", [&](Of, At) { return goal.power; });
  column("answer", "patients", "smallest total sample size that reaches the target; missing where none does",
         [&](Of of, At) { return if_found(of, of.answer.sample_size); });
  column("lower", "patients", "lower limit of the size at which the curve crosses the target",
         [&](Of of, At) { return if_found(of, of.answer.lower); });
  column("upper", "patients", "upper limit of it", [&](Of of, At) { return if_found(of, of.answer.upper); });
  column("expected", "patients", "of a trial with looks of which the answer is the maximum; else missing",
         [](Of of, At) { return of.expected.value; });
  column("expected_mcse", "patients", "Monte Carlo standard error of it", [](Of of, At) { return of.expected.mcse; });
  column("sample_size", "patients", "total randomised", [](Of, At at) { return at.sample_size; });
  column("replicates", "trials", "simulated", [](Of, At at) { return at.replicates; });
  column("power", "share", "what was reached; failed fits are none", [](Of, At at) { return at.power(); });
  column("power_mcse", "share", "Monte Carlo standard error of it", [](Of, At at) { return at.mcse(); });
  column("failures", "trials", "without an estimate", [](Of, At at) { return at.failures; });
  return table;
}

}  // namespace vcohort
