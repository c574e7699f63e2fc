#include "engine/policy/budget_impact.hpp"
#include "engine/policy/decision/discount.hpp"
#include "engine/policy/deliver.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

namespace {

/// What a child costs by year since its turn, from the simulation; not discounted.
YearlyCosts yearly_costs(const Policy& policy, const Tally& tally) {
  const PolicyLayout& layout = policy.layout();
  const PolicyQuestion& question = policy.question();
  const double children =
      static_cast<double>(question.parameter_draws) * static_cast<double>(question.patients_per_draw);
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
  TableRows table("/policy/budget_impact",
                  "What a payer spends each year with the mix of strategies as it is and with the new one");
  table.texts("scenario", "stance of the evidence")
      .counts("year", "budget year, the first is 1")
      .numbers("waiting_backlog", "children", "who were eligible when the new mix came, and whose turn has not come")
      .numbers("waiting_births", "children", "who have become eligible since, and whose turn has not come")
      .numbers("asked", "children",
               "who want their turn this year, those put off before and those who come back included")
      .numbers("turns_backlog", "children", "of the backlog whose turn comes under the new mix")
      .numbers("turns_births", "children", "of the later ones whose turn comes under the new mix")
      .numbers("returns", "children", "who come back for another treatment")
      .numbers("put_off", "children", "beyond the capacity, carried over to the next year")
      .numbers("died", "children", "of the waiting, by the end of the year")
      .numbers("aged_out", "children", "of the waiting who became too old by the end of the year")
      .numbers("treatment_cost_before", money, "treatment of everybody whose turn has come, under the mix as it is")
      .numbers("treatment_cost_after", money, "the same under the new mix")
      .numbers(
          "care_cost_before", money,
          "care of all children who have become eligible so far, waiting, treated or too old by now, under the mix "
          "as it is")
      .numbers("care_cost_after", money, "care of the same children under the new mix")
      .numbers("budget_impact", money, "treatment and care, after - before, not discounted")
      .numbers("budget_impact_discounted", money, "the same, discounted to the start of the first year");
  const BudgetQuestion& budget = *question.budget;
  std::vector<bool> with_cells;
  for (const Strategy& strategy : policy.study().strategies) with_cells.push_back(strategy.cells || strategy.choice);
  const YearlyCosts costs = yearly_costs(policy, tally);
  const double survival = annual_survival(policy, tally);
  const std::vector<BudgetYear> before = budget_flow(budget, budget.before, with_cells, costs, survival);
  const std::vector<BudgetYear> after = budget_flow(budget, budget.after, with_cells, costs, survival);
  for (std::size_t year = 0; year < after.size(); ++year) {
    const BudgetYear& now = after[year];
    // Care that the mix does not change stands on both sides: the difference is taken of what it changes.
    const double impact =
        (now.treatment_cost - before[year].treatment_cost) + (now.care_change - before[year].care_change);
    const double from = static_cast<double>(year);
    table.row(policy.scenario(), static_cast<std::int64_t>(year + 1), now.waiting_backlog, now.waiting_births,
              now.asked, now.turns_backlog, now.turns_births, now.returns, now.put_off, now.died, now.aged_out,
              before[year].treatment_cost, now.treatment_cost, before[year].care_cost(), now.care_cost(), impact,
              impact * discounted_span(question.discount_costs, from, from + 1, question.timing));
  }
  return table.take();
}

}  // namespace vcohort
