#pragma once
#include <Eigen/Core>
#include <initializer_list>
#include <span>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"
#include "engine/analysis/newton.hpp"

namespace vcohort::analysis {

/// What a likelihood model regresses on: the patients with complete data, and one column per covariate, per factor
/// level that occurs (without the first) and per arm that occurs (without the reference). Columns are centred, and
/// scaled to a standard deviation of one except those of the arms, whose coefficients are the contrasts. Its memory is
/// the workspace's.
struct Design {
  std::span<const int> patient = {};                      // of each row
  Eigen::Map<const Eigen::MatrixXd> x = {nullptr, 0, 0};  // [row][column]; the arms come last
  std::span<const int> arm_column = {};  // of each arm, or -1: the reference, or an arm without patients
  int aliased = 0;                       // columns left out because those before them determine them
  Failure failure = Failure::none;

  Eigen::Index rows() const { return x.rows(); }
  Eigen::Index columns() const { return x.cols(); }
  Eigen::Index arms() const;  // that have a column

  static constexpr std::size_t slots = 4;  // of a workspace; those from here on are free for the model
};

/// Builds it from the patients whose `required` columns are not missing. Failures: empty_arm when the reference or all
/// other arms are empty; singular_design when the covariates determine an arm; not_finite.
Design build_design(const Dataset& data, std::initializer_list<std::span<const double>> required, bool stratified,
                    Workspace& workspace);

/// Fills the contrast of each arm from the maximum of the likelihood; normal reference. Separation where the
/// coefficient is held. `offset` is the position of the design's first column among the coefficients.
void fill_contrasts(const Design& design, const Newton& maximum, Eigen::Index offset, const Inference& inference,
                    Workspace& workspace, std::span<Estimate> contrasts);

void fill_failure(Failure failure, const Design& design, std::span<Estimate> contrasts);

}  // namespace vcohort::analysis
