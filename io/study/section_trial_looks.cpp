#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/boundaries/design_of.hpp"
#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Timing = Looks::Timing;

constexpr std::size_t most_looks = 50;
using boundaries::smallest_gain;
constexpr double rounding = 1e-9;
constexpr double furthest_observed_z = 30;

/// The first of two looks that are too near to each other to tell them apart.
std::optional<std::size_t> too_near(const std::vector<double>& information) {
  double before = 0;
  for (std::size_t k = 0; k < information.size(); ++k) {
    if (information[k] < before + smallest_gain - rounding) return k;
    before = information[k];
  }
  return std::nullopt;
}

void check_information(const KeyAt& at, const Looks& looks) {
  const std::vector<double>& information = looks.information;
  if (information.size() > most_looks)
    at.refuse(fmt::format("there are {} looks", information.size()), fmt::format("at most {} are computed", most_looks),
              "remove some");
  if (const auto near = too_near(information))
    at.problems().add(at.item_place(*near), fmt::format("look {} comes before there is any news", *near + 1),
                      fmt::format("it must have at least {} more information than the one before", smallest_gain), "");
  if (information.back() != 1)
    at.problems().add(at.item_place(information.size() - 1),
                      fmt::format("the last look is at {}", number_text(information.back())),
                      "fractions are those of the information at the last look", "let them end with 1");
}

Use maximum_use(const KeySpec&, const Looks& looks, const Scope&) {
  if (looks.timing == Timing::events || looks.timing == Timing::months) return {};
  return looks.timing == Timing::information
             ? Use::required("the fractions are those of a planned maximum", "timing")
             : Use::none("it belongs to timing = \"information\", \"events\" and \"months\"");
}

void check_observed(const KeyAt& at, const Looks& looks) {
  std::vector<double> information;
  for (const Looks::Observed& look : looks.observed) information.push_back(look.information);
  if (const auto near = too_near(information))
    at.problems().add(at.item_place(*near), fmt::format("observed look {} has no news", *near + 1),
                      fmt::format("it must have at least {} more information than the one before", smallest_gain),
                      "sort the looks, and leave out those without a gain");
  for (std::size_t k = 0; k + 1 < looks.observed.size(); ++k) {
    const Looks::Observed& look = looks.observed[k];
    if (!look.final && look.information < 1) continue;
    at.problems().add(at.item_place(k + 1), "a look follows the last one",
                      look.final ? "the one before is \"final\"" : "the one before had all the planned information",
                      "remove one");
    return;
  }
  if (looks.observed.size() > most_looks)
    at.refuse(fmt::format("{} looks were observed", looks.observed.size()),
              fmt::format("at most {} are computed", most_looks), "");
}

constexpr std::array<KeySpec, 3> observed_keys = {{
    field<&Looks::Observed::information>(
        "information", {.range = above(0, furthest_observed), .required = true},
        "That the look had, as a fraction of the planned maximum; 1 or more is the last look.", "0.41"),
    field<&Looks::Observed::z>("z", {.range = {-furthest_observed_z, furthest_observed_z}, .required = true},
                               "The test statistic, above 0 in favour of the treatment. For a one-sided p of another "
                               "test it is the 1 - p quantile of the normal distribution.",
                               "1.2"),
    field<&Looks::Observed::final>("final", {}, "Whether the trial ended here, before the planned information.",
                                   "true"),
}};

constexpr double most_enrolled = 1e6;
constexpr double most_followed = 1e9;  // patient-months

constexpr std::array<KeySpec, 5> today_keys = {{
    field<&TrialToday::months>("months", {.unit = "months", .range = above(0, longest_months), .required = true},
                               "Since the first day of accrual.", "14"),
    field<&TrialToday::at_risk>("at_risk", {.unit = "patients", .range = {0, most_enrolled}, .required = true},
                                "Who are followed today, without an event.", "105"),
    field<&TrialToday::enrolled>("enrolled", {.unit = "patients", .range = {1, most_enrolled}, .no_default = true},
                                 "Randomised by today. This, `events` and `followed_months` are required but for "
                                 "`vcohort analyze`, which counts in the data what is left out.",
                                 "180"),
    field<&TrialToday::events>("events", {.range = {1, most_enrolled}, .no_default = true}, "Of all arms.", "60"),
    field<&TrialToday::followed_months>(
        "followed_months", {.unit = "patient-months", .range = above(0, most_followed), .no_default = true},
        "Of all who were enrolled, to their event, their loss or today.", "1234"),
}};

Use today_use(const KeySpec&, const Looks& looks, const Scope&) {
  return looks.timing == Timing::events ? Use{} : Use::none("timing is not \"events\"");
}

constexpr std::array<KeySpec, 9> looks_keys = {{
    field<&Looks::information>(
        "information", {.range = above(0, 1), .required = true, .ascending = true, .check = checked<check_information>},
        "Of each look, the last included, as a fraction of that at the last one: ascending, ending with 1.",
        "[0.33, 0.67, 1]"),
    field<&Looks::timing>(
        "timing", {},
        "What the fractions count: patients whose primary outcome is known, patients enrolled, events, "
        "months, or information, 1 / SE^2 of the primary estimate.",
        "\"events\""),
    field<&Looks::maximum>(
        "maximum", {.range = above(0, 1e12), .no_default = true, .use = rule<maximum_use>},
        "timing = \"information\": the information at fraction 1; timing = \"events\": the planned number of "
        "events, and timing = \"months\": the month of the last look, which a simulation needs.",
        "12.5"),
    field<&Looks::power>(
        "power", {.range = between(0.5, 1)},
        "Of the design. It says for which drift (the expected z at the last look) the trial is planned, "
        "and what beta is.",
        "0.8"),
    table<&Looks::efficacy>("efficacy", efficacy_section, {.required = true}, "When a look shows a benefit.",
                            "{ boundary = \"obrien-fleming\" }"),
    table<&Looks::futility>("futility", futility_section, {},
                            "When a look ends the trial for futility; without it none does.",
                            "{ z = [0.0, 0.5], binding = false }"),
    table<&Looks::observed>(
        "observed", observed_section, {.form = "list of looks", .check = checked<check_observed>},
        "The looks that a running trial has had: `vcohort boundaries` then prints today's bounds, what "
        "was decided, and what may still be shown.",
        "[{ information = 0.41, z = 1.2 }]"),
    table<&Looks::today>("today", today_section, {.use = rule<today_use>},
                         "What is known of an event-driven trial under way: `vcohort boundaries` and `vcohort analyze` "
                         "then forecast the months of the looks to come.",
                         "{ months = 14, at_risk = 105, enrolled = 180, events = 60, followed_months = 1234 }"),
    field<&Looks::last_spends>(
        "last_spends", {},
        "What a last look spends of alpha whose information is not the planned one: the `rest`, or "
        "what the `function` has at its information.",
        "\"function\""),
}};

/// The place of a key inside of [trial.looks]; of the table where it is absent.
Place place_of(const KeyAt& at, std::string_view table, std::string_view key) {
  const TomlEntry* outer = at.value().find(table);
  const TomlEntry* inner = outer && outer->value.is_table() ? outer->value.find(key) : nullptr;
  return inner ? inner->value.place : at.entry().place;
}

/// What the forecast of the looks to come asks of the rest of the trial.
void check_today(const KeyAt& at, const TrialQuestion& trial) {
  const TrialToday& today = *trial.looks->today;
  const auto refuse = [&](std::string_view key, const std::string& problem, std::string_view why,
                          std::string_view what_to_do) {
    at.problems().add(place_of(at, "today", key), problem, why, what_to_do);
  };
  if (trial.looks->maximum < 1)
    refuse("", "no look can be forecast", "the number of events is not planned", "write maximum = 200, for instance");
  if (trial.dropout && (trial.dropout->per_month <= 0 || !trial.dropout->arm_odds_ratio.empty()))
    refuse("", "no look can be forecast with this drop-out",
           "how many of those at risk will be lost is known from one hazard of all patients",
           "write dropout = { per_month = 0.004 }, for instance");
  const std::int64_t planned = trial.sample_size.empty() ? 0 : trial.sample_size.back();
  if (today.enrolled && *today.enrolled < planned && trial.accrual.pieces.empty())
    refuse("enrolled", fmt::format("{} of {} patients are still to come", planned - *today.enrolled, planned),
           "without trial.accrual nobody knows when", "write accrual = { per_month = 5 }, for instance");
  if (today.enrolled && planned > 0 && *today.enrolled > planned)
    refuse("enrolled", fmt::format("{} patients are enrolled", *today.enrolled),
           "the trial plans " + std::to_string(planned), "correct it, or trial.sample_size");
  if (today.enrolled && today.followed_months &&
      *today.followed_months > today.months * static_cast<double>(*today.enrolled))
    refuse("followed_months", fmt::format("{:g} patient-months were followed", *today.followed_months),
           fmt::format("{} patients have at most {:g} in {:g} months", *today.enrolled,
                       today.months * static_cast<double>(*today.enrolled), today.months),
           "correct it");
  if (today.enrolled && today.at_risk + today.events.value_or(0) > *today.enrolled)
    refuse("at_risk",
           fmt::format("{} patients at risk and {} events are more than the {} enrolled", today.at_risk,
                       today.events.value_or(0), *today.enrolled),
           "each is in one of these", "");
}

/// A table of spending ends at what there is to spend.
void check_end(const KeyAt& at, const Spending& spending, std::string_view table, double total, std::string_view what) {
  if (spending.table.empty() || std::fabs(spending.table.back() - total) <= rounding) return;
  at.problems().add(place_of(at, table, "table"),
                    fmt::format("the table ends at {}", number_text(spending.table.back())),
                    fmt::format("what there is to spend is {}, {}", what, rounded_text(total)), "let it end there");
}

}  // namespace

const SectionSpec observed_section =
    section<Looks::Observed>("observed", "trial.looks.observed", "A look that a running trial has had.", observed_keys);

const SectionSpec today_section = section<TrialToday>(
    "today", "trial.looks.today", "A running event-driven trial on the day of a forecast.", today_keys);

const SectionSpec looks_section = section<Looks>(
    "looks", "trial.looks",
    "The looks of a group-sequential trial: `vcohort boundaries` computes their bounds, and a simulated trial obeys "
    "them. "
    "Simulated are looks at primary outcomes, enrolled patients, months and information; of times to an event, at "
    "numbers of events; of counts, at information.",
    looks_keys);

void check_looks(const KeyAt& at, const TrialQuestion& trial) {
  const Place place = at.entry().place;
  at.scope.context->places.looks = place;
  const Looks& looks = *trial.looks;
  if (trial.arms.size() > 2)
    at.problems().add(
        place, "a trial with looks has two arms",
        fmt::format("this one has {}, and each contrast would stop at looks of its own", trial.arms.size()),
        "remove arms, or the looks");
  if (!trial.analyses.empty() && trial.analyses.front().hypothesis == AnalysisPlan::Hypothesis::equivalence)
    at.problems().add(place, "a trial that shows equivalence has no looks",
                      "it has two tests, and the bounds are those of one", "remove [trial.looks]");
  check_end(at, looks.efficacy.spending, "efficacy", trial.alpha, "alpha");
  if (looks.futility) check_end(at, looks.futility->spending, "futility", 1 - looks.power, "1 - power");
  if (looks.today) check_today(at, trial);
  const boundaries::Design design = boundaries::design_of(trial);
  if (design.two_sided && looks.futility && looks.futility->binding)
    at.problems().add(place_of(at, "futility", "binding"), "binding futility needs a test of one side",
                      "only the bounds for a benefit could count on it",
                      "write binding = false, or sides = 1 with half of alpha");
  if (constexpr double half = 0.5; design.level >= half)
    at.problems().add(place, fmt::format("a level of {} has no bounds", number_text(design.level)),
                      "it must be below 0.5", "choose a smaller alpha");
  if (!at.problems().empty()) return;
  try {
    boundaries::calibrate(design);
  } catch (const InvalidInput& refused) {
    at.problems().add(place, refused.what());
  }
}

}  // namespace vcohort
