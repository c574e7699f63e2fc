#include "engine/analysis/boundaries/bounds.hpp"

#include <algorithm>
#include <limits>

#include "engine/analysis/boundaries/continuing.hpp"

namespace vcohort::boundaries {

Decision decide(const Bounds& bounds, std::size_t look, double z) {
  return decide(bound_at(bounds, look), z, -z, z);
}

Decision decide(const Bound& bound, double benefit, double worse, double middle) {
  if (benefit >= bound.efficacy) return Decision::efficacy;
  if (bound.two_sided && worse >= bound.efficacy) return Decision::reversed;
  return bound.last || middle < bound.futility ? Decision::futility : Decision::go_on;
}

std::vector<Exit> exits(const Bounds& bounds, double drift, bool futility_obeyed) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<Exit> found;
  Continuing trials(drift);
  for (std::size_t k = 0; k < bounds.looks(); ++k) {
    const double t = bounds.information[k], upper = bounds.efficacy[k];
    const bool last = k + 1 == bounds.looks();
    const double mirrored = bounds.two_sided ? -upper : none;
    const double lower = std::max(mirrored, last || futility_obeyed ? std::min(bounds.futility[k], upper) : none);
    Exit exit;
    exit.efficacy = trials.above(t, upper);
    exit.reversed = bounds.two_sided ? trials.below(t, mirrored) : 0;
    exit.futility = lower > mirrored ? trials.below(t, lower) - exit.reversed : 0;
    found.push_back(exit);
    if (!last) trials.keep(t, lower, upper, bounds.information[k + 1]);
  }
  return found;
}

double power_of(const std::vector<Exit>& exits) {
  double sum = 0;
  for (const Exit& exit : exits) sum += exit.efficacy;
  return sum;
}

double rejection_of(const std::vector<Exit>& exits) {
  double sum = 0;
  for (const Exit& exit : exits) sum += exit.efficacy + exit.reversed;
  return sum;
}

double expected_information(const Bounds& bounds, const std::vector<Exit>& exits) {
  double sum = 0;
  for (std::size_t k = 0; k < exits.size(); ++k)
    sum += bounds.information[k] * (exits[k].efficacy + exits[k].futility + exits[k].reversed);
  return sum;
}

}  // namespace vcohort::boundaries
