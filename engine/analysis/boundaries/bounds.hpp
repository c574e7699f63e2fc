#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vcohort::boundaries {

/// The bounds of z at each look, made once: what a trial needs to decide. One-sided, or two-sided with the mirrored
/// efficacy bounds; futility is lack of benefit, in one direction.
struct Bounds {
  std::vector<double> information;  // ascending
  std::vector<double> efficacy;     // at or above it the trial shows a benefit; +infinity: no stop
  std::vector<double>
      futility;  // below it the trial is futile; -infinity: no stop; at the last look the efficacy bound
  std::vector<double> alpha_spent;  // cumulative, of one side
  bool two_sided = false;
  bool binding = false;  // whether alpha_spent counts on the stops for futility

  std::size_t looks() const { return information.size(); }
};

enum class Decision : std::uint8_t { go_on, efficacy, futility, reversed };  // reversed: significantly worse

/// The bounds of one look.
struct Bound {
  double efficacy = 0, futility = 0;
  bool two_sided = false, last = false;
};

inline Bound bound_at(const Bounds& bounds, std::size_t look) {
  return {bounds.efficacy[look], bounds.futility[look], bounds.two_sided, look + 1 == bounds.looks()};
}

/// Of a z; or where both tails of a test contain what was seen, of the z of either side (each large in its own favour)
/// and of one between them, which says whether the trial is futile. At the last look no trial goes on.
Decision decide(const Bounds&, std::size_t look, double z);
Decision decide(const Bound&, double benefit, double worse, double middle);

/// The probability to end at a look, by the reason.
struct Exit {
  double efficacy = 0, futility = 0, reversed = 0;
};

/// Of each look under a drift; a trial that ends at the last look without significance is futile.
std::vector<Exit> exits(const Bounds&, double drift, bool futility_obeyed = true);

double power_of(const std::vector<Exit>&);                             // the sum for efficacy
double rejection_of(const std::vector<Exit>&);                         // for efficacy or reversed
double expected_information(const Bounds&, const std::vector<Exit>&);  // fraction of the planned maximum

}  // namespace vcohort::boundaries
