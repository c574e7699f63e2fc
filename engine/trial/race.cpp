#include "engine/trial/race.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>

#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

constexpr std::size_t batches = 40;
constexpr double too_far_behind = 3.5;  // standard errors: one false exclusion in some 4,000 comparisons
constexpr std::int64_t growth = 4;
constexpr int bootstraps = 4000;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// A design while it races.
class Runner {
 public:
  Runner(const RaceGoal& goal, const RaceEntry& entry) : goal_(goal), entry_(entry) {}

  std::int64_t to_multiple(double size) const {
    const auto multiples = static_cast<std::int64_t>(std::ceil(size / static_cast<double>(entry_.multiple) - 1e-9));
    return std::max(multiples, (entry_.smallest + entry_.multiple - 1) / entry_.multiple) * entry_.multiple;
  }
  std::int64_t nearest_multiple(double size) const {
    const auto multiple = static_cast<double>(entry_.multiple);
    return to_multiple(std::max(1.0, std::round(size / multiple)) * multiple);
  }

  double probit_of_goal() const { return normal_quantile(goal_.power) + intercept(); }
  double intercept() const { return normal_quantile(1 - goal_.alpha / goal_.sides); }

  /// The size at which the line through the power at `size` reaches the goal.
  double crossing(std::int64_t size, double power) const {
    const double slope = (normal_quantile(power) + intercept()) / std::sqrt(static_cast<double>(size));
    if (!(slope > 0)) return std::numeric_limits<double>::infinity();
    const double root = probit_of_goal() / slope;
    return root * root;
  }

  /// Doubles the size until the power is near, with few replicates; false where the largest is reached before.
  bool find_start(std::int64_t from) {
    constexpr std::int64_t few = 400;
    constexpr double near = 0.3;
    size_ = to_multiple(static_cast<double>(entry_.smallest));
    for (int step = 0; step < 64; ++step) {
      const RaceCount count = entry_.simulate(size_, from, from + few);
      const double power = shrunk(count);
      const double next = crossing(size_, power);
      if (power > near && next <= static_cast<double>(goal_.largest)) {
        size_ = nearest_multiple(next);
        return true;
      }
      if (size_ >= goal_.largest / entry_.multiple * entry_.multiple) return false;
      size_ =
          std::min(to_multiple(2.0 * static_cast<double>(size_)), goal_.largest / entry_.multiple * entry_.multiple);
    }
    return false;
  }

  void simulate_batch(std::size_t batch, std::int64_t from, std::int64_t of_batch) {
    const std::int64_t first = from + static_cast<std::int64_t>(batch) * of_batch;
    counts_[batch] = entry_.simulate(size_, first, first + of_batch);
  }

  /// Takes what the batches of a stage say.
  void settle() {
    RaceCount all;
    for (const RaceCount& count : counts_) {
      all.replicates += count.replicates;
      all.rejections += count.rejections;
      all.failures += count.failures;
      all.cost += count.cost;
    }
    const auto n = static_cast<double>(all.replicates);
    const double power = shrunk(all);
    const double probit = normal_quantile(power) + intercept();
    found.size = crossing(size_, power);
    found.reaches = found.size <= static_cast<double>(goal_.largest);
    found.cost = all.cost / n * found.size / static_cast<double>(size_);
    found.power = static_cast<double>(all.rejections) / n;
    found.replicates = all.replicates;
    found.failures = all.failures;
    // How much each batch moves the logarithm of the cost.
    const double density = std::exp(-0.5 * std::pow(normal_quantile(power), 2)) / std::sqrt(2 * 3.14159265358979323846);
    for (std::size_t batch = 0; batch < batches; ++batch) {
      const auto of_batch = static_cast<double>(counts_[batch].replicates);
      const double own_power = static_cast<double>(counts_[batch].rejections) / of_batch;
      influence[batch] =
          counts_[batch].cost / of_batch / (all.cost / n) - 1 - 2 * (own_power - found.power) / (density * probit);
    }
    found.cost_se = found.cost * standard_error(influence);
    if (found.reaches) size_ = nearest_multiple(found.size);
  }

  static double standard_error(const std::array<double, batches>& values) {
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / batches;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (batches - 1) / batches);
  }

  Raced found;
  std::array<double, batches> influence{};

 private:
  /// Never 0 or 1: half a rejection more and less.
  static double shrunk(const RaceCount& count) {
    return (static_cast<double>(count.rejections) + 0.5) / (static_cast<double>(count.replicates) + 1);
  }

  const RaceGoal& goal_;
  const RaceEntry& entry_;
  std::int64_t size_ = 0;
  std::array<RaceCount, batches> counts_;
};

/// The standard error of the difference of two logarithms.
double error_of_difference(const Runner& one, const Runner& other) {
  std::array<double, batches> difference{};
  for (std::size_t batch = 0; batch < batches; ++batch)
    difference[batch] = one.influence[batch] - other.influence[batch];
  return Runner::standard_error(difference);
}

/// Weights of batches from exponential draws (Rubin 1981). They are no draws of a study: a generator of their own.
void bootstrap(std::vector<Runner*>& runners) {
  std::mt19937_64 generator(1981);  // the same everywhere, by the standard
  const auto exponential = [&generator] {
    constexpr int unused_bits = 11;
    return -std::log((static_cast<double>(generator() >> unused_bits) + 0.5) * 0x1p-53);
  };
  std::vector<int> wins(runners.size());
  for (int draw = 0; draw < bootstraps; ++draw) {
    std::array<double, batches> weight{};
    double sum = 0;
    for (std::size_t batch = 0; batch < batches; ++batch) {
      weight[batch] = exponential();
      sum += weight[batch];
    }
    std::size_t best = 0;
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < runners.size(); ++k) {
      double log_cost = std::log(runners[k]->found.cost);
      for (std::size_t batch = 0; batch < batches; ++batch)
        log_cost += weight[batch] / sum * runners[k]->influence[batch];
      if (log_cost < lowest) {
        lowest = log_cost;
        best = k;
      }
    }
    ++wins[best];
  }
  for (std::size_t k = 0; k < runners.size(); ++k)
    runners[k]->found.chance_best = static_cast<double>(wins[k]) / bootstraps;
}

}  // namespace

std::vector<Raced> race(const RaceGoal& goal, const std::vector<RaceEntry>& entries,
                        const std::function<void(const std::string&)>& say) {
  std::vector<Runner> runners;
  for (const RaceEntry& entry : entries) runners.emplace_back(goal, entry);
  std::vector<std::uint8_t> starts(runners.size());
  oneapi::tbb::parallel_for(std::size_t{0}, runners.size(),
                            [&](std::size_t k) { starts[k] = runners[k].find_start(0); });
  std::vector<Runner*> left;
  for (std::size_t k = 0; k < runners.size(); ++k) {
    if (starts[k])
      left.push_back(&runners[k]);
    else
      runners[k].found = {.reaches = false,
                          .size = nothing,
                          .cost = nothing,
                          .cost_se = nothing,
                          .behind = nothing,
                          .behind_se = nothing};
  }
  std::int64_t from = 1000;  // behind those of the start
  for (std::int64_t replicates = goal.first_stage; !left.empty(); replicates *= growth) {
    replicates = std::min(replicates, goal.most_replicates);
    const std::int64_t of_batch = std::max<std::int64_t>(1, replicates / static_cast<std::int64_t>(batches));
    oneapi::tbb::parallel_for(std::size_t{0}, left.size() * batches, [&](std::size_t task) {
      left[task / batches]->simulate_batch(task % batches, from, of_batch);
    });
    from += of_batch * static_cast<std::int64_t>(batches);
    for (Runner* runner : left) runner->settle();
    std::erase_if(left, [](const Runner* runner) { return !runner->found.reaches; });
    if (left.empty()) break;
    const Runner& best = **std::min_element(left.begin(), left.end(), [](const Runner* one, const Runner* other) {
      return one->found.cost < other->found.cost;
    });
    double least_precise = best.found.cost_se / best.found.cost;
    for (Runner* runner : left) {
      const double log_behind = std::log(runner->found.cost / best.found.cost);
      const double error = error_of_difference(*runner, best);
      runner->found.behind = std::expm1(log_behind);
      runner->found.behind_se = runner->found.cost / best.found.cost * error;
    }
    std::erase_if(left, [&](const Runner* runner) {
      return runner != &best && runner->found.behind > too_far_behind * runner->found.behind_se;
    });
    for (const Runner* runner : left) least_precise = std::max(least_precise, runner->found.behind_se);
    if (say) {
      std::ostringstream words;
      words << of_batch * static_cast<std::int64_t>(batches) << " replicates: " << left.size()
            << (left.size() == 1 ? " design is left" : " designs are left");
      say(words.str());
    }
    const bool alone = left.size() == 1 && best.found.cost_se <= 4 * goal.precise * best.found.cost;
    if (alone || least_precise <= goal.precise || replicates >= goal.most_replicates) break;
  }
  for (Runner* runner : left) runner->found.in_last_stage = true;
  if (!left.empty()) bootstrap(left);
  std::vector<Raced> all;
  for (Runner& runner : runners) {
    if (runner.found.reaches) runner.found.whole_size = runner.to_multiple(runner.found.size);
    all.push_back(runner.found);
  }
  return all;
}

}  // namespace vcohort
