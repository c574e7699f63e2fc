#include "engine/sensitivity/movable_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/reference_first.hpp"

namespace vcohort {

Evaluation::Evaluation(std::size_t strategies, std::int64_t patients)
    : strategies_(strategies), patients_(patients), cost_(batches * strategies), effect_(batches * strategies) {}

std::int64_t Evaluation::first_patient(std::size_t batch) const {
  return static_cast<std::int64_t>(batch) * patients_ / static_cast<std::int64_t>(batches);
}

/// Mean per patient, and its error as that of a ratio of batch totals: sqrt(sum (S - mean n)^2 B / (B - 1)) / N.
template <class Total>
Estimate Evaluation::mean(const Total& total_of_batch) const {
  std::array<double, batches> total{};
  double sum = 0;
  for (std::size_t batch = 0; batch < batches; ++batch) sum += total[batch] = total_of_batch(batch);
  const auto n = static_cast<double>(patients_);
  const double mean = sum / n;
  double squares = 0;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const auto size = static_cast<double>(first_patient(batch + 1) - first_patient(batch));
    squares += (total[batch] - mean * size) * (total[batch] - mean * size);
  }
  return {mean, std::sqrt(squares * batches / (batches - 1)) / n};
}

double Evaluation::nmb(double k, std::size_t strategy) const {
  return mean([&](std::size_t batch) { return k * effect(batch, strategy) - cost(batch, strategy); }).value;
}

Estimate Evaluation::increment(double k, std::size_t strategy, std::size_t rival) const {
  return mean([&](std::size_t batch) {
    return k * (effect(batch, strategy) - effect(batch, rival)) - (cost(batch, strategy) - cost(batch, rival));
  });
}

Estimate Evaluation::change_of_increment(const Evaluation& other, double k, std::size_t strategy,
                                         std::size_t rival) const {
  const auto total = [&](const Evaluation& point, std::size_t batch) {
    return k * (point.effect(batch, strategy) - point.effect(batch, rival)) -
           (point.cost(batch, strategy) - point.cost(batch, rival));
  };
  return mean([&](std::size_t batch) { return total(*this, batch) - total(other, batch); });
}

std::size_t Evaluation::best(double k, std::size_t reference) const {
  return best_among(k, reference_first(strategies_, reference));
}

std::size_t Evaluation::best_among(double k, std::span<const std::size_t> strategies) const {
  std::vector<double> benefit, size;
  for (const std::size_t strategy : strategies) {
    double cost_sum = 0, effect_sum = 0;
    for (std::size_t batch = 0; batch < batches; ++batch) {
      cost_sum += cost(batch, strategy);
      effect_sum += effect(batch, strategy);
    }
    benefit.push_back(k * effect_sum - cost_sum);
    size.push_back(std::max(std::abs(k * effect_sum), std::abs(cost_sum)));
  }
  const auto highest = static_cast<std::size_t>(std::max_element(benefit.begin(), benefit.end()) - benefit.begin());
  constexpr double rounding = 1e-12;  // sums of the same terms in another order; as in the decision analysis
  std::size_t place = 0;
  while (benefit[highest] - benefit[place] > rounding * std::max(size[highest], size[place])) ++place;
  return strategies[place];
}

void PointTally::add(std::size_t point, const Evaluation& found, TallyRegion region) const {
  std::size_t place = point * sums_per_point();
  for (std::size_t batch = 0; batch < Evaluation::batches; ++batch)
    for (std::size_t strategy = 0; strategy < strategies_; ++strategy) {
      region.sums[place++].add(found.cost(batch, strategy));
      region.sums[place++].add(found.effect(batch, strategy));
    }
}

Evaluation PointTally::read(std::size_t point, TallyView region) const {
  Evaluation found(strategies_, patients_);
  std::size_t place = point * sums_per_point();
  for (std::size_t batch = 0; batch < Evaluation::batches; ++batch)
    for (std::size_t strategy = 0; strategy < strategies_; ++strategy) {
      found.cost(batch, strategy) = region.sums[place++].value();
      found.effect(batch, strategy) = region.sums[place++].value();
    }
  return found;
}

}  // namespace vcohort
