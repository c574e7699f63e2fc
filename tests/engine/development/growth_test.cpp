#include <array>

#include "engine/random/tile_draws.hpp"
#include "tests/engine/development/children.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// Growth between children and the observed baseline.
namespace vcohort {
namespace {

using namespace test;

constexpr int n = 100'000;

// Rosenbaum's curves (JAMA 2002;288:1357), worked out from limit and age-90 to one decimal.
TEST(Growth, CurvesOfTheLevels) {
  const DevelopmentParameters p(values_of("sceptical"));
  const std::array<double, 5> ages = {1, 2, 3, 4, 6};
  constexpr double score[5][5] = {{33.4, 54.1, 66.9, 74.8, 82.8},
                                  {27.9, 44.4, 54.2, 60.0, 65.4},
                                  {25.2, 38.7, 45.9, 49.8, 53.0},
                                  {19.5, 29.6, 34.8, 37.5, 39.6},
                                  {12.8, 18.2, 20.6, 21.6, 22.2}};
  for (int level = 0; level < gmfcs_levels; ++level)
    for (std::size_t k = 0; k < ages.size(); ++k) EXPECT_NEAR(p.expected(level, ages[k]), score[level][k], 0.051);
}

TEST(Growth, ExpectedChangeIsTheDifferenceOfTheCurveWithDeclineToo) {
  ParameterValues values = values_of("sceptical");
  values.set("development.decline", 1);
  const DevelopmentParameters p(values);
  each_tile_of_children(tile_size, register_population(), values, [&](const ChildTile& child) {
    Lanes<double> change;
    for (double months : {1.0, 24.0, 120.0}) {
      expected_change(p, child, months, change.data());
      for (int i = 0; i < child.patient.lanes; ++i) {
        const int level = child.patient.gmfcs[i];
        const double age = child.patient.age_years[i];
        EXPECT_NEAR(change[i], p.expected(level, age + months / 12) - p.expected(level, age), 1e-11);
      }
    }
  });
}

TEST(Growth, LimitsAndRatesHaveTheirLaws) {
  const ParameterValues values = values_of("sceptical");
  const DevelopmentParameters p(values);
  const std::array<double, 5> limit = {87.7, 68.4, 54.3, 40.4, 22.3};
  const std::array<double, 5> logit_sd = {0.863, 0.451, 0.345, 0.303, 0.540};
  const std::array<double, 5> age90 = {4.8, 4.4, 3.7, 3.5, 2.7};
  const std::array<double, 5> log_sd = {0.275, 0.418, 0.584, 0.2, 0.3};
  for (std::size_t level = 0; level < limit.size(); ++level) {
    std::vector<double> of_limit, of_age90;
    each_tile_of_children(n / 4, one_kind(static_cast<int>(level), 5), values, [&](const ChildTile& child) {
      for (int i = 0; i < child.patient.lanes; ++i) {
        of_limit.push_back(std::log(child.limit[i] / (100 - child.limit[i])) -
                           std::log(limit[level] / (100 - limit[level])));
        of_age90.push_back(std::log(std::log(10.0) / child.rate[i] / age90[level]));
      }
    });
    expect_distribution(of_limit, [&](double x) { return normal_distribution(x / logit_sd[level]); });
    expect_distribution(of_age90, [&](double x) { return normal_distribution(x / log_sd[level]); });
    expect_mean(of_limit, 0);
    expect_sd(of_limit, logit_sd[level]);
    expect_sd(of_age90, log_sd[level]);
    expect_correlation(of_limit, of_age90, 0);
  }
}

TEST(Growth, LimitAndAge90MayBeCorrelated) {
  ParameterValues values = values_of("sceptical");
  values.set("motor.limit_rate_correlation", -0.3);
  std::vector<double> of_limit, of_age90;
  each_tile_of_children(n, one_kind(2, 5), values, [&](const ChildTile& child) {
    for (int i = 0; i < child.patient.lanes; ++i) {
      of_limit.push_back(std::log(child.limit[i] / (100 - child.limit[i])));
      of_age90.push_back(-std::log(child.rate[i]));
    }
  });
  expect_correlation(of_limit, of_age90, -0.3);
  expect_sd(of_limit, 0.345);
  expect_sd(of_age90, 0.584);
}

/// What is left of an observed baseline when the known parts are taken away; scores at an end of the scale are left
/// out.
TEST(Growth, ObservedBaseline) {
  const ParameterValues values = values_of("sceptical");
  const DevelopmentParameters p(values);
  std::vector<double> disturbance, residual, error66, error88, limit_score;
  each_tile_of_children(n, one_kind(2, 5), values, [&](const ChildTile& child) {
    Lanes<double> shifted, gmfm88;
    for (int i = 0; i < child.patient.lanes; ++i)
      shifted[i] = child.baseline_motor[i] + child.disturbance[i] + child.crosswalk_residual[i];
    crosswalk_to_gmfm88(p, child.patient.lanes, shifted.data(), gmfm88.data());
    for (int i = 0; i < child.patient.lanes; ++i) {
      limit_score.push_back(child.limit_score[i]);
      disturbance.push_back(child.disturbance[i]);
      residual.push_back(child.crosswalk_residual[i]);
      error66.push_back(child.baseline_gmfm66[i] - child.baseline_motor[i] - child.disturbance[i]);
      error88.push_back(child.baseline_gmfm88[i] - gmfm88[i]);
      EXPECT_GE(child.baseline_gmfm66[i], 0);
      EXPECT_LE(child.baseline_gmfm88[i], 100);
    }
  });
  expect_distribution(disturbance, [](double x) { return normal_distribution(x / 2.5); });
  expect_distribution(residual, [](double x) { return normal_distribution(x / 4); });
  expect_distribution(error66, [](double x) { return normal_distribution(x / 1.25); });
  expect_sd(error66, 1.25);
  expect_distribution(error88, [](double x) { return normal_distribution(x / 1.6); });
  expect_sd(error88, 1.6);
  const std::vector<std::vector<double>> parts = {limit_score, disturbance, residual, error66, error88};
  for (std::size_t a = 0; a < parts.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) expect_correlation(parts[a], parts[b], 0);
}

// The table that the crosswalk was fitted to (Palisano 2000 and Rosenbaum 2002): its residuals are known to a decimal.
TEST(Growth, CrosswalkInvertsTheFit) {
  const DevelopmentParameters p(values_of("sceptical"));
  const std::array<double, 5> gmfm88 = {96.8, 89.3, 61.3, 36.1, 12.9};
  const std::array<double, 5> gmfm66 = {87.7, 68.4, 54.3, 40.4, 22.3};
  const std::array<double, 5> residual = {-2.0, 5.9, -1.4, -1.9, 0.4};
  for (std::size_t k = 0; k < gmfm88.size(); ++k) {
    const double predicted = gmfm66[k] + residual[k];
    double back = 0;
    crosswalk_to_gmfm88(p, 1, &predicted, &back);
    // A printed residual is off by up to 0.05 GMFM-66 points; a GMFM-88 point is worth at least 0.3 of them here.
    EXPECT_NEAR(back, gmfm88[k], 0.051 / 0.3) << k;
  }
  for (double beyond : {-5.0, 0.0, 100.0, 120.0}) {
    double finite = 0;
    crosswalk_to_gmfm88(p, 1, &beyond, &finite);
    EXPECT_TRUE(finite > 0 && finite < 100) << beyond;
  }
}

TEST(Growth, EveryDrawCanBeReplayedFromItsAddress) {
  const ParameterValues values = values_of("sceptical");
  const DevelopmentParameters p(values);
  each_tile_of_children(
      tile_size, register_population(), values,
      [&](const ChildTile& child) {
        for (int i = 0; i < child.patient.lanes; i += 7) {
          const int level = child.patient.gmfcs[i];
          const auto normals = [&](Purpose purpose) {
            return normals_at(seed, {.replicate = 2,
                                     .patient = child.patient.patient[i],
                                     .purpose = purpose,
                                     .occasion = child.patient.attempt[i]});
          };
          const auto growth = normals(Purpose::growth);
          EXPECT_EQ(child.limit_score[i], growth[0]);
          EXPECT_NEAR(child.limit[i], 100 / (1 + std::exp(-p.limit_logit[level] - p.limit_sd[level] * growth[0])),
                      1e-12);
          EXPECT_NEAR(child.rate[i], p.rate[level] * std::exp(-p.rate_log_sd[level] * growth[1]), 1e-14);
          EXPECT_EQ(child.crosswalk_residual[i], p.crosswalk_residual_sd * normals(Purpose::crosswalk)[0]);
          const auto screening = normals(Purpose::screening_measurement);
          EXPECT_EQ(child.disturbance[i], p.disturbance_sd[level] * screening[0]);
          EXPECT_EQ(
              child.baseline_gmfm66[i],
              std::clamp(child.baseline_motor[i] + child.disturbance[i] + p.measurement_sd * screening[1], 0.0, 100.0));
        }
      },
      2);
}

}  // namespace
}  // namespace vcohort
