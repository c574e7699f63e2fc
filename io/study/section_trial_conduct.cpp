#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;
constexpr double largest_rate = 1e6;
constexpr double largest_odds_ratio = 1000;

constexpr std::array<KeySpec, 4> accrual_keys = {{
    {.name = "per_month",
     .type = KeyType::number,
     .unit = "patients/month",
     .range = {.low = 0, .high = largest_rate, .low_excluded = true},
     .meaning = "A constant rate. Exactly one of the three profiles is required.",
     .example = "5"},
    {.name = "ramp",
     .type = KeyType::other,
     .form = "list of [months, patients/month]",
     .range = {0, largest_rate},
     .meaning = "The rate at some times, linear between them and constant after the last; times ascend from 0.",
     .example = "[[0, 2], [6, 10]]"},
    {.name = "pieces",
     .type = KeyType::other,
     .form = "list of [months, patients/month]",
     .range = {0, largest_rate},
     .meaning = "The rate from each time on, constant until the next; times ascend from 0.",
     .example = "[[0, 2], [6, 10]]"},
    {.name = "poisson",
     .type = KeyType::boolean,
     .fallback = "false",
     .meaning = "Whether patients come at random, as a Poisson process of that rate, and not evenly.",
     .example = "true"},
}};

constexpr std::array<KeySpec, 5> dropout_keys = {{
    {.name = "months",
     .type = KeyType::list_of_numbers,
     .unit = "months",
     .required = true,
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "Times since randomisation, ascending.",
     .example = "[6, 12, 24]"},
    {.name = "share",
     .type = KeyType::list_of_numbers,
     .required = true,
     .range = {.low = 0, .high = 1, .high_excluded = true},
     .meaning = "The share of patients who are lost by each time; the hazard is constant in between.",
     .example = "[0.03, 0.06, 0.15]"},
    {.name = "mechanism",
     .fallback = "\"mcar\"",
     .choices = dropout_names,
     .meaning = "`mcar`: completely at random; `mar`: depends on the last change that was observed; `mnar`: on the "
                "change that would "
                "be seen next.",
     .example = "\"mar\""},
    {.name = "odds_ratio_per_sd",
     .type = KeyType::number,
     .range = {.low = 0, .high = largest_odds_ratio, .low_excluded = true},
     .meaning = "Odds ratio of being lost for each standard deviation that this change is worse; required for `mar` "
                "and `mnar`.",
     .example = "1.5"},
    {.name = "arms",
     .type = KeyType::table,
     .form = "table of odds ratios",
     .range = {.low = 0, .high = largest_odds_ratio, .low_excluded = true},
     .meaning = "Odds ratio of being lost in an arm, by the name of the arm; 1 where it is left out.",
     .example = "{ rehabilitation = 1.5 }"},
}};

constexpr std::array<KeySpec, 5> intercurrent_keys = {{
    {.name = "event",
     .required = true,
     .choices = event_names,
     .meaning = "`discontinuation` of the treatment; `missed-infusion`; `adverse-event` of grade 2 or more, as the "
                "model says; `rescue` "
                "by another treatment.",
     .example = "\"rescue\""},
    {.name = "share",
     .type = KeyType::number,
     .range = {0, 1},
     .meaning = "Of the patients by the last visit; of the infusions if they are missed. This or `arms` is required "
                "but for adverse "
                "events.",
     .example = "0.1"},
    {.name = "arms",
     .type = KeyType::table,
     .form = "table of shares",
     .range = {0, 1},
     .meaning = "The share in an arm, by the name of the arm; `share`, or 0, where it is left out.",
     .example = "{ rehabilitation = 0.2 }"},
    {.name = "effect",
     .type = KeyType::number,
     .unit = "points",
     .fallback = "0",
     .meaning = "Rescue: points gained by it.",
     .example = "3"},
    {.name = "strategy",
     .fallback = "\"treatment-policy\"",
     .choices = event_strategy_names,
     .meaning = "How the estimand deals with the event (ICH E9(R1)).",
     .example = "\"hypothetical\""},
}};

/// [[0, 2], [6, 10]]: times that ascend from 0, with rates of which the last is above 0.
std::vector<Accrual::Piece> read_profile(const TableReader& table, std::string_view key) {
  const TomlValue& list = table.entry(key)->value;
  const Range rates = table.declared(key).range;
  std::vector<Accrual::Piece> pieces;
  for (const TomlValue& item : list.items) {
    const bool pair = item.is_array() && item.items.size() == 2;
    const std::optional<double> from = pair ? finite_number(item.items[0]) : std::nullopt;
    const std::optional<double> rate = pair ? finite_number(item.items[1]) : std::nullopt;
    if (!from || !rate || !rates.contains(*rate)) {
      table.problems().add(item.place, fmt::format("an entry of \"{}\" is impossible", key),
                           "it must be [months, patients/month] with a rate " + text_of(rates), "write [6, 10]");
      return {};
    }
    if (pieces.empty() ? *from != 0 : !(pieces.back().from_months < *from)) {
      table.problems().add(item.place, fmt::format("the times of \"{}\" must ascend from 0", key),
                           pieces.empty()
                               ? "the first is " + number_text(*from)
                               : fmt::format("{} after {}", number_text(*from), number_text(pieces.back().from_months)),
                           "");
      return {};
    }
    pieces.push_back({*from, *rate});
  }
  if (pieces.empty()) {
    table.refuse(key, fmt::format("\"{}\" must be a list of [months, patients/month]", key), "it has none",
                 "write [[0, 2], [6, 10]]");
  } else if (pieces.back().per_month == 0) {
    table.refuse(key, "accrual ends at a rate of 0", "the last rate holds for ever", "write one above 0");
  }
  return pieces;
}

/// Cumulative shares: as many as times, and not decreasing.
void check_shares(const TableReader& table, const std::vector<double>& months, const std::vector<double>& shares) {
  if (months.size() != shares.size()) {
    table.refuse("share", "\"months\" and \"share\" must have the same length",
                 fmt::format("{} and {}", months.size(), shares.size()), "");
    return;
  }
  for (std::size_t index = 0; index < shares.size(); ++index) {
    const Place place = item_place(table, "share", index);
    if (index > 0 && shares[index] < shares[index - 1]) {
      table.problems().add(
          place,
          fmt::format("\"share\" decreases: {} after {}", number_text(shares[index]), number_text(shares[index - 1])),
          "it counts all who are lost by then", "");
      return;
    }
  }
}

void read_share(const TableReader& table, IntercurrentEvent& event, const TrialQuestion& trial) {
  if (event.kind == IntercurrentEvent::Kind::adverse_event) {
    refuse_without_effect(table, "share", "the model says who has an adverse event");
    refuse_without_effect(table, "arms", "the model says who has an adverse event");
    return;
  }
  if (!table.has("arms")) require_key(table, "share", fmt::format("a {} has it, or \"arms\"", name_of(event.kind)));
  event.share = table.number("share").value_or(0);
  const auto shares = read_per_arm(table, "arms", trial.arms, event.share);
  if (!shares) return;
  // One share for all arms is one share, however it was written.
  const bool equal =
      std::all_of(shares->begin(), shares->end(), [&](double share) { return share == shares->front(); });
  if (!equal) event.arm_share = *shares;
  event.share = equal && !shares->empty() ? shares->front() : 0;
}

IntercurrentEvent read_event(const TomlValue& item, const TrialQuestion& trial, const TrialFrame& frame,
                             StudyContext& context) {
  using Kind = IntercurrentEvent::Kind;
  const TableReader table(item, intercurrent_section, context.problems);
  IntercurrentEvent event;
  event.strategy = static_cast<IntercurrentEvent::Strategy>(table.choice("strategy").value_or(0));
  const std::optional<int> kind = table.has("event") ? table.choice("event") : std::nullopt;
  if (!kind) return event;
  event.kind = static_cast<Kind>(*kind);
  const bool needs_cells = event.kind == Kind::missed_infusion || event.kind == Kind::adverse_event;
  if (needs_cells && frame.model) {
    table.refuse("event", fmt::format("a data model has no {}", name_of(event.kind)), "nobody receives cells",
                 "remove it");
  }
  read_share(table, event, trial);
  event.effect = table.number("effect").value_or(0);
  if (event.kind != Kind::rescue) refuse_without_effect(table, "effect", "only a rescue has one");
  return event;
}

}  // namespace

const SectionSpec accrual_section = {
    .name = "accrual",
    .heading = "trial.accrual",
    .meaning = "When patients are randomised.",
    .keys = accrual_keys,
};

const SectionSpec dropout_section = {
    .name = "dropout",
    .heading = "trial.dropout",
    .meaning = "Who is lost, and when.",
    .keys = dropout_keys,
};

const SectionSpec intercurrent_section = {
    .name = "intercurrent",
    .heading = "trial.intercurrent",
    .meaning = "One table for each kind of event after randomisation.",
    .keys = intercurrent_keys,
};

void read_accrual(const TableReader& reader, TrialQuestion& trial, StudyContext& context) {
  const TomlEntry* entry = reader.entry("accrual");
  if (!entry) return;
  const TableReader table(entry->value, accrual_section, context.problems);
  if (!entry->value.is_table()) return;
  trial.accrual.kind = table.boolean("poisson").value_or(false) ? Accrual::Kind::poisson : Accrual::Kind::constant;
  std::string_view profile;
  for (const std::string_view key : {"per_month", "ramp", "pieces"}) {
    if (!table.has(key)) continue;
    if (!profile.empty()) {
      context.problems.add(table.entry(key)->place, fmt::format("both \"{}\" and \"{}\" are given", profile, key),
                           "accrual has one profile", "remove one");
      return;
    }
    profile = key;
  }
  if (profile.empty()) {
    context.problems.add(entry->place, "the accrual has no rate", "\"per_month\", \"ramp\" or \"pieces\" is missing",
                         "write per_month = 5");
  } else if (profile == "per_month") {
    if (const auto rate = table.number("per_month")) trial.accrual.pieces = {{0, *rate}};
  } else {
    trial.accrual.pieces = read_profile(table, profile);
    trial.accrual.linear = profile == "ramp" && trial.accrual.pieces.size() > 1;
  }
}

void read_dropout(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context) {
  const TomlEntry* entry = reader.entry("dropout");
  if (!entry) return;
  const TableReader table(entry->value, dropout_section, context.problems);
  Dropout dropout;
  const auto months = table.numbers("months");
  const auto shares = table.numbers("share");
  if (months && shares && table.has("months") && table.has("share") && check_ascending(table, "months", *months)) {
    check_shares(table, *months, *shares);
    dropout.months = *months;
    dropout.share = *shares;
  }
  if (const auto mechanism = table.choice("mechanism")) {
    dropout.mechanism = static_cast<Dropout::Mechanism>(*mechanism);
    if (dropout.mechanism == Dropout::Mechanism::mcar) {
      refuse_without_effect(table, "odds_ratio_per_sd", "the mechanism is mcar");
    } else {
      require_key(table, "odds_ratio_per_sd", fmt::format("the mechanism is {}", name_of(dropout.mechanism)));
      if (!frame.has_visits()) {
        table.refuse("mechanism", fmt::format("{} needs visits", name_of(dropout.mechanism)),
                     fmt::format("a {} outcome has none", word(data_model_names, frame.model->kind)),
                     "write mechanism = \"mcar\"");
      }
    }
  }
  dropout.odds_ratio_per_sd = table.number("odds_ratio_per_sd").value_or(1);
  if (const auto ratios = read_per_arm(table, "arms", trial.arms, 1)) {
    const bool some = std::any_of(ratios->begin(), ratios->end(), [](double ratio) { return ratio != 1; });
    if (some) dropout.arm_odds_ratio = *ratios;
  }
  trial.dropout = dropout;
}

/// Discontinuation and missed infusions cannot be told apart from halved ones.
static void refuse_halving(const TomlValue& event, const TrialQuestion& trial, const TrialFrame& frame,
                           StudyContext& context) {
  for (const Arm& arm : trial.arms) {
    const Strategy* given = frame.strategy_called(arm.name);
    if (!given || !given->cells || given->regimen.tolerance != Regimen::Tolerance::halve) continue;
    context.problems.add(event.place, quoted(arm.name) + " halves its dose after adverse events",
                         "halved infusions cannot be told apart from interrupted ones",
                         "let it stop or ignore them, or remove the event");
  }
}

void read_intercurrent(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame,
                       StudyContext& context) {
  const TomlEntry* entry = reader.entry("intercurrent");
  if (!entry) return;
  if (!entry->value.is_array()) {
    reader.refuse("intercurrent", "\"intercurrent\" must be a list of events",
                  "it is " + std::string(kind_text(entry->value.kind)),
                  "write intercurrent = " + std::string(reader.declared("intercurrent").example));
    return;
  }
  if (!frame.has_visits() && !entry->value.items.empty()) {
    reader.refuse("intercurrent", "intercurrent events need visits",
                  fmt::format("a {} outcome has none", word(data_model_names, frame.model->kind)),
                  "remove them; the arms may contain them");
    return;
  }
  for (const TomlValue& item : entry->value.items) {
    const std::size_t before = context.problems.size();
    const IntercurrentEvent event = read_event(item, trial, frame, context);
    if (event.kind == IntercurrentEvent::Kind::discontinuation ||
        event.kind == IntercurrentEvent::Kind::missed_infusion)
      refuse_halving(item, trial, frame, context);
    const auto same = [&](const IntercurrentEvent& other) { return other.kind == event.kind; };
    if (context.problems.size() == before && std::any_of(trial.intercurrent.begin(), trial.intercurrent.end(), same)) {
      context.problems.add(item.place, fmt::format("two events are a {}", name_of(event.kind)),
                           "each kind has one strategy", "remove one");
    }
    if (context.problems.size() == before) trial.intercurrent.push_back(event);
  }
}

}  // namespace vcohort
