#include "engine/study/trial_methods.hpp"

#include <array>

#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, outcome_kinds> kind_names = {"a score", "yes or no", "ordered categories",
                                                                    "times to an event", "counts of events"};

}  // namespace

std::string_view name_of(OutcomeKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

OutcomeKind kind_of_endpoint(std::string_view endpoint) {
  if (endpoint.starts_with("drooling_")) return OutcomeKind::binary;
  return endpoint == "cgi_i" ? OutcomeKind::ordinal : OutcomeKind::score;
}

OutcomeKind kind_of(DataModel::Kind kind) {
  switch (kind) {
    case DataModel::Kind::normal:
      break;
    case DataModel::Kind::binary:
      return OutcomeKind::binary;
    case DataModel::Kind::ordinal:
      return OutcomeKind::ordinal;
    case DataModel::Kind::survival:
      return OutcomeKind::survival;
    case DataModel::Kind::count:
      return OutcomeKind::count;
  }
  return OutcomeKind::score;
}

}  // namespace vcohort
