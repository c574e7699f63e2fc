#include "engine/analysis/mmrm/covariance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vcohort::analysis {
namespace {

class Structures : public testing::TestWithParam<int> {
 protected:
  CovarianceFamily family{static_cast<CovarianceStructure>(GetParam()), 4};
  std::vector<double> theta() const {
    std::vector<double> result(family.parameters());
    for (std::size_t h = 0; h < result.size(); ++h) result[h] = 0.3 * std::cos(1.0 + static_cast<double>(h)) + 0.2;
    return result;
  }
  std::vector<double> matrix(const std::vector<double>& at) const {
    std::vector<double> result(16);
    family.matrix(at, result);
    return result;
  }
};

TEST_P(Structures, FirstDerivativesAreDifferencesOfTheMatrix) {
  std::vector<double> derivatives(family.parameters() * 16);
  family.first_derivatives(theta(), derivatives);
  const double step = 1e-5;  // central difference: error of order 1e-10
  for (int h = 0; h < family.parameters(); ++h) {
    std::vector<double> up = theta(), down = theta();
    up[h] += step, down[h] -= step;
    const std::vector<double> a = matrix(up), b = matrix(down);
    for (int e = 0; e < 16; ++e) EXPECT_NEAR(derivatives[h * 16 + e], (a[e] - b[e]) / (2 * step), 1e-8);
  }
}

TEST_P(Structures, SecondDerivativesAreDifferencesOfTheFirst) {
  const int k = family.parameters();
  std::vector<double> weight(16), covariance(k * k), by_weight(k * k, 0.0), by_covariance(16), expected(16, 0.0);
  for (int t = 0; t < 4; ++t) {
    for (int u = 0; u <= t; ++u) weight[t * 4 + u] = weight[u * 4 + t] = std::sin(1.0 + 3 * t + u);
  }
  for (int h = 0; h < k; ++h) {
    for (int j = 0; j <= h; ++j) covariance[h * k + j] = covariance[j * k + h] = std::cos(2.0 * h + j);
  }
  family.add_weighted_second_derivatives(theta(), weight, by_weight, k);
  family.contracted_second_derivatives(theta(), covariance, k, by_covariance);
  const double step = 1e-5;
  std::vector<double> a(k * 16), b(k * 16);
  for (int h = 0; h < k; ++h) {
    std::vector<double> up = theta(), down = theta();
    up[h] += step, down[h] -= step;
    family.first_derivatives(up, a);
    family.first_derivatives(down, b);
    for (int j = 0; j < k; ++j) {
      double sum = 0;
      for (int e = 0; e < 16; ++e) {
        const double second = (a[j * 16 + e] - b[j * 16 + e]) / (2 * step);
        sum += weight[e] * second;
        expected[e] += covariance[h * k + j] * second;
      }
      EXPECT_NEAR(by_weight[h * k + j], sum, 1e-7) << h << " " << j;
    }
  }
  for (int e = 0; e < 16; ++e) EXPECT_NEAR(by_covariance[e], expected[e], 1e-7);
}

TEST_P(Structures, ApproximationReturnsAMemberOfTheFamily) {
  std::vector<double> found(family.parameters()), scratch(24);
  const std::vector<double> wanted = matrix(theta());
  family.approximate(wanted, found, scratch);
  const std::vector<double> back = matrix(found);
  for (int e = 0; e < 16; ++e) EXPECT_NEAR(back[e], wanted[e], 1e-12);
}

INSTANTIATE_TEST_SUITE_P(All, Structures, testing::Range(0, 8), [](const testing::TestParamInfo<int>& chosen) {
  return std::string(name_of(static_cast<CovarianceStructure>(chosen.param)));
});

}  // namespace
}  // namespace vcohort::analysis
