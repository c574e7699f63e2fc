#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/trial_names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double most_events = 1e6;

Use events_use(const KeySpec&, const FinalAnalysis&, const Scope& scope) {
  const DataModel* model = scope.trial->model;
  const auto happens = [](const DataModel& endpoint) { return endpoint.kind == OutcomeKind::survival; };
  const auto all = model ? endpoints_of(*model) : std::span<const DataModel>{};
  return std::any_of(all.begin(), all.end(), happens) ? Use{} : Use::none("only times to an event have events");
}

/// With one of them there is nothing to choose.
Use when_use(const KeySpec&, const FinalAnalysis& final, const Scope&) {
  const int asked = (final.events > 0) + (final.months > 0) + (final.followed_months > 0);
  return asked > 1 ? Use{} : Use::none("there is only one day");
}

constexpr std::array<KeySpec, 4> final_keys = {{
    field<&FinalAnalysis::events>("events", {.range = {1, most_events}, .no_default = true, .use = rule<events_use>},
                                  "Of all arms: the trial is analysed on the day of the last of them. Where fewer "
                                  "happen, when everybody's follow-up has ended.",
                                  "220"),
    field<&FinalAnalysis::months>(
        "months", {.unit = "months", .range = above(0, longest_months), .no_default = true},
        "Since the first day of accrual; who would be randomised later is not part of the trial.", "48"),
    field<&FinalAnalysis::followed_months>("followed_months",
                                           {.unit = "months", .range = above(0, longest_months), .no_default = true},
                                           "After the last patient was randomised.", "12"),
    field<&FinalAnalysis::when>("when", {.use = rule<when_use>},
                                "Of several days, which one: the `later` or the `earlier`.", "\"earlier\""),
}};

}  // namespace

const SectionSpec final_section = section<FinalAnalysis>(
    "final", "trial.final",
    "When a trial without looks is analysed: the outcomes, events and times that are known on that day.", final_keys);

void check_final(const KeyAt& at, const TrialQuestion& trial) {
  const FinalAnalysis& final = *trial.final;
  const Place place = at.entry().place;
  if (final.events <= 0 && final.months <= 0 && final.followed_months <= 0)
    at.problems().add(place, "the final analysis has no day",
                      "\"events\", \"months\" or \"followed_months\" is missing",
                      "write final = { events = 220 }, for instance");
  if (trial.looks)
    at.problems().add(place, "a trial with looks has its final analysis at the last of them", "there is [trial.looks]",
                      "remove one of the two");
  if (final.events != std::floor(final.events))
    at.problems().add(place, "the number of events is not whole", fmt::format("it is {}", number_text(final.events)),
                      "");
  const TrialFrame& frame = *at.scope.trial;
  const bool by_month = final.months > 0 && (final.followed_months <= 0 || final.when == FinalAnalysis::When::earlier);
  const DataModel* counted = trial.analyses.empty() ? nullptr : frame.endpoint_of(trial.analyses.front());
  if (final.events > 0 && counted && counted->kind != OutcomeKind::survival)
    at.problems().add(place, "the events of the final analysis are those of the primary endpoint",
                      quoted(counted->name) + " is no time to an event",
                      "write a month, or let the primary analysis be of events");
  if (by_month && !trial.analyses.empty() && frame.has_visits(trial.analyses.front()) && !trial.analyses.empty() &&
      final.months < trial.analyses.front().visit_months)
    at.problems().add(place, fmt::format("nobody has come to the primary visit by month {}", number_text(final.months)),
                      fmt::format("it is at {} months", number_text(trial.analyses.front().visit_months)),
                      "write a later month");
  for (const std::int64_t size : trial.sample_size)
    if (final.events > static_cast<double>(size)) {
      at.problems().add(place, fmt::format("a trial of {} patients has no {} events", size, number_text(final.events)),
                        "each has one at most", "plan fewer events, or more patients");
      break;
    }
}

}  // namespace vcohort
