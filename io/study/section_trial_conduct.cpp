#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/data_model/stated_effects.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using EventKind = IntercurrentEvent::Kind;
using Mechanism = Dropout::Mechanism;

constexpr double largest_rate = 1e6;
constexpr double largest_odds_ratio = 1000;

void read_rate(const KeyAt& at, Accrual& accrual) {
  if (const auto rate = at.table.number(at.key.name)) accrual.pieces = {{0, *rate}};
}

std::string write_rate(const Accrual& accrual, const Scope&) {
  return accrual.pieces.size() == 1 ? number_text(accrual.pieces.front().per_month) : std::string();
}

/// [[0, 2], [6, 10]]: times that ascend from 0, with rates of which the last is above 0.
void read_profile(const KeyAt& at, Accrual& accrual) {
  const std::string_view key = at.key.name;
  std::vector<Accrual::Piece> pieces;
  for (const TomlValue& item : at.value().items) {
    const bool pair = item.is_array() && item.items.size() == 2;
    const std::optional<double> from = pair ? finite_number(item.items[0]) : std::nullopt;
    const std::optional<double> rate = pair ? finite_number(item.items[1]) : std::nullopt;
    if (!from || !rate || !at.key.range.contains(*rate)) {
      at.problems().add(item.place, fmt::format("an entry of \"{}\" is impossible", key),
                        "it must be [months, patients/month] with a rate " + text_of(at.key.range), "write [6, 10]");
      return;
    }
    if (pieces.empty() ? *from != 0 : !(pieces.back().from_months < *from)) {
      at.problems().add(item.place, fmt::format("the times of \"{}\" must ascend from 0", key),
                        pieces.empty()
                            ? "the first is " + number_text(*from)
                            : fmt::format("{} after {}", number_text(*from), number_text(pieces.back().from_months)),
                        "");
      return;
    }
    pieces.push_back({*from, *rate});
  }
  if (pieces.empty()) {
    at.refuse(fmt::format("\"{}\" must be a list of [months, patients/month]", key), "it has none",
              "write [[0, 2], [6, 10]]");
  } else if (pieces.back().per_month == 0) {
    at.refuse("accrual ends at a rate of 0", "the last rate holds for ever", "write one above 0");
  }
  accrual.linear = key == "ramp" && pieces.size() > 1;
  accrual.pieces = std::move(pieces);
}

template <bool Linear>
std::string write_profile(const Accrual& accrual, const Scope&) {
  if (accrual.pieces.size() < 2 || accrual.linear != Linear) return {};
  return list_text(accrual.pieces, [](const Accrual::Piece& piece) {
    return fmt::format("[{}, {}]", number_text(piece.from_months), number_text(piece.per_month));
  });
}

void read_poisson(const KeyAt& at, Accrual& accrual) {
  accrual.kind = at.table.boolean(at.key.name).value_or(false) ? Accrual::Kind::poisson : Accrual::Kind::constant;
}

std::string write_poisson(const Accrual& accrual, const Scope&) {
  return std::string(truth(accrual.kind == Accrual::Kind::poisson));
}

void refuse_two_profiles(const TableReader& table, Accrual&, const Scope&) {
  std::string_view profile;
  for (const std::string_view key : {"per_month", "ramp", "pieces"}) {
    if (!table.has(key)) continue;
    if (!profile.empty()) {
      table.problems().add(table.entry(key)->place, fmt::format("both \"{}\" and \"{}\" are given", profile, key),
                           "accrual has one profile", "remove one");
      return;
    }
    profile = key;
  }
}

constexpr std::array<KeySpec, 4> accrual_keys = {{
    custom<read_rate, write_rate>("per_month", KeyType::number,
                                  {.unit = "patients/month", .range = above(0, largest_rate)},
                                  "A constant rate. Exactly one of the three profiles is required.", "5"),
    custom<read_profile, write_profile<true>>(
        "ramp", KeyType::other, {.form = "list of [months, patients/month]", .range = {0, largest_rate}},
        "The rate at some times, linear between them and constant after the last; times ascend from 0.",
        "[[0, 2], [6, 10]]"),
    custom<read_profile, write_profile<false>>(
        "pieces", KeyType::other, {.form = "list of [months, patients/month]", .range = {0, largest_rate}},
        "The rate from each time on, constant until the next; times ascend from 0.", "[[0, 2], [6, 10]]"),
    custom<read_poisson, write_poisson>(
        "poisson", KeyType::boolean, {.fallback = "false"},
        "Whether patients come at random, as a Poisson process of that rate, and not evenly.", "true"),
}};

constexpr double largest_hazard = 10;  // per month: nobody stays for a week

/// Shares at times, or one hazard.
Use loss_use(const KeySpec& key, const Dropout& dropout, const Scope&) {
  const bool of_shares = key.name == "months" || key.name == "share";
  if (dropout.per_month > 0) return of_shares ? Use::none("the hazard of being lost is given") : Use{};
  return of_shares ? Use::required("drop-out has it, or \"per_month\", or \"yearly\"") : Use{};
}

constexpr double refused_hazard = 1;  // as good as any, so that shares are not asked for

void read_per_month(const KeyAt& at, Dropout& dropout) {
  dropout.per_month = at.table.number(at.key.name).value_or(refused_hazard);
}

std::string write_per_month(const Dropout& dropout, const Scope&) {
  return dropout.per_month > 0 ? number_text(dropout.per_month) : std::string();
}

void read_yearly(const KeyAt& at, Dropout& dropout) {
  const auto share = at.table.number(at.key.name);
  dropout.per_month = share ? hazard_by_yearly_share(*share) : refused_hazard;
}

/// It is written as a hazard.
std::string write_yearly(const Dropout&, const Scope&) {
  return {};
}

void refuse_two_hazards(const TableReader& table, Dropout&, const Scope&) {
  if (!table.has("per_month") || !table.has("yearly")) return;
  table.problems().add(table.entry("yearly")->place, "both \"per_month\" and \"yearly\" are given",
                       "drop-out has one hazard", "remove one");
}

/// Cumulative shares: as many as times, and not decreasing.
void check_shares(const KeyAt& at, const Dropout& dropout) {
  const std::vector<double>& shares = dropout.share;
  if (dropout.months.empty()) return;
  if (dropout.months.size() != shares.size()) {
    at.refuse("\"months\" and \"share\" must have the same length",
              fmt::format("{} and {}", dropout.months.size(), shares.size()), "");
    return;
  }
  for (std::size_t index = 1; index < shares.size(); ++index) {
    if (shares[index] >= shares[index - 1]) continue;
    at.problems().add(
        at.item_place(index),
        fmt::format("\"share\" decreases: {} after {}", number_text(shares[index]), number_text(shares[index - 1])),
        "it counts all who are lost by then", "");
    return;
  }
}

void check_mechanism(const KeyAt& at, const Dropout& dropout) {
  if (dropout.mechanism == Mechanism::mcar) return;
  if (at.scope.trial->has_several_endpoints())
    at.refuse(fmt::format("{} follows one endpoint", name_of(dropout.mechanism)), "the data model has several",
              "write mechanism = \"mcar\", or simulate the primary endpoint alone");
  if (at.scope.trial->has_visits()) return;
  at.refuse(fmt::format("{} needs visits", name_of(dropout.mechanism)),
            fmt::format("a {} outcome has none", word(data_model_names, at.scope.trial->model->kind)),
            "write mechanism = \"mcar\"");
}

Use odds_ratio_use(const KeySpec&, const Dropout& dropout, const Scope&) {
  const std::string why = fmt::format("the mechanism is {}", name_of(dropout.mechanism));
  return dropout.mechanism == Mechanism::mcar ? Use::none(why) : Use::required(why);
}

void read_arm_odds(const KeyAt& at, Dropout& dropout) {
  const auto ratios = read_per_arm(at, 1);
  if (ratios && std::any_of(ratios->begin(), ratios->end(), [](double ratio) { return ratio != 1; }))
    dropout.arm_odds_ratio = *ratios;
}

std::string write_arm_odds(const Dropout& dropout, const Scope& scope) {
  return write_per_arm(dropout.arm_odds_ratio, scope);
}

constexpr std::array<KeySpec, 7> dropout_keys = {{
    field<&Dropout::months>(
        "months", {.unit = "months", .range = above(0, longest_months), .ascending = true, .use = rule<loss_use>},
        "Times since randomisation, ascending. This and `share`, or `per_month`, or `yearly` is "
        "required.",
        "[6, 12, 24]"),
    field<&Dropout::share>(
        "share", {.range = from_to_below(0, 1), .use = rule<loss_use>, .check = checked<check_shares>},
        "The share of patients who are lost by each time; the hazard is constant in between. With "
        "`mar` or `mnar` it is that of the reference arm, and with `arms` that at an odds ratio of 1: "
        "`vcohort check` says what each arm is then expected to lose, and `dropout_share` what the "
        "trial lost.",
        "[0.03, 0.06, 0.15]"),
    custom<read_per_month, write_per_month>(
        "per_month", KeyType::number, {.unit = "1/month", .range = above(0, largest_hazard), .use = rule<loss_use>},
        "The hazard of being lost, the same at all times: 1 - exp(-per_month x t) are lost by t months.", "0.004"),
    custom<read_yearly, write_yearly>("yearly", KeyType::number,
                                      {.range = between(0, 1), .resolves_to = "per_month", .use = rule<loss_use>},
                                      "The same, by the share that is lost in a year.", "0.05"),
    field<&Dropout::mechanism>(
        "mechanism", {.decides = true, .check = checked<check_mechanism>},
        "`mcar`: completely at random; `mar`: depends on the last change that was observed; `mnar`: on the change that "
        "would be seen next.",
        "\"mar\""),
    field<&Dropout::odds_ratio_per_sd>(
        "odds_ratio_per_sd", {.range = above(0, largest_odds_ratio), .no_default = true, .use = rule<odds_ratio_use>},
        "Odds ratio of being lost for each standard deviation that this change is worse; required for `mar` and "
        "`mnar`.",
        "1.5"),
    custom<read_arm_odds, write_arm_odds>(
        "arms", KeyType::table, {.form = "table of odds ratios", .range = above(0, largest_odds_ratio)},
        "Odds ratio of being lost in an arm, by the name of the arm; 1 where it is left out.",
        "{ rehabilitation = 1.5 }"),
}};

void check_event(const KeyAt& at, const IntercurrentEvent& event) {
  const bool needs_cells = event.kind == EventKind::missed_infusion || event.kind == EventKind::adverse_event;
  if (needs_cells && at.scope.trial->model)
    at.refuse(fmt::format("a data model has no {}", name_of(event.kind)), "nobody receives cells", "remove it");
  const bool has_no_reference = at.scope.trial->model && trial_of(at.scope).arms.size() == 1;
  if (has_no_reference && event.kind == EventKind::discontinuation &&
      event.strategy == IntercurrentEvent::Strategy::treatment_policy)
    at.refuse("a data model of one arm does not say what is seen after a discontinuation",
              "patients then have the outcomes of the reference arm", "remove it, or choose another strategy");
  if (event.kind != EventKind::discontinuation && event.kind != EventKind::missed_infusion) return;
  for (const Arm& arm : trial_of(at.scope).arms) {
    const Strategy* given = at.scope.trial->strategy_called(arm.name);
    if (given && given->cells && given->regimen.tolerance == Regimen::Tolerance::halve)
      at.refuse(quoted(arm.name) + " halves its dose after adverse events",
                "halved infusions cannot be told apart from interrupted ones",
                "let it stop or ignore them, or remove the event");
  }
}

Use share_use(const KeySpec& key, const IntercurrentEvent& event, const Scope&) {
  if (event.kind == EventKind::adverse_event) return Use::none("the model says who has an adverse event");
  if (key.name == "arms" || !event.arm_share.empty()) return {};
  return Use::required(fmt::format("a {} has it, or \"arms\"", name_of(event.kind)));
}

void read_share(const KeyAt& at, IntercurrentEvent& event) {
  read_value(at, event.share);
}

std::string write_share(const IntercurrentEvent& event, const Scope&) {
  return event.arm_share.empty() ? number_text(event.share) : std::string();
}

void read_arm_shares(const KeyAt& at, IntercurrentEvent& event) {
  const std::vector<double> refused(1, event.share);  // as good as any, so that "share" is not asked for
  event.arm_share = read_per_arm(at, event.share).value_or(refused);
}

std::string write_arm_shares(const IntercurrentEvent& event, const Scope& scope) {
  return write_per_arm(event.arm_share, scope);
}

Use effect_use(const KeySpec&, const IntercurrentEvent& event, const Scope&) {
  return event.kind == EventKind::rescue ? Use{} : Use::none("only a rescue has one");
}

/// One share for all arms is one share, however it was written.
void unite_shares(const TableReader&, IntercurrentEvent& event, const Scope&) {
  if (event.arm_share.empty()) return;
  const double first = event.arm_share.front();
  const bool equal =
      std::all_of(event.arm_share.begin(), event.arm_share.end(), [&](double share) { return share == first; });
  event.share = equal ? first : 0;
  if (equal) event.arm_share.clear();
}

constexpr std::array<KeySpec, 5> intercurrent_keys = {{
    field<&IntercurrentEvent::kind>(
        "event", {.required = true, .decides = true, .check = checked<check_event>},
        "`discontinuation` of the treatment; `missed-infusion`; `adverse-event` of grade 2 or more, as the model says; "
        "`rescue` by another treatment.",
        "\"rescue\""),
    custom<read_share, write_share>(
        "share", KeyType::number, {.range = {0, 1}, .use = rule<share_use>},
        "Of the patients by the last visit; of the infusions if they are missed. This or `arms` is required but for "
        "adverse events.",
        "0.1"),
    custom<read_arm_shares, write_arm_shares>(
        "arms", KeyType::table, {.form = "table of shares", .range = {0, 1}, .use = rule<share_use>},
        "The share in an arm, by the name of the arm; `share`, or 0, where it is left out.",
        "{ rehabilitation = 0.2 }"),
    field<&IntercurrentEvent::effect>("effect", {.unit = "points", .use = rule<effect_use>},
                                      "Rescue: points gained by it.", "3"),
    field<&IntercurrentEvent::strategy>("strategy", {}, "How the estimand deals with the event (ICH E9(R1)).",
                                        "\"hypothetical\""),
}};

}  // namespace

const SectionSpec accrual_section =
    section<Accrual, refuse_two_profiles>("accrual", "trial.accrual", "When patients are randomised.", accrual_keys);

const SectionSpec dropout_section =
    section<Dropout, refuse_two_hazards>("dropout", "trial.dropout", "Who is lost, and when.", dropout_keys);

const SectionSpec intercurrent_section = section<IntercurrentEvent, unite_shares>(
    "intercurrent", "trial.intercurrent", "One table for each kind of event after randomisation.", intercurrent_keys);

void read_intercurrent(const KeyAt& at, TrialQuestion& trial) {
  const TrialFrame& frame = *at.scope.trial;
  if (frame.has_several_endpoints() && at.value().is_array() && !at.value().items.empty()) {
    at.refuse("intercurrent events need one endpoint", "the data model has several",
              "let an endpoint with ends_follow_up be the event, or simulate the primary endpoint alone");
    return;
  }
  if (!frame.has_visits() && at.value().is_array() && !at.value().items.empty()) {
    at.refuse("intercurrent events need visits",
              fmt::format("a {} outcome has none", word(data_model_names, frame.model->kind)),
              "remove them; the arms may contain them");
    return;
  }
  const std::size_t before = at.problems().size();
  if (!read_list(at, trial.intercurrent, intercurrent_section) || at.problems().size() != before) return;
  for (auto event = trial.intercurrent.begin(); event != trial.intercurrent.end(); ++event) {
    const auto same = [&](const IntercurrentEvent& other) { return other.kind == event->kind; };
    if (std::any_of(trial.intercurrent.begin(), event, same))
      at.problems().add(at.item_place(static_cast<std::size_t>(event - trial.intercurrent.begin())),
                        fmt::format("two events are a {}", name_of(event->kind)), "each kind has one strategy",
                        "remove one");
  }
}

}  // namespace vcohort
