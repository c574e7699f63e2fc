#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/study/word.hpp"
#include "io/study/data_correlation.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;

constexpr double longest_months = static_cast<double>(largest_occasion) / days_per_month;
constexpr std::size_t longest_name = 200;

constexpr std::array<KeySpec, 5> model_keys = {{
    {.name = "kind",
     .required = true,
     .choices = data_model_names,
     .meaning = "What the outcome is: `normal`, `binary` (the share who have it), `ordinal` (shares of the categories "
                "1, 2, ...), "
                "`survival` (months to an event), or `count` (events during the follow-up).",
     .example = "\"normal\""},
    {.name = "visits_months",
     .type = KeyType::list_of_numbers,
     .unit = "months",
     .range = {0, longest_months},
     .meaning = "When the outcome is seen, ascending; 0 is the baseline. Required but for survival and count; an "
                "ordinal outcome is "
                "seen once.",
     .example = "[0, 12]"},
    {.name = "correlation",
     .type = KeyType::other,
     .form = "matrix or table",
     .meaning =
         "Correlation of the visits, of the normal variables behind them if the outcome is binary: a matrix, or a "
         "structure. Without it visits are independent.",
     .example = "[[1.0, 0.5], [0.5, 1.0]]"},
    {.name = "follow_up_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = longest_months, .low_excluded = true},
     .meaning = "How long every patient is followed; required for survival and count.",
     .example = "24"},
    {.name = "arms",
     .type = KeyType::table,
     .form = "table of arms",
     .required = true,
     .meaning = "The outcome under each arm, by name: `arms.control = { ... }`.",
     .example = "{ control = { mean = [0, 0], sd = [1, 1] }, active = { mean = [0, 0.35], sd = [1, 1] } }"},
}};

constexpr std::array<KeySpec, 8> arm_keys = {{
    {.name = "mean",
     .type = KeyType::list_of_numbers,
     .meaning = "Normal: mean at each visit.",
     .example = "[0.0, 0.35]"},
    {.name = "sd",
     .type = KeyType::list_of_numbers,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "Normal: standard deviation at each visit.",
     .example = "[1.0, 0.866]"},
    {.name = "effect_sd",
     .type = KeyType::number,
     .fallback = "0",
     .range = {.low = 0},
     .meaning = "Normal, with `parameters = \"uncertain\"`: standard deviation over replicates of a common shift of "
                "the means after baseline.",
     .example = "0.1"},
    {.name = "share",
     .type = KeyType::list_of_numbers,
     .range = {0, 1},
     .meaning = "Binary: the share who have it at each visit. Ordinal: the share of each category, from the lowest; "
                "shares within "
                "0.02 of 1 are rescaled with a notice.",
     .example = "[0.2, 0.3, 0.5]"},
    {.name = "hazard",
     .type = KeyType::list_of_numbers,
     .unit = "1/month",
     .range = {.low = 0},
     .meaning = "Survival: hazard of the event, constant in each piece.",
     .example = "[0.05, 0.02]"},
    {.name = "hazard_from_months",
     .type = KeyType::list_of_numbers,
     .unit = "months",
     .fallback = "[0]",
     .range = {0, longest_months},
     .meaning = "Survival: where each piece begins, ascending from 0.",
     .example = "[0, 6]"},
    {.name = "rate",
     .type = KeyType::number,
     .unit = "1/month",
     .range = {.low = 0, .low_excluded = true},
     .meaning = "Count: events per month.",
     .example = "0.3"},
    {.name = "dispersion",
     .type = KeyType::number,
     .fallback = "0",
     .range = {.low = 0},
     .meaning = "Count: the variance is mean + dispersion x mean^2; 0 is Poisson.",
     .example = "0.5"},
}};

/// The keys that say how an arm's outcome is distributed.
std::vector<std::string_view> keys_of(Kind kind) {
  switch (kind) {
    case Kind::score:
      return {"mean", "sd", "effect_sd"};
    case Kind::binary:
    case Kind::ordinal:
      return {"share"};
    case Kind::survival:
      return {"hazard", "hazard_from_months"};
    case Kind::count:
      return {"rate", "dispersion"};
  }
  return {};
}

class DataModelReader {
 public:
  DataModelReader(const TomlValue& table, StudyContext& context)
      : reader_(table, data_model_section, context.problems), context_(context) {}

  DataModel read() {
    const std::optional<int> kind = reader_.choice("kind");
    if (!kind) return model_;  // what else is right depends on it
    model_.kind = static_cast<Kind>(*kind);
    if (seen_at_visits(model_.kind)) {
      read_visits();
    } else {
      read_follow_up();
    }
    read_arms();
    return model_;
  }

 private:
  std::string needs(std::string_view what) const {
    return fmt::format("a {} outcome {}", word(data_model_names, model_.kind), what);
  }

  void read_visits() {
    refuse_without_effect(reader_, "follow_up_months", needs("is seen at visits"));
    require_key(reader_, "visits_months", needs("is seen at visits"));
    const auto months = reader_.numbers("visits_months");
    if (!months || months->empty() || !check_ascending(reader_, "visits_months", *months)) return;
    for (std::size_t index = 1; index < months->size(); ++index) {
      if (scheduled_day((*months)[index - 1]) != scheduled_day((*months)[index])) continue;
      context_.problems.add(item_place(reader_, "visits_months", index),
                            fmt::format("two visits fall on day {}", scheduled_day((*months)[index])),
                            "a month has 30.4375 days", "remove one");
    }
    if (months->back() == 0) {
      reader_.refuse("visits_months", "there is only a baseline", "the outcome is compared at a later visit",
                     "write visits_months = [0, 12]");
      return;
    }
    if (model_.kind == Kind::ordinal && (months->size() > 1)) {
      reader_.refuse("visits_months", "an ordinal outcome is seen once",
                     fmt::format("there are {} visits", months->size()),
                     "write visits_months = [" + number_text(months->back()) + "]");
      return;
    }
    model_.visits_months = *months;
    if (model_.kind == Kind::ordinal) {
      refuse_without_effect(reader_, "correlation", "an ordinal outcome is seen once");
    } else if (auto correlation = read_correlation(reader_, months->size())) {
      model_.correlation = *correlation;
    }
  }

  void read_follow_up() {
    refuse_without_effect(reader_, "visits_months", needs("has a follow-up and no visits"));
    refuse_without_effect(reader_, "correlation", needs("has a follow-up and no visits"));
    require_key(reader_, "follow_up_months", needs("has a follow-up"));
    model_.follow_up_months = reader_.number("follow_up_months").value_or(0);
  }

  void read_arms() {
    const TomlEntry* arms = reader_.entry("arms");
    if (!arms) return;
    if (!arms->value.is_table()) {
      reader_.refuse("arms", "\"arms\" must be a table of arms", "it is " + std::string(kind_text(arms->value.kind)),
                     "write arms.control = { ... }");
      return;
    }
    for (const TomlEntry& entry : arms->value.entries) read_arm(entry);
    if (arms->value.entries.size() < 2) {
      context_.problems.add(arms->place, "the data model has fewer than two arms", "a trial compares them", "add one");
    }
  }

  void read_arm(const TomlEntry& entry) {
    const bool blank = entry.key.find_first_not_of(' ') == std::string::npos;
    if (blank || entry.key.size() > longest_name || entry.key.find_first_of("\n\r\t") != std::string::npos) {
      context_.problems.add(entry.place, "the name of an arm is one line of 1 to 200 bytes", "tables print it",
                            "rename it");
    }
    const TableReader arm(entry.value, data_arm_section, context_.problems);
    if (!entry.value.is_table()) return;
    DataModel::DataArm result;
    result.name = entry.key;
    const auto expected = keys_of(model_.kind);
    for (const KeySpec& key : arm_keys) {
      const bool belongs = std::find(expected.begin(), expected.end(), key.name) != expected.end();
      if (!belongs) refuse_without_effect(arm, key.name, needs("has " + listed(expected)));
      if (belongs && key.fallback.empty()) require_key(arm, key.name, needs("has it"));
    }
    read_distribution_of(arm, result);
    check_baseline(arm, result);
    model_.arms.push_back(result);
  }

  /// Randomised arms do not differ before treatment.
  void check_baseline(const TableReader& arm, const DataModel::DataArm& result) {
    if (model_.arms.empty() || model_.visits_months.empty() || model_.visits_months.front() > 0) return;
    const DataModel::DataArm& first = model_.arms.front();
    const auto same = [](const std::vector<double>& left, const std::vector<double>& right) {
      return left.empty() || right.empty() || left.front() == right.front();
    };
    for (const auto& [key, here, there] :
         {std::tuple("mean", &result.mean, &first.mean), std::tuple("sd", &result.sd, &first.sd),
          std::tuple("share", &result.share, &first.share)}) {
      if (same(*here, *there)) continue;
      context_.problems.add(item_place(arm, key, 0),
                            fmt::format("{} has another baseline than {}", quoted(result.name), quoted(first.name)),
                            "randomised arms do not differ before treatment", "write the same number at 0 months");
    }
  }

  void read_distribution_of(const TableReader& arm, DataModel::DataArm& result) {
    switch (model_.kind) {
      case Kind::score:
        result.mean = per_visit(arm, "mean");
        result.sd = per_visit(arm, "sd");
        result.effect_sd = arm.number("effect_sd").value_or(0);
        break;
      case Kind::binary:
        result.share = per_visit(arm, "share");
        break;
      case Kind::ordinal:
        read_categories(arm, result);
        break;
      case Kind::survival:
        read_hazard(arm, result);
        break;
      case Kind::count:
        result.rate = arm.number("rate").value_or(0);
        result.dispersion = arm.number("dispersion").value_or(0);
        break;
    }
  }

  std::vector<double> per_visit(const TableReader& arm, std::string_view key) {
    const auto numbers = arm.numbers(key);
    if (!numbers || !arm.has(key)) return {};
    const std::size_t visits = model_.visits_months.size();
    if (visits > 0 && numbers->size() != visits) {
      arm.refuse(key, fmt::format("\"{}\" must have one number for each visit", key),
                 fmt::format("{} visits, {} numbers", visits, numbers->size()), "");
    }
    return *numbers;
  }

  void read_categories(const TableReader& arm, DataModel::DataArm& result) {
    const auto shares = arm.numbers("share");
    if (!shares || !arm.has("share")) return;
    if (shares->size() < 2) {
      arm.refuse("share", "an ordinal outcome has at least two categories", fmt::format("there is {}", shares->size()),
                 "");
      return;
    }
    const bool differs = !model_.arms.empty() && !model_.arms.front().share.empty() &&
                         model_.arms.front().share.size() != shares->size();
    if (differs) {
      arm.refuse("share", "the arms must have the same categories",
                 fmt::format("{} has {}, {} has {}", quoted(model_.arms.front().name), model_.arms.front().share.size(),
                             quoted(result.name), shares->size()),
                 "write 0 for a category that an arm lacks");
      return;
    }
    if (auto whole = whole_shares(*shares, arm.place("share"), "the shares of the categories", context_))
      result.share = *whole;
  }

  void read_hazard(const TableReader& arm, DataModel::DataArm& result) {
    const auto hazard = arm.numbers("hazard");
    const auto from = arm.numbers("hazard_from_months");
    if (!hazard || !from || !arm.has("hazard")) return;
    if (hazard->size() != from->size()) {
      arm.refuse("hazard", "\"hazard\" and \"hazard_from_months\" must have the same length",
                 fmt::format("{} and {}", hazard->size(), from->size()), "");
    } else if (from->front() != 0) {
      arm.refuse("hazard_from_months", "\"hazard_from_months\" must begin at 0",
                 "it begins at " + number_text(from->front()), "");
    } else if (check_ascending(arm, "hazard_from_months", *from)) {
      result.hazard = *hazard;
      result.hazard_from_months = *from;
    }
  }

  TableReader reader_;
  StudyContext& context_;
  DataModel model_;
};

}  // namespace

const SectionSpec data_model_section = {
    .name = "data_model",
    .heading = "[data_model]",
    .meaning =
        "Outcomes that are drawn directly and not from the disease model: one endpoint, called `outcome`, whose arms "
        "replace "
        "the strategies in [trial]. A study whose only question is [trial] then needs no population, strategies or "
        "outcomes.",
    .keys = model_keys,
};

const SectionSpec data_arm_section = {
    .name = "arms",
    .heading = "data_model.arms",
    .meaning = "One table for each arm, with the keys of the kind of outcome.",
    .keys = arm_keys,
};

void read_data_model(const TomlValue& table, StudyContext& context) {
  context.study.data_model = DataModelReader(table, context).read();
}

}  // namespace vcohort
