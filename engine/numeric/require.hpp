#pragma once
#include <string>
#include <string_view>

#include "engine/numeric/errors.hpp"

namespace vcohort {

/// Holds a caller to what it promised, for instance that the reader of a study has refused everything else.
inline void require(bool holds, std::string_view promise) {
  if (!holds) throw InternalError("broken promise: " + std::string(promise));
}

}  // namespace vcohort
