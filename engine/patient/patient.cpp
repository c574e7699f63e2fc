#include "engine/patient/patient.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

const char* name_of(Injury injury) {
  constexpr std::array names = {"white_matter", "grey_matter", "malformation", "other"};
  return names.at(static_cast<std::size_t>(injury));
}

void PatientTile::copy_lane(const PatientTile& from, int from_lane, int to_lane) {
  const auto copy = [&](auto& to_array, const auto& from_array) { to_array[to_lane] = from_array[from_lane]; };
  copy(patient, from.patient);
  copy(attempt, from.attempt);
  copy(age_years, from.age_years);
  copy(weight_kg, from.weight_kg);
  copy(months_since_injury, from.months_since_injury);
  copy(inflammation, from.inflammation);
  copy(gmfcs, from.gmfcs);
  copy(injury, from.injury);
  copy(motor_type, from.motor_type);
  copy(topography, from.topography);
  copy(male, from.male);
  copy(carrier, from.carrier);
  copy(immune_suppressed, from.immune_suppressed);
  copy(postneonatal, from.postneonatal);
  copy(epilepsy, from.epilepsy);
  copy(drools, from.drools);
}

PatientParameters::PatientParameters(const ParameterValues& values) {
  for (int type = 0; type < injury_types; ++type) {
    const std::string injury_name = name_of(static_cast<Injury>(type));
    injury_share[type] = values.at("patient.injury_share." + injury_name);
    for (int motor = 0; motor < motor_types; ++motor)
      motor_type_share[type][motor] =
          values.at("patient.motor_type_share." + injury_name + "." + name_of(static_cast<MotorType>(motor)));
  }
  male_share = values.at("patient.male_share");
  weight_intercept_kg = values.at("patient.weight_intercept");
  weight_per_year = values.at("patient.weight_per_year");
  weight_bend_age = values.at("patient.weight_bend_age");
  weight_per_year_late = values.at("patient.weight_per_year_late");
  weight_adult_age = values.at("patient.weight_adult_age");
  weight_log_sd = values.at("patient.weight_log_sd");
  postneonatal_share = values.at("patient.postneonatal_share");
  injury_age_minimum_months = values.at("patient.injury_age_minimum_months");
  injury_age_maximum_months = values.at("patient.injury_age_maximum_months");
  injury_age_mean_months = values.at("patient.injury_age_mean_months");
  carrier_share = values.at("genotype.carrier_share");
  immune_suppressed_share = values.at("immune.suppressed_share");
  for (int level = 0; level < gmfcs_levels; ++level) {
    const std::string suffix = std::string(".") + gmfcs_name(level);
    weight_factor[level] = values.at("patient.weight_factor" + suffix);
    epilepsy_share[level] = values.at("patient.epilepsy_share" + suffix);
    drooling_share[level] = values.at("patient.drooling_share" + suffix);
    for (int limbs = 0; limbs + 1 < topographies; ++limbs) {
      const std::string name = "patient.topography_share" + suffix + "." + name_of(static_cast<Topography>(limbs));
      if (values.has(name)) topography_share[level][limbs] = values.at(name);
    }
  }
}

double PatientParameters::median_weight_kg(int gmfcs, double age_years) const {
  const double age = std::min(age_years, weight_adult_age);
  const double weight = weight_intercept_kg + weight_per_year * std::min(age, weight_bend_age) +
                        weight_per_year_late * std::max(0.0, age - weight_bend_age);
  return weight * weight_factor[gmfcs];
}

namespace {

/// The category in which a uniform falls: how many of the cumulative shares it has reached; the last one takes what
/// rounding leaves over. Without a branch, which would be guessed wrong.
template <std::size_t Size>
std::uint8_t category(const std::array<double, Size>& shares, double uniform) {
  double cumulative = 0;
  int reached = 0;
  for (std::size_t k = 0; k + 1 < Size; ++k) {
    cumulative += shares[k];
    reached += uniform >= cumulative;
  }
  return static_cast<std::uint8_t>(reached);
}

double truncated_normal(double mean, double sd, double low, double high, double uniform) {
  const double from = std::isfinite(low) ? normal_cdf((low - mean) / sd) : 0.0;
  const double to = std::isfinite(high) ? normal_cdf((high - mean) / sd) : 1.0;
  return std::clamp(mean + sd * normal_quantile(from + uniform * (to - from)), low, high);
}

double triangular(const Distribution& d, double uniform) {
  const double width = d.high - d.low;
  const double split = (d.mode - d.low) / width;
  if (uniform < split) return d.low + __builtin_sqrt(uniform * width * (d.mode - d.low));
  return d.high - __builtin_sqrt((1 - uniform) * width * (d.high - d.mode));
}

double banded(const Distribution& d, double uniform) {
  double cumulative = 0;
  for (std::size_t k = 0; k < d.bands.size(); ++k) {
    const double next = cumulative + d.shares[k];
    if (uniform < next || k + 1 == d.bands.size()) {
      const double within = std::clamp((uniform - cumulative) / d.shares[k], 0.0, 1.0);
      return d.bands[k].low + within * (d.bands[k].high - d.bands[k].low);
    }
    cumulative = next;
  }
  throw InternalError("a banded distribution has no bands");
}

/// Age at a postneonatal injury [months]: exponential beyond its minimum, truncated at its maximum and at the present
/// age.
double injury_age_months(const PatientParameters& p, double age_years, double uniform) {
  const double latest = std::min(p.injury_age_maximum_months, 12 * age_years) - p.injury_age_minimum_months;
  if (latest <= 0) return std::min(p.injury_age_minimum_months, 12 * age_years);
  const double mass = 1 - exp_of(-latest / p.injury_age_mean_months);
  return p.injury_age_minimum_months - p.injury_age_mean_months * log_of(1 - uniform * mass);
}

}  // namespace

double invert(const Distribution& d, double uniform) {
  switch (d.kind) {
    case Distribution::Kind::fixed:
      return d.value;
    case Distribution::Kind::uniform:
      return d.low + uniform * (d.high - d.low);
    case Distribution::Kind::normal:
      return truncated_normal(d.mean, d.sd, d.low, d.high, uniform);
    case Distribution::Kind::lognormal: {
      const double low = d.low > 0 ? log_of(d.low) : -INFINITY;
      const double high = std::isfinite(d.high) ? log_of(d.high) : INFINITY;
      return exp_of(truncated_normal(log_of(d.median), d.sigma, low, high, uniform));
    }
    case Distribution::Kind::triangular:
      return triangular(d, uniform);
    case Distribution::Kind::bands:
      return banded(d, uniform);
  }
  throw InternalError("a distribution of unknown kind");
}

bool age_and_level_eligible(const Eligibility& eligibility, double age_years, int gmfcs) {
  if (eligibility.age_years && (age_years < eligibility.age_years->low || age_years >= eligibility.age_years->high))
    return false;
  return !eligibility.gmfcs || (*eligibility.gmfcs)[gmfcs];
}

void draw_patients(std::uint64_t seed, std::uint32_t replicate, const Population& population,
                   const PatientParameters& parameters, PatientTile& tile) {
  Lanes<double> first;
  Lanes<double> second;
  double* const out[] = {first.data(), second.data()};
  const auto at = [&](Purpose purpose) {
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = purpose;
    address.occasions = tile.attempt.data();
    return address;
  };
  const auto uniforms = [&](Purpose purpose, int count = 1) {
    tile_uniforms(at(purpose), tile.patient.data(), tile.lanes, count, out);
  };
  const auto normals = [&](Purpose purpose) { tile_normals(at(purpose), tile.patient.data(), tile.lanes, 1, out); };
  const auto share = [&](Purpose purpose, double p, Lanes<std::uint8_t>& flags) {
    uniforms(purpose);
    for (int i = 0; i < tile.lanes; ++i) flags[i] = first[i] < p;
  };

  uniforms(Purpose::age);
  for (int i = 0; i < tile.lanes; ++i) tile.age_years[i] = invert(population.age_years, first[i]);
  uniforms(Purpose::gmfcs);
  for (int i = 0; i < tile.lanes; ++i) tile.gmfcs[i] = category(population.gmfcs, first[i]);
  uniforms(Purpose::injury_type);
  for (int i = 0; i < tile.lanes; ++i) tile.injury[i] = category(parameters.injury_share, first[i]);
  uniforms(Purpose::motor_type);
  for (int i = 0; i < tile.lanes; ++i)
    tile.motor_type[i] = category(parameters.motor_type_share[tile.injury[i]], first[i]);
  uniforms(Purpose::topography);
  for (int i = 0; i < tile.lanes; ++i)
    tile.topography[i] = static_cast<MotorType>(tile.motor_type[i]) == MotorType::spastic
                             ? category(parameters.topography_share[tile.gmfcs[i]], first[i])
                             : static_cast<std::uint8_t>(Topography::none);
  share(Purpose::sex, parameters.male_share, tile.male);
  share(Purpose::genotype, parameters.carrier_share, tile.carrier);
  share(Purpose::immune_suppression, parameters.immune_suppressed_share, tile.immune_suppressed);

  normals(Purpose::weight);
  for (int i = 0; i < tile.lanes; ++i) first[i] *= parameters.weight_log_sd;
  exp_of(first_lanes(first, tile.lanes), first_lanes(first, tile.lanes));
  for (int i = 0; i < tile.lanes; ++i)
    tile.weight_kg[i] = parameters.median_weight_kg(tile.gmfcs[i], tile.age_years[i]) * first[i];
  normals(Purpose::inflammation);
  for (int i = 0; i < tile.lanes; ++i) tile.inflammation[i] = first[i];

  uniforms(Purpose::injury_timing, 2);
  for (int i = 0; i < tile.lanes; ++i) {
    tile.postneonatal[i] = first[i] < parameters.postneonatal_share;
    tile.months_since_injury[i] =
        tile.postneonatal[i] ? 12 * tile.age_years[i] - injury_age_months(parameters, tile.age_years[i], second[i])
                             : 0.0;
  }
  uniforms(Purpose::epilepsy);
  for (int i = 0; i < tile.lanes; ++i) tile.epilepsy[i] = first[i] < parameters.epilepsy_share[tile.gmfcs[i]];
  uniforms(Purpose::drooling_at_baseline);
  for (int i = 0; i < tile.lanes; ++i) tile.drools[i] = first[i] < parameters.drooling_share[tile.gmfcs[i]];
}

}  // namespace vcohort
