#include "engine/numeric/percent.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vcohort {

std::string percent_of(double share) {
  if (share != share) return "-";
  const double tenths = std::round(1000 * share);
  if (share < 1 && tenths >= 1000) return "over 99.9";
  if (share > 0 && tenths < 1) return "under 0.1";
  return fmt::format("{:g}", tenths / 10);
}

}  // namespace vcohort
