#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace vcohort {

/// What an outcome is, wherever it comes from: an endpoint of the disease model, a data model or a data file.
enum class OutcomeKind : std::uint8_t { score, binary, ordinal, survival, count };
inline constexpr int outcome_kinds = 5;

/// Seen at visits; the others happen during a follow-up.
constexpr bool seen_at_visits(OutcomeKind kind) {
  return kind < OutcomeKind::survival;
}

/// "a score", "yes or no", "ordered categories", "times to an event", "counts of events".
std::string_view name_of(OutcomeKind);

/// A small set of kinds.
class OutcomeKinds {
 public:
  constexpr OutcomeKinds(std::initializer_list<OutcomeKind> kinds) {
    for (const OutcomeKind kind : kinds) bits_ = static_cast<std::uint8_t>(bits_ | bit(kind));
  }
  constexpr bool contains(OutcomeKind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr std::uint8_t bit(OutcomeKind kind) {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(kind));
  }
  std::uint8_t bits_ = 0;
};

}  // namespace vcohort
