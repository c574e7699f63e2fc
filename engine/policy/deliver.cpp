#include "engine/policy/deliver.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <set>
#include <span>

#include "engine/numeric/columns.hpp"
#include "engine/policy/decision/decide.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/study/reported_strata.hpp"

namespace vcohort {

namespace {

template <class Index>
struct MatrixCell {
  Index row, column;
};

/// The cells of a matrix, row by row.
template <class Index>
std::vector<MatrixCell<Index>> cells_of(Index rows, Index columns) {
  std::vector<MatrixCell<Index>> cells;
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < columns; ++column) cells.push_back({row, column});
  return cells;
}

const std::string& name_at(const Psa& psa, Eigen::Index strategy) {
  return psa.strategies[static_cast<std::size_t>(strategy)];
}

/// Puts the stance before the other columns.
Table with_scenario(Table table, const std::string& scenario) {
  const std::size_t rows = table.rows();
  table.columns.insert(table.columns.begin(),
                       {"scenario", "", "stance of the evidence", std::vector<std::string>(rows, scenario)});
  return table;
}

}  // namespace

double children_of(const PolicyQuestion& question) {
  return static_cast<double>(question.parameter_draws) * static_cast<double>(question.patients_per_draw);
}

std::string money_per_effect(const PolicyQuestion& question) {
  return question.currency + " per " + units_of(question.effect);
}

Table deliver_draws(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const Psa& psa = draws.psa;
  Table table{"/policy/draws",
              "Mean cost and effect per child under each draw of the parameters, noise of its patients included: a "
              "table for `vcohort decide`",
              {}};
  const auto cells = cells_of(psa.draws(), psa.cost.cols());
  const Columns column(table, cells);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("draw", "1", "number of the parameter draw; its replicate in every address", &MatrixCell<Eigen::Index>::row);
  column("strategy", "", "what the children receive", [&](const auto& at) { return name_at(psa, at.column); });
  column("cost", question.currency, "discounted cost over the horizon",
         [&](const auto& at) { return psa.cost(at.row, at.column); });
  column("effect", units_of(question.effect), "discounted QALYs over the horizon, or the effect at its visit",
         [&](const auto& at) { return psa.effect(at.row, at.column); });
  return table;
}

Table deliver_parameter_draws(const Policy& policy, const PolicyDraws& draws, const std::vector<std::string>& names) {
  Table table{"/policy/parameter_draws",
              "Values of the parameters whose value of information is asked for: one row per draw, one column per "
              "parameter",
              {}};
  const auto numbers = std::views::iota(Eigen::Index{0}, draws.psa.draws());
  std::vector<ParameterValues> values;
  for (const Eigen::Index draw : numbers) values.push_back(policy.draw(static_cast<std::uint32_t>(draw)));
  const Columns column(table, numbers);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("draw", "1", "number of the parameter draw", [](Eigen::Index draw) { return draw; });
  for (const std::string& name : names)
    column(name, "", "value of the parameter; missing where the evidence has none", [&](Eigen::Index draw) {
      const ParameterValues& of_draw = values[static_cast<std::size_t>(draw)];
      return of_draw.has(name) ? of_draw.at(name) : std::nan("");
    });
  return table;
}

Table deliver_patient_noise(const Policy& policy, const PolicyDraws& draws) {
  const Eigen::MatrixXd& noise = draws.psa.patient_noise;
  Table table{
      "/policy/patient_noise", "Covariance of a draw's mean costs and effects that stems from its patients alone", {}};
  const auto cells = cells_of(noise.rows(), noise.cols());
  const Columns column(table, cells);
  const Eigen::Index strategies = draws.psa.cost.cols();
  const auto quantity = [&](Eigen::Index k) { return k < strategies ? "cost" : "effect"; };
  const auto strategy = [&](Eigen::Index k) { return name_at(draws.psa, k % strategies); };
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("quantity", "", "cost or effect", [&](const auto& at) { return quantity(at.row); });
  column("strategy", "", "of this strategy", [&](const auto& at) { return strategy(at.row); });
  column("with_quantity", "", "cost or effect", [&](const auto& at) { return quantity(at.column); });
  column("with_strategy", "", "of this strategy", [&](const auto& at) { return strategy(at.column); });
  column("covariance", "product of the units", "pooled over draws",
         [&](const auto& at) { return noise(at.row, at.column); });
  return table;
}

Table deliver_summary(const Policy& policy, const Tally& tally, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const PolicyLayout& layout = policy.layout();
  const Psa& psa = draws.psa;
  Table table{"/policy/summary",
              "Mean cost and effect of every strategy, with the noise of patients apart from what is not known "
              "about the parameters",
              {}};
  const auto strategies = std::views::iota(Eigen::Index{0}, psa.cost.cols());
  const Columns column(table, strategies);
  const auto columns_of = [&](const std::string& quantity, const std::string& units, const Eigen::MatrixXd& values,
                              const Eigen::MatrixXd& known, Eigen::Index first_noise, const Eigen::VectorXd& sd,
                              const auto& undiscounted) {
    const StrategyMeans means = means_over_draws(values);
    const StrategyMeans increments = means_over_draws(increments_over(psa.reference, values));
    const StrategyIntervals intervals = intervals_over_draws(known);
    const StrategyIntervals increment_intervals = intervals_over_draws(increments_over(psa.reference, known));
    column(quantity, units, "mean per child", means.mean);
    column(quantity + "_mcse", units, "Monte Carlo standard error of it, from draws and patients together", means.mcse);
    column(quantity + "_increment", units, "mean of strategy - reference", increments.mean);
    column(quantity + "_increment_mcse", units, "Monte Carlo standard error of it, from draws and patients together",
           increments.mcse);
    column(quantity + "_increment_mcse_patients", units, "the part of that error that more patients per draw reduce",
           [&](Eigen::Index strategy) {
             if (strategy == psa.reference) return 0.0;
             const Eigen::Index own = first_noise + strategy, other = first_noise + psa.reference;
             const double variance =
                 psa.patient_noise(own, own) - 2 * psa.patient_noise(own, other) + psa.patient_noise(other, other);
             return std::sqrt(std::max(0.0, variance) / static_cast<double>(psa.draws()));
           });
    column(quantity + "_increment_sd", units,
           "standard deviation of the increment over parameter draws, the noise of patients taken out: what is not "
           "known",
           sd);
    column(quantity + "_lower", units,
           "2.5 % quantile of the mean over parameter draws, the noise of patients taken out", intervals.lower);
    column(quantity + "_upper", units, "97.5 % quantile of it, likewise", intervals.upper);
    column(quantity + "_increment_lower", units, "2.5 % quantile of the increment, likewise",
           increment_intervals.lower);
    column(quantity + "_increment_upper", units, "97.5 % quantile of the increment, likewise",
           increment_intervals.upper);
    column(quantity + "_undiscounted", units, "mean per child, not discounted", undiscounted);
  };
  const double children = children_of(question);
  const auto total = [&](Eigen::Index strategy, std::size_t which) {
    return tally.sums[layout.total(static_cast<std::size_t>(strategy), which)].value() / children;
  };
  double life_years = 0;
  for (std::size_t year = 0; year < layout.years(); ++year)
    life_years += tally.sums[layout.person_years(year)].value() / children;
  const NoiseRemoval& removal = draws.without_noise;
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "what the children receive", [&](Eigen::Index strategy) { return name_at(psa, strategy); });
  columns_of("cost", question.currency, psa.cost, removal.psa.cost, 0, removal.cost_sd_between,
             [&](Eigen::Index strategy) {
               double cost = 0;
               for (std::size_t part = 0; part < cost_components; ++part)
                 cost += total(strategy, PolicyLayout::component_undiscounted + part);
               return cost;
             });
  columns_of("effect", units_of(question.effect), psa.effect, removal.psa.effect, psa.cost.cols(),
             removal.effect_sd_between,
             [&](Eigen::Index strategy) { return total(strategy, PolicyLayout::effect_undiscounted); });
  column("life_years", "years", "lived within the horizon; cells change nothing about them", life_years);
  column("life_years_discounted", "years", "at the rate of effects",
         tally.sums[layout.life_years_discounted()].value() / children);
  return table;
}

Table deliver_variance(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const Eigen::MatrixXd& z = draws.between_patients;
  const Eigen::RowVectorXd mean_cost = draws.psa.cost.colwise().mean();
  const Eigen::RowVectorXd mean_effect = draws.psa.effect.colwise().mean();
  const auto strategies = static_cast<Eigen::Index>(policy.layout().strategies());
  const Eigen::Index reference = draws.psa.reference;
  struct Row {
    Eigen::Index strategy;
    const char* quantity;
    double threshold, twins, independent, correlation;
  };
  std::vector<Row> rows;
  for (Eigen::Index s = 0; s < strategies; ++s) {
    if (s == reference) continue;
    const auto add = [&](const char* quantity, double threshold, double on_effect, double on_cost) {
      // Variances of increment and reference, and their covariance, of on_effect * effect + on_cost * cost.
      const auto form = [&](Eigen::Index a, Eigen::Index b) {
        return on_cost * on_cost * z(a, b) + on_effect * on_effect * z(strategies + a, strategies + b) +
               on_cost * on_effect * (z(a, strategies + b) + z(strategies + a, b));
      };
      // What is left of a variance when all children agree: rounding of the squares of their values.
      const auto beyond_rounding = [&](double variance, Eigen::Index strategy) {
        constexpr double rounding = 1e-13;
        const double size = std::abs(on_cost * mean_cost[strategy]) + std::abs(on_effect * mean_effect[strategy]);
        return variance > rounding * size * size ? variance : 0.0;
      };
      const double twins = std::max(0.0, form(s, s));
      const double of_reference = beyond_rounding(form(reference, reference), reference);
      const double of_strategy = beyond_rounding(twins + 2 * form(s, reference) + form(reference, reference), s);
      const double product = std::sqrt(of_strategy) * std::sqrt(of_reference);
      const double correlation =
          product > 0 ? std::clamp((of_strategy + of_reference - twins) / (2 * product), -1.0, 1.0) : std::nan("");
      rows.push_back({s, quantity, threshold, twins, of_strategy + of_reference, correlation});
    };
    add("cost", std::nan(""), 0, 1);
    add("effect", std::nan(""), 1, 0);
    for (const double threshold : question.thresholds) add("net benefit", threshold, threshold, -1);
  }
  Table table{"/policy/variance",
              "What twins save: how much increments vary between children when the same child is seen under both "
              "strategies, and when every strategy has children of its own",
              {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "compared with the reference",
         [&](const Row& row) { return name_at(draws.psa, row.strategy); });
  column("quantity", "", "cost, effect, or net benefit at a threshold", &Row::quantity);
  column("threshold", money_per_effect(question), "willingness to pay of the net benefit; missing for the others",
         &Row::threshold);
  column("sd_twins", "of the quantity", "SD of a child's increment within a parameter draw",
         [](const Row& row) { return std::sqrt(row.twins); });
  column("sd_independent", "of the quantity", "SD of the difference of two unrelated children",
         [](const Row& row) { return std::sqrt(row.independent); });
  column("correlation", "1", "of the child's outcome under the two strategies; missing where one of them does not vary",
         &Row::correlation);
  column("saving", "1", "variance of the latter over that of the former: so many times fewer children do",
         [](const Row& row) { return row.twins > 0 ? row.independent / row.twins : std::nan(""); });
  return table;
}

Table deliver_costs(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  Table table{"/policy/costs", "What the cost of a child is made of; the components add up to the cost", {}};
  const auto cells = cells_of(policy.layout().strategies(), cost_components);
  const Columns column(table, cells);
  const auto mean = [&](std::size_t strategy, std::size_t which) {
    return tally.sums[policy.layout().total(strategy, which)].value() / children_of(question);
  };
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "what the children receive",
         [&](const auto& at) { return policy.study().strategies[at.row].name; });
  column("component", "",
         "product, procedure, infusion (what the study gives in place of the two), preparation, visits, family "
         "(travel and carers' time), measurement (of the marker of a choice), adverse events, care",
         [](const auto& at) { return name_of(static_cast<CostComponent>(at.column)); });
  column("cost", question.currency, "mean per child, discounted",
         [&](const auto& at) { return mean(at.row, PolicyLayout::component + at.column); });
  column("cost_undiscounted", question.currency, "the same, not discounted",
         [&](const auto& at) { return mean(at.row, PolicyLayout::component_undiscounted + at.column); });
  column("cost_increment", question.currency, "strategy - reference, discounted", [&](const auto& at) {
    return mean(at.row, PolicyLayout::component + at.column) -
           mean(static_cast<std::size_t>(question.reference), PolicyLayout::component + at.column);
  });
  return table;
}

Table deliver_yearly(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const PolicyLayout& layout = policy.layout();
  Table table{
      "/policy/yearly", "What a child costs in each year since baseline, not discounted; the dead cost nothing", {}};
  const auto cells = cells_of(layout.strategies(), layout.years());
  const Columns column(table, cells);
  const auto per_child = [&](std::size_t sum) { return tally.sums[sum].value() / children_of(question); };
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "what the children receive",
         [&](const auto& at) { return policy.study().strategies[at.row].name; });
  column("year", "1", "since baseline, the first is 1", [](const auto& at) { return at.column + 1; });
  column("treatment_cost", question.currency, "infusions, visits, preparation and related adverse events",
         [&](const auto& at) { return per_child(layout.money(at.row, at.column, PolicyLayout::treatment)); });
  column("care_cost", question.currency, "care of the child",
         [&](const auto& at) { return per_child(layout.money(at.row, at.column, PolicyLayout::care)); });
  column("person_years", "years", "lived in that year per child at baseline",
         [&](const auto& at) { return per_child(layout.person_years(at.column)); });
  return table;
}

std::vector<Table> deliver_decision(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  DecisionQuestion asked;
  asked.willingness_to_pay = thresholds_of(question);
  asked.currency = question.currency;
  asked.effect_units = units_of(question.effect);
  if (question.population) asked.population = population_of(question);
  std::vector<std::string> groups;
  for (const EvppiGroup& group : evppi_groups(policy.study())) {
    asked.evppi.push_back(informative(group, policy.evidence()));
    groups.push_back(group.name);
  }
  Decision found = decide(draws.psa, asked);
  found.strategies.path = "/policy/frontier";
  found.willingness_to_pay.path = "/policy/ceac";
  found.evppi.path = "/policy/value_of_information";
  Column names{"group", "", "name of the group of parameters; one of which nothing is uncertain is worth 0",
               std::vector<std::string>{}};
  for (const std::string& group : groups)
    for (std::size_t k = 0; k < asked.willingness_to_pay.size(); ++k)
      std::get<std::vector<std::string>>(names.values).push_back(group);
  found.evppi.columns.insert(found.evppi.columns.begin(), names);
  std::vector<Table> tables;
  for (Table* table : {&found.strategies, &found.willingness_to_pay, &found.evppi})
    tables.push_back(with_scenario(std::move(*table), policy.scenario()));
  return tables;
}

std::vector<Table> Policy::deliver(const Tally& tally) const {
  std::vector<std::string> names;
  std::set<std::string> uncertain;
  for (const EvppiGroup& group : evppi_groups(study())) {
    for (const std::string& name : group.parameters)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    for (const std::string& name : informative(group, evidence_)) uncertain.insert(name);
  }
  const std::vector<std::size_t>& all = strata_.strata().front().leaves;
  PolicyDraws draws;
  draws.psa = psa_of(*this, tally, all, {uncertain.begin(), uncertain.end()});
  draws.without_noise = remove_patient_noise(draws.psa);
  draws.between_patients = covariance_between_patients(*this, tally, all);

  std::vector<Table> tables;
  tables.push_back(deliver_summary(*this, tally, draws));
  for (Table& table : deliver_decision(*this, draws)) tables.push_back(std::move(table));
  tables.push_back(deliver_strata(*this, tally));
  if (!strategies_with_eligibility(study()).empty()) tables.push_back(deliver_eligible(*this, tally, draws));
  tables.push_back(deliver_equity(*this, tally));
  tables.push_back(deliver_individualised(*this, tally, draws));
  tables.push_back(deliver_variance(*this, draws));
  tables.push_back(deliver_costs(*this, tally));
  tables.push_back(deliver_yearly(*this, tally));
  if (question().budget) tables.push_back(deliver_budget(*this, tally));
  tables.push_back(deliver_reporting(*this));
  tables.push_back(deliver_draws(*this, draws));
  tables.push_back(deliver_parameter_draws(*this, draws, names));
  tables.push_back(deliver_patient_noise(*this, draws));
  const TallyView of_stages{std::span(tally.counts).subspan(layout_.counts()),
                            std::span(tally.sums).subspan(layout_.sums())};
  for (Table& table : stages_.deliver(of_stages, {draws.psa})) tables.push_back(std::move(table));
  return tables;
}

}  // namespace vcohort
