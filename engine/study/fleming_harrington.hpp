#pragma once

namespace vcohort {

/// A weight of the log-rank test: S^rho (1 - S)^gamma, S the survival of both arms together just before an event.
struct FlemingHarrington {
  double rho = 0, gamma = 0;

  bool operator==(const FlemingHarrington&) const = default;
};

inline constexpr int most_weights = 4;  // of one test

/// 0^0 is 1; exact for exponents of 0 and 1.
double weight_at(const FlemingHarrington& weight, double survival);

}  // namespace vcohort
