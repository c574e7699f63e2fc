#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/study/outcome_kind.hpp"

/// What a study may ask for at a visit. One row says all that reader, evidence, model, documentation and results need
/// of an endpoint.
namespace vcohort {

/// The outcome domains that cells act on, each with its own onset and waning. Append-only: a domain's levels are drawn
/// by its number.
enum class Domain : std::uint8_t {
  gross_motor,
  standing,
  walking,
  adl,
  fine_motor,
  sociability,
  adaptability,
  expressive_language,
  sleep,
  drooling
};
inline constexpr std::array<std::string_view, 10> domain_names = {
    "motor", "standing", "walking", "adl", "fine_motor", "sociability", "adaptability", "expressive_language",
    "sleep", "drooling"};
inline constexpr int domains = domain_names.size();

/// How engine/outcome comes to an endpoint.
enum class Measure : std::uint8_t {
  motor_score,   // the latent motor score and an error
  crosswalk,     // GMFM-88 from GMFM-66
  domain_score,  // of a domain that follows the motor score; its scale is a matter of evidence
  drooling,
  impression
};

struct Endpoint {
  std::uint8_t id = 0;  // append-only: measurement errors are addressed by it
  std::string_view name;
  OutcomeKind kind = OutcomeKind::score;
  Measure measure = Measure::domain_score;
  Domain domain = Domain::gross_motor;
  bool lower_is_better = false;
  std::string_view units = "points";  // "points", "share", "category"
  double minimum = 0, maximum = 100;  // of the scale
  std::uint8_t variant = 0;           // drooling: cured by frequency, by weight, by quotient; effective
  std::uint16_t first_parameter = 0;  // of a domain score: its parameters have consecutive ids from here on; 0: one of
                                      // the first eight, whose ids lie side by side in every family
  std::string_view description;
};

/// All of them, by id.
std::span<const Endpoint> all_endpoints();

/// The endpoint of that name; null if there is none.
const Endpoint* find_endpoint(std::string_view name);

/// Their names, in the same order.
std::span<const std::string_view> endpoint_names();

}  // namespace vcohort
