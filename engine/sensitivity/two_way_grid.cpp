#include "engine/sensitivity/two_way_grid.hpp"

#include <utility>

#include "engine/numeric/columns.hpp"

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
  struct Row {
    double first, second, k;
    std::size_t strategy, best;
    Estimate increment;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < first_values_.size(); ++i)
    for (std::size_t j = 0; j < second_values_.size(); ++j) {
      const Evaluation found = tally_.read(i * second_values_.size() + j, region);
      for (const double k : model_.willingness_to_pay)
        for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy)
          if (strategy != model_.reference)
            rows.push_back({first_values_[i], second_values_[j], k, strategy, found.best(k, model_.reference),
                            found.increment(k, strategy, model_.reference)});
    }
  const std::string& money = model_.currency;
  Table table{"/sensitivity/grid",
              "Two-way sensitivity: two parameters over all pairs of their values, the others at their point values, "
              "the same patients throughout",
              {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", model_.scenario);
  column("parameter_1", "", "what moves first; the beginning of several names is a factor on all of them",
         first_.name());
  column("value_1", "of the parameter", "its value, or the factor", &Row::first);
  column("parameter_2", "", "what moves second", second_.name());
  column("value_2", "of the parameter", "its value, or the factor", &Row::second);
  column("threshold", money, "willingness to pay for a unit of effect", &Row::k);
  column("strategy", "", "compared with the reference",
         [&](const Row& row) { return model_.strategies[row.strategy]; });
  column("inb", money, "incremental net benefit per child", [](const Row& row) { return row.increment.value; });
  column("inb_mcse", money, "Monte Carlo standard error of it, from batches of patients",
         [](const Row& row) { return row.increment.mcse; });
  column("best", "", "best strategy of all", [&](const Row& row) { return model_.strategies[row.best]; });
  return {table};
}

}  // namespace vcohort
