#pragma once
#include "engine/study/names.hpp"
#include "engine/study/size.hpp"
#include "engine/study/study.hpp"
#include "io/study/key_spec.hpp"
#include "io/study/problems.hpp"

/// The declarations that [[strategy]] and [grid] share, and the rules that a regimen keeps wherever it comes from.
namespace vcohort::regimen {

inline constexpr double most_cells = 1e15;
inline constexpr Range dose_range = {.low = 0, .high = most_cells, .low_excluded = true};
inline constexpr Range count_range = {.low = 1, .high = static_cast<double>(largest_occasion)};
inline constexpr Range days_range = {.low = 0, .high = static_cast<double>(largest_occasion), .low_excluded = true};

inline constexpr KeySpec source_key = {
    .name = "source",
    .fallback = "\"allogeneic\"",
    .choices = cell_source_names,
    .meaning = "Whose cells they are: `allogeneic` cells lose some effect with every further infusion.",
    .example = "\"autologous\"",
};
inline constexpr KeySpec immunosuppression_key = {
    .name = "immunosuppression",
    .type = KeyType::boolean,
    .fallback = "false",
    .meaning = "A short immunosuppression around the infusions, to help engraftment.",
    .example = "true",
};
inline constexpr KeySpec steroids_key = {
    .name = "steroids",
    .type = KeyType::boolean,
    .fallback = "false",
    .meaning = "A steroid given with each infusion.",
    .example = "true",
};
inline constexpr KeySpec tolerance_key = {
    .name = "tolerance",
    .fallback = "\"ignore\"",
    .choices = tolerance_names,
    .meaning =
        "What happens after a related adverse event of grade 2 or more: nothing, no further infusion, or half the "
        "dose.",
    .example = "\"stop\"",
};

/// Checks what no single key shows: infusions in all at most 65535, intervals where there is more than one infusion or
/// course, and courses that do not overlap. An interval that nothing depends on becomes 0. False, with the problem
/// recorded at `place`, when the regimen is impossible.
bool complete(Regimen& regimen, const Place& place, Problems& problems);

}  // namespace vcohort::regimen
