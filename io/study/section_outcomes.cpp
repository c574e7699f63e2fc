#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/endpoints.hpp"
#include "engine/study/size.hpp"
#include "io/study/number_text.hpp"
#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 2> keys = {{
    {.name = "visits_months",
     .type = KeyType::list_of_numbers,
     .unit = "months",
     .required = true,
     .range = {.low = 0, .high = static_cast<double>(largest_occasion) / days_per_month, .low_excluded = true},
     .meaning = "When the patients are seen after baseline, ascending. A month has 30.4375 days; a visit is on a whole "
                "day, and "
                "no two on the same. Baseline is always seen.",
     .example = "[1, 3, 6, 12, 24]"},
    {.name = "endpoints",
     .type = KeyType::list_of_texts,
     .form = "list of endpoints",
     .required = true,
     .meaning = "What is measured at every visit.",
     .example = "[\"gmfm66\", \"adl\"]"},
}};

Place item_place(const TableReader& reader, std::string_view key, std::size_t index) {
  const TomlEntry* entry = reader.entry(key);
  return entry->value.is_array() ? entry->value.items[index].place : entry->value.place;
}

void check_visits(const TableReader& reader, const std::vector<double>& months) {
  for (std::size_t index = 0; index < months.size(); ++index) {
    const std::int64_t day = scheduled_day(months[index]);
    if (day < 1) {
      reader.problems().add(item_place(reader, "visits_months", index),
                            fmt::format("a visit at {} months is at baseline", number_text(months[index])),
                            "it is less than half a day later", "leave it out: baseline is always seen");
    }
    if (index == 0) continue;
    if (!(months[index - 1] < months[index])) {
      reader.problems().add(
          item_place(reader, "visits_months", index),
          fmt::format("visits do not ascend: {} after {}", number_text(months[index]), number_text(months[index - 1])),
          "each visit is later than the one before", "sort them and remove duplicates");
    } else if (scheduled_day(months[index - 1]) == day) {
      reader.problems().add(item_place(reader, "visits_months", index), fmt::format("two visits fall on day {}", day),
                            "a month has 30.4375 days", "remove one");
    }
  }
}

}  // namespace

const SectionSpec outcomes_section = {
    .name = "outcomes",
    .heading = "[outcomes]",
    .meaning = "What is observed, and when.",
    .keys = keys,
};

void read_outcomes(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, outcomes_section, context.problems);
  Outcomes& outcomes = context.study.outcomes;
  if (const auto months = reader.numbers("visits_months")) {
    check_visits(reader, *months);
    outcomes.visits_months = *months;
  }
  const auto endpoints = reader.texts("endpoints");
  if (!endpoints) return;
  for (std::size_t index = 0; index < endpoints->size(); ++index) {
    const std::string& name = (*endpoints)[index];
    if (!find_endpoint(name)) {
      context.problems.add(item_place(reader, "endpoints", index), "unknown endpoint " + quoted(name),
                           "nothing measures it", did_you_mean(name, endpoint_names()));
    } else if (std::find(outcomes.endpoints.begin(), outcomes.endpoints.end(), name) != outcomes.endpoints.end()) {
      context.problems.add(item_place(reader, "endpoints", index), "the endpoint " + quoted(name) + " is listed twice",
                           "once is enough", "remove one");
    } else {
      outcomes.endpoints.push_back(name);
    }
  }
}

}  // namespace vcohort
