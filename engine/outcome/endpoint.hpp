#pragma once
#include <array>
#include <string_view>

#include "engine/evidence/values.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// The endpoint of that name with its scale under this evidence. Throws InternalError if there is none.
Endpoint endpoint_named(std::string_view name, const ParameterValues&);

/// Scores other than the motor one, and how they follow it. Shape: [domain], of those that have a score.
struct DomainParameters {
  std::array<double, domains> reference_sd{}, motor_correlation{}, development{}, retest_sd{};
  std::array<std::array<double, gmfcs_levels>, domains> mean{}, sd{};

  explicit DomainParameters(const ParameterValues&);
};

/// Clinical Global Impression of improvement: an ordinal of the change above expectation, 1 (very much improved) to 7.
struct ImpressionParameters {
  double slope = 0, change_sd = 1;
  std::array<double, 6> cut{};  // ascending: cut k separates category 8 - k (below) from 7 - k (above)

  explicit ImpressionParameters(const ParameterValues&);
};

}  // namespace vcohort
