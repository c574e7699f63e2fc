#pragma once
#include "engine/study/size.hpp"
#include "io/study/field.hpp"

/// The declarations that [[strategy]] and [grid] share, and the rules that a regimen keeps wherever it comes from.
namespace vcohort::regimen {

inline constexpr double most_cells = 1e15;
inline constexpr Range dose_range = above(0, most_cells);
inline constexpr Range count_range = {.low = 1, .high = static_cast<double>(largest_occasion)};
inline constexpr Range days_range = above(0, static_cast<double>(largest_occasion));

using UseRule = Use (*)(const KeySpec&, const void*, const Scope&);

template <auto... Path>
constexpr KeySpec source_key(UseRule use = nullptr) {
  return field<Path...>("source", {.use = use},
                        "Whose cells they are: `allogeneic` cells lose some effect with every further infusion.",
                        "\"autologous\"");
}
template <auto... Path>
constexpr KeySpec immunosuppression_key(UseRule use = nullptr) {
  return field<Path...>("immunosuppression", {.use = use},
                        "A short immunosuppression around the infusions, to help engraftment.", "true");
}
template <auto... Path>
constexpr KeySpec steroids_key(UseRule use = nullptr) {
  return field<Path...>("steroids", {.use = use}, "A steroid given with each infusion.", "true");
}
template <auto... Path>
constexpr KeySpec tolerance_key(UseRule use = nullptr) {
  return field<Path...>(
      "tolerance", {.use = use},
      "What happens after a related adverse event of grade 2 or more: nothing, no further infusion, or half the dose.",
      "\"stop\"");
}

/// Checks what no single key shows: infusions in all at most 65535, intervals where there is more than one infusion or
/// course, and courses that do not overlap. An interval that nothing depends on becomes 0. False, with the problem
/// recorded at `place`, when the regimen is impossible.
bool complete(Regimen& regimen, const Place& place, Problems& problems);

}  // namespace vcohort::regimen
