#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace vcohort {

/// What a draw is for. Append-only: the numbers are written into every result file and never change their meaning.
/// Spaced by layer, so that a new purpose renumbers nothing.
enum class Purpose : std::uint16_t {
  // engine/patient, occasion = attempt at an eligible child
  age = 1,
  gmfcs = 2,
  injury_type = 3,
  motor_type = 4,
  sex = 5,
  weight = 6,
  injury_timing = 7,
  genotype = 8,
  immune_suppression = 9,
  inflammation = 10,
  epilepsy = 11,
  drooling_at_baseline = 12,
  marker = 13,  // the error of its measurement: block = marker
  topography = 14,
  // engine/development; growth: occasion = attempt; the others: occasion = scheduled day
  growth = 100,
  disturbance = 101,
  measurement = 102,            // block = endpoint / 4, see tile_draws
  screening_measurement = 103,  // occasion = attempt
  domain_level = 104,           // block = domain / 4
  crosswalk = 105,
  // engine/therapy
  responder = 200,
  idiosyncratic = 201,
  adverse_event = 210,         // occasion = infusion number, block = event type / 4
  adverse_event_detail = 211,  // grade and duration of an event that happened: occasion = infusion, block = type
  background_event = 212,      // occasion = year, block = type
  frailty = 213,
  rehabilitation_response = 214,
  procedure_response = 215,
  // engine/outcome
  global_impression = 300,  // occasion = scheduled day
  drooling_response = 310,
  // engine/trial
  screening = 400,
  randomisation = 401,
  accrual = 402,
  dropout = 403,  // occasion = visit number
  intercurrent = 404,
  visit_timing = 405,
  forecast = 406,  // of a running trial: the replicate is a future; its hazard is drawn from the whole replicate
  // engine/data_model
  data_model = 500,
  event_time = 501,      // of counts: block = event / 4
  covariate = 502,       // block = covariate / 2
  site = 503,            // of the patient; of the replicate: occasion 0 effects, block = site / 4; from 1 on rates
  cluster_effect = 504,  // patient = cluster; occasion 0: at all visits, 1 + visit: at one
  cluster_member = 505,  // patient = cluster, occasion = visit, block = member / 2
  endpoint = 510,        // of a model of several: block = normal behind them / 2
  unrecorded = 511,      // occasion = endpoint, block = its visit
  // engine/evidence: patient = Address::whole_replicate, block = parameter id
  parameter = 600,
  trial_drift = 601,
  // engine/sensitivity: patient = Address::whole_replicate
  sobol_shift = 610,
  sobol_resample = 611,  // occasion = resample
  // tests draw here and nowhere else
  test = 65535,
};

/// A purpose by its name, as result files list it.
struct PurposeName {
  std::string_view name;
  Purpose purpose;
};
std::span<const PurposeName> purpose_names();

/// Where a random number lives: a pure function of these fields and the seed. See design idea 1: strategy, arm, stance,
/// thread and shard are not in it, so that the same virtual child exists under every strategy.
struct Address {
  std::uint32_t replicate = 0;
  std::uint64_t patient = 0;  // 48 bits
  Purpose purpose = Purpose::test;
  std::uint16_t occasion = 0;  // a scheduled day, an infusion number or an attempt
  std::uint16_t block = 0;     // within the decision

  static constexpr std::uint64_t largest_patient = (std::uint64_t{1} << 48) - 2;
  static constexpr std::uint64_t whole_replicate =
      (std::uint64_t{1} << 48) - 1;  // draws of a trial or parameter draw as a whole
};

}  // namespace vcohort
