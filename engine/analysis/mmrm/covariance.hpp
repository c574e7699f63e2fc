#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace vcohort::analysis {

/// How the covariance of a patient's outcomes depends on the visits; s_t is the standard deviation at visit t, r a
/// correlation. Visits count as equally spaced but for the last structure, where d is the time between two of them.
/// Append-only: the numbers are stored.
enum class CovarianceStructure : std::uint8_t {
  unstructured = 0,                     // any covariance matrix
  toeplitz_heterogeneous = 1,           // s_t s_u r_|t-u|
  ar1_heterogeneous = 2,                // s_t s_u r^|t-u|
  compound_symmetry_heterogeneous = 3,  // s_t s_u r
  toeplitz = 4,                         // s^2 r_|t-u|
  ar1 = 5,                              // s^2 r^|t-u|
  compound_symmetry = 6,                // s^2 r
  spatial_exponential = 7               // s^2 r^d, 0 < r < 1
};
/// Whether the order of the visits matters.
constexpr bool depends_on_order(CovarianceStructure structure) {
  return structure != CovarianceStructure::unstructured && structure != CovarianceStructure::compound_symmetry &&
         structure != CovarianceStructure::compound_symmetry_heterogeneous;
}
/// "us", "toeph", "ar1h", "csh", "toep", "ar1", "cs", "sp_exp".
std::string_view name_of(CovarianceStructure structure);

/// A covariance structure over a number of visits, with the unconstrained parameters theta of R's package mmrm
/// (vignette "Covariance Structures"), so that its theta, its observed information and its Kenward-Roger adjustment are
/// the same:
///
///   unstructured  log s'_1 .. log s'_T, then l_21, l_31, l_32, ... with Sigma = D L L' D, D = diag(s'), L unit lower
///   triangular others        log s_1 .. log s_T (or one log s), then the correlations: r = theta / sqrt(1 + theta^2),
///   for compound symmetry
///                 r = logistic(theta) (1 + a) - a with a = 1 / (T - 1), for the spatial one r = logistic(theta)
///
/// Matrices are row-major T x T. Derivatives are with respect to theta.
class CovarianceFamily {
 public:
  CovarianceFamily() = default;
  /// `times` of the visits are for the spatial structure, and must outlive the family; without them visits are 1 apart.
  CovarianceFamily(CovarianceStructure structure, int visits, std::span<const double> times = {});

  CovarianceStructure structure() const { return structure_; }
  int visits() const { return visits_; }
  int parameters() const { return parameters_; }

  /// Sigma(theta); positive definiteness is not promised for the Toeplitz structures.
  void matrix(std::span<const double> theta, std::span<double> sigma) const;

  /// d Sigma / d theta_h for every h, one after the other: shape [h][T][T].
  void first_derivatives(std::span<const double> theta, std::span<double> derivatives) const;

  /// Adds sum_ts weight_ts d2 Sigma_ts / d theta_h d theta_j to result [h][j], for a symmetric weight.
  void add_weighted_second_derivatives(std::span<const double> theta, std::span<const double> weight,
                                       std::span<double> result, int result_stride) const;

  /// Sum over h, j of covariance_hj d2 Sigma / d theta_h d theta_j, shape [T][T]; the covariance has the given row
  /// stride.
  void contracted_second_derivatives(std::span<const double> theta, std::span<const double> covariance, int stride,
                                     std::span<double> result) const;

  /// The same contraction for the parameters that SAS uses: entries of Sigma where Sigma is linear in them (us, toep,
  /// cs: zero), else variances and correlations. `derivatives` as from first_derivatives.
  void contracted_second_derivatives_of_entries(std::span<const double> theta, std::span<const double> covariance,
                                                int stride, std::span<const double> derivatives,
                                                std::span<double> result) const;

  /// The theta of this family that is closest, in a rough sense, to a symmetric matrix of variances and covariances
  /// with a positive diagonal: correlations are averaged, and shrunk until Sigma is positive definite. Needs T^2 + 2 T
  /// numbers of scratch memory.
  void approximate(std::span<const double> rough, std::span<double> theta, std::span<double> scratch) const;

 private:
  double correlation(double theta) const;
  template <class Receiver>
  void each_second_derivative(std::span<const double> theta, Receiver&& receive) const;
  template <class Receiver>
  void each_first_derivative(std::span<const double> theta, int t, int u, Receiver&& receive) const;
  struct Correlation {
    double value, slope, curvature;  // of the entry's correlation in its parameter
  };
  Correlation correlation_of(std::span<const double> theta, int t, int u) const;
  double distance(int t, int u) const { return times_.empty() ? t - u : times_[t] - times_[u]; }
  int correlation_parameter(int lag) const;
  int scale_parameter(int visit) const { return heterogeneous_ ? visit : 0; }
  int factor_parameter(int row, int column) const { return visits_ + row * (row - 1) / 2 + column; }

  CovarianceStructure structure_ = CovarianceStructure::unstructured;
  int visits_ = 0;
  int parameters_ = 0;
  bool heterogeneous_ = true;
  std::span<const double> times_;
};

}  // namespace vcohort::analysis
