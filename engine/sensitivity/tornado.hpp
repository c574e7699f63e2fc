#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/sensitivity/movable_model.hpp"

namespace vcohort {

/// The values with one coordinate alone at the low and at the high end of its bar: these quantiles of its law, or the
/// two states of what is true or false.
std::pair<ParameterValues, ParameterValues> ends_of_bar(const ParameterDraws&, std::size_t coordinate,
                                                        std::pair<double, double> quantiles);

/// One-way sensitivity: every uncertain parameter alone at a low and at a high quantile of its law, all others at their
/// point values. The parameters of a shared draw move together and make one bar. What a joint prior correlates moves
/// alone by its marginal law: a bar says what a parameter does, not how likely its end is together with the others'. A
/// parameter that is true or false takes both states, whatever its probability.
class Tornado final : public PolicyStage {
 public:
  /// `quantiles` are those of the low and the high end.
  Tornado(MovableModel, const Evidence&, std::pair<double, double> quantiles);

  std::string name() const override { return "tornado"; }
  std::int64_t blocks() const override { return static_cast<std::int64_t>(points()); }
  std::int64_t patients_in(std::int64_t) const override { return model_.patients; }
  std::size_t counts() const override { return 0; }
  std::size_t sums() const override { return tally_.sums(); }
  void simulate_block(std::int64_t block, TallyRegion) const override;
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;

 private:
  enum class End { low, high };
  struct Bar;
  std::size_t points() const { return 1 + 2 * moved_.size(); }
  std::size_t point(std::size_t bar, End end) const { return 1 + 2 * bar + (end == End::high ? 1 : 0); }
  ParameterValues values_at(std::size_t bar, End) const;
  std::vector<Bar> bars(const std::vector<Evaluation>&, double k, std::size_t strategy) const;

  MovableModel model_;
  ParameterDraws draws_;
  std::vector<std::size_t> moved_;  // coordinates of `draws_` with a bar
  std::pair<double, double> quantiles_;
  PointTally tally_;
};

}  // namespace vcohort
