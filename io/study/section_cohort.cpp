#include <algorithm>
#include <array>

#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 2> keys = {{
    {.name = "reference",
     .form = "name of a strategy",
     .required = true,
     .meaning = "The strategy that increments are taken against.",
     .example = "\"rehabilitation\""},
    {.name = "save_patients",
     .type = KeyType::boolean,
     .fallback = "false",
     .meaning = "Whether one row per patient, strategy and visit is stored.",
     .example = "true"},
}};

}  // namespace

const SectionSpec cohort_section = {
    .name = "cohort",
    .heading = "[cohort]",
    .meaning = "Asks question 1: what the same patients gain and suffer under every strategy, by stratum.",
    .keys = keys,
};

void read_cohort(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, cohort_section, context.problems);
  CohortQuestion question;
  question.save_patients = reader.boolean("save_patients").value_or(false);
  if (const auto name = reader.text("reference")) {
    std::vector<std::string_view> names;
    for (const Strategy& strategy : context.study.strategies) names.push_back(strategy.name);
    const auto found = std::find(names.begin(), names.end(), *name);
    if (found == names.end()) {
      reader.refuse("reference", "there is no strategy " + quoted(*name), "increments are taken against it",
                    did_you_mean(*name, names));
    } else {
      question.reference = static_cast<int>(found - names.begin());
    }
  }
  context.study.cohort = question;
}

}  // namespace vcohort
