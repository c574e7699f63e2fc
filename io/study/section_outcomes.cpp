#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/endpoints.hpp"
#include "engine/study/size.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

void check_visits(const KeyAt& at, const Outcomes& outcomes) {
  const std::vector<double>& months = outcomes.visits_months;
  for (std::size_t index = 0; index < months.size(); ++index) {
    const std::int64_t day = scheduled_day(months[index]);
    const auto refuse = [&](std::string_view problem, std::string_view why, std::string_view what_to_do) {
      at.problems().add(at.item_place(index), problem, why, what_to_do);
    };
    if (day < 1)
      refuse(fmt::format("a visit at {} months is at baseline", number_text(months[index])),
             "it is less than half a day later", "leave it out: baseline is always seen");
    if (index == 0) continue;
    if (!(months[index - 1] < months[index])) {
      refuse(
          fmt::format("visits do not ascend: {} after {}", number_text(months[index]), number_text(months[index - 1])),
          "each visit is later than the one before", "sort them and remove duplicates");
    } else if (scheduled_day(months[index - 1]) == day) {
      refuse(fmt::format("two visits fall on day {}", day), "a month has 30.4375 days", "remove one");
    }
  }
}

void check_endpoints(const KeyAt& at, const Outcomes& outcomes) {
  const std::vector<std::string>& names = outcomes.endpoints;
  for (std::size_t index = 0; index < names.size(); ++index) {
    const auto known = endpoint_names();
    const auto here = names.begin() + static_cast<std::ptrdiff_t>(index);
    if (!index_of(known, *here)) {
      at.problems().add(at.item_place(index), "unknown endpoint " + quoted(*here), "nothing measures it",
                        did_you_mean(*here, known));
    } else if (std::find(names.begin(), here, *here) != here) {
      at.problems().add(at.item_place(index), "the endpoint " + quoted(*here) + " is listed twice", "once is enough",
                        "remove one");
    }
  }
}

constexpr std::array<KeySpec, 2> keys = {{
    field<&Outcomes::visits_months>("visits_months",
                                    {.unit = "months",
                                     .range = above(0, static_cast<double>(largest_occasion) / days_per_month),
                                     .required = true,
                                     .check = checked<check_visits>},
                                    "When the patients are seen after baseline, ascending. A month has 30.4375 days; a "
                                    "visit is on a whole day, and "
                                    "no two on the same. Baseline is always seen.",
                                    "[1, 3, 6, 12, 24]"),
    field<&Outcomes::endpoints>("endpoints",
                                {.form = "list of endpoints", .required = true, .check = checked<check_endpoints>},
                                "What is measured at every visit.", "[\"gmfm66\", \"adl\"]"),
}};

}  // namespace

const SectionSpec outcomes_section = section<Outcomes>("outcomes", "[outcomes]", "What is observed, and when.", keys);

void read_outcomes(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, outcomes_section, context.problems);
  fill(reader, context.study.outcomes, {&context.study, nullptr, &context});
}

}  // namespace vcohort
