#include "engine/policy/deliver.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "engine/policy/decision/decide.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

namespace {

struct Mean {
  double value = 0, mcse = 0;
};

template <class Value>
Mean mean_over(Eigen::Index draws, Value&& value) {
  const double mean = draw_mean(draws, value);
  return {mean, draw_error(draws, mean, value)};
}

/// Puts the stance before the other columns.
Table with_scenario(Table table, const std::string& scenario) {
  const std::size_t rows = table.rows();
  table.columns.insert(table.columns.begin(),
                       {"scenario", "", "stance of the evidence", std::vector<std::string>(rows, scenario)});
  return table;
}

}  // namespace

std::string money_per_effect(const PolicyQuestion& question) {
  return question.currency + " per " + units_of(question.effect);
}

Table deliver_draws(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  TableRows table("/policy/draws",
                  "Mean cost and effect per child under each draw of the parameters, noise of its patients included: a "
                  "table for `vcohort decide`");
  table.texts("scenario", "stance of the evidence")
      .counts("draw", "number of the parameter draw; its replicate in every address")
      .texts("strategy", "what the children receive")
      .numbers("cost", question.currency, "discounted cost over the horizon")
      .numbers("effect", units_of(question.effect), "discounted QALYs over the horizon, or the effect at its visit");
  for (Eigen::Index draw = 0; draw < draws.psa.draws(); ++draw)
    for (Eigen::Index s = 0; s < draws.psa.cost.cols(); ++s)
      table.row(policy.scenario(), static_cast<std::int64_t>(draw), draws.psa.strategies[static_cast<std::size_t>(s)],
                draws.psa.cost(draw, s), draws.psa.effect(draw, s));
  return table.take();
}

Table deliver_parameter_draws(const Policy& policy, const PolicyDraws& draws, const std::vector<std::string>& names) {
  TableRows table("/policy/parameter_draws",
                  "Values of the parameters whose value of information is asked for: one row per draw, one column per "
                  "parameter");
  table.texts("scenario", "stance of the evidence").counts("draw", "number of the parameter draw");
  Table made = table.take();
  for (Eigen::Index draw = 0; draw < draws.psa.draws(); ++draw) {
    std::get<std::vector<std::string>>(made.columns[0].values).push_back(policy.scenario());
    std::get<std::vector<std::int64_t>>(made.columns[1].values).push_back(draw);
  }
  std::vector<ParameterValues> values;
  for (Eigen::Index draw = 0; draw < draws.psa.draws(); ++draw)
    values.push_back(policy.draw(static_cast<std::uint32_t>(draw)));
  for (const std::string& name : names) {
    auto& column = made.add<double>(name, "", "value of the parameter; missing where the evidence has none");
    for (const ParameterValues& of_draw : values) column.push_back(of_draw.has(name) ? of_draw.at(name) : std::nan(""));
  }
  return made;
}

Table deliver_patient_noise(const Policy& policy, const PolicyDraws& draws) {
  TableRows table("/policy/patient_noise",
                  "Covariance of a draw's mean costs and effects that stems from its patients alone");
  table.texts("scenario", "stance of the evidence")
      .texts("quantity", "cost or effect")
      .texts("strategy", "of this strategy")
      .texts("with_quantity", "cost or effect")
      .texts("with_strategy", "of this strategy")
      .numbers("covariance", "product of the units", "pooled over draws");
  const Eigen::Index strategies = draws.psa.cost.cols();
  const auto quantity = [&](Eigen::Index k) { return std::string(k < strategies ? "cost" : "effect"); };
  const auto strategy = [&](Eigen::Index k) { return draws.psa.strategies[static_cast<std::size_t>(k % strategies)]; };
  for (Eigen::Index row = 0; row < draws.psa.patient_noise.rows(); ++row)
    for (Eigen::Index column = 0; column < draws.psa.patient_noise.cols(); ++column)
      table.row(policy.scenario(), quantity(row), strategy(row), quantity(column), strategy(column),
                draws.psa.patient_noise(row, column));
  return table.take();
}

Table deliver_summary(const Policy& policy, const Tally& tally, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const std::string effect_units = units_of(question.effect);
  TableRows table("/policy/summary",
                  "Mean cost and effect of every strategy, with the noise of patients apart from what is not known "
                  "about the parameters");
  table.texts("scenario", "stance of the evidence").texts("strategy", "what the children receive");
  for (const auto& [name, units] : {std::pair(std::string("cost"), question.currency), {"effect", effect_units}}) {
    table.numbers(name, units, "mean per child")
        .numbers(name + "_mcse", units, "Monte Carlo standard error of it, from draws and patients together")
        .numbers(name + "_increment", units, "mean of strategy - reference")
        .numbers(name + "_increment_mcse", units, "Monte Carlo standard error of it, from draws and patients together")
        .numbers(name + "_increment_mcse_patients", units, "the part of that error that more patients per draw reduce")
        .numbers(name + "_increment_sd", units,
                 "standard deviation of the increment over parameter draws, the noise of patients taken out: what is "
                 "not known")
        .numbers(name + "_lower", units,
                 "2.5 % quantile of the mean over parameter draws, the noise of patients taken out")
        .numbers(name + "_upper", units, "97.5 % quantile of it, likewise")
        .numbers(name + "_increment_lower", units, "2.5 % quantile of the increment, likewise")
        .numbers(name + "_increment_upper", units, "97.5 % quantile of the increment, likewise")
        .numbers(name + "_undiscounted", units, "mean per child, not discounted");
  }
  table.numbers("life_years", "years", "lived within the horizon; cells change nothing about them")
      .numbers("life_years_discounted", "years", "at the rate of effects");
  const Psa& psa = draws.psa;
  const Eigen::Index strategies = psa.cost.cols();
  const Eigen::Index reference = psa.reference;
  const PolicyLayout& layout = policy.layout();
  const double children =
      static_cast<double>(question.parameter_draws) * static_cast<double>(question.patients_per_draw);
  double life_years = 0;
  for (std::size_t year = 0; year < layout.years(); ++year)
    life_years += tally.sums[layout.person_years(year)].value() / children;
  for (Eigen::Index s = 0; s < strategies; ++s) {
    const auto mean_of = [&](const Eigen::MatrixXd& values) {
      return mean_over(psa.draws(), [&](Eigen::Index draw) { return values(draw, s); });
    };
    const auto increment_of = [&](const Eigen::MatrixXd& values) {
      return mean_over(psa.draws(), [&](Eigen::Index draw) { return values(draw, s) - values(draw, reference); });
    };
    const auto error_of_patients = [&](Eigen::Index first) {
      const Eigen::Index own = first + s, other = first + reference;
      if (s == reference) return 0.0;
      const double variance =
          psa.patient_noise(own, own) - 2 * psa.patient_noise(own, other) + psa.patient_noise(other, other);
      return std::sqrt(std::max(0.0, variance) / static_cast<double>(psa.draws()));
    };
    const Psa& known = draws.without_noise.psa;
    const auto interval_of = [&](const Eigen::MatrixXd& values) {
      return draw_interval(psa.draws(), [&](Eigen::Index draw) { return values(draw, s); });
    };
    const auto interval_over = [&](const Eigen::MatrixXd& values) {
      return draw_interval(psa.draws(), [&](Eigen::Index draw) { return values(draw, s) - values(draw, reference); });
    };
    const DrawInterval of_cost = interval_of(known.cost), of_effect = interval_of(known.effect);
    const DrawInterval of_more_cost = interval_over(known.cost), of_more_effect = interval_over(known.effect);
    const auto total = [&](std::size_t which) {
      return tally.sums[layout.total(static_cast<std::size_t>(s), which)].value() / children;
    };
    double cost_undiscounted = 0;
    for (std::size_t part = 0; part < cost_components; ++part)
      cost_undiscounted += total(PolicyLayout::component_undiscounted + part);
    const Mean cost = mean_of(psa.cost), effect = mean_of(psa.effect);
    const Mean more_cost = increment_of(psa.cost), more_effect = increment_of(psa.effect);
    table.row(policy.scenario(), psa.strategies[static_cast<std::size_t>(s)], cost.value, cost.mcse, more_cost.value,
              more_cost.mcse, error_of_patients(0), draws.without_noise.cost_sd_between[s], of_cost.lower,
              of_cost.upper, of_more_cost.lower, of_more_cost.upper, cost_undiscounted, effect.value, effect.mcse,
              more_effect.value, more_effect.mcse, error_of_patients(strategies),
              draws.without_noise.effect_sd_between[s], of_effect.lower, of_effect.upper, of_more_effect.lower,
              of_more_effect.upper, total(PolicyLayout::effect_undiscounted), life_years,
              tally.sums[layout.life_years_discounted()].value() / children);
  }
  return table.take();
}

Table deliver_variance(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  TableRows table("/policy/variance",
                  "What twins save: how much increments vary between children when the same child is seen under both "
                  "strategies, and when every strategy has children of its own");
  table.texts("scenario", "stance of the evidence")
      .texts("strategy", "compared with the reference")
      .texts("quantity", "cost, effect, or net benefit at a threshold")
      .numbers("threshold", money_per_effect(question), "willingness to pay of the net benefit; missing for the others")
      .numbers("sd_twins", "of the quantity", "SD of a child's increment within a parameter draw")
      .numbers("sd_independent", "of the quantity", "SD of the difference of two unrelated children")
      .numbers("correlation", "1",
               "of the child's outcome under the two strategies; missing where one of them does not vary")
      .numbers("saving", "1", "variance of the latter over that of the former: so many times fewer children do");
  const Eigen::MatrixXd& z = draws.between_patients;
  const Eigen::RowVectorXd mean_cost = draws.psa.cost.colwise().mean();
  const Eigen::RowVectorXd mean_effect = draws.psa.effect.colwise().mean();
  const auto strategies = static_cast<Eigen::Index>(policy.layout().strategies());
  const Eigen::Index reference = draws.psa.reference;
  for (Eigen::Index s = 0; s < strategies; ++s) {
    if (s == reference) continue;
    const auto row = [&](const std::string& quantity, double threshold, double on_effect, double on_cost) {
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
      const double independent = of_strategy + of_reference;
      const double product = std::sqrt(of_strategy) * std::sqrt(of_reference);
      const double correlation =
          product > 0 ? std::clamp((of_strategy + of_reference - twins) / (2 * product), -1.0, 1.0) : std::nan("");
      table.row(policy.scenario(), draws.psa.strategies[static_cast<std::size_t>(s)], quantity, threshold,
                std::sqrt(twins), std::sqrt(independent), correlation, twins > 0 ? independent / twins : std::nan(""));
    };
    row("cost", std::nan(""), 0, 1);
    row("effect", std::nan(""), 1, 0);
    for (const double threshold : question.thresholds) row("net benefit", threshold, threshold, -1);
  }
  return table.take();
}

Table deliver_costs(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const PolicyLayout& layout = policy.layout();
  TableRows table("/policy/costs", "What the cost of a child is made of; the components add up to the cost");
  table.texts("scenario", "stance of the evidence")
      .texts("strategy", "what the children receive")
      .texts("component",
             "product, procedure, infusion (what the study gives in place of the two), preparation, visits, family "
             "(travel and carers' time), measurement (of the marker of a choice), adverse events, care")
      .numbers("cost", question.currency, "mean per child, discounted")
      .numbers("cost_undiscounted", question.currency, "the same, not discounted")
      .numbers("cost_increment", question.currency, "strategy - reference, discounted");
  const double children =
      static_cast<double>(question.parameter_draws) * static_cast<double>(question.patients_per_draw);
  const auto mean = [&](std::size_t s, std::size_t which) {
    return tally.sums[layout.total(s, which)].value() / children;
  };
  for (std::size_t s = 0; s < layout.strategies(); ++s)
    for (std::size_t part = 0; part < cost_components; ++part) {
      const double cost = mean(s, PolicyLayout::component + part);
      table.row(policy.scenario(), policy.study().strategies[s].name,
                std::string(name_of(static_cast<CostComponent>(part))), cost,
                mean(s, PolicyLayout::component_undiscounted + part),
                cost - mean(static_cast<std::size_t>(question.reference), PolicyLayout::component + part));
    }
  return table.take();
}

Table deliver_yearly(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const PolicyLayout& layout = policy.layout();
  TableRows table("/policy/yearly",
                  "What a child costs in each year since baseline, not discounted; the dead cost nothing");
  table.texts("scenario", "stance of the evidence")
      .texts("strategy", "what the children receive")
      .counts("year", "since baseline, the first is 1")
      .numbers("treatment_cost", question.currency, "infusions, visits, preparation and related adverse events")
      .numbers("care_cost", question.currency, "care of the child")
      .numbers("person_years", "years", "lived in that year per child at baseline");
  const double children =
      static_cast<double>(question.parameter_draws) * static_cast<double>(question.patients_per_draw);
  for (std::size_t s = 0; s < layout.strategies(); ++s)
    for (std::size_t year = 0; year < layout.years(); ++year)
      table.row(policy.scenario(), policy.study().strategies[s].name, static_cast<std::int64_t>(year + 1),
                tally.sums[layout.money(s, year, PolicyLayout::treatment)].value() / children,
                tally.sums[layout.money(s, year, PolicyLayout::care)].value() / children,
                tally.sums[layout.person_years(year)].value() / children);
  return table.take();
}

std::vector<Table> deliver_decision(const Policy& policy, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  DecisionPlan plan;
  plan.willingness_to_pay = willingness_to_pay_of(question);
  for (const double threshold : question.thresholds) plan.willingness_to_pay.push_back(threshold);
  std::sort(plan.willingness_to_pay.begin(), plan.willingness_to_pay.end());
  plan.willingness_to_pay.erase(std::unique(plan.willingness_to_pay.begin(), plan.willingness_to_pay.end()),
                                plan.willingness_to_pay.end());
  plan.currency = question.currency;
  plan.effect_units = units_of(question.effect);
  if (question.population)
    plan.population = DecisionPopulation{question.population->per_year, 0,
                                         question.population->uptake,   question.population->years,
                                         question.discount_costs,       question.timing};
  std::vector<std::string> groups;
  for (const EvppiGroup& group : evppi_groups(policy.study())) {
    plan.evppi.push_back(informative(group, policy.evidence()));
    groups.push_back(group.name);
  }
  Decision found = decide(draws.psa, plan);
  found.strategies.path = "/policy/frontier";
  found.willingness_to_pay.path = "/policy/ceac";
  found.evppi.path = "/policy/value_of_information";
  Column names{"group", "", "name of the group of parameters; one of which nothing is uncertain is worth 0",
               std::vector<std::string>{}};
  for (const std::string& group : groups)
    for (std::size_t k = 0; k < plan.willingness_to_pay.size(); ++k)
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
