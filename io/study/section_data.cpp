#include <fmt/format.h>

#include <array>
#include <map>

#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 15> keys = {{
    {.name = "patient",
     .form = "name of a column",
     .required = true,
     .meaning = "Who the row is about.",
     .example = "\"USUBJID\""},
    {.name = "arm",
     .form = "name of a column",
     .required = true,
     .meaning = "The patient's arm.",
     .example = "\"ARMCD\""},
    {.name = "reference",
     .required = true,
     .meaning = "The value of the arm's column that contrasts are taken against.",
     .example = "\"PBO\""},
    {.name = "visit",
     .form = "name of a column",
     .meaning = "Which visit the row is about; without it there is one row per patient.",
     .example = "\"AVISIT\""},
    {.name = "visit_order",
     .type = KeyType::list_of_texts,
     .form = "list of visits",
     .meaning =
         "Every visit that occurs, in order. Without it, and without `visit_months`, names that differ in their "
         "numbers alone (VIS2, VIS10) have the order of these; others have none, and an analysis that depends on "
         "one is refused.",
     .example = "[\"WEEK 2\", \"MONTH 1\", \"MONTH 3\"]"},
    {.name = "visit_months",
     .form = "name of a column",
     .meaning = "The time of the row's visit on schedule, in place of `visit_order`.",
     .example = "\"AWTARGET\""},
    {.name = "value",
     .form = "name of a column",
     .meaning = "The outcome; empty or NA is missing. Required but for times to an event.",
     .example = "\"FEV1\""},
    {.name = "time",
     .form = "name of a column",
     .meaning = "Time to the event, or to the end of observation, for `logrank`, `cox` and `win-ratio`.",
     .example = "\"AVAL\""},
    {.name = "event",
     .form = "name of a column",
     .meaning = "1 for an event at `time`, 0 for the end of observation; required with `time`.",
     .example = "\"EVENT\""},
    {.name = "exposure",
     .form = "name of a column",
     .meaning = "How long the events of a count were looked for; 1 without it.",
     .example = "\"YEARS\""},
    {.name = "offset",
     .form = "name of a column",
     .meaning = "The logarithm of the exposure, in its place.",
     .example = "\"LOGYEARS\""},
    {.name = "where",
     .type = KeyType::other,
     .form = "table of columns",
     .meaning = "The rows that are read: those with this value, or one of these values, in each column.",
     .example = "{ PARAMCD = \"ADAS\", ANL01FL = [\"Y\"] }"},
    {.name = "lower_is_better",
     .type = KeyType::boolean,
     .meaning = "The direction of benefit of one-sided tests, margins and conclusions; without it false, and true for "
                "times to an event and counts, where it speaks of the event.",
     .example = "true"},
    {.name = "baseline",
     .form = "name of a column",
     .meaning = "The outcome at baseline, for `adjust = [\"baseline\"]` and the change from baseline.",
     .example = "\"FEV1_BL\""},
    {.name = "categorical",
     .type = KeyType::list_of_texts,
     .form = "list of columns",
     .meaning = "The covariates whose values are names; every other one is a number.",
     .example = "[\"RACE\", \"SEX\"]"},
}};

/// Each column with the values that are kept: a text, a number as it is written, or a list of them.
std::vector<DataColumns::Filter> read_where(const TableReader& reader) {
  std::vector<DataColumns::Filter> filters;
  const TomlEntry* where = reader.entry("where");
  if (!where) return filters;
  if (!where->value.is_table()) {
    reader.refuse("where", "\"where\" must be a table of columns", "", "write where = { PARAMCD = \"ADAS\" }");
    return filters;
  }
  for (const TomlEntry& column : where->value.entries) {
    DataColumns::Filter& filter = filters.emplace_back(DataColumns::Filter{column.key, {}});
    const auto add = [&](const TomlValue& value) {
      if (value.is_text())
        filter.values.push_back(value.text);
      else if (const auto number = finite_number(value))
        filter.values.push_back(number_text(*number));
      else
        reader.problems().add(value.place, "a value of a column is a text or a number", "", "");
    };
    if (column.value.is_array())
      for (const TomlValue& item : column.value.items) add(item);
    else
      add(column.value);
    if (column.value.is_array() && column.value.items.empty())
      reader.problems().add(column.value.place, "an empty list keeps no row", "", "remove the column from \"where\"");
  }
  return filters;
}

}  // namespace

const SectionSpec data_section = {
    .name = "data",
    .heading = "[data]",
    .meaning =
        "The columns of a data file for `vcohort analyze`: a long table, one row per patient and visit. A study with "
        "[data] "
        "whose [trial] has no arms is for that verb alone, and needs no patients, strategies or outcomes.",
    .keys = keys,
};

void read_data(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, data_section, context.problems);
  DataColumns data;
  std::map<std::string, std::string_view> used;
  const auto column = [&](std::string_view key) {
    const std::string name = reader.text(key).value_or("");
    if (!name.empty()) {
      const auto [before, is_new] = used.try_emplace(name, key);
      if (!is_new) {
        reader.refuse(key, fmt::format("the column {} is used twice", quoted(name)),
                      fmt::format("for \"{}\" and for \"{}\"", before->second, key), "");
      }
    }
    return name;
  };
  data.patient = column("patient");
  data.arm = column("arm");
  data.reference = reader.text("reference").value_or("");
  data.visit = column("visit");
  data.visit_months = column("visit_months");
  data.value = column("value");
  data.time = column("time");
  data.event = column("event");
  data.exposure = column("exposure");
  data.offset = column("offset");
  if (data.time.empty()) {
    require_key(reader, "value", "[data] has no \"time\"");
    refuse_without_effect(reader, "event", "[data] has no \"time\"");
  } else {
    require_key(reader, "event", "[data] has a \"time\"");
  }
  if (!data.exposure.empty()) refuse_without_effect(reader, "offset", "[data] has an \"exposure\"");
  if (data.visit.empty()) {
    for (const std::string_view key : {"visit_order", "visit_months"})
      refuse_without_effect(reader, key, "[data] has no \"visit\"");
  } else if (reader.has("visit_order")) {
    refuse_without_effect(reader, "visit_months", "\"visit_order\" says the same");
    data.visit_order = distinct_texts(reader, "visit_order").value_or(std::vector<std::string>{});
  }
  data.where = read_where(reader);
  if (reader.has("lower_is_better")) data.lower_is_better = reader.boolean("lower_is_better");
  data.baseline = column("baseline");
  if (const auto categorical = distinct_texts(reader, "categorical")) {
    data.categorical = *categorical;
    for (std::size_t index = 0; index < categorical->size(); ++index) {
      const auto found = used.find((*categorical)[index]);
      if (found == used.end()) continue;
      context.problems.add(item_place(reader, "categorical", index),
                           fmt::format("the column {} is used twice", quoted(found->first)),
                           fmt::format("for \"{}\" and as a covariate", found->second), "");
    }
  }
  context.study.data = data;
}

}  // namespace vcohort
