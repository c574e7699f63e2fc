#include "engine/data_model/correlation.hpp"

#include <cmath>

#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

constexpr double printed_digits = 1e-9;  // by which a written matrix may fail to be symmetric

void check_shape(const std::vector<std::vector<double>>& correlation) {
  for (std::size_t v = 0; v < correlation.size(); ++v) {
    require(correlation[v].size() == correlation.size(), "a correlation matrix is square");
    for (std::size_t w = 0; w < v; ++w)
      require(std::fabs(correlation[v][w] - correlation[w][v]) <= printed_digits, "a correlation matrix is symmetric");
    require(correlation[v][v] == 1, "a correlation matrix has ones on its diagonal");
  }
}

}  // namespace

std::vector<std::vector<double>> covariance_factor(const std::vector<std::vector<double>>& covariance) {
  std::vector<std::vector<double>> factor(covariance.size());
  for (std::size_t v = 0; v < covariance.size(); ++v) {
    factor[v].resize(v + 1);
    for (std::size_t w = 0; w <= v; ++w) {
      double rest = covariance[v][w];
      for (std::size_t k = 0; k < w; ++k) rest -= factor[v][k] * factor[w][k];
      if (w < v) {
        factor[v][w] = rest / factor[w][w];
      } else {
        require(rest > 0, "a covariance matrix is positive definite");
        factor[v][v] = __builtin_sqrt(rest);
      }
    }
  }
  return factor;
}

std::vector<std::vector<double>> correlation_factor(const std::vector<std::vector<double>>& correlation) {
  check_shape(correlation);
  return covariance_factor(correlation);
}

}  // namespace vcohort
