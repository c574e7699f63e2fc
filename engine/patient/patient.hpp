#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "engine/evidence/values.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Patients lie in tiles, structure of arrays: the arithmetic runs over lanes. 512 lanes of a dozen fields stay in the
/// cache.
inline constexpr int tile_size = 512;

template <class Value>
using Lanes = std::array<Value, tile_size>;

/// The lanes in use, for functions over arrays.
inline std::span<double> first_lanes(double* values, int lanes) {
  return {values, static_cast<std::size_t>(lanes)};
}
inline std::span<double> first_lanes(Lanes<double>& values, int lanes) {
  return first_lanes(values.data(), lanes);
}

enum class Injury : std::uint8_t { white_matter, grey_matter, malformation, other };
inline constexpr int injury_types = 4;
const char* name_of(Injury);

/// What a child brings to the study at baseline, before any score is taken. Shape of every member: [lane].
struct PatientTile {
  int lanes = 0;
  Lanes<std::uint64_t> patient;  // id: the `patient` field of every address
  Lanes<std::uint16_t> attempt;  // which candidate of this id was eligible; the `occasion` of baseline draws
  Lanes<double> age_years;
  Lanes<double> weight_kg;
  Lanes<double> months_since_injury;  // postneonatal injury only; 0 otherwise
  Lanes<double> inflammation;         // standard normal score of systemic inflammation
  Lanes<std::uint8_t> gmfcs;          // 0..4 for I..V
  Lanes<std::uint8_t> injury;
  Lanes<std::uint8_t> motor_type;
  Lanes<std::uint8_t> topography;
  Lanes<std::uint8_t> male;
  Lanes<std::uint8_t> carrier;  // of a genotype that favours regeneration
  Lanes<std::uint8_t> immune_suppressed;
  Lanes<std::uint8_t> postneonatal;
  Lanes<std::uint8_t> epilepsy;
  Lanes<std::uint8_t> drools;

  /// Copies one child into another lane, attempt included.
  void copy_lane(const PatientTile& from, int from_lane, int to_lane);
};

/// The covariates' distributions, out of the evidence.
struct PatientParameters {
  std::array<double, injury_types> injury_share{};
  std::array<std::array<double, motor_types>, injury_types> motor_type_share{};
  std::array<std::array<double, topographies - 1>, gmfcs_levels> topography_share{};  // of spastic children
  double male_share = 0;
  double weight_intercept_kg = 0, weight_per_year = 0, weight_bend_age = 0, weight_per_year_late = 0,
         weight_adult_age = 0;
  double weight_log_sd = 0;
  std::array<double, gmfcs_levels> weight_factor{};
  double postneonatal_share = 0;
  double injury_age_minimum_months = 0, injury_age_maximum_months = 0, injury_age_mean_months = 0;
  double carrier_share = 0;
  double immune_suppressed_share = 0;
  std::array<double, gmfcs_levels> epilepsy_share{};
  std::array<double, gmfcs_levels> drooling_share{};

  explicit PatientParameters(const ParameterValues&);

  /// Median weight of children of this level and age [kg]: two lines that meet at the bend, constant from the adult
  /// age.
  double median_weight_kg(int gmfcs, double age_years) const;
};

/// Draws the baseline covariates of the candidates whose `patient` and `attempt` stand in the tile.
/// One draw per lane from each of age, gmfcs, injury_type, motor_type, topography, sex, weight, injury_timing (two), genotype,
/// immune_suppression, inflammation, epilepsy and drooling_at_baseline, at occasion = attempt.
void draw_patients(std::uint64_t seed, std::uint32_t replicate, const Population&, const PatientParameters&,
                   PatientTile&);

/// One value of the distribution from a uniform in (0,1), by inversion, so that twins share it.
double invert(const Distribution&, double uniform);

/// True if age and level meet the eligibility; scores are judged where they are measured.
bool age_and_level_eligible(const Eligibility&, double age_years, int gmfcs);

}  // namespace vcohort
