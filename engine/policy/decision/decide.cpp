#include "engine/policy/decision/decide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

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

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// Adds a column of numbers and returns its place, for references do not outlive the next column.
class TableBuilder {
 public:
  TableBuilder(std::string path, std::string description) : table_{std::move(path), std::move(description), {}} {}

  TableBuilder& texts(std::string name, std::string description) {
    table_.add<std::string>(std::move(name), "", std::move(description));
    return *this;
  }
  TableBuilder& numbers(std::string name, std::string units, std::string description) {
    table_.add<double>(std::move(name), std::move(units), std::move(description));
    return *this;
  }
  TableBuilder& truths(std::string name, std::string description) {
    table_.add<Truth>(std::move(name), "1", std::move(description));
    return *this;
  }
  TableBuilder& counts(std::string name, std::string description) {
    table_.add<std::int64_t>(std::move(name), "1", std::move(description));
    return *this;
  }

  /// One value per column, in order.
  template <class... Values>
  void row(const Values&... values) {
    std::size_t place = 0;
    (put(table_.columns[place++].values, values), ...);
  }

  Table take() { return std::move(table_); }

 private:
  static void put(ColumnValues& column, const std::string& value) { std::get<Texts>(column).push_back(value); }
  static void put(ColumnValues& column, double value) { std::get<Numbers>(column).push_back(value); }
  static void put(ColumnValues& column, Truth value) { std::get<std::vector<Truth>>(column).push_back(value); }
  static void put(ColumnValues& column, std::int64_t value) {
    std::get<std::vector<std::int64_t>>(column).push_back(value);
  }

  Table table_;
};

struct Mean {
  double value = 0;
  double mcse = 0;
};

template <class Value>
Mean mean_over(Eigen::Index draws, Value&& value) {
  const double mean = draw_mean(draws, value);
  return {mean, draw_error(draws, mean, value)};
}

Table tabulate_strategies(const Psa& psa, const Psa& uncertain, const DecisionPlan& plan) {
  const Eigen::Index strategies = psa.cost.cols();
  Eigen::VectorXd costs(strategies), effects(strategies);
  for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
    costs[strategy] = draw_mean(psa.draws(), [&](Eigen::Index draw) { return psa.cost(draw, strategy); });
    effects[strategy] = draw_mean(psa.draws(), [&](Eigen::Index draw) { return psa.effect(draw, strategy); });
  }
  const std::vector<FrontierPlace> places = frontier_of(costs, effects, psa.reference);

  const std::string ratio = plan.currency + " per " + plan.effect_units;
  TableBuilder table("/policy/strategies", "Mean cost and effect of each strategy, and its place on the frontier.");
  table.texts("strategy", "Name of the strategy.")
      .numbers("cost", plan.currency, "Mean cost per patient.")
      .numbers("cost_mcse", plan.currency, "Monte Carlo standard error of cost.")
      .numbers("effect", plan.effect_units, "Mean effect per patient.")
      .numbers("effect_mcse", plan.effect_units, "Monte Carlo standard error of effect.")
      .numbers("cost_increment", plan.currency, "Mean cost minus that of the reference.")
      .numbers("cost_increment_mcse", plan.currency, "Monte Carlo standard error of cost_increment.")
      .numbers("effect_increment", plan.effect_units, "Mean effect minus that of the reference.")
      .numbers("effect_increment_mcse", plan.effect_units, "Monte Carlo standard error of effect_increment.")
      .texts("status", "frontier, strongly dominated, extendedly dominated, or tied with an earlier one.")
      .numbers("icer", ratio, "Incremental cost-effectiveness ratio over compared_to; missing off the frontier.")
      .texts("compared_to", "The next cheaper strategy on the frontier.")
      .numbers("icer_reference", ratio,
               "Ratio over the reference; missing where one of the two is no dearer and no worse than the other.");
  for (const auto& [name, units] : {std::pair("cost", plan.currency),
                                    {"effect", plan.effect_units},
                                    {"cost_increment", plan.currency},
                                    {"effect_increment", plan.effect_units}})
    table.numbers(fmt::format("{}_lower", name), units, fmt::format("2.5 % quantile of {} over the draws.", name))
        .numbers(fmt::format("{}_upper", name), units, fmt::format("97.5 % quantile of {} over the draws.", name));
  for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
    const auto of = [&](const Eigen::MatrixXd& values) {
      return mean_over(psa.draws(), [&](Eigen::Index draw) { return values(draw, strategy); });
    };
    const auto increment_of = [&](const Eigen::MatrixXd& values) {
      return mean_over(psa.draws(),
                       [&](Eigen::Index draw) { return values(draw, strategy) - values(draw, psa.reference); });
    };
    const auto over = [&](const Eigen::MatrixXd& values, bool increment) {
      return draw_interval(uncertain.draws(), [&](Eigen::Index draw) {
        return increment ? values(draw, strategy) - values(draw, psa.reference) : values(draw, strategy);
      });
    };
    const Mean cost = of(psa.cost);
    const Mean effect = of(psa.effect);
    const Mean more_cost = increment_of(psa.cost);
    const Mean more_effect = increment_of(psa.effect);
    const auto sign = [&](const Mean& increment, double own, double of_reference) {
      if (equal_up_to_rounding(own, of_reference, std::max(std::abs(own), std::abs(of_reference)))) return 0;
      return increment.value > 0 ? 1 : -1;
    };
    const bool trade =
        sign(more_cost, cost.value, costs[psa.reference]) * sign(more_effect, effect.value, effects[psa.reference]) > 0;
    const FrontierPlace& place = places[static_cast<std::size_t>(strategy)];
    table.row(psa.strategies[static_cast<std::size_t>(strategy)], cost.value, cost.mcse, effect.value, effect.mcse,
              more_cost.value, more_cost.mcse, more_effect.value, more_effect.mcse, std::string(name_of(place.status)),
              place.icer,
              place.compared_to < 0 ? std::string() : psa.strategies[static_cast<std::size_t>(place.compared_to)],
              trade ? more_cost.value / more_effect.value : none, over(uncertain.cost, false).lower,
              over(uncertain.cost, false).upper, over(uncertain.effect, false).lower,
              over(uncertain.effect, false).upper, over(uncertain.cost, true).lower, over(uncertain.cost, true).upper,
              over(uncertain.effect, true).lower, over(uncertain.effect, true).upper);
  }
  return table.take();
}

Table tabulate_benefits(const Psa& psa, const DecisionPlan& plan, const std::vector<NetBenefit>& benefits,
                        double patients) {
  TableBuilder table("/policy/willingness_to_pay", "The decision at each willingness to pay.");
  table.numbers("k", plan.currency + " per " + plan.effect_units, "Willingness to pay for a unit of effect.")
      .texts("strategy", "Name of the strategy.")
      .numbers("nmb", plan.currency, "Mean net monetary benefit, k * effect - cost.")
      .numbers("nmb_mcse", plan.currency, "Monte Carlo standard error of nmb.")
      .numbers("inb", plan.currency, "Mean net monetary benefit minus that of the reference.")
      .numbers("inb_mcse", plan.currency, "Monte Carlo standard error of inb.")
      .numbers("inb_lower", plan.currency, "2.5 % quantile of inb over the draws.")
      .numbers("inb_upper", plan.currency, "97.5 % quantile of inb over the draws.")
      .numbers("nhb", plan.effect_units, "Mean net health benefit, effect - cost / k; missing at k = 0.")
      .truths("best", "Whether the strategy has the smallest expected loss.")
      .numbers("ceac", "share", "Share of parameter draws in which the strategy is best; ties share a draw.")
      .numbers("ceac_mcse", "share", "Monte Carlo standard error of ceac.")
      .numbers("ceaf", "share", "ceac of the best strategy.")
      .numbers("expected_loss", plan.currency, "Mean over draws of (best strategy of the draw - this one).")
      .numbers("evpi", plan.currency, "Expected value of perfect information per patient.")
      .numbers("evpi_mcse", plan.currency, "Monte Carlo standard error of evpi.")
      .numbers("population_evpi", plan.currency, "evpi times the discounted patients; missing without a population.");
  for (std::size_t at = 0; at < benefits.size(); ++at) {
    const double k = plan.willingness_to_pay[at];
    const NetBenefit& found = benefits[at];
    for (Eigen::Index strategy = 0; strategy < psa.cost.cols(); ++strategy)
      table.row(k, psa.strategies[static_cast<std::size_t>(strategy)], found.nmb[strategy], found.nmb_mcse[strategy],
                found.inb[strategy], found.inb_mcse[strategy], found.inb_lower[strategy], found.inb_upper[strategy],
                k > 0 ? found.nmb[strategy] / k : none, Truth{static_cast<std::uint8_t>(strategy == found.best)},
                found.ceac[strategy], found.ceac_mcse[strategy], found.ceac[found.best], found.expected_loss[strategy],
                found.evpi, found.evpi_mcse, found.evpi * patients);
  }
  return table.take();
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

Table tabulate_plane(const Psa& psa, const DecisionPlan& plan) {
  TableBuilder table("/policy/plane", "Draws on the cost-effectiveness plane: increments over the reference.");
  std::vector<std::int64_t> numbers;
  const bool numbered = whole_numbers(psa.draw_names, numbers);
  if (numbered)
    table.counts("draw", "Number of the draw.");
  else
    table.texts("draw", "Name of the draw.");
  table.texts("strategy", "Name of the strategy.")
      .numbers("cost_increment", plan.currency, "Cost minus that of the reference.")
      .numbers("effect_increment", plan.effect_units, "Effect minus that of the reference.");
  if (!plan.plane) return table.take();
  for (Eigen::Index draw = 0; draw < psa.draws(); ++draw)
    for (Eigen::Index strategy = 0; strategy < psa.cost.cols(); ++strategy) {
      if (strategy == psa.reference) continue;
      const auto row = [&](const auto& name) {
        table.row(name, psa.strategies[static_cast<std::size_t>(strategy)],
                  psa.cost(draw, strategy) - psa.cost(draw, psa.reference),
                  psa.effect(draw, strategy) - psa.effect(draw, psa.reference));
      };
      const auto place = static_cast<std::size_t>(draw);
      if (!numbered)
        row(psa.draw_names[place]);
      else
        row(psa.draw_names.empty() ? static_cast<std::int64_t>(draw) : numbers[place]);
    }
  return table.take();
}

Table tabulate_noise(const Psa& psa, const DecisionPlan& plan, const NoiseRemoval& removal) {
  TableBuilder table("/policy/patient_noise",
                     "Standard deviation of the draws' mean increments: as simulated, and between parameter draws once "
                     "the noise of patients is taken out.");
  table.texts("strategy", "Name of the strategy.")
      .numbers("cost_sd_total", plan.currency, "SD of the cost increment over draws.")
      .numbers("cost_sd_between", plan.currency, "SD of the cost increment without patient noise.")
      .numbers("effect_sd_total", plan.effect_units, "SD of the effect increment over draws.")
      .numbers("effect_sd_between", plan.effect_units, "SD of the effect increment without patient noise.");
  for (Eigen::Index strategy = 0; strategy < removal.cost_sd_total.size(); ++strategy)
    table.row(psa.strategies[static_cast<std::size_t>(strategy)], removal.cost_sd_total[strategy],
              removal.cost_sd_between[strategy], removal.effect_sd_total[strategy],
              removal.effect_sd_between[strategy]);
  return table.take();
}

/// "rehabilitation up to 20000, then four doses (CEAC 0.61 at 50000)": where the best strategy changes on the grid.
std::string answer_of(const Psa& psa, const DecisionPlan& plan, const std::vector<NetBenefit>& benefits) {
  std::string text;
  for (std::size_t at = 0; at < benefits.size(); ++at) {
    const NetBenefit& found = benefits[at];
    if (at > 0 && found.best == benefits[at - 1].best) continue;
    const double k = plan.willingness_to_pay[at];
    if (!text.empty()) text += "; ";
    text += fmt::format("{} from {:g} {} per {} (best in {} % of draws)",
                        psa.strategies[static_cast<std::size_t>(found.best)], k, plan.currency, plan.effect_units,
                        percent_of(found.ceac[found.best]));
  }
  return "best: " + text;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, "+"));
}

bool is_part_of(const std::vector<Eigen::Index>& small, const std::vector<Eigen::Index>& large) {
  return std::all_of(small.begin(), small.end(), [&](Eigen::Index parameter) {
    return std::find(large.begin(), large.end(), parameter) != large.end();
  });
}

Table tabulate_evppi(const Psa& psa, const DecisionPlan& plan, const std::vector<NetBenefit>& benefits,
                     double patients) {
  TableBuilder table("/policy/evppi", "Expected value of knowing a group of parameters, per patient.");
  table.texts("parameters", "The parameters of the group, joined by +.")
      .numbers("k", plan.currency + " per " + plan.effect_units, "Willingness to pay for a unit of effect.")
      .numbers("evppi", plan.currency,
               "Expected value of partial perfect information, at least that of every smaller group asked for; missing "
               "where the group has more than half as many parameters as there are draws.")
      .numbers("evppi_mcse", plan.currency, "Standard error of evppi.")
      .numbers("evppi_alone", plan.currency, "The same from this group's regression alone.")
      .numbers("population_evppi", plan.currency, "evppi times the discounted patients; missing without a population.");
  std::vector<std::vector<Eigen::Index>> groups;
  std::vector<std::vector<Evppi>> alone;
  for (const std::vector<std::string>& names : plan.evppi) {
    groups.push_back(names.empty() ? std::vector<Eigen::Index>() : parameters_named(psa, names));
    alone.emplace_back(benefits.size());
    if (names.empty()) continue;  // nothing to learn
    if (2 * varying_among(psa, groups.back()) > psa.draws()) {
      alone.back().assign(benefits.size(), {none, none});
      continue;
    }
    const KnownParameters known = expect_given(psa, groups.back());
    for (std::size_t at = 0; at < benefits.size(); ++at)
      alone.back()[at] = evppi_at(plan.willingness_to_pay[at], psa, known, benefits[at].evpi);
  }
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (std::size_t at = 0; at < benefits.size(); ++at) {
      Evppi found = alone[group][at];
      for (std::size_t other = 0; other < groups.size(); ++other)
        if (alone[other][at].value > found.value && is_part_of(groups[other], groups[group])) found = alone[other][at];
      table.row(joined(plan.evppi[group]), plan.willingness_to_pay[at], found.value, found.mcse, alone[group][at].value,
                found.value * patients);
    }
  return table.take();
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

std::vector<double> willingness_to_pay_of(const PolicyQuestion& question) {
  if (!question.willingness_values.empty()) return question.willingness_values;
  return willingness_to_pay_range(question.willingness_from, question.willingness_to, question.willingness_step);
}

Decision decide(const Psa& psa, const DecisionPlan& plan) {
  require_valid(psa);
  const auto allowed = [](double k) { return k >= 0 && k <= largest_amount; };
  if (plan.willingness_to_pay.empty() ||
      !std::all_of(plan.willingness_to_pay.begin(), plan.willingness_to_pay.end(), allowed))
    throw InternalError("a decision needs a willingness to pay, and none below 0 or beyond the largest amount");
  const double patients = plan.population ? discounted_patients(*plan.population) : none;
  const NoiseRemoval removal = remove_patient_noise(psa);
  std::vector<NetBenefit> benefits;
  for (const double k : plan.willingness_to_pay) benefits.push_back(net_benefit_at(k, psa, removal.psa));

  Decision found;
  found.strategies = tabulate_strategies(psa, removal.psa, plan);
  found.willingness_to_pay = tabulate_benefits(psa, plan, benefits, patients);
  found.evppi = tabulate_evppi(psa, plan, benefits, patients);
  found.plane = tabulate_plane(psa, plan);
  found.patient_noise = tabulate_noise(psa, plan, removal);
  found.answer = answer_of(psa, plan, benefits);
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
