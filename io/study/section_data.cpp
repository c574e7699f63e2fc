#include <fmt/format.h>

#include <array>

#include "io/study/field.hpp"

namespace vcohort {

namespace {

Use visits_use(const KeySpec& key, const DataColumns& data, const Scope&) {
  if (data.visit.empty()) return Use::none("[data] has no \"visit\"");
  const bool twice = key.name == "visit_months" && !data.visit_order.empty();
  return twice ? Use::none("\"visit_order\" says the same") : Use{};
}

void check_competing(const KeyAt& at, const DataColumns& data) {
  for (std::size_t k = 0; k < data.competing.size(); ++k)
    if (data.competing[k] == 0 || data.competing[k] == 1)
      at.problems().add(at.item_place(k), fmt::format("{} is no other event", number_text(data.competing[k])),
                        "1 is the event itself, and 0 the end of observation",
                        "recode the column, or write the values of the other events");
}

Use arms_use(const KeySpec& key, const DataColumns& data, const Scope&) {
  if (data.arm.empty()) return Use::none("[data] has no \"arm\"");
  return key.name == "reference" ? Use::required("[data] has an \"arm\"") : Use{};
}

Use outcome_use(const KeySpec& key, const DataColumns& data, const Scope&) {
  if (key.name == "value") return data.time.empty() ? Use::required("[data] has no \"time\"") : Use{};
  if (key.name == "competing") return data.event.empty() ? Use::none("[data] has no \"event\"") : Use{};
  if (key.name == "offset") return data.exposure.empty() ? Use{} : Use::none("[data] has an \"exposure\"");
  return data.time.empty() ? Use::none("[data] has no \"time\"") : Use::required("[data] has a \"time\"");
}

/// Each column with the values that are kept: a text, a number as it is written, or a list of them.
void read_where(const KeyAt& at, DataColumns& data) {
  if (!at.value().is_table()) {
    at.refuse("\"where\" must be a table of columns", "it is " + std::string(kind_text(at.value().kind)),
              "write where = { PARAMCD = \"ADAS\" }");
    return;
  }
  for (const TomlEntry& column : at.value().entries) {
    DataColumns::Filter& filter = data.where.emplace_back(DataColumns::Filter{column.key, {}});
    const auto add = [&](const TomlValue& value) {
      if (value.is_text())
        filter.values.push_back(value.text);
      else if (const auto number = finite_number(value))
        filter.values.push_back(number_text(*number));
      else
        at.problems().add(value.place, "a value of a column is a text or a number", "the rows with it are read", "");
    };
    if (!column.value.is_array()) {
      add(column.value);
      continue;
    }
    for (const TomlValue& item : column.value.items) add(item);
    if (column.value.items.empty())
      at.problems().add(column.value.place, "an empty list keeps no row", "", "remove the column from \"where\"");
  }
}

std::string write_where(const DataColumns& data, const Scope&) {
  std::string text;
  for (const DataColumns::Filter& filter : data.where)
    text += (text.empty() ? "{ " : ", ") + toml_text(filter.column) + " = " + list_text(filter.values, toml_text);
  return text.empty() ? text : text + " }";
}

constexpr std::array<KeySpec, 18> keys = {{
    field<&DataColumns::patient>("patient", {.form = "name of a column", .required = true}, "Who the row is about.",
                                 "\"USUBJID\""),
    field<&DataColumns::arm>("arm", {.form = "name of a column"},
                             "The patient's arm. Without it everybody is in one, for `exact-binomial` and "
                             "`one-sample-t`.",
                             "\"ARMCD\""),
    field<&DataColumns::reference>("reference", {.use = rule<arms_use>},
                                   "The value of the arm's column that contrasts are taken against, or the single one "
                                   "that is there; required with `arm`.",
                                   "\"PBO\""),
    field<&DataColumns::arm_order>(
        "arm_order", {.form = "list of arms", .distinct = true, .use = rule<arms_use>},
        "Every arm that occurs, in the order of tables and models, where the reference still comes first. Without it "
        "that "
        "of [trial] `arms`, else that of names. The last digits of `ancova` and `mmrm` of three arms depend on it.",
        "[\"PBO\", \"LOW\", \"HIGH\"]"),
    field<&DataColumns::cluster>("cluster", {.form = "name of a column"},
                                 "The cluster that the patient belongs to, for the analyses of clusters.",
                                 "\"SITEID\""),
    field<&DataColumns::visit>("visit", {.form = "name of a column"},
                               "Which visit the row is about; without it there is one row per patient.", "\"AVISIT\""),
    field<&DataColumns::visit_order>(
        "visit_order", {.form = "list of visits", .distinct = true, .use = rule<visits_use>},
        "Every visit that occurs, in order. Without it, and without `visit_months`, names that differ in their numbers "
        "alone (VIS2, VIS10) have the order of these; others have none, and an analysis that depends on one is "
        "refused.",
        "[\"WEEK 2\", \"MONTH 1\", \"MONTH 3\"]"),
    field<&DataColumns::visit_months>("visit_months", {.form = "name of a column", .use = rule<visits_use>},
                                      "The time of the row's visit on schedule, in place of `visit_order`.",
                                      "\"AWTARGET\""),
    field<&DataColumns::value>("value", {.form = "name of a column", .use = rule<outcome_use>},
                               "The outcome; empty or NA is missing. Required but for times to an event.", "\"FEV1\""),
    field<&DataColumns::time>("time", {.form = "name of a column"},
                              "Time to the event, or to the end of observation: for `logrank`, `cox` and `win-ratio`.",
                              "\"AVAL\""),
    field<&DataColumns::event>("event", {.form = "name of a column", .use = rule<outcome_use>},
                               "1 for an event at `time`, 0 for the end of observation; required with `time`.",
                               "\"EVENT\""),
    field<&DataColumns::competing>(
        "competing", {.form = "list of numbers", .use = rule<outcome_use>, .check = checked<check_competing>},
        "The values of `event` that are other events at `time`, after which this one cannot happen: for `gray` and "
        "`cumulative-incidence`. Other methods take them as the end of observation (cause-specific).",
        "[2]"),
    field<&DataColumns::exposure>("exposure", {.form = "name of a column"},
                                  "How long the events of a count were looked for; 1 without it.", "\"YEARS\""),
    field<&DataColumns::offset>("offset", {.form = "name of a column", .use = rule<outcome_use>},
                                "The logarithm of the exposure, in its place.", "\"LOGYEARS\""),
    field<&DataColumns::baseline>(
        "baseline", {.form = "name of a column"},
        "The outcome at baseline, for `adjust = [\"baseline\"]` and the change from baseline.", "\"FEV1_BL\""),
    field<&DataColumns::categorical>("categorical", {.form = "list of columns", .distinct = true},
                                     "The covariates whose values are names; every other one is a number.",
                                     "[\"RACE\", \"SEX\"]"),
    custom<read_where, write_where>(
        "where", KeyType::other, {.form = "table of columns"},
        "The rows that are read: those with this value, or one of these values, in each column.",
        "{ PARAMCD = \"ADAS\", ANL01FL = [\"Y\"] }"),
    field<&DataColumns::lower_is_better>(
        "lower_is_better", {},
        "The direction of benefit of one-sided tests, margins and conclusions; without it false, and true for times to "
        "an event and counts, where it speaks of the event.",
        "true"),
}};

/// A column has one use.
void refuse_twice(const TableReader& reader, const DataColumns& data, const Scope&) {
  const std::array<std::pair<std::string_view, const std::string*>, 6> columns = {{{"patient", &data.patient},
                                                                                   {"arm", &data.arm},
                                                                                   {"visit", &data.visit},
                                                                                   {"cluster", &data.cluster},
                                                                                   {"value", &data.value},
                                                                                   {"baseline", &data.baseline}}};
  const auto refuse = [&](const Place& place, const std::string& column, const std::string& uses) {
    reader.problems().add(place, fmt::format("the column {} is used twice", quoted(column)), uses, "");
  };
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const auto& [use, column] = columns[k];
    if (column->empty()) continue;
    for (std::size_t before = 0; before < k; ++before) {
      if (*columns[before].second != *column) continue;
      refuse(reader.place(use), *column, fmt::format("for \"{}\" and for \"{}\"", columns[before].first, use));
      break;
    }
  }
  for (std::size_t k = 0; k < data.categorical.size(); ++k) {
    for (const auto& [use, column] : columns) {
      if (*column != data.categorical[k]) continue;
      refuse(item_place(reader, "categorical", k), *column, fmt::format("for \"{}\" and as a covariate", use));
      break;
    }
  }
}

}  // namespace

const SectionSpec data_section = section<DataColumns, refuse_twice>(
    "data", "[data]",
    "The columns of a data file for `vcohort analyze`: a long table, one row per patient and visit. A study with "
    "[data] "
    "whose [trial] has no arms is for that verb alone, and needs no patients, strategies or outcomes.",
    keys);

}  // namespace vcohort
