#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/numeric/tally.hpp"
#include "engine/sensitivity/movable_model.hpp"
#include "tests/engine/evidence/small_evidence.hpp"

namespace vcohort {

/// Cost and effect of a strategy for one patient, as a formula of the parameters.
using Formula = std::function<std::pair<double, double>(const ParameterValues&, std::int64_t patient)>;

/// A model with closed forms instead of a simulation.
inline MovableModel toy(std::vector<std::string> names, std::vector<Formula> formulas, std::vector<double> willingness,
                        std::int64_t patients = 16) {
  MovableModel model{"toy", std::move(names), 0, std::move(willingness), "USD", patients, {}};
  model.evaluate = [formulas = std::move(formulas), patients](const ParameterValues& values) {
    Evaluation found(formulas.size(), patients);
    for (std::size_t batch = 0; batch < Evaluation::batches; ++batch)
      for (std::int64_t patient = found.first_patient(batch); patient < found.first_patient(batch + 1); ++patient)
        for (std::size_t strategy = 0; strategy < formulas.size(); ++strategy) {
          const auto [cost, effect] = formulas[strategy](values, patient);
          found.cost(batch, strategy) += cost;
          found.effect(batch, strategy) += effect;
        }
    return found;
  };
  return model;
}

inline Formula constant(double cost, double effect) {
  return [=](const ParameterValues&, std::int64_t) { return std::pair(cost, effect); };
}

/// All blocks of a stage, and its one table.
inline Table run(const PolicyStage& stage) {
  Tally tally(stage.counts(), stage.sums());
  for (std::int64_t block = 0; block < stage.blocks(); ++block) stage.simulate_block(block, {tally.counts, tally.sums});
  return stage.deliver({tally.counts, tally.sums}, {}).front();
}

template <class Value>
const std::vector<Value>& column(const Table& table, std::string_view name) {
  return std::get<std::vector<Value>>(table.find(name)->values);
}

/// The first row in which a text column has this value.
inline std::size_t row_of(const Table& table, std::string_view name, std::string_view value) {
  const auto& texts = column<std::string>(table, name);
  for (std::size_t row = 0; row < texts.size(); ++row)
    if (texts[row] == value) return row;
  throw std::out_of_range("no row with " + std::string(value));
}

}  // namespace vcohort
