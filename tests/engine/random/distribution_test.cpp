#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "engine/numeric/elementary.hpp"
#include "engine/random/tile_draws.hpp"

// Whether the draws have their distribution, and draws at neighbouring addresses nothing to do with one another. All
// seeds are fixed. Moments, counts and correlations may lie 4.5 standard errors off, a false alarm once in 150,000
// seeds.
namespace vcohort {
namespace {

constexpr std::uint64_t seed = 20260101;
constexpr double standard_errors = 4.5;

// Builds without optimisation or with sanitizers are up to 20 times slower, and draw fewer numbers.
#ifdef VCOHORT_BASELINE_ONLY
constexpr bool is_slow_build = true;
#else
constexpr bool is_slow_build = false;
#endif
constexpr int draws_per_column = is_slow_build ? 200'000 : 1'000'000;

std::vector<std::uint64_t> patients_from(std::uint64_t first, int n) {
  std::vector<std::uint64_t> patients(n);
  std::iota(patients.begin(), patients.end(), first);
  return patients;
}

/// Value k of patients 0 ... n - 1 at one address.
using TileFunction = void (*)(const TileAddress&, const std::uint64_t*, int, int, double* const*);
std::vector<std::vector<double>> draws(TileFunction tile_function, const TileAddress& tile, int n,
                                       std::uint64_t first_patient = 0) {
  std::vector<std::vector<double>> values(4, std::vector<double>(n));
  double* const out[4] = {values[0].data(), values[1].data(), values[2].data(), values[3].data()};
  tile_function(tile, patients_from(first_patient, n).data(), n, 4, out);
  return values;
}

double mean_of(const std::vector<double>& values, const std::function<double(double)>& f) {
  double sum = 0.0;
  for (const double value : values) sum += f(value);
  return sum / static_cast<double>(values.size());
}

/// Largest distance between the empirical and the true distribution function.
double kolmogorov_distance(std::vector<double> values, double (*distribution)(double)) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = distribution(values[i]);
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return distance;
}

/// Exceeded once in a million samples: 2 exp(-2 n D^2) = 1e-6.
double critical_distance(double n) {
  return std::sqrt(std::log(2e6) / (2.0 * n));
}

/// Correlation in units of its standard error, 1 / sqrt(n).
double correlation_score(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sx += x[i];
    sy += y[i];
    sxx += x[i] * x[i];
    syy += y[i] * y[i];
    sxy += x[i] * y[i];
  }
  return (sxy - sx * sy / n) / std::sqrt((sxx - sx * sx / n) * (syy - sy * sy / n)) * std::sqrt(n);
}

std::vector<double> squares(std::vector<double> values) {
  for (double& value : values) value *= value;
  return values;
}

void expect_independent(const std::vector<double>& x, const std::vector<double>& y, const std::string& what) {
  EXPECT_LT(std::fabs(correlation_score(x, y)), standard_errors) << what;
  EXPECT_LT(std::fabs(correlation_score(squares(x), squares(y))), standard_errors) << what << ", squares";
}

TEST(Uniforms, AreUniform) {
  constexpr int n = draws_per_column;
  const auto values = draws(tile_uniforms, {.seed = seed}, n);
  for (const std::vector<double>& column : values) {
    EXPECT_GT(*std::min_element(column.begin(), column.end()), 0.0);
    EXPECT_LT(*std::max_element(column.begin(), column.end()), 1.0);
    for (int power = 1; power <= 4; ++power) {
      const double truth = 1.0 / (power + 1);
      const double variance = 1.0 / (2 * power + 1) - truth * truth;
      EXPECT_NEAR(mean_of(column, [&](double u) { return std::pow(u, power); }), truth,
                  standard_errors * std::sqrt(variance / n));
    }
    EXPECT_LT(kolmogorov_distance(column, [](double u) { return u; }), critical_distance(n));
  }
}

TEST(Normals, AreNormal) {
  constexpr int n = draws_per_column;
  const auto values = draws(tile_normals, {.seed = seed}, n);
  for (const std::vector<double>& column : values) {
    // E x^k for k = 1 ... 6 and the variances of x^k, from the moments (2k - 1)!! of a standard normal.
    const double moments[] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395};
    for (int power = 1; power <= 6; ++power) {
      const double variance = moments[2 * power] - moments[power] * moments[power];
      EXPECT_NEAR(mean_of(column, [&](double x) { return std::pow(x, power); }), moments[power],
                  standard_errors * std::sqrt(variance / n))
          << power;
    }
    EXPECT_LT(kolmogorov_distance(column, normal_cdf), critical_distance(n));
  }
}

TEST(Normals, HaveTheirTails) {
  constexpr int tile = 4096;
  constexpr int tiles = is_slow_build ? 122 : 1221;  // 2e6 or 2e7 normals
  constexpr double n = 4.0 * tile * tiles;
  const double limits[] = {3.0, 3.5, 4.0, 4.5, 5.0};
  double above[5] = {};
  double below[5] = {};
  std::vector<std::vector<double>> values(4, std::vector<double>(tile));
  double* const out[4] = {values[0].data(), values[1].data(), values[2].data(), values[3].data()};
  for (int t = 0; t < tiles; ++t) {
    tile_normals({.seed = seed, .replicate = 1}, patients_from(static_cast<std::uint64_t>(t) * tile, tile).data(), tile,
                 4, out);
    for (const std::vector<double>& column : values) {
      for (const double x : column) {
        for (int i = 0; i < 5 && std::fabs(x) > limits[i]; ++i) ++(x > 0.0 ? above : below)[i];
      }
    }
  }
  for (int i = 0; i < 5; ++i) {
    const double expected = n * normal_cdf(-limits[i]);
    EXPECT_NEAR(above[i], expected, standard_errors * std::sqrt(expected)) << limits[i];
    EXPECT_NEAR(below[i], expected, standard_errors * std::sqrt(expected)) << -limits[i];
  }
  EXPECT_GT(above[3] + below[3], 0.0);  // 13.6 expected in the smaller sample: none at all has a chance of 1e-6
}

TEST(Draws, AtDifferentAddressesAreIndependent) {
  constexpr int n = draws_per_column / 2;
  const TileAddress here{.seed = seed, .replicate = 3, .purpose = Purpose::growth, .occasion = 4, .block = 5};
  const auto base = draws(tile_normals, here, n);
  for (int k = 0; k < 4; ++k) {
    for (int other = 0; other < k; ++other) expect_independent(base[k], base[other], "values of one block");
    expect_independent({base[k].begin(), base[k].end() - 1}, {base[k].begin() + 1, base[k].end()},
                       "neighbouring patients");
  }
  const auto compare = [&](TileAddress there, std::uint64_t first_patient, const std::string& what) {
    const auto values = draws(tile_normals, there, n, first_patient);
    for (int k = 0; k < 4; ++k) expect_independent(base[k], values[k], what);
  };
  TileAddress there = here;
  there.seed = seed + 1;
  compare(there, 0, "seeds");
  there = here;
  there.seed = seed + (std::uint64_t{1} << 32);
  compare(there, 0, "high words of seeds");
  there = here;
  ++there.replicate;
  compare(there, 0, "replicates");
  there = here;
  there.purpose = Purpose::disturbance;
  compare(there, 0, "purposes");
  there = here;
  ++there.occasion;
  compare(there, 0, "occasions");
  there = here;
  ++there.block;
  compare(there, 0, "blocks");
  compare(here, std::uint64_t{1} << 32, "high words of patients");
}

}  // namespace
}  // namespace vcohort
