#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/data_endpoints.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

/// The endpoint of a level; null where it is not known.
const DataModel* endpoint_of(const HierarchyLevel& level, const TrialFrame& frame) {
  return frame.has_several_endpoints() ? endpoint_called(*frame.model, level.endpoint) : nullptr;
}

Use simulated_level_use(const KeySpec& key, const HierarchyLevel& level, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (!frame.has_several_endpoints()) return Use::none("the study simulates no trial of several endpoints");
  if (key.name == "endpoint") return Use::required("the trial is simulated");
  const DataModel* endpoint = endpoint_of(level, frame);
  if (endpoint && !seen_at_visits(endpoint->kind)) return Use::none(quoted(level.endpoint) + " has no visits");
  return key.name == "visit_months" ? Use::required("the trial is simulated") : Use{};
}

Use column_use(const KeySpec& key, const HierarchyLevel&, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (!frame.data) return Use::none("there is no [data]");
  return key.name == "value" && !frame.has_several_endpoints() ? Use::required("it is compared") : Use{};
}

Use level_direction_use(const KeySpec&, const HierarchyLevel&, const Scope& scope) {
  return scope.trial->has_several_endpoints() ? Use::none("the endpoint of the data model has a direction") : Use{};
}

void check_level_endpoint(const KeyAt& at, const HierarchyLevel& level) {
  const TrialFrame& frame = *at.scope.trial;
  if (!endpoint_of(level, frame))
    at.refuse("unknown endpoint " + quoted(level.endpoint), "it must be one of the data model",
              did_you_mean(level.endpoint, frame.endpoints));
}

void check_level_visit(const KeyAt& at, const HierarchyLevel& level) {
  const DataModel* endpoint = endpoint_of(level, *at.scope.trial);
  if (!endpoint) return;
  const std::vector<double>& visits = endpoint->visits_months;
  if (std::find(visits.begin(), visits.end(), level.visit_months) == visits.end())
    at.refuse(
        fmt::format("there is no visit of {} at {} months", quoted(level.endpoint), number_text(level.visit_months)),
        "visits are at " + number_list(visits), "choose one of them");
}

void check_level_change(const KeyAt& at, const HierarchyLevel& level) {
  const DataModel* endpoint = endpoint_of(level, *at.scope.trial);
  if (!endpoint || !level.change_from_baseline) return;
  if (!has_baseline(*endpoint))
    at.refuse("there is no change from baseline", quoted(level.endpoint) + " has no visit at 0 months", "remove it");
  if (at.scope.trial->data && level.value.empty())
    at.refuse("no column of an exported trial has the change", "the value itself has one",
              "remove it, or name a column in \"value\"");
}

/// An event is unwanted where nothing is said. Columns are those of an exported trial.
void finish_level(const TableReader& reader, HierarchyLevel& level, const Scope& scope) {
  const DataModel* endpoint = endpoint_of(level, *scope.trial);
  if (endpoint) {
    const bool times = !seen_at_visits(endpoint->kind);
    level.lower_is_better = endpoint->lower_is_better.value_or(times);
    if (!scope.trial->data || !level.value.empty()) return;
    level.value = level.endpoint + "_" + (times ? "months" : number_text(level.visit_months));
    if (times) level.event = level.endpoint + "_event";
    return;
  }
  if (!reader.has("lower_is_better")) level.lower_is_better = !level.event.empty();
}

constexpr std::array<KeySpec, 7> hierarchy_keys = {{
    field<&HierarchyLevel::endpoint>(
        "endpoint",
        {.form = "name of an endpoint", .use = rule<simulated_level_use>, .check = checked<check_level_endpoint>},
        "Of a simulated trial: one of the data model's.", "\"death\""),
    field<&HierarchyLevel::visit_months>("visit_months",
                                         {.unit = "months",
                                          .range = above(0, longest_months),
                                          .use = rule<simulated_level_use>,
                                          .check = checked<check_level_visit>},
                                         "Of a simulated trial: the visit of an endpoint that is seen at visits.",
                                         "12"),
    field<&HierarchyLevel::change_from_baseline>(
        "change_from_baseline", {.quiet = true, .use = rule<simulated_level_use>, .check = checked<check_level_change>},
        "Of a simulated trial: whether the change is compared.", "true"),
    field<&HierarchyLevel::value>(
        "value", {.form = "name of a column", .use = rule<column_use>},
        "Of a data file, required: a score, or with `event` a time. Of a study that simulates "
        "the trial, too, the column of an exported one.",
        "\"SCORE\""),
    field<&HierarchyLevel::event>("event", {.form = "name of a column", .use = rule<column_use>},
                                  "1 for an event at the time, 0 for the end of observation.", "\"DIED\""),
    field<&HierarchyLevel::smallest_win>("smallest_win", {.range = {.low = 0}},
                                         "A difference of at most this is a tie.", "2"),
    field<&HierarchyLevel::lower_is_better>("lower_is_better", {.use = rule<level_direction_use>},
                                            "Of a data file. Of a score; of a time whether the event is unwanted. "
                                            "Without it false for a score, true for a time.",
                                            "true"),
}};

}  // namespace

const SectionSpec hierarchy_section = section<HierarchyLevel, finish_level>(
    "hierarchy", "trial.primary.hierarchy", "An endpoint of a hierarchy, by which pairs of patients are compared.",
    hierarchy_keys);

}  // namespace vcohort
