#include <ranges>

#include "engine/numeric/columns.hpp"
#include "engine/policy/budget_impact.hpp"
#include "engine/policy/decision/discount.hpp"
#include "engine/policy/deliver.hpp"

namespace vcohort {

namespace {

/// What a child costs by year since its turn, from the simulation; not discounted.
YearlyCosts yearly_costs(const Policy& policy, const Tally& tally) {
  const PolicyLayout& layout = policy.layout();
  const double children = children_of(policy.question());
  YearlyCosts costs;
  for (std::size_t year = 0; year < layout.years(); ++year)
    costs.care_without.push_back(tally.sums[layout.care_without(year)].value() / children);
  for (std::size_t s = 0; s < layout.strategies(); ++s) {
    costs.treatment.emplace_back();
    costs.care.emplace_back();
    for (std::size_t year = 0; year < layout.years(); ++year) {
      costs.treatment.back().push_back(tally.sums[layout.money(s, year, PolicyLayout::treatment)].value() / children);
      costs.care.back().push_back(tally.sums[layout.money(s, year, PolicyLayout::care)].value() / children);
    }
  }
  return costs;
}

/// Share of children who live through a year, from the first two years of the simulation.
double annual_survival(const Policy& policy, const Tally& tally) {
  if (policy.layout().years() < 2 || policy.question().horizon_years < 2) return 1;
  const double first = tally.sums[policy.layout().person_years(0)].value();
  return first > 0 ? tally.sums[policy.layout().person_years(1)].value() / first : 1;
}

}  // namespace

Table deliver_budget(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const std::string& money = question.currency;
  const BudgetQuestion& budget = *question.budget;
  std::vector<bool> with_cells;
  for (const Strategy& strategy : policy.study().strategies) with_cells.push_back(strategy.cells || strategy.choice);
  const YearlyCosts costs = yearly_costs(policy, tally);
  const double survival = annual_survival(policy, tally);
  const std::vector<BudgetYear> before = budget_flow(budget, budget.before, with_cells, costs, survival);
  const std::vector<BudgetYear> after = budget_flow(budget, budget.after, with_cells, costs, survival);
  // Care that the mix does not change stands on both sides: the difference is taken of what it changes.
  const auto impact = [&](std::size_t year) {
    return (after[year].treatment_cost - before[year].treatment_cost) +
           (after[year].care_change - before[year].care_change);
  };

  Table table{"/policy/budget_impact",
              "What a payer spends each year with the mix of strategies as it is and with the new one",
              {}};
  const auto years = std::views::iota(std::size_t{0}, after.size());
  const Columns column(table, years);
  const auto children = [&](const char* name, const char* text, double BudgetYear::*number) {
    column(name, "children", text, [&](std::size_t year) { return after[year].*number; });
  };
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("year", "1", "budget year, the first is 1", [](std::size_t year) { return year + 1; });
  children("waiting_backlog", "who were eligible when the new mix came, and whose turn has not come",
           &BudgetYear::waiting_backlog);
  children("waiting_births", "who have become eligible since, and whose turn has not come",
           &BudgetYear::waiting_births);
  children("asked", "who want their turn this year, those put off before and those who come back included",
           &BudgetYear::asked);
  children("turns_backlog", "of the backlog whose turn comes under the new mix", &BudgetYear::turns_backlog);
  children("turns_births", "of the later ones whose turn comes under the new mix", &BudgetYear::turns_births);
  children("returns", "who come back for another treatment", &BudgetYear::returns);
  children("put_off", "beyond the capacity, carried over to the next year", &BudgetYear::put_off);
  children("died", "of the waiting, by the end of the year", &BudgetYear::died);
  children("aged_out", "of the waiting who became too old by the end of the year", &BudgetYear::aged_out);
  column("treatment_cost_before", money, "treatment of everybody whose turn has come, under the mix as it is",
         [&](std::size_t year) { return before[year].treatment_cost; });
  column("treatment_cost_after", money, "the same under the new mix",
         [&](std::size_t year) { return after[year].treatment_cost; });
  column("care_cost_before", money,
         "care of all children who have become eligible so far, waiting, treated or too old by now, under the mix "
         "as it is",
         [&](std::size_t year) { return before[year].care_cost(); });
  column("care_cost_after", money, "care of the same children under the new mix",
         [&](std::size_t year) { return after[year].care_cost(); });
  column("budget_impact", money, "treatment and care, after - before, not discounted", impact);
  column("budget_impact_discounted", money, "the same, discounted to the start of the first year",
         [&](std::size_t year) {
           const double from = static_cast<double>(year);
           return impact(year) * discounted_span(question.discount_costs, from, from + 1, question.timing);
         });
  return table;
}

}  // namespace vcohort
