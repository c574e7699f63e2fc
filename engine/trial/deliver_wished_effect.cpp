#include <array>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

Table Trial::table_of_wished_effect() const {
  Table table{
      "/trial/wished_effect", "Efficacy that was scaled so that the trial has the true difference that is wished", {}};
  const std::array<const ScaledEfficacy*, 1> rows = {scaled_.get()};
  const Columns column(table, rows);
  const WishedEffect& wished = *study_.trial->wished_effect;
  const TrueValue truth = truth_->fixed().front();
  column("scenario", "", "stance of the evidence", scenario_);
  column("endpoint", "", "of the primary analysis", wished.endpoint);
  column("wished", "points", "true difference that is wished, arm against reference", wished.points);
  column("evidence", "points", "true difference under the evidence's own efficacy",
         [](const ScaledEfficacy* scaled) { return scaled->own; });
  column("scale", "1", "by which effect.emax is multiplied",
         [](const ScaledEfficacy* scaled) { return scaled->scale; });
  column("true_value", "points", "true difference of the primary analysis then", truth.value);
  column("true_value_mcse", "points", "Monte Carlo standard error of it", truth.mcse);
  return table;
}

}  // namespace vcohort
