#include "engine/study/outcome_kind.hpp"

#include <array>

namespace vcohort {

namespace {

constexpr std::array<std::string_view, outcome_kinds> kind_names = {"a score", "yes or no", "ordered categories",
                                                                    "times to an event", "counts of events"};

}  // namespace

std::string_view name_of(OutcomeKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

}  // namespace vcohort
