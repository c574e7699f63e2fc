#include "engine/trial/randomisation.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

namespace {

using Method = Randomisation::Method;

/// Penalties nearer than this are ties: sums of patients / ratio differ by rounding only.
constexpr double tie = 1e-9;

}  // namespace

/// What has been allocated so far, in patients / ratio. Shapes: [stratum][arm], [factor][level][arm].
struct Randomiser::Counts {
  std::vector<double> of_stratum;
  std::vector<double> left_in_block;
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
  }
  if (design_.method == Method::permuted_block) {
    require(design_.block >= 1 && design_.block % static_cast<int>(sum_of_ratios_) == 0,
            "a block holds every arm in the ratio");
    for (int n : levels_) strata_ *= n;
  }
  const bool prefers = design_.method == Method::minimisation || design_.method == Method::biased_coin;
  require(!prefers || holds_the_ratio(design_.probability, arms), "an arm that is behind is drawn beyond its share");
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

int Randomiser::next_arm(double uniform, int stratum, std::span<const std::vector<int>> level, std::size_t patient,
                         Counts& counts) const {
  const std::size_t arms = ratio_.size();
  const std::size_t first = static_cast<std::size_t>(stratum) * arms;
  switch (design_.method) {
    case Method::simple:
      return by_weights(uniform, ratio_);
    case Method::permuted_block: {
      const std::span<double> left(counts.left_in_block.data() + first, arms);
      if (std::all_of(left.begin(), left.end(), [](double x) { return x == 0; }))
        for (std::size_t k = 0; k < arms; ++k) left[k] = ratio_[k] * design_.block / sum_of_ratios_;
      const int arm = by_weights(uniform, left);
      left[static_cast<std::size_t>(arm)] -= 1;
      return arm;
    }
    case Method::biased_coin:
      for (std::size_t k = 0; k < arms; ++k) counts.penalty[k] = counts.of_stratum[first + k];
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
        if (level.empty()) add_range(counts.of_stratum.data() + first);  // without factors: the whole trial
        for (std::size_t f = 0; f < level.size(); ++f)
          add_range(counts.of_level[f].data() + static_cast<std::size_t>(level[f][patient]) * arms);
        counts.penalty[candidate] = penalty;
      }
      return by_preference(uniform, counts.penalty, counts.weights);
  }
  throw InternalError("a method of randomisation without code");
}

void Randomiser::allocate(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> patients,
                          std::span<const std::vector<int>> level, Allocation& out) const {
  const std::size_t arms = ratio_.size();
  Counts counts;
  counts.of_stratum.assign(static_cast<std::size_t>(strata_) * arms, 0.0);
  counts.left_in_block.assign(counts.of_stratum.size(), 0.0);
  counts.weights.resize(arms);
  counts.penalty.resize(arms);
  for (double ratio : ratio_) counts.balls.push_back(design_.urn_start * ratio);
  for (int n : levels_) counts.of_level.emplace_back(static_cast<std::size_t>(n) * arms);

  out.arm.resize(patients.size());
  out.correct_guesses.resize(patients.size());
  std::vector<double>& uniform = out.correct_guesses;  // overwritten patient by patient
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::randomisation;
  double* const into[] = {uniform.data(), nullptr, nullptr, nullptr};
  tile_uniforms(address, patients.data(), static_cast<int>(patients.size()), 1, into);

  std::vector<double> per_patient;
  for (double ratio : ratio_) per_patient.push_back(1 / ratio);
  double correct = 0;
  for (std::size_t i = 0; i < patients.size(); ++i) {
    int stratum = 0;
    if (strata_ > 1)
      for (std::size_t f = 0; f < level.size(); ++f) stratum = stratum * levels_[f] + level[f][i];
    const int arm = next_arm(uniform[i], stratum, level, i, counts);
    double* const allocated = counts.of_stratum.data() + static_cast<std::size_t>(stratum) * arms;
    double behind = allocated[0];
    for (std::size_t k = 1; k < arms; ++k) behind = std::min(behind, allocated[k]);
    int tied = 0;
    for (std::size_t k = 0; k < arms; ++k) tied += allocated[k] <= behind + tie;
    const auto a = static_cast<std::size_t>(arm);
    if (allocated[a] <= behind + tie) correct += tied == 1 ? 1.0 : 1.0 / tied;
    const double one = per_patient[a];
    allocated[a] += one;
    for (std::size_t f = 0; f < level.size(); ++f)
      counts.of_level[f][static_cast<std::size_t>(level[f][i]) * arms + a] += one;
    out.arm[i] = drawn_order_[a];
    out.correct_guesses[i] = correct;
  }
}

double imbalance(std::span<const int> arm, std::span<const Arm> arms) {
  std::vector<double> patients(arms.size());
  for (int a : arm) patients[static_cast<std::size_t>(a)] += 1;
  for (std::size_t k = 0; k < arms.size(); ++k) patients[k] /= arms[k].ratio;
  const auto [lowest, highest] = std::minmax_element(patients.begin(), patients.end());
  return *highest - *lowest;
}

}  // namespace vcohort
