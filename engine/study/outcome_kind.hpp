#pragma once
#include <cstdint>

namespace vcohort {

/// What an outcome is, wherever it comes from: an endpoint of the disease model, a data model or a data file.
enum class OutcomeKind : std::uint8_t { score, binary, ordinal, survival, count };
inline constexpr int outcome_kinds = 5;

/// Seen at visits; the others happen during a follow-up.
constexpr bool seen_at_visits(OutcomeKind kind) {
  return kind < OutcomeKind::survival;
}

}  // namespace vcohort
