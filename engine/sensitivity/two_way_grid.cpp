#include "engine/sensitivity/two_way_grid.hpp"

#include <utility>

#include "engine/sensitivity/row_table.hpp"

namespace vcohort {

TwoWayGrid::TwoWayGrid(MovableModel model, const Evidence& evidence, const MovedParameter& first,
                       const MovedParameter& second)
    : model_(std::move(model)),
      points_(point_values(evidence)),
      first_(evidence, first.name),
      second_(evidence, second.name),
      first_values_(first.values),
      second_values_(second.values),
      tally_(first.values.size() * second.values.size(), model_.strategies.size(), model_.patients) {
  for (const double value : first_values_) first_.require_allowed(value);
  for (const double value : second_values_) second_.require_allowed(value);
}

void TwoWayGrid::simulate(std::int64_t block, TallyRegion region) const {
  const auto cell = static_cast<std::size_t>(block);
  ParameterValues values = points_;
  first_.apply(first_values_[cell / second_values_.size()], values);
  second_.apply(second_values_[cell % second_values_.size()], values);
  tally_.add(cell, model_.evaluate(values), region);
}

std::vector<Table> TwoWayGrid::deliver(TallyView region, const PolicyOutcome&) const {
  const std::string& money = model_.currency;
  RowTable<std::string, std::string, double, std::string, double, double, std::string, double, double, std::string>
      table("/sensitivity/grid",
            "two-way sensitivity: two parameters over all pairs of their values, the others at their point values, the "
            "same patients throughout",
            {{"scenario", "", "stance of the evidence"},
             {"parameter_1", "", "what moves first; the beginning of several names is a factor on all of them"},
             {"value_1", "", "its value in its unit, or the factor"},
             {"parameter_2", "", "what moves second"},
             {"value_2", "", "its value in its unit, or the factor"},
             {"willingness_to_pay", money, "k, for a unit of effect"},
             {"strategy", "", "whose increment over the reference it is"},
             {"inb", money, "incremental net benefit per patient"},
             {"inb_mcse", money, "its Monte Carlo standard error, from batches of patients"},
             {"best", "", "best strategy of all"}});
  for (std::size_t i = 0; i < first_values_.size(); ++i)
    for (std::size_t j = 0; j < second_values_.size(); ++j) {
      const Evaluation found = tally_.read(i * second_values_.size() + j, region);
      for (const double k : model_.willingness_to_pay) {
        const std::string& best = model_.strategies[found.best(k, model_.reference)];
        for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy) {
          if (strategy == model_.reference) continue;
          const Estimate increment = found.increment(k, strategy, model_.reference);
          table.append(model_.scenario, first_.name(), first_values_[i], second_.name(), second_values_[j], k,
                       model_.strategies[strategy], increment.value, increment.mcse, best);
        }
      }
    }
  return {table.take()};
}

}  // namespace vcohort
