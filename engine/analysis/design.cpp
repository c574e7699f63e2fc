#include "engine/analysis/design.hpp"

#include <algorithm>
#include <cmath>
#include <new>

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
  Columns(std::span<const int> patient, Eigen::Index most, Workspace& workspace)
      : patient_(patient),
        x_(memory(0, most, workspace)),
        basis_(memory(1, most, workspace)),
        column_(memory(2, 1, workspace)),
        rest_(memory(3, 1, workspace)) {}

  /// True when the column was added.
  template <class Value>
  bool add(Value value, bool standardise) {
    const auto rows = x_.rows();
    for (Eigen::Index row = 0; row < rows; ++row) column_(row) = value(patient_[static_cast<std::size_t>(row)]);
    const double largest = column_.cwiseAbs().maxCoeff();
    if (!std::isfinite(largest)) {
      finite_ = false;
      return false;
    }
    auto column = column_.col(0), rest = rest_.col(0);
    if (standardise && largest > 0) column /= largest;  // before squares, which could overflow
    const double size = column.norm();
    column.array() -= column.mean();
    const double length = column.norm();
    rest = column;
    for (int sweep = 0; sweep < 2; ++sweep)
      for (Eigen::Index k = 0; k < columns_; ++k) rest -= basis_.col(k).dot(rest) * basis_.col(k);
    // Against the uncentred size too: centring a constant leaves rounding errors.
    if (!(rest.norm() > collinear * length) || !(length > 1e-12 * size)) return false;
    basis_.col(columns_) = rest / rest.norm();
    if (standardise) column *= std::sqrt(static_cast<double>(rows)) / length;
    x_.col(columns_++) = column;
    return true;
  }

  int count() const { return static_cast<int>(columns_); }
  bool finite() const { return finite_; }
  Eigen::Map<const Eigen::MatrixXd> x() const { return {x_.data(), x_.rows(), columns_}; }

 private:
  using Matrix = Eigen::Map<Eigen::MatrixXd>;

  Matrix memory(std::size_t slot, Eigen::Index columns, Workspace& workspace) const {
    const auto rows = static_cast<Eigen::Index>(patient_.size());
    return {workspace.reals(slot, patient_.size() * static_cast<std::size_t>(columns)).data(), rows, columns};
  }

  std::span<const int> patient_;
  Matrix x_, basis_;  // the latter orthonormal, of the columns so far
  Matrix column_, rest_;
  Eigen::Index columns_ = 0;
  bool finite_ = true;
};

/// How often each code occurs.
std::span<const int> occurrences(std::span<const int> codes, int levels, std::span<const int> patient,
                                 Workspace& workspace) {
  const auto counts = workspace.integers(1, static_cast<std::size_t>(levels));
  std::fill(counts.begin(), counts.end(), 0);
  for (const int i : patient) ++counts[static_cast<std::size_t>(codes[i])];
  return counts;
}

int add_factor(const Factor& factor, std::span<const int> occurs, Columns& columns) {
  bool first = true;
  int aliased = 0;
  for (int level = 0; level < factor.levels; ++level) {
    if (occurs[static_cast<std::size_t>(level)] == 0) continue;
    aliased += !first && !columns.add([&](int i) { return factor.codes[i] == level ? 1.0 : 0.0; }, true);
    first = false;
  }
  return aliased;
}

Failure add_arms(std::span<const int> arm, std::span<const int> size, std::span<int> arm_column, Columns& columns) {
  std::fill(arm_column.begin(), arm_column.end(), -1);
  if (size[0] == 0) return Failure::empty_arm;
  for (std::size_t k = 1; k < size.size(); ++k) {
    if (size[k] == 0) continue;
    arm_column[k] = columns.count();
    const bool added = columns.add([&](int i) { return arm[i] == static_cast<int>(k) ? 1.0 : 0.0; }, false);
    if (!added) return Failure::singular_design;
  }
  return std::all_of(size.begin() + 1, size.end(), [](int n) { return n == 0; }) ? Failure::empty_arm : Failure::none;
}

}  // namespace

Eigen::Index Design::arms() const {
  return std::count_if(arm_column.begin(), arm_column.end(), [](int column) { return column >= 0; });
}

Design build_design(const Dataset& data, std::initializer_list<std::span<const double>> required, bool stratified,
                    Workspace& workspace) {
  const auto complete = workspace.integers(0, data.arm.size());
  std::size_t patients = 0;
  for (std::size_t i = 0; i < data.arm.size(); ++i) {
    if (is_complete(data, required, stratified, i)) complete[patients++] = static_cast<int>(i);
  }
  if (patients == 0) return {.failure = Failure::empty_arm};
  Design design{.patient = complete.first(patients)};
  auto most = static_cast<Eigen::Index>(data.covariates.size()) + data.arms;
  for (const auto& factor : data.factors) most += factor.levels;
  Columns columns(design.patient, most, workspace);
  for (const auto& covariate : data.covariates) {
    design.aliased += !columns.add([&](int i) { return covariate[i]; }, true);
  }
  for (const auto& factor : data.factors)
    design.aliased += add_factor(factor, occurrences(factor.codes, factor.levels, design.patient, workspace), columns);
  const auto arm_column = workspace.integers(2, static_cast<std::size_t>(data.arms));
  design.failure = add_arms(data.arm, occurrences(data.arm, data.arms, design.patient, workspace), arm_column, columns);
  if (!columns.finite() && design.failure != Failure::empty_arm) design.failure = Failure::not_finite;
  design.arm_column = arm_column;
  new (&design.x) Eigen::Map<const Eigen::MatrixXd>(columns.x());
  return design;
}

void fill_failure(Failure failure, const Design& design, std::span<Estimate> contrasts) {
  std::fill(contrasts.begin(), contrasts.end(), failed(failure, static_cast<int>(design.patient.size())));
}

void fill_contrasts(const Design& design, const Newton& maximum, Eigen::Index offset, const Inference& inference,
                    Workspace& workspace, std::span<Estimate> contrasts) {
  const int patients = static_cast<int>(design.patient.size());
  for (std::size_t k = 0; k < contrasts.size(); ++k) {
    const int column = design.arm_column[k + 1];
    const auto j = offset + column;
    if (column < 0 || maximum.is_held(j)) {
      contrasts[k] = failed(column < 0                  ? Failure::empty_arm
                            : maximum.is_at_boundary(j) ? Failure::separation
                                                        : Failure::singular_design,
                            patients);
      continue;
    }
    contrasts[k] = wald(maximum.at[j], std::sqrt(maximum.covariance(j, j)), normal_df, patients, inference, workspace);
    contrasts[k].iterations = maximum.iterations;
    contrasts[k].aliased = design.aliased;
  }
}

}  // namespace vcohort::analysis
