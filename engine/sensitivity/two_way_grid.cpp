#include "engine/sensitivity/two_way_grid.hpp"

#include <utility>

#include "engine/policy/table_rows.hpp"

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

void TwoWayGrid::simulate_block(std::int64_t block, TallyRegion region) const {
  const auto cell = static_cast<std::size_t>(block);
  ParameterValues values = points_;
  first_.apply(first_values_[cell / second_values_.size()], values);
  second_.apply(second_values_[cell % second_values_.size()], values);
  tally_.add(cell, model_.evaluate(values), region);
}

std::vector<Table> TwoWayGrid::deliver(TallyView region, const PolicyOutcome&) const {
  const std::string& money = model_.currency;
  TableRows table(
      "/sensitivity/grid",
      "Two-way sensitivity: two parameters over all pairs of their values, the others at their point values, "
      "the same patients throughout");
  table.texts("scenario", "stance of the evidence")
      .texts("parameter_1", "what moves first; the beginning of several names is a factor on all of them")
      .numbers("value_1", "of the parameter", "its value, or the factor")
      .texts("parameter_2", "what moves second")
      .numbers("value_2", "of the parameter", "its value, or the factor")
      .numbers("threshold", money, "willingness to pay for a unit of effect")
      .texts("strategy", "compared with the reference")
      .numbers("inb", money, "incremental net benefit per child")
      .numbers("inb_mcse", money, "Monte Carlo standard error of it, from batches of patients")
      .texts("best", "best strategy of all");
  for (std::size_t i = 0; i < first_values_.size(); ++i)
    for (std::size_t j = 0; j < second_values_.size(); ++j) {
      const Evaluation found = tally_.read(i * second_values_.size() + j, region);
      for (const double k : model_.willingness_to_pay) {
        const std::string& best = model_.strategies[found.best(k, model_.reference)];
        for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy) {
          if (strategy == model_.reference) continue;
          const Estimate increment = found.increment(k, strategy, model_.reference);
          table.row(model_.scenario, first_.name(), first_values_[i], second_.name(), second_values_[j], k,
                    model_.strategies[strategy], increment.value, increment.mcse, best);
        }
      }
    }
  return {table.take()};
}

}  // namespace vcohort
