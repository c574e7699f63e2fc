#include "engine/policy/decision/decide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <ranges>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/percent.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/evppi.hpp"
#include "engine/policy/decision/frontier.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/decision/patient_noise.hpp"

namespace vcohort {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

Table tabulate_strategies(const Psa& psa, const Psa& uncertain, const DecisionQuestion& question) {
  const Eigen::MatrixXd cost_increments = increments_over(psa.reference, psa.cost);
  const Eigen::MatrixXd effect_increments = increments_over(psa.reference, psa.effect);
  const StrategyMeans costs = means_over_draws(psa.cost), effects = means_over_draws(psa.effect);
  const StrategyMeans more_costs = means_over_draws(cost_increments),
                      more_effects = means_over_draws(effect_increments);
  const std::vector<FrontierPlace> places = frontier_of(costs.mean, effects.mean, psa.reference);
  const auto place_of = [&](Eigen::Index strategy) { return places[static_cast<std::size_t>(strategy)]; };
  const auto name = [&](Eigen::Index strategy) { return psa.strategies[static_cast<std::size_t>(strategy)]; };
  const auto sign = [&](Eigen::Index strategy, const StrategyMeans& means, const StrategyMeans& increments) {
    const double own = means.mean[strategy], of_reference = means.mean[psa.reference];
    if (equal_up_to_rounding(own, of_reference, std::max(std::abs(own), std::abs(of_reference)))) return 0;
    return increments.mean[strategy] > 0 ? 1 : -1;
  };

  const std::string ratio = question.currency + " per " + question.effect_units;
  Table table{"/policy/strategies", "Mean cost and effect of each strategy, and its place on the frontier.", {}};
  const auto strategies = std::views::iota(Eigen::Index{0}, psa.cost.cols());
  const Columns column(table, strategies);
  const auto mean_and_error = [&](const std::string& of, const std::string& units, const std::string& text,
                                  const StrategyMeans& means) {
    column(of, units, text, means.mean);
    column(of + "_mcse", units, "Monte Carlo standard error of " + of + ".", means.mcse);
  };
  const auto interval = [&](const std::string& of, const std::string& units, const Eigen::MatrixXd& values) {
    const StrategyIntervals intervals = intervals_over_draws(values);
    column(of + "_lower", units, "2.5 % quantile of " + of + " over the draws.", intervals.lower);
    column(of + "_upper", units, "97.5 % quantile of " + of + " over the draws.", intervals.upper);
  };
  column("strategy", "", "Name of the strategy.", name);
  mean_and_error("cost", question.currency, "Mean cost per patient.", costs);
  mean_and_error("effect", question.effect_units, "Mean effect per patient.", effects);
  mean_and_error("cost_increment", question.currency, "Mean cost minus that of the reference.", more_costs);
  mean_and_error("effect_increment", question.effect_units, "Mean effect minus that of the reference.", more_effects);
  column("status", "", "frontier, strongly dominated, extendedly dominated, or tied with an earlier one.",
         [&](Eigen::Index strategy) { return name_of(place_of(strategy).status); });
  column("icer", ratio, "Incremental cost-effectiveness ratio over compared_to; missing off the frontier.",
         [&](Eigen::Index strategy) { return place_of(strategy).icer; });
  column("compared_to", "", "The next cheaper strategy on the frontier.", [&](Eigen::Index strategy) {
    const Eigen::Index cheaper = place_of(strategy).compared_to;
    return cheaper < 0 ? std::string() : name(cheaper);
  });
  column("icer_reference", ratio,
         "Ratio over the reference; missing where one of the two is no dearer and no worse than the other.",
         [&](Eigen::Index strategy) {
           const bool trade = sign(strategy, costs, more_costs) * sign(strategy, effects, more_effects) > 0;
           return trade ? more_costs.mean[strategy] / more_effects.mean[strategy] : none;
         });
  interval("cost", question.currency, uncertain.cost);
  interval("effect", question.effect_units, uncertain.effect);
  interval("cost_increment", question.currency, increments_over(psa.reference, uncertain.cost));
  interval("effect_increment", question.effect_units, increments_over(psa.reference, uncertain.effect));
  return table;
}

Table tabulate_benefits(const Psa& psa, const DecisionQuestion& question, const std::vector<NetBenefit>& benefits,
                        double patients) {
  struct Row {
    double k;
    const NetBenefit& found;
    Eigen::Index strategy;
  };
  std::vector<Row> rows;
  for (std::size_t at = 0; at < benefits.size(); ++at)
    for (Eigen::Index strategy = 0; strategy < psa.cost.cols(); ++strategy)
      rows.push_back({question.willingness_to_pay[at], benefits[at], strategy});
  Table table{"/policy/willingness_to_pay", "The decision at each willingness to pay.", {}};
  const Columns column(table, rows);
  const auto of_strategy = [&](const char* name, const std::string& units, const char* text,
                               Eigen::VectorXd NetBenefit::*values) {
    column(name, units, text, [&](const Row& row) { return (row.found.*values)[row.strategy]; });
  };
  column("k", question.currency + " per " + question.effect_units, "Willingness to pay for a unit of effect.", &Row::k);
  column("strategy", "", "Name of the strategy.",
         [&](const Row& row) { return psa.strategies[static_cast<std::size_t>(row.strategy)]; });
  of_strategy("nmb", question.currency, "Mean net monetary benefit, k * effect - cost.", &NetBenefit::nmb);
  of_strategy("nmb_mcse", question.currency, "Monte Carlo standard error of nmb.", &NetBenefit::nmb_mcse);
  of_strategy("inb", question.currency, "Mean net monetary benefit minus that of the reference.", &NetBenefit::inb);
  of_strategy("inb_mcse", question.currency, "Monte Carlo standard error of inb.", &NetBenefit::inb_mcse);
  of_strategy("inb_lower", question.currency, "2.5 % quantile of inb over the draws.", &NetBenefit::inb_lower);
  of_strategy("inb_upper", question.currency, "97.5 % quantile of inb over the draws.", &NetBenefit::inb_upper);
  column("nhb", question.effect_units, "Mean net health benefit, effect - cost / k; missing at k = 0.",
         [](const Row& row) { return row.k > 0 ? row.found.nmb[row.strategy] / row.k : none; });
  column("best", "1", "Whether the strategy has the smallest expected loss.",
         [](const Row& row) { return row.strategy == row.found.best; });
  of_strategy("ceac", "share",
              "Share of parameter draws in which the strategy is best; ties share a draw, but for strategies that are "
              "the reference in every draw.",
              &NetBenefit::ceac);
  of_strategy("ceac_mcse", "share", "Monte Carlo standard error of ceac.", &NetBenefit::ceac_mcse);
  column("ceaf", "share", "ceac of the best strategy.", [](const Row& row) { return row.found.ceac[row.found.best]; });
  of_strategy("expected_loss", question.currency, "Mean over draws of (best strategy of the draw - this one).",
              &NetBenefit::expected_loss);
  column("evpi", question.currency, "Expected value of perfect information per patient.",
         [](const Row& row) { return row.found.evpi; });
  column("evpi_mcse", question.currency, "Monte Carlo standard error of evpi.",
         [](const Row& row) { return row.found.evpi_mcse; });
  column("population_evpi", question.currency, "evpi times the discounted patients; missing without a population.",
         [&](const Row& row) { return row.found.evpi * patients; });
  return table;
}

/// The names as numbers; false where one is no plain whole number.
bool whole_numbers(const std::vector<std::string>& names, std::vector<std::int64_t>& numbers) {
  for (const std::string& name : names) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    if (parsed.ec != std::errc() || fmt::format("{}", number) != name) return false;
    numbers.push_back(number);
  }
  return true;
}

Table tabulate_plane(const Psa& psa, const DecisionQuestion& question) {
  struct Row {
    Eigen::Index draw, strategy;
  };
  std::vector<Row> rows;
  for (Eigen::Index draw = 0; draw < psa.draws() && question.plane; ++draw)
    for (Eigen::Index strategy = 0; strategy < psa.cost.cols(); ++strategy)
      if (strategy != psa.reference) rows.push_back({draw, strategy});
  Table table{"/policy/plane", "Draws on the cost-effectiveness plane: increments over the reference.", {}};
  const Columns column(table, rows);
  const auto increment = [&](const Eigen::MatrixXd& values) {
    return [&](const Row& row) { return values(row.draw, row.strategy) - values(row.draw, psa.reference); };
  };
  std::vector<std::int64_t> numbers;
  if (whole_numbers(psa.draw_names, numbers))
    column("draw", "1", "Number of the draw.", [&](const Row& row) {
      return psa.draw_names.empty() ? std::int64_t{row.draw} : numbers[static_cast<std::size_t>(row.draw)];
    });
  else
    column("draw", "", "Name of the draw.",
           [&](const Row& row) { return psa.draw_names[static_cast<std::size_t>(row.draw)]; });
  column("strategy", "", "Name of the strategy.",
         [&](const Row& row) { return psa.strategies[static_cast<std::size_t>(row.strategy)]; });
  column("cost_increment", question.currency, "Cost minus that of the reference.", increment(psa.cost));
  column("effect_increment", question.effect_units, "Effect minus that of the reference.", increment(psa.effect));
  return table;
}

Table tabulate_noise(const Psa& psa, const DecisionQuestion& question, const NoiseRemoval& removal) {
  Table table{"/policy/patient_noise",
              "Standard deviation of the draws' mean increments: as simulated, and between parameter draws once "
              "the noise of patients is taken out.",
              {}};
  const auto strategies = std::views::iota(Eigen::Index{0}, removal.cost_sd_total.size());
  const Columns column(table, strategies);
  column("strategy", "", "Name of the strategy.",
         [&](Eigen::Index strategy) { return psa.strategies[static_cast<std::size_t>(strategy)]; });
  column("cost_sd_total", question.currency, "SD of the cost increment over draws.", removal.cost_sd_total);
  column("cost_sd_between", question.currency, "SD of the cost increment without patient noise.",
         removal.cost_sd_between);
  column("effect_sd_total", question.effect_units, "SD of the effect increment over draws.", removal.effect_sd_total);
  column("effect_sd_between", question.effect_units, "SD of the effect increment without patient noise.",
         removal.effect_sd_between);
  return table;
}

/// "rehabilitation up to 20000, then four doses (CEAC 0.61 at 50000)": where the best strategy changes on the grid.
std::string answer_of(const Psa& psa, const DecisionQuestion& question, const std::vector<NetBenefit>& benefits) {
  std::string text;
  for (std::size_t at = 0; at < benefits.size(); ++at) {
    const NetBenefit& found = benefits[at];
    if (at > 0 && found.best == benefits[at - 1].best) continue;
    const double k = question.willingness_to_pay[at];
    if (!text.empty()) text += "; ";
    text += fmt::format("{} from {:g} {} per {} (best in {} % of draws)",
                        psa.strategies[static_cast<std::size_t>(found.best)], k, question.currency,
                        question.effect_units, percent_of(found.ceac[found.best]));
  }
  return "best: " + text;
}

bool is_part_of(const std::vector<Eigen::Index>& small, const std::vector<Eigen::Index>& large) {
  return std::all_of(small.begin(), small.end(), [&](Eigen::Index parameter) {
    return std::find(large.begin(), large.end(), parameter) != large.end();
  });
}

Table tabulate_evppi(const Psa& psa, const DecisionQuestion& question, const std::vector<NetBenefit>& benefits,
                     double patients) {
  std::vector<std::vector<Eigen::Index>> groups;
  std::vector<std::vector<Evppi>> alone;
  for (const std::vector<std::string>& names : question.evppi) {
    groups.push_back(names.empty() ? std::vector<Eigen::Index>() : parameters_named(psa, names));
    alone.emplace_back(benefits.size());
    if (names.empty()) continue;  // nothing to learn
    if (2 * varying_among(psa, groups.back()) > psa.draws()) {
      alone.back().assign(benefits.size(), {none, none});
      continue;
    }
    const KnownParameters known = expect_given(psa, groups.back());
    for (std::size_t at = 0; at < benefits.size(); ++at)
      alone.back()[at] = evppi_at(question.willingness_to_pay[at], psa, known, benefits[at].evpi);
  }
  struct Row {
    std::size_t group, at;
    Evppi alone, found;
  };
  std::vector<Row> rows;
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (std::size_t at = 0; at < benefits.size(); ++at) {
      Row& row = rows.emplace_back(Row{group, at, alone[group][at], alone[group][at]});
      for (std::size_t other = 0; other < groups.size(); ++other)
        if (alone[other][at].value > row.found.value && is_part_of(groups[other], groups[group]))
          row.found = alone[other][at];
    }
  Table table{"/policy/evppi", "Expected value of knowing a group of parameters, per patient.", {}};
  const Columns column(table, rows);
  column("parameters", "", "The parameters of the group, joined by +.",
         [&](const Row& row) { return fmt::format("{}", fmt::join(question.evppi[row.group], "+")); });
  column("k", question.currency + " per " + question.effect_units, "Willingness to pay for a unit of effect.",
         [&](const Row& row) { return question.willingness_to_pay[row.at]; });
  column("evppi", question.currency,
         "Expected value of partial perfect information, at least that of every smaller group asked for; missing "
         "where the group has more than half as many parameters as there are draws.",
         [](const Row& row) { return row.found.value; });
  column("evppi_mcse", question.currency, "Standard error of evppi.", [](const Row& row) { return row.found.mcse; });
  column("evppi_alone", question.currency, "The same from this group's regression alone.",
         [](const Row& row) { return row.alone.value; });
  column("population_evppi", question.currency, "evppi times the discounted patients; missing without a population.",
         [&](const Row& row) { return row.found.value * patients; });
  return table;
}

}  // namespace

double discounted_patients(const DecisionPopulation& population) {
  const auto amount = [](double value) { return value >= 0 && std::isfinite(value); };
  if (!amount(population.incidence_per_year) || !amount(population.prevalent) || !amount(population.horizon_years) ||
      !(population.uptake <= 1) || !amount(population.uptake))
    throw InternalError("a population of a decision has impossible numbers");
  return population.uptake * (population.prevalent + population.incidence_per_year *
                                                         discounted_years(population.discount_rate,
                                                                          population.horizon_years, population.timing));
}

std::vector<double> willingness_to_pay_range(double from, double to, double step) {
  if (!(from >= 0 && to >= from && std::isfinite(to)) || (!(step > 0) && to > from))
    throw InternalError("the willingness to pay has an impossible range");
  // Half a billionth of a step: where the last step meets `to` but for rounding, `to` belongs to the range.
  constexpr double rounding = 5e-10;
  const double steps = to > from ? std::floor((to - from) / step + rounding) : 0;
  if (steps >= most_willingness_to_pay) throw InternalError("the willingness to pay has too many values");
  std::vector<double> range;
  for (double number = 0; number <= steps; ++number) range.push_back(std::min(to, from + number * step));
  return range;
}

DecisionPopulation population_of(const PolicyQuestion& question) {
  const PolicyPopulation& population = *question.population;
  return {population.per_year, 0, population.uptake, population.years, question.discount_costs, question.timing};
}

std::vector<double> thresholds_of(const PolicyQuestion& question) {
  std::vector<double> all = question.willingness_values;
  if (all.empty())
    all = willingness_to_pay_range(question.willingness_from, question.willingness_to, question.willingness_step);
  all.insert(all.end(), question.thresholds.begin(), question.thresholds.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Decision decide(const Psa& psa, const DecisionQuestion& question) {
  require_valid(psa);
  const auto allowed = [](double k) { return k >= 0 && k <= largest_amount; };
  if (question.willingness_to_pay.empty() ||
      !std::all_of(question.willingness_to_pay.begin(), question.willingness_to_pay.end(), allowed))
    throw InternalError("a decision needs a willingness to pay, and none below 0 or beyond the largest amount");
  const double patients = question.population ? discounted_patients(*question.population) : none;
  const NoiseRemoval removal = remove_patient_noise(psa);
  std::vector<NetBenefit> benefits;
  for (const double k : question.willingness_to_pay) benefits.push_back(net_benefit_at(k, psa, removal.psa));

  Decision found;
  found.strategies = tabulate_strategies(psa, removal.psa, question);
  found.willingness_to_pay = tabulate_benefits(psa, question, benefits, patients);
  found.evppi = tabulate_evppi(psa, question, benefits, patients);
  found.plane = tabulate_plane(psa, question);
  found.patient_noise = tabulate_noise(psa, question, removal);
  found.answer = answer_of(psa, question, benefits);
  if (removal.set_to_zero > 0)
    found.notes.push_back(fmt::format(
        "in {} of {} directions the draws vary less than their patients' noise alone explains: the variance between "
        "draws was set to zero there",
        removal.set_to_zero, removal.directions));
  if (psa.draws() == 1)
    found.notes.push_back("a single draw knows no uncertainty: every error is missing and EVPI is zero");
  return found;
}

}  // namespace vcohort
