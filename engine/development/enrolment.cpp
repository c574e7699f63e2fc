#include <algorithm>
#include <limits>
#include <memory>

#include "engine/development/development.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

bool score_inside(const Interval& interval, double score) {
  constexpr double top_of_scale = 100;  // of GMFM-66 and GMFM-88
  return score >= interval.low && (score < interval.high || (score == top_of_scale && interval.high == top_of_scale));
}

namespace {

/// What a child is from birth on.
bool kind_eligible(const Eligibility& eligibility, const PatientTile& patient, int lane) {
  const auto meets = [](const auto& condition, std::size_t category) { return !condition || (*condition)[category]; };
  return meets(eligibility.motor_type, patient.motor_type[lane]) &&
         meets(eligibility.topography, patient.topography[lane]);
}

bool inside(const std::optional<Interval>& interval, double score) {
  return !interval || score_inside(*interval, score);
}

}  // namespace

bool eligible(const Eligibility& eligibility, const ChildTile& child, int lane) {
  return age_and_level_eligible(eligibility, child.patient.age_years[lane], child.patient.gmfcs[lane]) &&
         inside(eligibility.gmfm66, child.baseline_gmfm66[lane]) &&
         inside(eligibility.gmfm88, child.baseline_gmfm88[lane]) && kind_eligible(eligibility, child.patient, lane);
}

void screen(std::uint64_t seed, std::uint32_t replicate, const Population& population,
            const PatientParameters& patient_parameters, const DevelopmentParameters& development,
            std::span<const std::uint64_t> patients, ChildTile& child) {
  child.patient.lanes = static_cast<int>(patients.size());
  std::copy(patients.begin(), patients.end(), child.patient.patient.begin());
  std::fill_n(child.patient.attempt.begin(), patients.size(), std::uint16_t{0});
  draw_patients(seed, replicate, population, patient_parameters, child.patient);
  draw_growth(seed, replicate, development, child);
}

void enrol(std::uint64_t seed, std::uint32_t replicate, const Population& population,
           const PatientParameters& patient_parameters, const DevelopmentParameters& development,
           std::span<const std::uint64_t> patients, ChildTile& child) {
  screen(seed, replicate, population, patient_parameters, development, patients, child);

  Lanes<std::uint16_t> failing;  // lanes still without an eligible child
  int failures = 0;
  for (int i = 0; i < child.patient.lanes; ++i)
    if (!eligible(population.eligibility, child, i)) failing[failures++] = static_cast<std::uint16_t>(i);
  if (failures == 0) return;

  // The next candidates of the failing lanes, packed to the front of a tile of their own.
  const auto next = std::make_unique<ChildTile>();
  for (int k = 0; k < failures; ++k) {
    next->patient.patient[k] = child.patient.patient[failing[k]];
    next->patient.attempt[k] = 0;
  }
  while (failures > 0) {
    next->patient.lanes = failures;
    for (int k = 0; k < failures; ++k) {
      if (next->patient.attempt[k] == std::numeric_limits<std::uint16_t>::max())
        throw NumericalFailure(
            explain("no eligible child among 65,536 candidates",
                    "population.eligibility is too narrow for population.age_years and population.gmfcs",
                    "widen the eligibility, or draw from a population that is nearer to it"));
      ++next->patient.attempt[k];
    }
    draw_patients(seed, replicate, population, patient_parameters, next->patient);
    draw_growth(seed, replicate, development, *next);
    int left = 0;
    for (int k = 0; k < failures; ++k) {
      if (eligible(population.eligibility, *next, k)) {
        child.copy_lane(*next, k, failing[k]);
      } else {
        failing[left] = failing[k];
        next->patient.patient[left] = next->patient.patient[k];
        next->patient.attempt[left] = next->patient.attempt[k];
        ++left;
      }
    }
    failures = left;
  }
}

}  // namespace vcohort
