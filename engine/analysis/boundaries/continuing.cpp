#include "engine/analysis/boundaries/continuing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/numeric/elementary.hpp"

namespace vcohort::boundaries {

namespace {

constexpr double furthest = 9;  // standard deviations: beyond lie 1e-19

}  // namespace

Continuing::Continuing(double drift, double information, double score)
    : drift_(drift),
      start_information_(information),
      start_score_(score),
      information_(information),
      trials_{{score}, {1}} {}

double Continuing::above(double information, double z) const {
  const double gain = information - information_, sd = std::sqrt(gain);
  const double bound = z * std::sqrt(information) - drift_ * gain;
  double sum = 0;
  for (std::size_t k = 0; k < trials_.place.size(); ++k)
    sum += trials_.weight[k] * normal_cdf((trials_.place[k] - bound) / sd);
  return sum;
}

double Continuing::below(double information, double z) const {
  const double gain = information - information_, sd = std::sqrt(gain);
  const double bound = z * std::sqrt(information) - drift_ * gain;
  double sum = 0;
  for (std::size_t k = 0; k < trials_.place.size(); ++k)
    sum += trials_.weight[k] * normal_cdf((bound - trials_.place[k]) / sd);
  return sum;
}

void Continuing::keep(double information, double lower, double upper, double next_information) {
  constexpr double one_by_sqrt_two_pi = 0x1.9884533d43651p-2;
  constexpr double sds_per_panel = 4;
  const double gain = information - information_, sd = std::sqrt(gain), root = std::sqrt(information);
  const double since = information - start_information_;
  const double centre = start_score_ + drift_ * since, reach = furthest * std::sqrt(since);
  const double finest = std::min(sd, std::sqrt(next_information - information));
  Panels kept =
      panels(std::max(lower * root, centre - reach), std::min(upper * root, centre + reach), sds_per_panel * finest);
  // Both lists ascend, so that those within reach of the next point follow those of the last one.
  const double near = furthest * sd;
  std::size_t first = 0;
  for (std::size_t j = 0; j < kept.place.size(); ++j) {
    const double from = kept.place[j] - drift_ * gain;
    while (first < trials_.place.size() && trials_.place[first] < from - near) ++first;
    double density = 0;
    for (std::size_t k = first; k < trials_.place.size() && trials_.place[k] <= from + near; ++k) {
      const double x = (from - trials_.place[k]) / sd;
      density += trials_.weight[k] * exp_of(-0.5 * x * x);
    }
    kept.weight[j] *= density * (one_by_sqrt_two_pi / sd);
  }
  trials_ = std::move(kept);
  information_ = information;
}

double Continuing::probability() const {
  return std::accumulate(trials_.weight.begin(), trials_.weight.end(), 0.0);
}

}  // namespace vcohort::boundaries
