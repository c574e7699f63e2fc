#include <fmt/format.h>

#include <array>

#include "io/study/field.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 7> keys = {{
    field<&DataColumns::patient>("patient", {.form = "name of a column", .required = true}, "Who the row is about.",
                                 "\"USUBJID\""),
    field<&DataColumns::arm>("arm", {.form = "name of a column", .required = true}, "The patient's arm.", "\"ARMCD\""),
    field<&DataColumns::reference>("reference", {.required = true},
                                   "The value of the arm's column that contrasts are taken against.", "\"PBO\""),
    field<&DataColumns::visit>("visit", {.form = "name of a column"},
                               "Which visit the row is about; without it there is one row per patient.", "\"AVISIT\""),
    field<&DataColumns::value>("value", {.form = "name of a column", .required = true},
                               "The outcome; empty or NA is missing.", "\"FEV1\""),
    field<&DataColumns::baseline>(
        "baseline", {.form = "name of a column"},
        "The outcome at baseline, for `adjust = [\"baseline\"]` and the change from baseline.", "\"FEV1_BL\""),
    field<&DataColumns::categorical>("categorical", {.form = "list of columns", .distinct = true},
                                     "The covariates whose values are names; every other one is a number.",
                                     "[\"RACE\", \"SEX\"]"),
}};

/// A column has one use.
void refuse_twice(const TableReader& reader, const DataColumns& data, const Scope&) {
  const std::array<std::pair<std::string_view, const std::string*>, 5> columns = {{{"patient", &data.patient},
                                                                                   {"arm", &data.arm},
                                                                                   {"visit", &data.visit},
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

void read_data(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, data_section, context.problems);
  fill(reader, context.study.data.emplace(), {&context.study, nullptr, &context});
}

}  // namespace vcohort
