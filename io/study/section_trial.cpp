#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/study/endpoints.hpp"
#include "engine/study/ratios.hpp"
#include "engine/study/trial_names.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

constexpr double most_patients = 1e6;
constexpr double most_values = 1e7;  // of one trial: some 900 MiB in every thread
constexpr double largest_inflation = 10;
constexpr double largest_window_days = 366;

Use simulation(const KeySpec&, const TrialQuestion&, const Scope& scope) {
  return scope.trial->simulated ? Use{} : Use::none();
}

Use simulation_needs(const KeySpec&, const TrialQuestion&, const Scope& scope) {
  return scope.trial->simulated ? Use::required("the trial is simulated") : Use::none();
}

/// Arms that were refused are none.
Use between_arms(const KeySpec& key, const TrialQuestion& trial, const Scope& scope) {
  if (!scope.trial->simulated) return Use::none();
  if (trial.arms.size() != 1) return {};
  return Use::none(key.name == "reference" ? "the trial has one arm, which is compared with a fixed value"
                                           : "the trial has one arm, and nobody is randomised");
}

/// Under a data model there is nothing that the key could change.
Use disease_model(const KeySpec& key, const TrialQuestion& trial, const Scope& scope) {
  if (!scope.trial->simulated) return Use::none();
  if (key.name == "open_label_inflation" && trial.arms.size() == 1)
    return Use::none("it multiplies a difference from the reference, and the trial has one arm");
  if (!scope.trial->model) return {};
  return Use::none(key.name == "visit_window_days" ? "a data model is drawn at its visits"
                                                   : "a data model says what is observed");
}

Use rehabilitation_use(const KeySpec&, const TrialQuestion&, const Scope& scope) {
  if (!scope.trial->simulated) return Use::none();
  return scope.trial->model ? Use::none("a data model says what is observed") : Use{};
}

Use alpha_use(const KeySpec&, const TrialQuestion& trial, const Scope&) {
  return trial.sides == 1 ? Use::required("0.05 on one side is nobody's intention") : Use{};
}

void check_alpha(const KeyAt& at, const TrialQuestion& trial) {
  constexpr double of_one_side = 0.5;
  if (trial.sides == 1 && trial.alpha >= of_one_side)
    at.refuse("a one-sided level of 0.5 or more is no test", "an effect of nothing would be enough",
              "use for instance 0.025");
}

void read_reference(const KeyAt& at, TrialQuestion& trial) {
  const std::optional<std::string> reference = at.table.text(at.key.name);
  if (!reference || trial.arms.empty()) return;
  std::vector<std::string_view> names;
  for (const Arm& arm : trial.arms) names.push_back(arm.name);
  const std::optional<int> index = index_of(names, *reference);
  if (!index) {
    at.refuse("there is no arm " + quoted(*reference), "contrasts are taken against it",
              did_you_mean(*reference, names));
  }
  trial.reference = index.value_or(0);
}

std::string write_reference(const TrialQuestion& trial, const Scope&) {
  return toml_text(trial.arms.at(static_cast<std::size_t>(trial.reference)).name);
}

void read_decimals(const KeyAt& at, TrialQuestion& trial) {
  std::vector<std::string_view> scores;
  for (const std::string& endpoint : at.scope.trial->endpoints)
    if (const Endpoint* found = find_endpoint(endpoint); found && found->kind == OutcomeKind::score)
      scores.push_back(endpoint);
  const auto decimals = read_per_name(at, scores, "score", -1);
  for (std::size_t k = 0; decimals && k < scores.size(); ++k) {
    const double number = (*decimals)[k];
    if (number != std::floor(number))
      at.refuse(fmt::format("\"decimals\" of {} is impossible", quoted(scores[k])), "it must be a whole number", "");
    else if (number >= 0)
      trial.decimals[std::string(scores[k])] = static_cast<int>(number);
  }
}

std::string write_decimals(const TrialQuestion& trial, const Scope&) {
  std::vector<std::string> items;
  for (const auto& [endpoint, decimals] : trial.decimals) items.push_back(fmt::format("{} = {}", endpoint, decimals));
  return items.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(items, ", "));
}

void read_wished(const KeyAt& at, TrialQuestion& trial) {
  const TomlValue& table = at.value();
  const auto points =
      table.is_table() && table.entries.size() == 1 ? finite_number(table.entries.front().value) : std::nullopt;
  if (!points || *points == 0)
    return at.refuse("\"effect\" must name one endpoint and a difference that is not 0", "",
                     "write effect = { gmfm66 = 3 }");
  trial.wished_effect = WishedEffect{table.entries.front().key, *points};
}

std::string write_wished(const TrialQuestion& trial, const Scope&) {
  if (!trial.wished_effect) return {};
  return fmt::format("{{ {} = {} }}", trial.wished_effect->endpoint, number_text(trial.wished_effect->points));
}

void check_wished(const KeyAt& at, const TrialQuestion& trial) {
  if (!trial.wished_effect || trial.analyses.empty()) return;
  const AnalysisPlan& primary = trial.analyses.front();
  const Endpoint* endpoint = find_endpoint(primary.endpoint);
  const auto refuse = [&](std::string_view why, std::string_view what_to_do) {
    at.refuse("no effect can be wished for here", why, what_to_do);
  };
  if (trial.wished_effect->endpoint != primary.endpoint)
    refuse(fmt::format("the endpoint of the primary analysis is {}", quoted(primary.endpoint)), "name that one");
  else if (!endpoint || endpoint->kind != OutcomeKind::score || primary.responder_threshold > 0)
    refuse("the primary analysis compares no means of a score", "override effect.emax instead");
  else if (trial.arms.size() != 2)
    refuse(fmt::format("the trial has {} arms, and one factor for all of their efficacies", trial.arms.size()),
           "override effect.emax instead");
  else if (at.scope.study->uncertain_parameters)
    refuse("parameters are uncertain, and each draw has a true difference of its own", "write parameters = \"fixed\"");
}

void check_sizes(const KeyAt& at, const TrialQuestion& trial) {
  const std::vector<std::int64_t>& sizes = trial.sample_size;
  for (std::size_t index = 1; index < sizes.size(); ++index) {
    if (sizes[index - 1] < sizes[index]) continue;
    at.problems().add(at.item_place(index),
                      fmt::format("sample sizes do not ascend: {} after {}", sizes[index], sizes[index - 1]),
                      "each is above the one before", "sort them and remove duplicates");
    return;
  }
}

void check_accrual(const KeyAt& at, const TrialQuestion& trial) {
  if (trial.accrual.pieces.empty())
    at.problems().add(at.entry().place, "the accrual has no rate", "\"per_month\", \"ramp\" or \"pieces\" is missing",
                      "write per_month = 5");
}

/// Visits must stay in order, and after baseline.
void check_window(const KeyAt& at, const TrialQuestion& trial) {
  double before = 0;
  for (const double months : at.scope.trial->visits_months) {
    const double gap = (months - before) * days_per_month;
    const double room = before == 0 ? gap : gap / 2;
    if (trial.visit_window_days >= room) {
      at.refuse(fmt::format("\"visit_window_days\" = {} mixes up visits", number_text(trial.visit_window_days)),
                fmt::format("the visits at {} and {} months would meet", number_text(before), number_text(months)),
                fmt::format("write less than {}", rounded_text(room)));
      return;
    }
    before = months;
  }
}

constexpr std::array<KeySpec, 23> keys = {{
    table_by<read_arms, &TrialQuestion::arms>(
        "arms", arm_section, {.form = "list of arms", .use = rule<simulation_needs>},
        "What the patients are randomised to, or a single arm that is compared with a fixed value. Required but for a "
        "data "
        "file.",
        "[{ strategy = \"rehabilitation\", ratio = 1 }, { strategy = \"four IV infusions\", ratio = 1 }]"),
    table<&TrialQuestion::design>("design", design_section, {.use = rule<simulation>, .check = checked<check_design>},
                                  "What is randomised where it is not each patient to one arm: crossover, clusters, "
                                  "stepped wedge.",
                                  "{ kind = \"cluster\", cluster_size = 20 }"),
    custom<read_reference, write_reference>("reference", KeyType::text,
                                            {.form = "name of an arm", .use = rule<between_arms>},
                                            "The arm that contrasts are taken against; without it the first that "
                                            "receives nothing, or else no cells, or else the first.",
                                            "\"rehabilitation\""),
    field<&TrialQuestion::sample_size>(
        "sample_size",
        {.unit = "patients",
         .form = "integer or list of integers",
         .range = {2, most_patients},
         .use = rule<simulation_needs>,
         .check = checked<check_sizes>},
        "Total randomised, ascending; the smaller trial takes the first patients of the larger one. With clusters the "
        "number of these (`trial.design`). Required but for a data file.",
        "[40, 80, 160]"),
    field<&TrialQuestion::replicates>(
        "replicates", {.range = {1, static_cast<double>(most_replicates)}, .use = rule<simulation_needs>},
        "Simulated trials; with `power_mcse` at most so many. Required but for a data file.", "100_000"),
    field<&TrialQuestion::power_mcse>(
        "power_mcse", {.range = above(0, 0.5), .use = rule<simulation>},
        "Stop when the Monte Carlo standard error of the power is below this at every sample size.", "0.001"),
    table<&TrialQuestion::randomisation>(
        "randomisation", randomisation_section, {.use = rule<between_arms>},
        "How patients are allocated to the arms; without it by permuted blocks of twice the sum of the ratios.",
        "{ method = \"permuted-block\", block = 4, stratify = [\"gmfcs\"] }"),
    table<&TrialQuestion::accrual>("accrual", accrual_section,
                                   {.quiet = true, .use = rule<simulation>, .check = checked<check_accrual>},
                                   "When patients are randomised; without it all at once.", "{ per_month = 5 }"),
    table<&TrialQuestion::dropout>("dropout", dropout_section, {.use = rule<simulation>},
                                   "Who is lost, and when; without it nobody is.",
                                   "{ months = [6, 12, 24], share = [0.03, 0.06, 0.15], mechanism = \"mcar\" }"),
    table_by<read_intercurrent, &TrialQuestion::intercurrent>(
        "intercurrent", intercurrent_section, {.form = "list of events", .use = rule<simulation>},
        "Events after randomisation that change what the outcome means, each with its estimand strategy.",
        "[{ event = \"discontinuation\", share = 0.1, strategy = \"treatment-policy\" }]"),
    field<&TrialQuestion::visit_window_days>(
        "visit_window_days",
        {.unit = "days", .range = {0, largest_window_days}, .use = rule<disease_model>, .check = checked<check_window>},
        "Visits fall uniformly within so many days before or after their schedule.", "14"),
    custom<read_decimals, write_decimals>(
        "decimals", KeyType::other, {.form = "table of endpoints", .range = {0, 9}, .use = rule<disease_model>},
        "To how many decimals an assessor records a score, by endpoint, so that equal values occur as in practice; the "
        "others are recorded as they are drawn.",
        "{ gmfm66 = 1 }"),
    field<&TrialQuestion::open_label_inflation>(
        "open_label_inflation", {.range = {0, largest_inflation}, .use = rule<disease_model>},
        "Assessors who know the arm: what they see of the effect of cells is multiplied by 1 + this; within the scale "
        "of a score, on the latent scale of ordered categories; yes or no is not inflated.",
        "0.2"),
    field<&TrialQuestion::save_replicates>(
        "save_replicates", {.use = rule<simulation>},
        "Whether one row per replicate and analysis is stored; without it, where there are fewer than ten million.",
        "true"),
    table<&TrialQuestion::final>("final", final_section, {.use = rule<simulation>, .check = checked<check_final>},
                                 "When the trial is analysed; without it when everybody's follow-up has ended.",
                                 "{ events = 220 }"),
    table<&TrialQuestion::looks>("looks", looks_section, {.block = true, .check = checked<check_looks>},
                                 "Interim analyses, the last one included.",
                                 "{ information = [0.5, 1], efficacy = { boundary = \"obrien-fleming\" } }"),
    field<&TrialQuestion::alpha>(
        "alpha", {.range = between(1e-12, 1), .use = rule<alpha_use>, .check = checked<check_alpha>},
        "Significance level; with two sides, of both together. Required with one side.", "0.025"),
    field<&TrialQuestion::sides>("sides", {.range = {1, 2}}, "Of the test.", "2"),
    custom_block<read_primary, write_primary>(
        "primary", KeyType::table, {.form = "analysis", .required = true, .table = &analysis_section},
        "The primary analysis.",
        "{ endpoint = \"gmfm66\", visit_months = 12, analysis = \"ancova\", adjust = [\"baseline\"] }"),
    custom_block<read_secondary, write_secondary>(
        "secondary", KeyType::other, {.form = "list of analyses", .table = &analysis_section},
        "Further analyses of the same trials, each with a name.",
        "[{ name = \"unadjusted\", endpoint = \"gmfm66\", visit_months = 12, analysis = \"t\" }]"),
    custom<read_wished, write_wished>(
        "effect", KeyType::other,
        {.form = "table of one endpoint", .use = rule<disease_model>, .check = checked<check_wished>},
        "The true difference of the primary analysis that is wished for, arm against reference, in points of its "
        "endpoint: the efficacy of cells (`effect.emax`) is scaled to it in this trial, and the scale reported. "
        "Without "
        "it the evidence's own.",
        "{ gmfm66 = 3 }"),
    rehabilitation_key<&TrialQuestion::rehabilitation>(
        {.use = rule<rehabilitation_use>},
        "Active therapy of all arms, in place of that of the population, beside what a strategy gives."),
    table<&TrialQuestion::multiplicity>(
        "multiplicity", multiplicity_section,
        {.block = true, .use = rule<simulation>, .check = checked<check_multiplicity>},
        "Which analyses make claims together, so that the family of them keeps the level.",
        "{ primaries = [\"primary\", \"walking\"], sequence = [\"quality of life\"] }"),
}};

/// All patients of a trial are in memory at once.
void check_memory(const TableReader& reader, const TrialQuestion& trial, const TrialFrame& frame) {
  const auto endpoints = frame.endpoints.size(), visits = std::max<std::size_t>(1, frame.visits_months.size());
  for (std::size_t index = 0; index < trial.sample_size.size(); ++index) {
    const auto patients = static_cast<double>(trial.sample_size[index]);
    if (patients * static_cast<double>(endpoints * visits) <= most_values) continue;
    reader.problems().add(item_place(reader, "sample_size", index),
                          fmt::format("a trial of {} patients does not fit", trial.sample_size[index]),
                          fmt::format("each has outcomes of {} endpoints at {} visits, and more than {} in all are not "
                                      "held in memory",
                                      endpoints, visits, number_text(most_values)),
                          "ask for fewer patients, endpoints or visits");
    return;
  }
}

/// Durations are added up, with their squares, over all replicates.
void check_accrual(const TableReader& reader, const TrialQuestion& trial) {
  constexpr double most_months = 1e6;
  if (trial.accrual.pieces.empty() || trial.sample_size.empty()) return;
  const Accrual::Piece& last = trial.accrual.pieces.back();
  const auto patients = *std::max_element(trial.sample_size.begin(), trial.sample_size.end());
  const double months = static_cast<double>(patients) / last.per_month;
  if (!(last.per_month > 0) || months <= most_months) return;
  reader.problems().add(
      reader.place("accrual"),
      fmt::format("{} {} do not come within {} months", patients, units_of(trial), number_text(most_months)),
      fmt::format("at the last rate, {} a month, they take {:.3g}", number_text(last.per_month), months),
      "write a rate per month that is higher");
}

/// Parameters of the largest model: a mean per arm, a coefficient per covariate, a variance and one degree of freedom.
void check_whole(const TableReader& reader, const TrialQuestion& trial, StudyContext& context) {
  if (trial.arms.empty() || !std::is_sorted(trial.sample_size.begin(), trial.sample_size.end())) return;
  const std::int64_t arms = static_cast<std::int64_t>(trial.arms.size());
  for (const AnalysisPlan& plan : trial.analyses) {
    const std::int64_t covariates = static_cast<std::int64_t>(plan.adjust.size() + plan.adjust_by_visit.size());
    const std::int64_t least = arms + covariates + 2;
    if (trial.sample_size.empty() || trial.sample_size.front() >= least) continue;
    context.problems.add(item_place(reader, "sample_size", 0),
                         fmt::format("a trial of {} {} cannot be analysed", trial.sample_size.front(), units_of(trial)),
                         fmt::format("the {} analysis has {} arms and {} covariates and needs at least {}", plan.name,
                                     arms, covariates, least),
                         "");
    return;
  }
  if (const DataModel* model = context.study.data_model ? &*context.study.data_model : nullptr;
      model && model->cluster_autocorrelation != 1)
    context.notice(reader.place(),
                   "the stepped-wedge analysis takes patients of two periods to be as alike as those of one, which the "
                   "data model does not: its level does not hold (docs/validation.md)");
  const std::int64_t ratios = sum_of_ratios(trial);
  if (trial.arms.size() == 1) return;
  const bool blocks = trial.randomisation.method == Randomisation::Method::permuted_block;
  const std::int64_t block = blocks ? trial.randomisation.block : ratios;
  for (std::size_t index = 0; index < trial.sample_size.size() && block > 0; ++index) {
    const std::int64_t size = trial.sample_size[index];
    const Place place = item_place(reader, "sample_size", index);
    if (size % ratios != 0) {
      context.notice(place, fmt::format("{} {} cannot be divided in the ratio of the arms: it is no multiple of {}",
                                        size, units_of(trial), ratios));
    } else if (size % block != 0) {
      context.notice(place, fmt::format("the last block of {} {} stays incomplete: {} is no multiple of {}", block,
                                        units_of(trial), size, block));
    }
  }
}

/// The first arm that receives nothing, or else no cells, or else the first.
int default_reference(const TrialQuestion& trial, const TrialFrame& frame) {
  if (!frame.strategies || frame.strategies->empty()) return 0;
  const auto strategy_of = [&](const Arm& arm) -> const Strategy& {
    return frame.strategies->at(static_cast<std::size_t>(arm.strategy));
  };
  const auto first = [&](const auto& wanted) {
    return std::find_if(trial.arms.begin(), trial.arms.end(), [&](const Arm& arm) { return wanted(strategy_of(arm)); });
  };
  auto found = first([](const Strategy& strategy) {
    return !strategy.cells && strategy.rehabilitation.empty() && !strategy.procedure;
  });
  if (found == trial.arms.end()) found = first([](const Strategy& strategy) { return !strategy.cells; });
  return found == trial.arms.end() ? 0 : static_cast<int>(found - trial.arms.begin());
}

/// Names the analyses whose outcome has nothing to add to: points are added to scores, open-label inflation also
/// reaches ordered categories, on their latent scale.
void say_what_is_not_modified(const TableReader& reader, const TrialQuestion& trial, const Scope& scope) {
  const bool rescued = std::any_of(trial.intercurrent.begin(), trial.intercurrent.end(),
                                   [](const IntercurrentEvent& event) { return event.effect != 0; });
  std::vector<std::string> said;
  for (const AnalysisPlan& plan : trial.analyses) {
    const DataModel* model = scope.trial->model;
    const Endpoint* endpoint = model ? nullptr : find_endpoint(plan.endpoint);
    if ((!model && !endpoint) || std::find(said.begin(), said.end(), plan.endpoint) != said.end()) continue;
    said.push_back(plan.endpoint);
    const DataModel* of_model = scope.trial->endpoint_of(plan);
    if (model && !of_model) continue;
    const OutcomeKind kind = model ? of_model->kind : endpoint->kind;
    const auto passes_by = [&](std::string_view key, std::string_view what) {
      scope.context->notice(reader.place(key), fmt::format("{} leaves {} as it is: it is {}, to which nothing is added",
                                                           what, quoted(plan.endpoint), name_of(kind)));
    };
    if (trial.open_label_inflation > 0 && kind == OutcomeKind::binary)
      passes_by("open_label_inflation", "open_label_inflation");
    if (trial.visit_window_days > 0 && kind != OutcomeKind::score) passes_by("visit_window_days", "visit_window_days");
    if (rescued && kind != OutcomeKind::score) passes_by("intercurrent", "the effect of a rescue");
  }
}

void finish(const TableReader& reader, TrialQuestion& trial, const Scope& scope) {
  if (!scope.trial->simulated) return;
  if (!reader.has("reference")) trial.reference = default_reference(trial, *scope.trial);
  if (!reader.has("randomisation")) trial.randomisation.block = default_block(trial);
  check_memory(reader, trial, *scope.trial);
  check_accrual(reader, trial);
  check_correlation_of_units(reader, trial, scope.trial->model);
  check_whole(reader, trial, *scope.context);
  say_what_is_not_modified(reader, trial, scope);
}

}  // namespace

const SectionSpec trial_section = section<TrialQuestion, finish>(
    "trial", "[trial]",
    "Asks question 2: the operating characteristics of a randomised trial. With [data] it also says how a data file is "
    "analysed; then `primary`, `secondary`, `alpha` and `sides` are all that it needs.",
    keys);

bool asks_for_simulation(const TomlValue& table) {
  TrialFrame only_data;
  only_data.simulated = false;
  const TrialQuestion none;
  return table.is_table() && std::any_of(keys.begin(), keys.end(), [&](const KeySpec& key) {
           return table.find(key.name) && key.use && key.use(key, &none, {.trial = &only_data}).kind == Use::Kind::none;
         });
}

void read_trial(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, trial_section, context.problems);
  if (!table.is_table()) return;
  const bool simulated = !context.study.data || context.study.data_model || asks_for_simulation(table);
  const TrialFrame frame = trial_frame(context.study, simulated);
  fill(reader, context.study.trial.emplace(), {&context.study, &frame, &context});
}

void write_trial(const Study& study, std::string& text) {
  const TrialFrame frame = trial_frame(study, !study.trial->arms.empty());
  write_table(trial_section, &*study.trial, {&study, &frame}, "[trial]", "trial", text);
}

}  // namespace vcohort
