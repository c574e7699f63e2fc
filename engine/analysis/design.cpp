#include "engine/analysis/design.hpp"

#include <algorithm>
#include <cmath>

namespace vcohort::analysis {
namespace {

/// Of the length of a centred column: aliased below it. The tolerance of R's lm.
constexpr double collinear = 1e-7;

bool is_complete(const Dataset& data, std::initializer_list<std::span<const double>> required, bool stratified,
                 std::size_t i) {
  if (data.arm[i] < 0 || (stratified && data.stratum[i] < 0)) return false;
  for (const auto& column : required) {
    if (std::isnan(column[i])) return false;
  }
  for (const auto& covariate : data.covariates) {
    if (std::isnan(covariate[i])) return false;
  }
  return std::all_of(data.factors.begin(), data.factors.end(), [i](const Factor& f) { return f.codes[i] >= 0; });
}

/// Grows the matrix column by column, leaving out what the columns before determine.
class Columns {
 public:
  Columns(Design& design, Eigen::Index most) : design_(design) {
    const auto rows = static_cast<Eigen::Index>(design.patient.size());
    design_.x.resize(rows, most);
    basis_.resize(rows, most);
  }

  /// True when the column was added.
  template <class Value>
  bool add(Value value, bool standardise) {
    const auto rows = design_.x.rows();
    Eigen::VectorXd column(rows);
    for (Eigen::Index row = 0; row < rows; ++row) column[row] = value(design_.patient[static_cast<std::size_t>(row)]);
    const double largest = column.cwiseAbs().maxCoeff();
    if (!std::isfinite(largest)) {
      design_.failure = Failure::not_finite;
      return false;
    }
    if (standardise && largest > 0) column /= largest;  // before squares, which could overflow
    const double size = column.norm();
    column.array() -= column.mean();
    const double length = column.norm();
    Eigen::VectorXd rest = column;
    for (int sweep = 0; sweep < 2; ++sweep) {
      rest -= basis_.leftCols(columns_) * (basis_.leftCols(columns_).transpose() * rest);
    }
    // Against the uncentred size too: centring a constant leaves rounding errors.
    if (!(rest.norm() > collinear * length) || !(length > 1e-12 * size)) return false;
    basis_.col(columns_) = rest.normalized();
    if (standardise) column *= std::sqrt(static_cast<double>(rows)) / length;
    design_.x.col(columns_++) = column;
    return true;
  }

  int count() const { return static_cast<int>(columns_); }
  void finish() { design_.x.conservativeResize(Eigen::NoChange, columns_); }

 private:
  Design& design_;
  Eigen::MatrixXd basis_;  // orthonormal, of the columns so far
  Eigen::Index columns_ = 0;
};

void add_factor(const Factor& factor, Design& design, Columns& columns) {
  std::vector<bool> occurs(static_cast<std::size_t>(factor.levels), false);
  for (const int i : design.patient) occurs[static_cast<std::size_t>(factor.codes[i])] = true;
  bool first = true;
  for (int level = 0; level < factor.levels; ++level) {
    if (!occurs[static_cast<std::size_t>(level)]) continue;
    const bool added = first || columns.add([&](int i) { return factor.codes[i] == level ? 1.0 : 0.0; }, true);
    design.aliased += !added;
    first = false;
  }
}

void add_arms(const Dataset& data, Design& design, Columns& columns) {
  std::vector<int> size(static_cast<std::size_t>(data.arms), 0);
  for (const int i : design.patient) ++size[static_cast<std::size_t>(data.arm[i])];
  design.arm_column.assign(static_cast<std::size_t>(data.arms), -1);
  int present = 0;
  for (int arm = 1; arm < data.arms; ++arm) {
    if (size[static_cast<std::size_t>(arm)] == 0) continue;
    ++present;
    if (size[0] == 0) break;
    const int column = columns.count();
    if (!columns.add([&](int i) { return data.arm[i] == arm ? 1.0 : 0.0; }, false)) {
      if (design.failure == Failure::none) design.failure = Failure::singular_design;
      return;
    }
    design.arm_column[static_cast<std::size_t>(arm)] = column;
  }
  if (present == 0 || size[0] == 0) design.failure = Failure::empty_arm;
}

}  // namespace

Design build_design(const Dataset& data, std::initializer_list<std::span<const double>> required, bool stratified) {
  Design design;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    if (is_complete(data, required, stratified, i)) design.patient.push_back(static_cast<int>(i));
  }
  if (design.patient.empty()) {
    design.failure = Failure::empty_arm;
    return design;
  }
  auto most = static_cast<Eigen::Index>(data.covariates.size()) + data.arms;
  for (const auto& factor : data.factors) most += factor.levels;
  Columns columns(design, most);
  for (const auto& covariate : data.covariates) {
    design.aliased += !columns.add([&](int i) { return covariate[i]; }, true);
  }
  for (const auto& factor : data.factors) add_factor(factor, design, columns);
  add_arms(data, design, columns);
  columns.finish();
  return design;
}

void fill_failure(Failure failure, const Design& design, std::span<Estimate> contrasts) {
  std::fill(contrasts.begin(), contrasts.end(), failed(failure, static_cast<int>(design.patient.size())));
}

void fill_contrasts(const Design& design, const Eigen::VectorXd& coefficients, const Eigen::MatrixXd& covariance,
                    Eigen::Index offset, int iterations, const Inference& inference, Workspace& workspace,
                    std::span<Estimate> contrasts) {
  const int patients = static_cast<int>(design.patient.size());
  for (std::size_t k = 0; k < contrasts.size(); ++k) {
    const int column = design.arm_column[k + 1];
    if (column < 0) {
      contrasts[k] = failed(Failure::empty_arm, patients);
      continue;
    }
    const auto j = offset + column;
    contrasts[k] = wald(coefficients[j], std::sqrt(covariance(j, j)), normal_df, patients, inference, workspace);
    contrasts[k].iterations = iterations;
    contrasts[k].aliased = design.aliased;
  }
}

}  // namespace vcohort::analysis
