#include "engine/analysis/ancova.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "engine/analysis/columns_hot.hpp"
#include "engine/analysis/sums.hpp"

namespace vcohort::analysis {
namespace {

/// Of the squared length of a column, what the columns before it leave. Above it products are accurate to ten digits;
/// below it the columns are orthogonalised themselves.
constexpr double near_collinear = 1e-6;
/// Of the length of a column: aliased below it. The tolerance of R's lm.
constexpr double collinear = 1e-7;
/// Of the size of the arm means: a spread below it is rounding error of the centring.
constexpr double constant = 1e-13;

enum Slot : std::size_t {
  columns_slot,
  arms_slot,
  squares_slot,
  prepared_slot,
  factor_slot,
  projection_slot,
  weights_slot,
  basis_slot
};

/// The model as columns in the order of the patients: the covariates first and the outcome last, each centred within
/// the arms; zero for those who are not analysed. What rounding left of the means is kept beside the columns and taken
/// off their products (Chan, Golub and LeVeque 1983).
class Model {
 public:
  Model(const Dataset& data, Workspace& workspace)
      : data_(data), workspace_(workspace), n_(data.arm.size()), arms_(static_cast<std::size_t>(data.arms)) {
    code_ = data_.completed_arms(workspace_.integers(0, n_));
    make_room();
    if (!take_pair()) take_columns();
  }

  int patients() const { return patients_; }
  int covariates() const { return covariates_; }
  bool finite() const { return finite_; }
  double arm_size(int arm) const { return size_[arm]; }
  int arms_present() const {
    return static_cast<int>(std::count_if(size_.begin(), size_.end(), [](double n) { return n > 0; }));
  }
  /// Column `covariates()` is the outcome.
  std::span<double> column(int j) const { return columns_.subspan(j * n_, n_); }
  /// Sum of products about the arm means.
  double product(int j, int k) const {
    double sum = pair_ ? pair_->product : product_of(column(j).data(), column(k).data(), static_cast<long>(n_));
    for (std::size_t arm = 0; arm < arms_; ++arm)
      if (size_[arm] > 0) sum -= left_[j * arms_ + arm] * left_[k * arms_ + arm] / size_[arm];
    return sum;
  }
  /// Sum of squares of a column.
  double squares(int j) const { return squares_[j]; }
  double mean(int j, int arm) const { return means_[j * arms_ + static_cast<std::size_t>(arm)]; }
  double overall_mean(int j) const {
    double sum = 0;
    for (int arm = 0; arm < data_.arms; ++arm) sum += mean(j, arm) * arm_size(arm);
    return sum / patients_;
  }
  /// The largest arm mean, without sign: the size against which a spread is judged.
  double size(int j) const {
    double largest = 0;
    for (int arm = 0; arm < data_.arms; ++arm) largest = std::max(largest, std::fabs(mean(j, arm)));
    return largest;
  }
  double outcome_unit() const { return outcome_unit_; }

  /// Takes what rounding left of the means off the columns themselves.
  void finish_centring() {
    if (pair_) {
      pair_.reset();
      take_columns();
    }
    for (int j = 0; j <= covariates_; ++j) {
      const auto x = column(j);
      const auto left = left_.subspan(j * arms_, arms_);
      for (std::size_t i = 0; i < n_; ++i)
        if (code_[i] >= 0) x[i] -= left[code_[i]] / size_[code_[i]];
      std::fill(left.begin(), left.end(), 0.0);
    }
  }

 private:
  void make_room() {
    std::size_t columns = 1 + data_.covariates.size();
    for (const auto& factor : data_.factors) columns += static_cast<std::size_t>(std::max(factor.levels, 0));
    columns_ = workspace_.reals(columns_slot, columns * n_);
    squares_ = workspace_.reals(squares_slot, columns);
    prepared_ = workspace_.reals(prepared_slot, n_);
    const auto by_arm = workspace_.reals(arms_slot, (2 * columns + 2) * arms_);
    means_ = by_arm.first(columns * arms_);
    left_ = by_arm.subspan(columns * arms_, columns * arms_);
    size_ = by_arm.subspan(2 * columns * arms_, arms_);
    of_column_ = by_arm.subspan((2 * columns + 1) * arms_, arms_);
    if (data_.in_arm.empty())
      count_by_arm(code_.data(), static_cast<long>(n_), data_.arms, size_.data());
    else
      std::copy(data_.in_arm.begin(), data_.in_arm.end(), size_.begin());
    patients_ = static_cast<int>(std::accumulate(size_.begin(), size_.end(), 0.0));
  }

  /// The usual model, one covariate and two arms, needs no column of its own. False where it is another one, or squares
  /// over- or underflow.
  bool take_pair() {
    if (data_.covariates.size() != 1 || !data_.factors.empty() || data_.arms != 2) return false;
    PairOfColumns& pair = pair_.emplace();
    pair_by_arm(data_.covariates.front().data(), data_.outcome.data(), code_.data(), static_cast<long>(n_),
                size_.data(), &pair);
    covariates_ = 1;
    for (int j = 0; j < 2; ++j) {
      std::copy_n(pair.means[j], 2, &means_[j * 2]);
      std::copy_n(pair.sums[j], 2, &left_[j * 2]);
      std::copy_n(pair.squares[j], 2, of_column_.begin());
      correct_for_rounding(j);
    }
    if (sum_of_squares_is_safe(squares_[0]) && sum_of_squares_is_safe(squares_[1])) return true;
    pair_.reset();
    return false;
  }

  void take_columns() {
    int j = 0;
    for (const auto& covariate : data_.covariates) take(j++, covariate);
    for (const auto& factor : data_.factors) take_factor(factor, j);
    covariates_ = j;
    outcome_unit_ = take(j, data_.outcome);
  }

  /// Dummy columns of the levels that occur, without the first.
  void take_factor(const Factor& factor, int& j) {
    auto count = workspace_.integers(1, static_cast<std::size_t>(factor.levels));
    std::fill(count.begin(), count.end(), 0);
    for (std::size_t i = 0; i < n_; ++i)
      if (code_[i] >= 0) ++count[factor.codes[i]];
    bool first = true;
    for (int level = 0; level < factor.levels; ++level) {
      if (count[level] == 0) continue;
      if (!first) {
        for (std::size_t i = 0; i < n_; ++i) prepared_[i] = factor.codes[i] == level ? 1.0 : 0.0;
        take(j++, prepared_);
      }
      first = false;
    }
  }

  /// Centres a column; scales it when its squares over- or underflow. Returns its unit.
  double take(int j, std::span<const double> x) {
    centre_within_arms(j, x);
    if (sum_of_squares_is_safe(squares_[j])) return 1;
    for (std::size_t i = 0; i < n_; ++i) prepared_[i] = code_[i] < 0 ? 0.0 : x[i];
    const double scale = scale_of(prepared_);
    finite_ = finite_ && std::isfinite(scale);
    for (double& entry : prepared_) entry *= scale;
    centre_within_arms(j, prepared_);
    return 1 / scale;
  }

  void centre_within_arms(int j, std::span<const double> x) {
    const auto rows = static_cast<long>(n_);
    const auto means = means_.subspan(j * arms_, arms_), left = left_.subspan(j * arms_, arms_);
    sums_by_arm(x.data(), code_.data(), rows, data_.arms, means.data());
    for (std::size_t arm = 0; arm < arms_; ++arm) means[arm] = size_[arm] > 0 ? means[arm] / size_[arm] : 0.0;
    centre_by_arm(x.data(), code_.data(), rows, data_.arms, means.data(), column(j).data(), left.data(),
                  of_column_.data());
    correct_for_rounding(j);
  }

  /// Means and squares of a column, given what is left of its centring.
  void correct_for_rounding(int j) {
    const auto means = means_.subspan(j * arms_, arms_), left = left_.subspan(j * arms_, arms_);
    squares_[j] = 0;
    for (std::size_t arm = 0; arm < arms_; ++arm) {
      if (size_[arm] == 0) continue;
      squares_[j] += squares_about_mean(of_column_[arm], left[arm], size_[arm]);
      means[arm] += left[arm] / size_[arm];
    }
  }

  const Dataset& data_;
  Workspace& workspace_;
  std::size_t n_, arms_;
  int covariates_ = 0, patients_ = 0;
  double outcome_unit_ = 1;
  bool finite_ = true;
  std::span<const int> code_;                       // [patient]: the arm; -1: not analysed
  std::span<double> columns_, squares_, prepared_;  // prepared_: a column that is not the data's own
  std::span<double> means_, left_;                  // [column][arm]; sums of what the centred columns left
  std::span<double> size_, of_column_;              // [arm]: patients; squares of the column at hand
  std::optional<PairOfColumns> pair_;               // in place of the columns
};

/// The regression within arms: row j of `factor` holds the coordinates of covariate j in an orthonormal basis of the
/// covariates before it; `kept` counts the basis, and row j has its own direction only if it is not aliased.
struct Regression {
  std::span<double> factor;      // [covariate][basis]
  std::span<double> projection;  // of the outcome on the basis
  std::span<int> direction;      // of each covariate in the basis, or -1 when aliased
  int kept = 0;
  double residual_sum_of_squares = 0;
};

Regression empty_regression(int covariates, Workspace& workspace) {
  const auto q = static_cast<std::size_t>(covariates);
  Regression fit;
  fit.factor = workspace.reals(factor_slot, q * q);
  fit.projection = workspace.reals(projection_slot, q);
  fit.direction = workspace.integers(2, q);
  return fit;
}

/// Cholesky factor of the products. False when a pivot or the residual is too small for products to be accurate.
bool regress_by_products(const Model& model, Regression& fit) {
  const int q = model.covariates();
  const double total = model.squares(q);
  fit.residual_sum_of_squares = total;
  for (int j = 0; j < q; ++j) {
    double* row = &fit.factor[j * q];
    for (int k = 0; k < j; ++k) {
      double sum = model.product(j, k);
      for (int m = 0; m < k; ++m) sum -= row[m] * fit.factor[k * q + m];
      row[k] = sum / fit.factor[k * q + k];
    }
    const double own = model.squares(j);
    double pivot = own;
    double product = model.product(j, q);
    for (int k = 0; k < j; ++k) {
      pivot -= row[k] * row[k];
      product -= row[k] * fit.projection[k];
    }
    if (!(pivot > near_collinear * own)) return false;
    row[j] = std::sqrt(pivot);
    fit.projection[j] = product / row[j];
    fit.direction[j] = j;
    fit.residual_sum_of_squares -= fit.projection[j] * fit.projection[j];
  }
  fit.kept = q;
  return fit.residual_sum_of_squares > near_collinear * total;
}

/// Gram-Schmidt on the columns themselves, each sweep twice, which leaves them orthogonal to rounding (Kahan, "twice is
/// enough"). Drops what is aliased.
void regress_by_columns(Model& model, Workspace& workspace, Regression& fit) {
  model.finish_centring();
  const int q = model.covariates();
  const std::size_t n = model.column(0).size();
  auto basis = workspace.reals(basis_slot, (static_cast<std::size_t>(q) + 1) * n);
  const auto direction = [&](int k) { return basis.subspan(k * n, n); };
  const auto remove_basis = [&](std::span<double> x, double* coordinates) {
    for (int k = 0; k < fit.kept; ++k) coordinates[k] = 0;
    for (int sweep = 0; sweep < 2; ++sweep) {
      for (int k = 0; k < fit.kept; ++k) {
        const double share = dot(x, direction(k));
        coordinates[k] += share;
        for (std::size_t i = 0; i < n; ++i) x[i] -= share * direction(k)[i];
      }
    }
  };
  fit.kept = 0;
  for (int j = 0; j < q; ++j) {
    const auto x = model.column(j);
    auto rest = direction(fit.kept);
    std::copy(x.begin(), x.end(), rest.begin());
    const double own = std::sqrt(model.squares(j));
    double* row = &fit.factor[j * q];
    remove_basis(rest, row);
    const double left = std::sqrt(dot(rest, rest));
    fit.direction[j] = -1;
    const bool varies = own > constant * std::sqrt(static_cast<double>(model.patients())) * model.size(j);
    if (!varies || !(left > collinear * own)) continue;
    for (double& value : rest) value /= left;
    row[fit.kept] = left;
    fit.direction[j] = fit.kept++;
  }
  const auto outcome = model.column(q);
  auto rest = direction(fit.kept);
  std::copy(outcome.begin(), outcome.end(), rest.begin());
  remove_basis(rest, fit.projection.data());
  fit.residual_sum_of_squares = dot(rest, rest);
}

/// Solves for the coordinates w of a difference of covariate means. False when an aliased covariate differs in another
/// way than the covariates that determine it: then it is confounded with the arm.
template <class Difference>
bool coordinates_of(const Model& model, const Regression& fit, Difference difference, std::span<double> w) {
  const int q = model.covariates();
  for (int j = 0; j < q; ++j) {
    const double* row = &fit.factor[j * q];
    const int own = fit.direction[j];
    const int before = own >= 0 ? own : fit.kept;
    double rest = difference(j);
    double size = std::fabs(rest);
    // Directions after those known to column j were found later and have no part in it.
    int known = 0;
    for (int i = 0; i < j; ++i) known += fit.direction[i] >= 0;
    for (int k = 0; k < std::min(before, known); ++k) {
      rest -= row[k] * w[k];
      size += std::fabs(row[k] * w[k]);
    }
    if (own >= 0) {
      w[own] = rest / row[own];
    } else if (std::fabs(rest) > collinear * size + constant * model.size(j)) {
      return false;
    }
  }
  return true;
}

void fail_all(std::span<Estimate> contrasts, Failure failure, int patients) {
  std::fill(contrasts.begin(), contrasts.end(), failed(failure, patients));
}

/// The contrast of one arm, given residual variance and degrees of freedom.
Estimate contrast(const Model& model, const Regression& fit, int arm, double variance, double df,
                  const Inference& inference, Workspace& workspace) {
  if (model.arm_size(arm) == 0) return failed(Failure::empty_arm, model.patients());
  const auto w = workspace.reals(weights_slot, static_cast<std::size_t>(model.covariates()));
  const auto difference = [&model, arm](int j) { return model.mean(j, arm) - model.mean(j, 0); };
  if (!coordinates_of(model, fit, difference, w)) return failed(Failure::singular_design, model.patients());
  const auto kept = static_cast<std::size_t>(fit.kept);
  const double estimate = difference(model.covariates()) - dot(w.first(kept), fit.projection.first(kept));
  const double leverage = 1 / model.arm_size(arm) + 1 / model.arm_size(0) + dot(w.first(kept), w.first(kept));
  auto result = wald(estimate, std::sqrt(variance * leverage), df, model.patients(), inference, workspace);
  result.aliased = model.covariates() - fit.kept;
  return in_units(result, model.outcome_unit());
}

void fill_adjusted_means(const Model& model, const Regression& fit, double variance, double df,
                         const Inference& inference, Workspace& workspace, std::span<Estimate> means) {
  const auto w = workspace.reals(weights_slot, static_cast<std::size_t>(model.covariates()));
  const auto kept = static_cast<std::size_t>(fit.kept);
  for (std::size_t arm = 0; arm < means.size(); ++arm) {
    const int k = static_cast<int>(arm);
    if (model.arm_size(k) == 0) continue;
    if (!coordinates_of(
            model, fit, [&](int j) { return model.mean(j, k) - model.overall_mean(j); }, w))
      continue;
    const double adjusted = model.mean(model.covariates(), k) - dot(w.first(kept), fit.projection.first(kept));
    const double leverage = 1 / model.arm_size(k) + dot(w.first(kept), w.first(kept));
    means[arm] = in_units(wald(adjusted, std::sqrt(variance * leverage), df, model.patients(), inference, workspace),
                          model.outcome_unit());
  }
}

}  // namespace

void ancova(const Dataset& data, const Inference& inference, Workspace& workspace, std::span<Estimate> contrasts,
            std::span<Estimate> adjusted_means) {
  std::fill(adjusted_means.begin(), adjusted_means.end(), failed(Failure::empty_arm));
  Model model(data, workspace);
  const int patients = model.patients();
  if (patients == 0 || model.arm_size(0) == 0) return fail_all(contrasts, Failure::empty_arm, patients);
  if (!model.finite()) return fail_all(contrasts, Failure::not_finite, patients);

  auto fit = empty_regression(model.covariates(), workspace);
  if (!regress_by_products(model, fit)) regress_by_columns(model, workspace, fit);
  const double df = patients - model.arms_present() - fit.kept;
  if (df < 1) return fail_all(contrasts, Failure::too_few_patients, patients);
  const int outcome = model.covariates();
  const double n = patients;
  const double rounding = constant * std::max(std::sqrt(model.squares(outcome)), std::sqrt(n) * model.size(outcome));
  if (!(std::sqrt(fit.residual_sum_of_squares) > rounding)) {
    return fail_all(contrasts, Failure::no_variation, patients);
  }
  const double variance = fit.residual_sum_of_squares / df;
  for (std::size_t k = 0; k < contrasts.size(); ++k) {
    contrasts[k] = contrast(model, fit, static_cast<int>(k) + 1, variance, df, inference, workspace);
  }
  if (!adjusted_means.empty()) fill_adjusted_means(model, fit, variance, df, inference, workspace, adjusted_means);
}

void fit_ancova(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                std::span<Estimate> contrasts) {
  ancova(data, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
