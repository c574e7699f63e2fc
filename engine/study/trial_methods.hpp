#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "engine/study/study.hpp"

/// The kinds of outcomes.
namespace vcohort {

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
