#include "engine/numeric/errors.hpp"
#include "engine/random/tile_draws.hpp"
#include "tests/engine/development/children.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// The slow disturbance of a child around its curve.
namespace vcohort {
namespace {

using namespace test;

const std::vector<double> months = {0.5, 3, 6, 12, 24, 60};

std::vector<Visit> visits_of(const std::vector<double>& at) {
  std::vector<Visit> visits;
  for (double month : at) visits.push_back(visit_at(month));
  return visits;
}

TEST(Disturbance, IsStationaryAndForgetsWithTheTimeConstant) {
  ParameterValues values = values_of("sceptical");
  values.set("motor.disturbance_sd.II", 1.5);
  const DevelopmentParameters p(values);
  const std::vector<Visit> visits = visits_of(months);
  for (const auto& [level, sd] : {std::pair{1, 1.5}, std::pair{3, 2.5}}) {
    std::vector<std::vector<double>> path(visits.size() + 1);
    std::vector<Lanes<double>> disturbance;
    each_tile_of_children(80'000, one_kind(level, 4), values, [&](const ChildTile& child) {
      draw_disturbances(seed, 0, p, child, visits, disturbance);
      for (int i = 0; i < child.patient.lanes; ++i) {
        path[0].push_back(child.disturbance[i]);
        for (std::size_t v = 0; v < visits.size(); ++v) path[v + 1].push_back(disturbance[v][i]);
      }
    });
    const auto time = [&](std::size_t k) { return k == 0 ? 0.0 : months[k - 1]; };
    for (std::size_t k = 0; k < path.size(); ++k) {
      expect_mean(path[k], 0);
      expect_sd(path[k], sd);
      expect_distribution(path[k], [of_level = sd](double x) { return normal_distribution(x / of_level); });
      for (std::size_t earlier = 0; earlier < k; ++earlier)
        expect_correlation(path[earlier], path[k], std::exp(-(time(k) - time(earlier)) / 12));
    }
  }
}

TEST(Disturbance, InnovationsStandAtTheScheduledDay) {
  const ParameterValues values = values_of("sceptical");
  const DevelopmentParameters p(values);
  each_tile_of_children(100, register_population(), values, [&](const ChildTile& child) {
    std::vector<Lanes<double>> few, many;
    draw_disturbances(seed, 0, p, child, visits_of({3, 12}), few);
    draw_disturbances(seed, 0, p, child, visits_of({3, 6, 12}), many);
    const std::uint16_t day = visit_at(12).day;
    EXPECT_EQ(day, 365);
    for (int i = 0; i < child.patient.lanes; ++i) {
      EXPECT_EQ(few[0][i], many[0][i]);
      const double normal =
          normals_at(seed, {.patient = child.patient.patient[i], .purpose = Purpose::disturbance, .occasion = day})[0];
      const auto innovation = [&](double now, double before, double gap) {
        const double kept = std::exp(-gap / 12);
        return (now - kept * before) / (2.5 * std::sqrt(1 - kept * kept));
      };
      EXPECT_NEAR(innovation(few[1][i], few[0][i], 9), normal, 1e-12);
      EXPECT_NEAR(innovation(many[2][i], many[1][i], 6), normal, 1e-12);
    }
  });
}

TEST(Disturbance, AVisitBeyondTheAddressIsRefused) {
  EXPECT_EQ(visit_at(65535 / 30.4375).day, 65535);
  EXPECT_THROW(visit_at(65536 / 30.4375), NumericalFailure);
  EXPECT_THROW(visit_at(-1), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
