#pragma once
#include <vector>

#include "engine/study/policy_question.hpp"

namespace vcohort {

/// What a child costs in each year since its turn, not discounted, shape [strategy][year].
struct YearlyCosts {
  std::vector<std::vector<double>> treatment, care;
  std::vector<double> care_without;  // [year]: care of a child whom nothing has an effect on, since it became eligible
};

/// One year of a budget.
struct BudgetYear {
  double waiting_backlog = 0,
         waiting_births = 0;                   // eligible children whose turn has not come, at the start of the year
  double asked = 0;                            // those who want their turn this year, those put off before included
  double turns_backlog = 0, turns_births = 0;  // children whose turn comes
  double returns = 0;                          // children who come back
  double put_off = 0;                          // asked, but beyond the capacity; carried over
  double died = 0, aged_out = 0;               // of the waiting, by the end of the year
  double treatment_cost = 0;                   // of everybody whose turn has come so far
  double care_without = 0;  // care of all who have become eligible so far, as if nothing had an effect
  double care_change = 0;   // what the effect of their strategies adds to it

  double care_cost() const { return care_without + care_change; }
};

/// The flow of children and money under one mix of strategies.
///
/// Each year: (1) children reach the lower age and wait beside the backlog; (2) the uptake of those who have not asked
/// yet ask, and those who come back; (3) up to the capacity they get their turn, those put off in earlier years first,
/// the rest in proportion; (4) a turn begins one of the strategies of the year's mix, whose costs run from then on; (5)
/// of those who still wait, some die, and the oldest become too old. Children come back once, `retreat_after_years`
/// after a turn with cells, for the same ones, and cost a treatment; those who are put off then die like others.
/// Without a given backlog, each year between the two ages holds one year's births, less the deaths since the lower age.
///
/// Care is that of the same children under every mix: all who have become eligible, waiting, treated or too old by now.
/// A turn changes it by what the strategy's care differs from care without any effect.
///
/// `with_cells` tells which strategies have cells; `annual_survival` is the share of children who live through a year.
std::vector<BudgetYear> budget_flow(const BudgetQuestion&, const std::vector<MixShare>& mix,
                                    const std::vector<bool>& with_cells, const YearlyCosts&, double annual_survival);

}  // namespace vcohort
