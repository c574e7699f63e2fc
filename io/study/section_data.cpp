#include <fmt/format.h>

#include <array>
#include <map>

#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 7> keys = {{
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
    {.name = "value",
     .form = "name of a column",
     .required = true,
     .meaning = "The outcome; empty or NA is missing.",
     .example = "\"FEV1\""},
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
  data.value = column("value");
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
