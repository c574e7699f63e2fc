#include "engine/trial/randomisation.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/trial/block_allocation_hot.hpp"

namespace vcohort {

namespace {

using Method = Randomisation::Method;

constexpr double tie = allocation_tie;  // of penalties, too

}  // namespace

/// What has been allocated so far, in patients / ratio. Shapes: [arm], [factor][level][arm].
struct Randomiser::Counts {
  std::vector<double> of_trial;
  std::vector<double> balls;
  std::vector<std::vector<double>> of_level;
  std::vector<double> weights, penalty;
};

Randomiser::Randomiser(const Randomisation& design, std::span<const Arm> arms, std::vector<int> levels,
                       std::vector<int> drawn_order)
    : design_(design), drawn_order_(std::move(drawn_order)), levels_(std::move(levels)) {
  if (drawn_order_.empty()) {
    drawn_order_.resize(arms.size());
    std::iota(drawn_order_.begin(), drawn_order_.end(), 0);
  }
  for (const int place : drawn_order_) ratio_.push_back(arms[static_cast<std::size_t>(place)].ratio);
  for (double ratio : ratio_) {
    require(ratio >= 1, "somebody is allocated to every arm");
    sum_of_ratios_ += ratio;
    per_ratio_.push_back(1 / ratio);
  }
  if (design_.method == Method::permuted_block) {
    require(design_.block >= 1 && design_.block % static_cast<int>(sum_of_ratios_) == 0,
            "a block holds every arm in the ratio");
    for (int n : levels_) strata_ *= n;
    for (double ratio : ratio_) in_block_.push_back(ratio * design_.block / sum_of_ratios_);
    if (ratio_.size() == 2) find_ties();
  }
  const bool prefers = design_.method == Method::minimisation || design_.method == Method::biased_coin;
  require(!prefers || holds_the_ratio(design_.probability, arms), "an arm that is behind is drawn beyond its share");
}

/// How far the first of two arms is ahead falls with what is left of it.
void Randomiser::find_ties() {
  for (int total = design_.block; total > 0; --total) {
    const auto smallest = [&](auto condition) {
      double left = 0;
      while (left <= in_block_[0] &&
             !condition((in_block_[0] - left) * per_ratio_[0] - (in_block_[1] - (total - left)) * per_ratio_[1]))
        ++left;
      return left;
    };
    behind_above_.push_back(smallest([](double ahead) { return ahead < -tie; }) - 1);
    tied_from_.push_back(smallest([](double ahead) { return ahead <= tie; }));
  }
}

bool holds_the_ratio(double probability, std::span<const Arm> arms) {
  int largest = 0, smallest = std::numeric_limits<int>::max(), sum = 0;
  for (const Arm& arm : arms) {
    largest = std::max(largest, arm.ratio);
    smallest = std::min(smallest, arm.ratio);
    sum += arm.ratio;
  }
  const double share = static_cast<double>(largest) / sum;
  return largest == smallest ? probability >= share : probability > share;
}

int Randomiser::by_weights(double uniform, std::span<const double> weights) const {
  double total = 0;
  for (double weight : weights) total += weight;
  double below = 0;
  int last = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (weights[k] <= 0) continue;
    last = static_cast<int>(k);
    below += weights[k];
    if (uniform * total < below) return last;
  }
  return last;
}

/// The arms of the smallest penalty share `probability`, the others the rest; by ratio within each group, and by ratio
/// alone where all tie.
int Randomiser::by_preference(double uniform, std::span<const double> penalty, std::vector<double>& weights) const {
  const double smallest = *std::min_element(penalty.begin(), penalty.end());
  double preferred = 0;
  for (std::size_t k = 0; k < penalty.size(); ++k) preferred += penalty[k] <= smallest + tie ? ratio_[k] : 0.0;
  for (std::size_t k = 0; k < penalty.size(); ++k) {
    if (preferred == sum_of_ratios_) {
      weights[k] = ratio_[k];
    } else {
      weights[k] = penalty[k] <= smallest + tie ? design_.probability * ratio_[k] / preferred
                                                : (1 - design_.probability) * ratio_[k] / (sum_of_ratios_ - preferred);
    }
  }
  return by_weights(uniform, weights);
}

int Randomiser::next_arm(double uniform, std::span<const std::vector<int>> level, std::size_t patient,
                         Counts& counts) const {
  const std::size_t arms = ratio_.size();
  switch (design_.method) {
    case Method::simple:
      return by_weights(uniform, ratio_);
    case Method::permuted_block:
      break;
    case Method::biased_coin:
      for (std::size_t k = 0; k < arms; ++k) counts.penalty[k] = counts.of_trial[k];
      return by_preference(uniform, counts.penalty, counts.weights);
    case Method::urn: {
      const int arm = by_weights(uniform, counts.balls);
      for (std::size_t k = 0; k < arms; ++k) counts.balls[k] += design_.urn_add * ratio_[k];
      counts.balls[static_cast<std::size_t>(arm)] -= design_.urn_add;  // all places but the one that was drawn
      return arm;
    }
    case Method::minimisation:
      for (std::size_t candidate = 0; candidate < arms; ++candidate) {
        double penalty = 0;
        const auto add_range = [&](const double* allocated) {
          double lowest = 0, highest = 0;
          for (std::size_t k = 0; k < arms; ++k) {
            const double here = allocated[k] + (k == candidate ? 1 / ratio_[k] : 0.0);
            lowest = k == 0 ? here : std::min(lowest, here);
            highest = k == 0 ? here : std::max(highest, here);
          }
          penalty += highest - lowest;
        };
        if (level.empty()) add_range(counts.of_trial.data());  // without factors: the whole trial
        for (std::size_t f = 0; f < level.size(); ++f)
          add_range(counts.of_level[f].data() + static_cast<std::size_t>(level[f][patient]) * arms);
        counts.penalty[candidate] = penalty;
      }
      return by_preference(uniform, counts.penalty, counts.weights);
  }
  throw InternalError("a method of randomisation that allocates nobody in turn");
}

void Randomiser::allocate(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                          std::span<const std::vector<int>> level, Memory& memory, Allocation& out) const {
  const std::size_t n = patients.size();
  if (ratio_.size() == 1) {  // nothing is drawn
    out.arm.assign(n, 0);
    out.guessed.assign(n, 1.0);
    return;
  }
  memory.uniform.resize(n);
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::randomisation;
  shared_uniforms(address, patients, memory.uniform.data());
  if (design_.method == Method::permuted_block)
    allocate_in_blocks(level, n, memory, out);
  else
    allocate_in_turn(level, memory.uniform, out);
}

/// Patients in the order of strata; those of a stratum fill its blocks, of which the last one is filled up with nobody.
void Randomiser::allocate_in_blocks(std::span<const std::vector<int>> level, std::size_t patients, Memory& memory,
                                    Allocation& out) const {
  const auto block = static_cast<std::size_t>(design_.block), strata = static_cast<std::size_t>(strata_);
  const auto whole = [&](std::size_t n) { return (n + block - 1) / block * block; };
  constexpr double nobody = 0.5;
  std::size_t places = whole(patients);
  if (strata > 1) {
    memory.stratum.assign(patients, 0);
    for (std::size_t f = 0; f < level.size(); ++f)
      for (std::size_t i = 0; i < patients; ++i)
        memory.stratum[i] =
            memory.stratum[i] * static_cast<std::size_t>(levels_[f]) + static_cast<std::size_t>(level[f][i]);
    memory.next.assign(strata, 0);
    for (std::size_t s : memory.stratum) ++memory.next[s];
    places = 0;
    for (std::size_t& of_stratum : memory.next) places += whole(std::exchange(of_stratum, places));
    memory.in_order.assign(places, nobody);
    memory.place.resize(patients);
    for (std::size_t i = 0; i < patients; ++i) {
      memory.place[i] = memory.next[memory.stratum[i]]++;
      memory.in_order[memory.place[i]] = memory.uniform[i];
    }
  } else {
    memory.uniform.resize(places, nobody);
  }
  Allocation& drawn = strata > 1 ? memory.drawn : out;
  drawn.arm.resize(places);
  drawn.guessed.resize(places);
  memory.left.resize(ratio_.size() * blocks_at_once);
  const BlockOfArms of{static_cast<int>(ratio_.size()),
                       design_.block,
                       in_block_.data(),
                       per_ratio_.data(),
                       drawn_order_.data(),
                       behind_above_.data(),
                       tied_from_.data()};
  allocate_blocks(&of, static_cast<long>(places / block), strata > 1 ? memory.in_order.data() : memory.uniform.data(),
                  memory.left.data(), drawn.arm.data(), drawn.guessed.data());
  out.arm.resize(patients);
  out.guessed.resize(patients);
  for (std::size_t i = 0; strata > 1 && i < patients; ++i) {
    out.arm[i] = drawn.arm[memory.place[i]];
    out.guessed[i] = drawn.guessed[memory.place[i]];
  }
}

void Randomiser::allocate_in_turn(std::span<const std::vector<int>> level, std::span<const double> uniform,
                                  Allocation& out) const {
  const std::size_t arms = ratio_.size();
  Counts counts;
  counts.of_trial.resize(arms);
  counts.weights.resize(arms);
  counts.penalty.resize(arms);
  for (double ratio : ratio_) counts.balls.push_back(design_.urn_start * ratio);
  for (int n : levels_) counts.of_level.emplace_back(static_cast<std::size_t>(n) * arms);
  out.arm.resize(uniform.size());
  out.guessed.resize(uniform.size());
  for (std::size_t i = 0; i < uniform.size(); ++i) {
    const int arm = next_arm(uniform[i], level, i, counts);
    std::vector<double>& allocated = counts.of_trial;
    const double behind = *std::min_element(allocated.begin(), allocated.end()) + tie;
    const auto tied = std::count_if(allocated.begin(), allocated.end(), [&](double x) { return x <= behind; });
    const auto a = static_cast<std::size_t>(arm);
    out.guessed[i] = allocated[a] <= behind ? 1.0 / static_cast<double>(tied) : 0.0;
    allocated[a] += per_ratio_[a];
    for (std::size_t f = 0; f < level.size(); ++f)
      counts.of_level[f][static_cast<std::size_t>(level[f][i]) * arms + a] += per_ratio_[a];
    out.arm[i] = drawn_order_[a];
  }
}

double imbalance(std::span<const double> in_arm, std::span<const Arm> arms) {
  double lowest = 0, highest = 0;
  for (std::size_t k = 0; k < arms.size(); ++k) {
    const double here = in_arm[k] / arms[k].ratio;
    lowest = k == 0 ? here : std::min(lowest, here);
    highest = k == 0 ? here : std::max(highest, here);
  }
  return highest - lowest;
}

}  // namespace vcohort
