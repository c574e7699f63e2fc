#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double largest_ratio = 1000;
constexpr double largest_block = 10'000;

constexpr std::array<KeySpec, 4> arm_keys = {{
    {.name = "strategy",
     .form = "name of a strategy",
     .required = true,
     .meaning = "What the arm receives: a strategy of the study, or an arm of [data_model].",
     .example = "\"rehabilitation\""},
    {.name = "ratio",
     .type = KeyType::integer,
     .fallback = "1",
     .range = {1, largest_ratio},
     .meaning = "Allocation ratio.",
     .example = "2"},
    {.name = "crossover_to",
     .form = "name of a strategy",
     .meaning = "The strategy, usually of another arm, that the patients receive later on: crossover, or delayed "
                "start; to or from "
                "one without cells.",
     .example = "\"four IV infusions\""},
    {.name = "crossover_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = static_cast<double>(largest_occasion) / days_per_month, .low_excluded = true},
     .meaning = "When they do; required with `crossover_to`.",
     .example = "12"},
}};

constexpr std::array<KeySpec, 7> randomisation_keys = {{
    {.name = "method",
     .fallback = "\"permuted-block\"",
     .choices = randomisation_names,
     .meaning = "`simple`: independent draws; `permuted-block`: blocks in random order; `minimisation`: Pocock and "
                "Simon over the "
                "factors of `stratify`; `biased-coin`: Efron's coin for the arm that is behind; `urn`: Wei's urn.",
     .example = "\"minimisation\""},
    {.name = "block",
     .type = KeyType::integer,
     .unit = "patients",
     .range = {2, largest_block},
     .meaning = "Permuted blocks: their size, a multiple of the sum of the ratios; without it twice that sum.",
     .example = "4"},
    {.name = "stratify",
     .type = KeyType::list_of_texts,
     .form = "list of factors",
     .choices = factor_names,
     .meaning = "Permuted blocks: factors whose levels, in combination, have blocks of their own. Minimisation: the "
                "factors that are balanced; without them only the arms are.",
     .example = "[\"gmfcs\"]"},
    {.name = "age_cuts",
     .type = KeyType::list_of_numbers,
     .unit = "years",
     .range = {.low = 0, .high = 100, .low_excluded = true},
     .meaning = "Where the age groups begin, ascending; required where `stratify` has `age_years`.",
     .example = "[3, 6]"},
    {.name = "probability",
     .type = KeyType::number,
     .fallback = "0.8",
     .range = {0, 1},
     .meaning = "Minimisation and biased coin: the probability of the arm that balances best; more than the largest "
                "share of an arm.",
     .example = "0.8"},
    {.name = "urn_start",
     .type = KeyType::integer,
     .fallback = "1",
     .range = {1, largest_block},
     .meaning = "Urn: balls at the start of each place; an arm has as many places as its ratio.",
     .example = "1"},
    {.name = "urn_add",
     .type = KeyType::integer,
     .fallback = "1",
     .range = {0, largest_block},
     .meaning = "Urn: balls added after every patient to each place but the one that was drawn.",
     .example = "1"},
}};

class ArmsReader {
 public:
  ArmsReader(const TableReader& reader, const TrialFrame& frame, const StudyContext& context)
      : reader_(reader), frame_(frame), problems_(context.problems) {}

  std::vector<Arm> read() {
    require_key(reader_, "arms", "the trial is simulated");
    const TomlEntry* entry = reader_.entry("arms");
    if (!entry) return {};
    if (!entry->value.is_array()) {
      reader_.refuse("arms", "\"arms\" must be a list of arms", "it is " + std::string(kind_text(entry->value.kind)),
                     "write arms = " + std::string(reader_.declared("arms").example));
      return {};
    }
    if (entry->value.items.size() < 2) {
      reader_.refuse("arms", entry->value.items.empty() ? "the trial has no arms" : "the trial has one arm",
                     "it compares at least two", "add one");
      return {};
    }
    const std::size_t before = problems_.size();
    for (const TomlValue& item : entry->value.items) read_arm(item);
    if (problems_.size() == before) {
      for (std::size_t index = 0; index < arms_.size(); ++index) check_crossover(index, entry->value.items[index]);
    }
    return problems_.size() == before ? arms_ : std::vector<Arm>();
  }

 private:
  void read_arm(const TomlValue& item) {
    const TableReader arm(item, arm_section, problems_);
    Arm result;
    result.name = arm.text("strategy").value_or("");
    result.ratio = static_cast<int>(arm.integer("ratio").value_or(1));
    result.crossover_to = arm.text("crossover_to");
    result.crossover_months = arm.number("crossover_months").value_or(0);
    if (!result.name.empty()) {
      const std::optional<int> strategy = index_of(frame_.arm_names, result.name);
      result.strategy = strategy.value_or(0);
      if (!strategy && !frame_.arm_names.empty()) {
        arm.refuse(
            "strategy",
            frame_.model ? "there is no arm " + quoted(result.name) : "there is no strategy " + quoted(result.name),
            frame_.model ? "in [data_model]" : "an arm receives one", did_you_mean(result.name, frame_.arm_names));
      }
      if (const Strategy* given = frame_.model ? nullptr : frame_.strategy_called(result.name); given && given->choice)
        arm.refuse("strategy", quoted(result.name) + " chooses between two strategies",
                   "trials are simulated for arms that give one regimen", "compare the two, or ask a [cohort]");
      const auto same = [&](const Arm& other) { return other.name == result.name; };
      if (std::any_of(arms_.begin(), arms_.end(), same)) {
        arm.refuse("strategy", "two arms are called " + quoted(result.name), "they would not differ", "remove one");
      }
    }
    arms_.push_back(result);
  }

  void check_crossover(std::size_t index, const TomlValue& item) {
    const TableReader arm(item, arm_section, problems_);
    if (frame_.model) {
      refuse_without_effect(arm, "crossover_to", "a data model says what is seen at each visit");
      refuse_without_effect(arm, "crossover_months", "a data model says what is seen at each visit");
      return;
    }
    if (!arm.has("crossover_to")) {
      refuse_without_effect(arm, "crossover_months", "\"crossover_to\" is missing");
      return;
    }
    require_key(arm, "crossover_months", "\"crossover_to\" is given");
    std::vector<std::string_view> others;
    for (const std::string_view name : frame_.arm_names) {
      if (name != arms_[index].name) others.push_back(name);
    }
    const std::string& target = *arms_[index].crossover_to;
    if (target == arms_[index].name) {
      arm.refuse("crossover_to", "an arm cannot cross over to itself", quoted(target), "name another strategy");
    } else if (!index_of(others, target)) {
      arm.refuse("crossover_to", "there is no strategy " + quoted(target), "patients cross over to one",
                 did_you_mean(target, others));
    } else if (frame_.strategy_called(target)->choice) {
      arm.refuse("crossover_to", quoted(target) + " chooses between two strategies",
                 "trials are simulated for arms that give one regimen", "name one of the two");
    } else {
      check_late_cells(arm, arms_[index]);
    }
    if (!frame_.visits_months.empty() && arms_[index].crossover_months >= frame_.visits_months.back()) {
      arm.refuse("crossover_months",
                 fmt::format("a crossover at {} months is never seen", number_text(arms_[index].crossover_months)),
                 fmt::format("the last visit is at {} months", number_text(frame_.visits_months.back())), "");
    }
  }

  /// What the model of late infusions cannot do.
  void check_late_cells(const TableReader& table, const Arm& arm) {
    if (!frame_.starts_late(arm)) return;
    if (frame_.strategy_called(arm.name)->cells) {
      table.refuse("crossover_to", "an arm with cells cannot cross over to other cells",
                   "the model does not add up the exposures of two strategies", "cross over to or from rehabilitation");
    }
    if (frame_.strategy_called(*arm.crossover_to)->regimen.tolerance != Regimen::Tolerance::ignore) {
      table.refuse("crossover_to", "a regimen that depends on adverse events cannot start late",
                   quoted(*arm.crossover_to) + " stops or halves", "let it ignore them");
    }
  }

  const TableReader& reader_;
  const TrialFrame& frame_;
  Problems& problems_;
  std::vector<Arm> arms_;
};

/// The keys that say something under a method, beside "method".
std::vector<std::string_view> keys_of(Randomisation::Method method) {
  using Method = Randomisation::Method;
  switch (method) {
    case Method::simple:
      return {};
    case Method::permuted_block:
      return {"block", "stratify", "age_cuts"};
    case Method::minimisation:
      return {"probability", "stratify", "age_cuts"};
    case Method::biased_coin:
      return {"probability"};
    case Method::urn:
      return {"urn_start", "urn_add"};
  }
  return {};
}

void read_strata(const TableReader& table, Randomisation& randomisation, const TrialFrame& frame) {
  if (frame.model) {
    refuse_without_effect(table, "stratify", "a data model has no covariates");
    refuse_without_effect(table, "age_cuts", "a data model has no covariates");
    return;
  }
  if (const auto factors = distinct_texts(table, "stratify")) {
    for (std::size_t index = 0; index < factors->size(); ++index) {
      const std::string& name = (*factors)[index];
      if (index_of(factor_names, name)) continue;
      table.problems().add(item_place(table, "stratify", index), "there is no factor " + quoted(name),
                           "in \"stratify\"", did_you_mean(name, factor_names));
    }
    randomisation.stratify = *factors;
  }
  if (index_of(randomisation.stratify, "age_years")) {
    require_key(table, "age_cuts", "\"stratify\" has age_years");
    const auto cuts = table.numbers("age_cuts");
    if (cuts && check_ascending(table, "age_cuts", *cuts)) randomisation.age_cuts = *cuts;
  } else {
    refuse_without_effect(table, "age_cuts", "\"stratify\" has no age_years");
  }
}

void read_block(const TableReader& table, Randomisation& randomisation, int ratios) {
  constexpr int default_multiple = 2;
  randomisation.block = static_cast<int>(table.integer("block").value_or(default_multiple * ratios));
  if (ratios > 0 && randomisation.block % ratios != 0) {
    table.refuse("block", fmt::format("a block of {} cannot hold the ratio of the arms", randomisation.block),
                 fmt::format("it must be a multiple of the sum of the ratios, {}", ratios),
                 fmt::format("write block = {}", default_multiple * ratios));
  }
}

/// An arm that is behind must be more probable than its share, or the ratio is not reached; with equal shares the share
/// itself is simple randomisation.
void check_probability(const TableReader& table, const TrialQuestion& trial) {
  int largest = 0, smallest = trial.arms.front().ratio, ratios = 0;
  for (const Arm& arm : trial.arms) {
    largest = std::max(largest, arm.ratio);
    smallest = std::min(smallest, arm.ratio);
    ratios += arm.ratio;
  }
  const double probability = trial.randomisation.probability, share = static_cast<double>(largest) / ratios;
  if (largest == smallest ? probability >= share : probability > share) return;
  table.refuse(
      "probability", fmt::format("\"probability\" = {} cannot hold the ratio of the arms", number_text(probability)),
      fmt::format("an arm has a share of {} / {}, and must be more probable when it is behind", largest, ratios),
      "give more, or choose another method");
}

}  // namespace

const SectionSpec arm_section = {
    .name = "arms",
    .heading = "trial.arms",
    .meaning = "One table for each arm.",
    .keys = arm_keys,
};

const SectionSpec randomisation_section = {
    .name = "randomisation",
    .heading = "trial.randomisation",
    .meaning = "How patients are allocated to the arms. A key that the method has no use for is refused.",
    .keys = randomisation_keys,
};

void read_arms(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame, StudyContext& context) {
  trial.arms = ArmsReader(reader, frame, context).read();
  const std::optional<std::string> reference = reader.text("reference");
  if (trial.arms.empty()) return;
  std::vector<std::string_view> names;
  for (const Arm& arm : trial.arms) names.push_back(arm.name);
  if (reference) {
    const std::optional<int> index = index_of(names, *reference);
    if (!index) {
      reader.refuse("reference", "there is no arm " + quoted(*reference), "contrasts are taken against it",
                    did_you_mean(*reference, names));
    }
    trial.reference = index.value_or(0);
  } else if (!frame.model && !context.study.strategies.empty()) {
    const auto without_cells = [&](const Arm& arm) {
      return !context.study.strategies[static_cast<std::size_t>(arm.strategy)].cells;
    };
    const auto found = std::find_if(trial.arms.begin(), trial.arms.end(), without_cells);
    trial.reference = found == trial.arms.end() ? 0 : static_cast<int>(found - trial.arms.begin());
  }
}

void read_randomisation(const TableReader& reader, TrialQuestion& trial, const TrialFrame& frame,
                        StudyContext& context) {
  int ratios = 0;
  for (const Arm& arm : trial.arms) ratios += arm.ratio;
  static const TomlValue absent;
  const TomlEntry* entry = reader.entry("randomisation");
  const TableReader table(entry ? entry->value : absent, randomisation_section, context.problems);
  Randomisation& randomisation = trial.randomisation;
  const std::optional<int> method = table.choice("method");
  if (!method) return;
  randomisation.method = static_cast<Randomisation::Method>(*method);
  const auto useful = keys_of(randomisation.method);
  for (const KeySpec& key : randomisation_keys) {
    if (key.name == "method" || index_of(useful, key.name)) continue;
    refuse_without_effect(table, key.name, fmt::format("the method is {}", name_of(randomisation.method)));
  }
  if (index_of(useful, "stratify")) read_strata(table, randomisation, frame);
  if (index_of(useful, "block")) read_block(table, randomisation, ratios);
  randomisation.probability = table.number("probability").value_or(randomisation.probability);
  if (index_of(useful, "probability") && !trial.arms.empty()) check_probability(table, trial);
  randomisation.urn_start = static_cast<int>(table.integer("urn_start").value_or(randomisation.urn_start));
  randomisation.urn_add = static_cast<int>(table.integer("urn_add").value_or(randomisation.urn_add));
}

}  // namespace vcohort
