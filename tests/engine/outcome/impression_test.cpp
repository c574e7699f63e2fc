#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// The Clinical Global Impression at the two conditions that it was calibrated to: four intravenous MSC infusions of a
// million per kg two months apart, seen at month 8 of a trial, levels I-V as in Min 2020, ages 2 to 12, published
// evidence.
namespace vcohort {
namespace {

using namespace test;

std::array<double, 8> shares(const Strategy& strategy, const ParameterValues& values, TileOutcomes::Setting setting,
                             int n) {
  Population population = register_population();
  population.age_years.low = 2;
  population.gmfcs = {4.0 / 88, 11.0 / 88, 18.0 / 88, 26.0 / 88, 29.0 / 88};
  const std::vector<double> months = {8};
  const std::vector<std::string> cgi = {"cgi_i"};
  const OutcomeModel model(values, months, cgi);
  std::array<double, 8> category{};
  evaluate_children(n, population, values, model, {strategy}, setting,
                    [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
                      for (int i = 0; i < child.patient.lanes; ++i)
                        ++category[static_cast<std::size_t>(outcomes.observed(0, 0)[i])];
                    });
  for (double& share : category) share /= n;
  return category;
}

constexpr int n = 200'000;
// One percentage point: with 151 children Chroscinska's shares are known to 3.9 points (one standard error), and the
// evidence's calibration does not say of every covariate how it was simulated. The engine gives 50.1, 63.2 and 23.1 %.
constexpr double tolerance = 0.01;

TEST(Impression, HalfImproveInATrialWithoutCells) {
  const auto share = shares(rehabilitation(), values_of("published"), TileOutcomes::Setting::trial, n);
  EXPECT_NEAR(share[1] + share[2] + share[3], 0.5, tolerance);
}

TEST(Impression, SharesOfChroscinska) {
  const auto share = shares(cells(Cell::msc, Route::intravenous, 4, 60.875, 0.5), values_of("published"),
                            TileOutcomes::Setting::trial, n);
  EXPECT_NEAR(share[1] + share[2] + share[3], 96.0 / 151, tolerance);
  EXPECT_NEAR(share[1] + share[2], 36.0 / 151, tolerance);
}

// Without development, disturbance and error the impression is a normal between cuts.
TEST(Impression, CategoriesOfAChildWhoDoesNotChange) {
  ParameterValues values = values_of("null");
  for (int level = 0; level < gmfcs_levels; ++level) {
    values.set(std::string("motor.disturbance_sd.") + gmfcs_name(level), 0);
    values.set(std::string("motor.limit_logit_sd.") + gmfcs_name(level), 0);
    values.set(std::string("motor.age90_log_sd.") + gmfcs_name(level), 0);
  }
  values.set("motor.measurement_sd", 0);
  const auto share = shares(rehabilitation(), values, TileOutcomes::Setting::cohort, n);
  const double cuts[] = {-HUGE_VAL, -2.97, -1.59, -0.21, 0.21, 1.59, 2.97, HUGE_VAL};
  for (int category = 1; category <= 7; ++category)
    expect_share(share[static_cast<std::size_t>(category)] * n, n,
                 normal_distribution(cuts[8 - category]) - normal_distribution(cuts[7 - category]));
}

}  // namespace
}  // namespace vcohort
