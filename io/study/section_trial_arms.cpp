#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/ratios.hpp"
#include "engine/study/size.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Method = Randomisation::Method;

constexpr double largest_ratio = 1000;
constexpr double largest_block = 10'000;

Use crossover_use(const KeySpec& key, const Arm& arm, const Scope& scope) {
  if (scope.trial->model) return Use::none("a data model says what is seen at each visit");
  if (key.name == "crossover_to") return {};
  return arm.crossover_to ? Use::required("\"crossover_to\" is given") : Use::none("\"crossover_to\" is missing");
}

/// The keys that say something under a method, beside "method".
Use method_use(const KeySpec& key, const Randomisation& randomisation, const Scope& scope) {
  const Method method = randomisation.method;
  const bool strata = key.name == "stratify" || key.name == "age_cuts";
  const bool useful =
      (strata && (method == Method::permuted_block || method == Method::minimisation)) ||
      (key.name == "block" && method == Method::permuted_block) ||
      (key.name == "probability" && (method == Method::minimisation || method == Method::biased_coin)) ||
      (key.name.starts_with("urn") && method == Method::urn);
  if (!useful) return Use::none(fmt::format("the method is {}", name_of(method)));
  if (key.name == "stratify" && scope.trial->factors().empty()) return Use::none("the data model has no covariates");
  if (key.name != "age_cuts") return {};
  if (scope.trial->model) return Use::none("the covariate of the data model has its cuts");
  return index_of(randomisation.stratify, "age_years") ? Use::required("\"stratify\" has age_years")
                                                       : Use::none("\"stratify\" has no age_years");
}

void check_factors(const KeyAt& at, const Randomisation& randomisation) {
  const std::vector<std::string_view> factors = at.scope.trial->factors();
  double strata = 1;
  for (std::size_t index = 0; index < randomisation.stratify.size(); ++index) {
    const std::string& name = randomisation.stratify[index];
    if (!index_of(factors, name)) refuse_factor(at, at.item_place(index), name);
    if (const DataCovariate* covariate = at.scope.trial->covariate_called(name)) strata *= covariate->factor_levels();
  }
  constexpr double most_strata = 10'000;
  if (strata > most_strata && randomisation.method == Method::permuted_block)
    at.refuse("the factors make too many strata", fmt::format("{} combinations of their levels", strata),
              "use minimisation, or fewer factors");
}

void check_block(const KeyAt& at, const Randomisation& randomisation) {
  const int ratios = sum_of_ratios(trial_of(at.scope));
  if (ratios == 0 || randomisation.block % ratios == 0) return;
  at.refuse(fmt::format("a block of {} cannot hold the ratio of the arms", randomisation.block),
            fmt::format("it must be a multiple of the sum of the ratios, {}", ratios),
            fmt::format("write block = {}", default_block(trial_of(at.scope))));
}

/// An arm that is behind must be more probable than its share, or the ratio is not reached; with equal shares the share
/// itself is simple randomisation.
void check_probability(const TableReader& table, const TrialQuestion& trial) {
  int largest = 0, smallest = trial.arms.front().ratio;
  for (const Arm& arm : trial.arms) {
    largest = std::max(largest, arm.ratio);
    smallest = std::min(smallest, arm.ratio);
  }
  const int ratios = sum_of_ratios(trial.arms);
  const double probability = trial.randomisation.probability, share = static_cast<double>(largest) / ratios;
  if (largest == smallest ? probability >= share : probability > share) return;
  table.refuse(
      "probability", fmt::format("\"probability\" = {} cannot hold the ratio of the arms", number_text(probability)),
      fmt::format("an arm has a share of {} / {}, and must be more probable when it is behind", largest, ratios),
      "give more, or choose another method");
}

void finish_randomisation(const TableReader& reader, Randomisation& randomisation, const Scope& scope) {
  const TrialQuestion& trial = trial_of(scope);
  const bool tosses = randomisation.method == Method::minimisation || randomisation.method == Method::biased_coin;
  if (!reader.has("block")) randomisation.block = default_block(trial);
  if (tosses && !trial.arms.empty()) check_probability(reader, trial);
}

constexpr std::array<KeySpec, 4> arm_keys = {{
    field<&Arm::name>("strategy", {.form = "name of a strategy", .required = true},
                      "What the arm receives: a strategy of the study, or an arm of [data_model].",
                      "\"rehabilitation\""),
    field<&Arm::ratio>("ratio", {.range = {1, largest_ratio}}, "Allocation ratio.", "2"),
    field<&Arm::crossover_to>(
        "crossover_to", {.form = "name of a strategy", .use = rule<crossover_use>},
        "The strategy, usually of another arm, that the patients receive later on: crossover, or delayed start; to or "
        "from one without cells.",
        "\"four IV infusions\""),
    field<&Arm::crossover_months>("crossover_months",
                                  {.unit = "months", .range = above(0, longest_months), .use = rule<crossover_use>},
                                  "When they do; required with `crossover_to`.", "12"),
}};

constexpr std::array<KeySpec, 7> randomisation_keys = {{
    field<&Randomisation::method>(
        "method", {.decides = true},
        "`simple`: independent draws; `permuted-block`: blocks in random order; `minimisation`: Pocock and Simon over "
        "the factors of `stratify`; `biased-coin`: Efron's coin for the arm that is behind; `urn`: Wei's urn.",
        "\"minimisation\""),
    field<&Randomisation::block>(
        "block",
        {.unit = "patients",
         .range = {2, largest_block},
         .no_default = true,
         .use = rule<method_use>,
         .check = checked<check_block>},
        "Permuted blocks: their size, a multiple of the sum of the ratios; without it twice that sum.", "4"),
    field<&Randomisation::probability>("probability", {.range = {0, 1}, .use = rule<method_use>},
                                       "Minimisation and biased coin: the probability of the arm that balances best; "
                                       "more than the largest share of an arm.",
                                       "0.8"),
    field<&Randomisation::urn_start>("urn_start", {.range = {1, largest_block}, .use = rule<method_use>},
                                     "Urn: balls at the start of each place; an arm has as many places as its ratio.",
                                     "1"),
    field<&Randomisation::urn_add>("urn_add", {.range = {0, largest_block}, .use = rule<method_use>},
                                   "Urn: balls added after every patient to each place but the one that was drawn.",
                                   "1"),
    field<&Randomisation::stratify>(
        "stratify",
        {.form = "list of factors",
         .choices = factor_names,
         .open = true,
         .distinct = true,
         .use = rule<method_use>,
         .check = checked<check_factors>},
        "Permuted blocks: factors whose levels, in combination, have blocks of their own. Minimisation: the factors "
        "that are balanced; without them only the arms are. Of a data model, its covariates with levels or cuts.",
        "[\"gmfcs\"]"),
    field<&Randomisation::age_cuts>(
        "age_cuts", {.unit = "years", .range = above(0, 100), .ascending = true, .use = rule<method_use>},
        "Where the age groups begin, ascending; required where `stratify` has `age_years`.", "[3, 6]"),
}};

/// What an arm receives must exist, and only once.
void check_arm(const TableReader& table, Arm& arm, const Scope& scope) {
  const TrialFrame& frame = *scope.trial;
  if (arm.name.empty()) return;
  const std::optional<int> strategy = index_of(frame.arm_names, arm.name);
  arm.strategy = strategy.value_or(0);
  if (!strategy && !frame.arm_names.empty()) {
    table.refuse("strategy",
                 frame.model ? "there is no arm " + quoted(arm.name) : "there is no strategy " + quoted(arm.name),
                 frame.model ? "in [data_model]" : "an arm receives one", did_you_mean(arm.name, frame.arm_names));
  }
  if (const Strategy* given = frame.model ? nullptr : frame.strategy_called(arm.name); given && given->choice)
    table.refuse("strategy", quoted(arm.name) + " chooses between two strategies",
                 "trials are simulated for arms that give one regimen", "compare the two, or ask a [cohort]");
  const std::vector<Arm>& arms = trial_of(scope).arms;
  if (std::count_if(arms.begin(), arms.end(), [&](const Arm& other) { return other.name == arm.name; }) > 1)
    table.refuse("strategy", "two arms are called " + quoted(arm.name), "they would not differ", "remove one");
}

/// What the model of late infusions cannot do.
void check_late_cells(const TableReader& table, const Arm& arm, const TrialFrame& frame) {
  if (!frame.starts_late(arm)) return;
  if (frame.strategy_called(arm.name)->cells) {
    table.refuse("crossover_to", "an arm with cells cannot cross over to other cells",
                 "the model does not add up the exposures of two strategies", "cross over to or from rehabilitation");
  }
  if (frame.strategy_called(*arm.crossover_to)->regimen.tolerance != Regimen::Tolerance::ignore) {
    table.refuse("crossover_to", "a regimen that depends on adverse events cannot start late",
                 quoted(*arm.crossover_to) + " stops or halves", "let it ignore them");
  }
}

void check_crossover(const TableReader& table, const Arm& arm, const TrialFrame& frame) {
  if (!arm.crossover_to) return;
  std::vector<std::string_view> others;
  for (const std::string_view name : frame.arm_names) {
    if (name != arm.name) others.push_back(name);
  }
  const std::string& target = *arm.crossover_to;
  if (target == arm.name) {
    table.refuse("crossover_to", "an arm cannot cross over to itself", quoted(target), "name another strategy");
  } else if (!index_of(others, target)) {
    table.refuse("crossover_to", "there is no strategy " + quoted(target), "patients cross over to one",
                 did_you_mean(target, others));
  } else if (frame.strategy_called(target)->choice) {
    table.refuse("crossover_to", quoted(target) + " chooses between two strategies",
                 "trials are simulated for arms that give one regimen", "name one of the two");
  } else {
    check_late_cells(table, arm, frame);
  }
  if (!frame.visits_months.empty() && arm.crossover_months >= frame.visits_months.back()) {
    table.refuse("crossover_months",
                 fmt::format("a crossover at {} months is never seen", number_text(arm.crossover_months)),
                 fmt::format("the last visit is at {} months", number_text(frame.visits_months.back())), "");
  }
  if (const Strategy* own = frame.strategy_called(arm.name);
      own && own->cells && !regimen_before(own->regimen, arm.crossover_months))
    table.refuse("crossover_months", quoted(arm.name) + " would cross over within a course after the first",
                 "the infusions before it are no whole courses", "move it to the end of a course");
}

}  // namespace

const SectionSpec arm_section = section<Arm, check_arm>("arms", "trial.arms", "One table for each arm.", arm_keys);

const SectionSpec randomisation_section = section<Randomisation, finish_randomisation>(
    "randomisation", "trial.randomisation",
    "How patients are allocated to the arms. A key that the method has no use for is refused.", randomisation_keys);

void read_arms(const KeyAt& at, TrialQuestion& trial) {
  const std::size_t before = at.problems().size();
  const bool list = read_list(at, trial.arms, arm_section);
  if (list && trial.arms.empty()) at.refuse("the trial has no arms", "somebody is treated", "add one, or two");
  if (trial.arms.size() == 1 && trial.arms.front().ratio != 1)
    TableReader(at.value().items.front(), arm_section, at.problems())
        .refuse("ratio", "a ratio of one arm says nothing", "the trial has no other", "remove it");
  for (std::size_t k = 0; k < trial.arms.size() && at.problems().size() == before; ++k)
    check_crossover(TableReader(at.value().items[k], arm_section, at.problems()), trial.arms[k], *at.scope.trial);
  if (at.problems().size() != before) trial.arms.clear();
}

int default_block(const TrialQuestion& trial) {
  const bool steps = trial.design && trial.design->kind == UnitDesign::Kind::stepped_wedge;
  const int default_multiple = steps ? 1 : 2;
  return default_multiple * sum_of_ratios(trial);
}

}  // namespace vcohort
