#pragma once
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/sensitivity/movable_model.hpp"
#include "engine/sensitivity/parameter_move.hpp"
#include "engine/study/sensitivity_question.hpp"

namespace vcohort {

/// Two-way sensitivity: two parameters over all pairs of their values, everything else at its point value.
class TwoWayGrid final : public PolicyStage {
 public:
  /// The evidence has the parameters, and the model allows their values.
  TwoWayGrid(MovableModel, const Evidence&, const MovedParameter& first, const MovedParameter& second);

  std::string name() const override { return "grid"; }
  std::int64_t blocks() const override {
    return static_cast<std::int64_t>(first_values_.size() * second_values_.size());
  }
  std::int64_t patients_in(std::int64_t) const override { return model_.patients; }
  std::size_t counts() const override { return 0; }
  std::size_t sums() const override { return tally_.sums(); }
  void simulate_block(std::int64_t block, TallyRegion) const override;
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;

 private:
  MovableModel model_;
  ParameterValues points_;
  ParameterMove first_, second_;
  std::vector<double> first_values_, second_values_;  // cell = first * second_values_.size() + second
  PointTally tally_;
};

}  // namespace vcohort
