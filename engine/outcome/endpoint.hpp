#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "engine/evidence/values.hpp"
#include "engine/therapy/therapy.hpp"

namespace vcohort {

/// What a visit can record. The order is that of `endpoint_names()` and is append-only: measurement errors are
/// addressed by it.
enum class EndpointId : std::uint8_t {
  gmfm66,
  gmfm88,
  standing,
  walking,
  adl,
  fine_motor,
  sociability,
  adaptability,
  expressive_language,
  sleep,
  drooling_frequency_cured,
  drooling_weight_cured,
  drooling_quotient_cured,
  drooling_effective,
  cgi_i
};
inline constexpr int endpoints = 15;
inline constexpr int scored_domains = 8;  // standing .. sleep: scores that are not the motor score

/// An endpoint as a reader of a table needs it.
struct Endpoint {
  EndpointId id = EndpointId::gmfm66;
  enum class Kind : std::uint8_t { score, binary, ordinal } kind = Kind::score;
  double minimum = 0, maximum = 100;  // of the scale
  bool lower_is_better = false;
  std::string_view units;  // "points", "share", "category"
  std::string_view description;

  std::string_view name() const;
  bool is_domain() const { return id >= EndpointId::standing && id <= EndpointId::sleep; }
  bool is_drooling() const {
    return id >= EndpointId::drooling_frequency_cured && id <= EndpointId::drooling_effective;
  }
};

/// The endpoint of that name under this evidence (scales are parameters). Throws InvalidInput if there is none.
Endpoint endpoint_named(std::string_view name, const ParameterValues&);

/// Scores other than the motor one, and how they follow it. Shape: [domain - standing].
struct DomainParameters {
  std::array<double, scored_domains> reference_sd{}, motor_correlation{}, development{}, retest_sd{};
  std::array<std::array<double, gmfcs_levels>, scored_domains> mean{}, sd{};

  explicit DomainParameters(const ParameterValues&);
};

/// Clinical Global Impression of improvement: an ordinal of the change above expectation, 1 (very much improved) to 7.
struct ImpressionParameters {
  double slope = 0, change_sd = 1;
  std::array<double, 6> cut{};  // ascending: cut k separates category 8 - k (below) from 7 - k (above)

  explicit ImpressionParameters(const ParameterValues&);

  /// 7 below every cut of the latent score, 1 above all.
  int category_of(double score) const {
    constexpr int worst = 7;
    int above = 0;
    for (const double limit : cut) above += score > limit;
    return worst - above;
  }
};

}  // namespace vcohort
