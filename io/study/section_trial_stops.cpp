#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

// When looks stop a trial: for efficacy, and for futility.
namespace vcohort {

namespace {

using Efficacy = Looks::Efficacy;
using Futility = Looks::Futility;
using Boundary = Efficacy::Boundary;

constexpr double most_looks = 50;
constexpr double furthest_z = 10;
constexpr double steepest = 20;
constexpr std::string_view no_stop = "none";

/// Planned looks; none where they were refused.
std::size_t looks_of(const Scope& scope) {
  return trial_of(scope).looks->information.size();
}

// Spending functions, which alpha and beta have in common.

template <typename Record, Spending::Kind Kind>
Use parameter_use(const KeySpec&, const Record& record, const Scope&) {
  const std::string_view function = name_of(Kind);
  return record.spending.kind == Kind ? Use::required(fmt::format("the spending function {} needs it", function))
                                      : Use::none(fmt::format("it belongs to spending = \"{}\"", function));
}

template <typename Record>
void check_table(const KeyAt& at, const Record& record) {
  const std::vector<double>& table = record.spending.table;
  for (std::size_t k = 1; k < table.size(); ++k) {
    if (table[k - 1] <= table[k]) continue;
    at.problems().add(
        at.item_place(k),
        fmt::format("what is spent decreases: {} after {}", number_text(table[k]), number_text(table[k - 1])),
        "a table of spending is cumulative", "sort it");
    return;
  }
  if (const std::size_t looks = looks_of(at.scope); looks > 0 && table.size() != looks)
    at.refuse(fmt::format("the table has {} values", table.size()), fmt::format("there are {} looks", looks),
              "give what is spent by each of them");
}

template <typename Record>
void check_chosen(const KeyAt& at, const Record& record) {
  const std::vector<std::int64_t>& chosen = record.looks;
  const auto looks = static_cast<std::int64_t>(looks_of(at.scope));
  constexpr bool with_last = std::is_same_v<Record, Efficacy>;
  const std::int64_t most = with_last ? looks : looks - 1;
  for (std::size_t k = 0; k < chosen.size() && looks > 0; ++k) {
    if (k > 0 && chosen[k] <= chosen[k - 1]) {
      at.problems().add(at.item_place(k), "the looks do not ascend", "each is listed once", "sort them");
      return;
    }
    if (chosen[k] <= most) continue;
    at.problems().add(at.item_place(k), fmt::format("there is no look {} that could stop", chosen[k]),
                      with_last ? fmt::format("there are {} looks", looks) : "the last look ends the trial anyhow",
                      fmt::format("write numbers up to {}", most));
    return;
  }
  if (with_last && looks > 0 && !chosen.empty() && chosen.back() != looks)
    at.refuse("the last look could show nothing", "it is not among \"looks\"", fmt::format("add {}", looks));
}

constexpr KeySpec table_key(Use (*use)(const KeySpec&, const void*, const Scope&),
                            void (*check)(const KeyAt&, const void*)) {
  return {.range = {0, 1}, .use = use, .check = check};
}

// Efficacy.

Use boundary_use(const KeySpec& key, const Efficacy& rule, const Scope&) {
  const Boundary owner = key.name == "delta" ? Boundary::wang_tsiatis : Boundary::haybittle_peto;
  if (rule.boundary != owner) return Use::none(fmt::format("it belongs to boundary = \"{}\"", name_of(owner)));
  return key.name == "delta" ? Use::required("wang-tsiatis needs it") : Use{};
}

void finish_efficacy(const TableReader& reader, Efficacy& rule, const Scope&) {
  if (rule.boundary && rule.spending.kind) {
    reader.refuse("spending", "the looks have two bounds for efficacy", "\"boundary\" and \"spending\" each make one",
                  "remove one");
  } else if (!rule.boundary && !rule.spending.kind && reader.sound()) {
    reader.problems().add(reader.place(), "the looks have no bound for efficacy",
                          "\"boundary\" or \"spending\" is missing", "write boundary = \"obrien-fleming\"");
  }
}

constexpr std::array<KeySpec, 8> efficacy_keys = {{
    field<&Efficacy::boundary>("boundary", {},
                               "The shape of the bounds of z: falling with 1 / sqrt(t) (`obrien-fleming`), constant "
                               "(`pocock`), falling with t^(delta - 0.5) (`wang-tsiatis`); or a constant before a last "
                               "look that has what is left of the level (`haybittle-peto`). This or `spending`.",
                               "\"obrien-fleming\""),
    field<&Efficacy::spending, &Spending::kind>(
        "spending", {},
        "The function that says how much of alpha is spent by an information fraction t, with alpha that of one side: "
        "2 - 2 Phi(z / sqrt t) with z the 1 - alpha / 2 quantile (`obrien-fleming`), alpha log(1 + (e - 1) t) "
        "(`pocock`), alpha (1 - e^(-gamma t)) / (1 - e^-gamma) (`hwang-shih-decani`), alpha t^rho (`power`), or a "
        "`table`.",
        "\"obrien-fleming\""),
    field<&Efficacy::delta>("delta", {.range = {-1, 1}, .no_default = true, .use = rule<boundary_use>},
                            "wang-tsiatis: 0 is O'Brien and Fleming's shape, 0.5 Pocock's.", "0.25"),
    field<&Efficacy::z>("z", {.range = above(0, furthest_z), .use = rule<boundary_use>},
                        "haybittle-peto: the bound before the last look.", "3"),
    field<&Efficacy::spending, &Spending::gamma>(
        "gamma",
        {.range = {-steepest, steepest},
         .no_default = true,
         .use = rule<parameter_use<Efficacy, Spending::Kind::hwang_shih_decani>>},
        "hwang-shih-decani: negative spends late.", "-4"),
    field<&Efficacy::spending, &Spending::rho>(
        "rho",
        {.range = above(0, steepest), .no_default = true, .use = rule<parameter_use<Efficacy, Spending::Kind::power>>},
        "power: above 1 spends late.", "3"),
    field<&Efficacy::spending, &Spending::table>(
        "table", table_key(rule<parameter_use<Efficacy, Spending::Kind::table>>, checked<check_table<Efficacy>>),
        "table: what is spent by each look, cumulative, of both sides together; it ends at `alpha`.",
        "[0.002, 0.01, 0.05]"),
    field<&Efficacy::looks>("looks", {.range = {1, most_looks}, .check = checked<check_chosen<Efficacy>>},
                            "The looks, from 1, that may stop the trial for efficacy; without it all.", "[2, 3]"),
}};

// Futility.

bool has_rule(const Futility& rule) {
  return !rule.z.empty() || rule.spending.kind || !rule.conditional_power.empty() || !rule.predictive_power.empty();
}

/// A number for each interim look, or "none"; a single number is that of all.
template <auto Member>
void read_stops(const KeyAt& at, Futility& rule) {
  const std::vector<TomlValue> single = {at.value()};
  const std::vector<TomlValue>& items = at.value().is_array() ? at.value().items : single;
  std::vector<double> stops;
  for (std::size_t k = 0; k < items.size(); ++k) {
    const bool none = items[k].is_text() && items[k].text == no_stop;
    const std::optional<double> number = finite_number(items[k]);
    if (!none && (!number || !at.key.range.contains(*number))) {
      at.problems().add(at.item_place(k), fmt::format("\"{}\" is impossible at look {}", at.key.name, k + 1),
                        fmt::format("it must be a number {}, or \"none\"", text_of(at.key.range)), "");
      return;
    }
    stops.push_back(none ? std::nan("") : *number);
  }
  const std::size_t interim = std::max<std::size_t>(1, looks_of(at.scope)) - 1;
  if (!at.value().is_array()) stops.assign(std::max<std::size_t>(1, interim), stops.front());
  if (looks_of(at.scope) > 0 && stops.size() != interim) {
    at.refuse(fmt::format("\"{}\" has {} values", at.key.name, stops.size()),
              fmt::format("looks before the last one: {}", interim),
              "give one for each of them, \"none\" where it cannot stop");
    return;
  }
  rule.*Member = stops;
}

template <auto Member>
std::string write_stops(const Futility& rule, const Scope&) {
  const std::vector<double>& stops = rule.*Member;
  if (stops.empty()) return {};
  return list_text(stops,
                   [](double stop) { return std::isnan(stop) ? toml_text(std::string(no_stop)) : number_text(stop); });
}

Use drift_use(const KeySpec&, const Futility& rule, const Scope&) {
  return rule.conditional_power.empty() ? Use::none("it belongs to \"conditional_power\"") : Use{};
}

Use prior_use(const KeySpec& key, const Futility& rule, const Scope&) {
  if (rule.predictive_power.empty()) return Use::none("it belongs to \"predictive_power\"");
  const bool flat = key.name == "prior_mean" && rule.prior_sd == 0;
  return flat ? Use::none("a prior without \"prior_sd\" is flat") : Use{};
}

Use chosen_use(const KeySpec&, const Futility& rule, const Scope&) {
  return rule.spending.kind ? Use{} : Use::none("it belongs to \"spending\"; other rules write \"none\" in their list");
}

void finish_futility(const TableReader& reader, Futility& rule, const Scope& scope) {
  const int rules = (rule.z.empty() ? 0 : 1) + (rule.spending.kind ? 1 : 0) + (rule.conditional_power.empty() ? 0 : 1) +
                    (rule.predictive_power.empty() ? 0 : 1);
  if (rules > 1)
    reader.problems().add(reader.place(), "the looks have several rules of futility",
                          "\"z\", \"spending\", \"conditional_power\" and \"predictive_power\" each are one",
                          "keep one");
  if (!reader.sound()) return;
  if (!has_rule(rule)) {
    reader.problems().add(reader.place(), "the looks have no rule of futility",
                          "\"z\", \"spending\", \"conditional_power\" or \"predictive_power\" is missing",
                          "write z = 0, or remove \"futility\"");
  } else if (looks_of(scope) == 1) {
    reader.problems().add(reader.place(), "there is no look that could stop for futility", "the only one is the last",
                          "remove \"futility\"");
  }
}

constexpr std::array<KeySpec, 12> futility_keys = {{
    custom<read_stops<&Futility::z>, write_stops<&Futility::z>>(
        "z", KeyType::other, {.form = "number, or list", .range = {-furthest_z, furthest_z}},
        "The trial stops where z is below this: a number for each look but the last, `\"none\"` where it cannot stop; "
        "a "
        "single number is that of all. One of `z`, `spending`, `conditional_power`, `predictive_power`.",
        "[0.0, \"none\"]"),
    field<&Futility::spending, &Spending::kind>(
        "spending", {}, "Of beta = 1 - `power`, under the drift of the design: the functions are those of alpha.",
        "\"hwang-shih-decani\""),
    field<&Futility::spending, &Spending::gamma>(
        "gamma",
        {.range = {-steepest, steepest},
         .no_default = true,
         .use = rule<parameter_use<Futility, Spending::Kind::hwang_shih_decani>>},
        "hwang-shih-decani: negative spends late.", "-2"),
    field<&Futility::spending, &Spending::rho>(
        "rho",
        {.range = above(0, steepest), .no_default = true, .use = rule<parameter_use<Futility, Spending::Kind::power>>},
        "power: above 1 spends late.", "2"),
    field<&Futility::spending, &Spending::table>(
        "table", table_key(rule<parameter_use<Futility, Spending::Kind::table>>, checked<check_table<Futility>>),
        "table: what is spent by each look, cumulative; it ends at 1 - `power`.", "[0.01, 0.04, 0.1]"),
    field<&Futility::looks>(
        "looks", {.range = {1, most_looks}, .use = rule<chosen_use>, .check = checked<check_chosen<Futility>>},
        "Spending: the looks, from 1, that may stop the trial for futility; without it all but the last.", "[1]"),
    custom<read_stops<&Futility::conditional_power>, write_stops<&Futility::conditional_power>>(
        "conditional_power", KeyType::other, {.form = "number, or list", .range = between(0, 1)},
        "The trial stops where the probability that its last look will be significant is below this.", "0.2"),
    field<&Futility::drift>(
        "drift", {.use = rule<drift_use>},
        "conditional_power: the effect until the end, the one that is seen (`trend`), none (`null`) or "
        "that for which the design has its power (`design`).",
        "\"design\""),
    custom<read_stops<&Futility::predictive_power>, write_stops<&Futility::predictive_power>>(
        "predictive_power", KeyType::other, {.form = "number, or list", .range = between(0, 1)},
        "Likewise, averaged over what is known of the effect.", "[0.1, 0.1]"),
    field<&Futility::prior_mean>(
        "prior_mean", {.range = {-furthest_z, furthest_z}, .use = rule<prior_use>},
        "predictive_power: mean of the normal prior of the drift, the expected z at the planned "
        "end.",
        "1.5"),
    field<&Futility::prior_sd>("prior_sd", {.range = above(0, 1e3), .use = rule<prior_use>},
                               "predictive_power: its standard deviation; without it the prior is flat.", "2"),
    field<&Futility::binding>(
        "binding", {},
        "Whether the trial must stop where it is futile, so that the bounds for efficacy may count "
        "on it. Only with one side.",
        "true"),
}};

}  // namespace

const SectionSpec efficacy_section = section<Efficacy, finish_efficacy>(
    "efficacy", "trial.looks.efficacy", "When a look shows a benefit. With two sides the bounds are mirrored.",
    efficacy_keys);

const SectionSpec futility_section =
    section<Futility, finish_futility>("futility", "trial.looks.futility",
                                       "When a look ends the trial because a benefit is not to be expected: one rule. "
                                       "It looks in the direction of benefit, "
                                       "whatever the sides of the test.",
                                       futility_keys);

}  // namespace vcohort
