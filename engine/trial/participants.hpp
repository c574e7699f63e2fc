#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace vcohort {

/// The randomised patients of one replicate in order of enrolment; a prefix is the smaller trial. Shapes end in
/// [patient].
struct Participants {
  std::vector<std::uint64_t> patient;         // candidate number: the `patient` of every address
  std::vector<std::vector<double>> numeric;   // [numeric covariate of the protocol]
  std::vector<std::vector<int>> factor;       // [factor of the protocol]
  std::vector<std::vector<double>> baseline;  // [endpoint slot]; NaN where there is none
  std::uint64_t next_candidate = 0;           // first candidate that has not been screened

  std::size_t size() const { return patient.size(); }

  /// Candidates screened up to and including this participant. Candidates are numbered from `first`.
  std::int64_t screened_until(std::size_t participant, std::uint64_t first = 0) const {
    return static_cast<std::int64_t>(patient[participant] - first) + 1;
  }
};

/// Outcomes of all participants under one arm. Shape of values and latent: [slot * visits + visit][patient].
struct ArmOutcomes {
  std::vector<std::vector<double>> values;  // as a visit records them
  std::vector<std::vector<double>> latent;  // free of measurement error; of categories the score that is cut
  std::vector<std::vector<double>> time;    // survival: months to the event, [slot][patient]; empty for the others
  std::vector<double> count;                // count: events within the exposure
};

/// Takes over what the patients of an arm have under it: `to` of the others stays. Shapes [patient].
inline void take_arm(std::span<const int> arm, int a, std::span<const double> under_arm, std::span<double> to) {
  for (std::size_t i = 0; i < arm.size(); ++i) to[i] = arm[i] == a ? under_arm[i] : to[i];
}

}  // namespace vcohort
