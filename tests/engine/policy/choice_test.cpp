#include <gtest/gtest.h>

#include <cmath>

#include "engine/therapy/choice.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/policy/policies.hpp"
#include "tests/engine/therapy/strategies.hpp"

// A strategy that is chosen for each child by a marker: it is one of its options, and pays for the measurement.
namespace vcohort {
namespace {

using namespace test;

constexpr int level_three = 2;
constexpr double measurement = 250;

/// Rehabilitation, two options with a fever at every infusion, and the choice between them.
Study choice_study(Regimen::Tolerance tolerance, double error_sd) {
  Strategy often = cells(Cell::msc, Route::intravenous, 3), once = cells(Cell::nsc, Route::intranasal);
  often.name = "often";
  often.regimen.tolerance = tolerance;
  once.name = "once";
  Strategy chosen;
  chosen.name = "by inflammation";
  chosen.choice = Choice{};
  chosen.choice->marker = Marker::inflammation;
  chosen.choice->error_sd = error_sd;
  chosen.choice->threshold = 0.25;
  chosen.choice->options = {often, once};
  Study study = policy_study({rehabilitation(), often, once, chosen}, 4, level_three, 3);
  StrategyCost cost;
  cost.strategy = 3;
  cost.once = measurement;
  study.policy->costs = {cost};
  return study;
}

Evidence fever_at_every_infusion() {
  Evidence evidence = uneventful("sceptical");
  set_value(evidence, "ae.fever.intravenous", 1);
  set_value(evidence, "ae.grade2_share.fever", 1);
  set_value(evidence, "price.dose_share", 1);
  return evidence;
}

class Choosing : public testing::TestWithParam<std::tuple<Regimen::Tolerance, double>> {};

TEST_P(Choosing, EachChildGetsAndPaysWhatItsOptionGivesAndCosts) {
  const Study study = choice_study(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const PolicySimulator simulator(study);
  PolicySimulator::Workspace workspace(simulator);
  constexpr std::int64_t patients = 1'000;
  std::int64_t first_option = 0;
  double yearly = 0, discounted = 0;
  simulator.simulate_patients(point_values(fever_at_every_infusion()), 5, {0, patients}, workspace,
                              [&](const TileConsequences& tile) {
                                Lanes<std::uint8_t> chosen;
                                choose(study.seed, 5, *study.strategies[3].choice, tile.child->patient, chosen.data());
                                for (int i = 0; i < tile.lanes(); ++i) {
                                  const std::size_t option = 1 + chosen[i];
                                  first_option += chosen[i] == 0;
                                  EXPECT_EQ(tile.effect[3][i], tile.effect[option][i]);
                                  EXPECT_EQ(tile.cost[3][i], tile.cost[option][i] + measurement);
                                  discounted += tile.cost[3][i] - tile.cost[0][i];
                                }
                                for (int year = 0; year < 3; ++year) yearly += tile.treatment_cost[9 + year];
                              });
  // Nothing is discounted here, so that the years add up to what the children cost over rehabilitation.
  EXPECT_NEAR(yearly, discounted, 1e-9 * discounted);
  // Inflammation is standard normal in every child, its measurement adds to the variance; 4.5 standard errors.
  const double p = 0.5 * std::erfc(0.25 / std::hypot(1, std::get<1>(GetParam())) / std::sqrt(2.0));
  EXPECT_NEAR(static_cast<double>(first_option) / patients, p, 4.5 * std::sqrt(p * (1 - p) / patients));
}

INSTANTIATE_TEST_SUITE_P(Policy, Choosing,
                         testing::Combine(testing::Values(Regimen::Tolerance::ignore, Regimen::Tolerance::stop,
                                                          Regimen::Tolerance::halve),
                                          testing::Values(0.0, 1.5)));

}  // namespace
}  // namespace vcohort
