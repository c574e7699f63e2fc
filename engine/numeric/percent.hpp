#pragma once
#include <string>

namespace vcohort {

/// A share in per cent, to a tenth: "56", "99.5". Never "100" or "0" for what is not all or nothing: "over 99.9",
/// "under 0.1". Without the sign.
std::string percent_of(double share);

}  // namespace vcohort
