#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/policy/research/research.hpp"
#include "tests/engine/patient/stances.hpp"

/// The trial of draw d has the parameters of draw d, and children that the policy question never sees.
namespace vcohort::test {
namespace {

constexpr std::int64_t patients = 40;

Study trial_of_cells() {
  Study study;
  study.seed = 31;
  study.uncertain_parameters = true;
  study.population.age_years.kind = Distribution::Kind::uniform;
  study.population.age_years.low = 2;
  study.population.age_years.high = 6;
  study.population.gmfcs = {0.342, 0.256, 0.115, 0.137, 0.15};
  study.outcomes.visits_months = {12};
  study.outcomes.endpoints = {"gmfm66"};
  study.strategies.resize(2);
  study.strategies[0].name = "rehabilitation";
  study.strategies[1].name = "cells";
  study.strategies[1].cells = true;
  study.strategies[1].regimen.dose = 2e6;
  TrialQuestion trial;
  trial.arms.resize(2);
  trial.arms[0].name = "rehabilitation";
  trial.arms[1].name = "cells";
  trial.arms[1].strategy = 1;
  trial.sample_size = {patients};
  trial.replicates = 1;
  AnalysisPlan plan;
  plan.name = "primary";
  plan.endpoint = "gmfm66";
  plan.visit_months = 12;
  plan.method = "ancova";
  plan.adjust = {"baseline"};
  trial.analyses = {plan};
  study.trial = trial;
  return study;
}

TEST(TrialsOfDraws, HaveTheParametersOfTheirDraw) {
  constexpr std::uint32_t draw = 5, replicate = Research::first_replicate + draw;
  Study study = trial_of_cells();
  const PreparedTrial uncertain(study, stance("sceptical"));
  Evidence known = stance("sceptical");
  const ParameterValues values = draw_values(known, study.seed, draw);
  for (const Parameter& parameter : stance("sceptical").parameters)
    set_value(known, parameter.name, values.at(parameter.name));
  study.uncertain_parameters = false;
  const PreparedTrial fixed(study, known);
  TrialSimulator one(uncertain, false), other(fixed, false);
  EXPECT_EQ(one.simulate_replicate(replicate, draw, patients).observed.values,
            other.simulate_replicate(replicate, patients).observed.values);
}

TEST(TrialsOfDraws, HaveChildrenOfTheirOwn) {
  Study study = trial_of_cells();
  study.uncertain_parameters = false;  // nothing to learn: all that is common is chance
  const PreparedTrial trial(study, stance("published"));
  TrialSimulator simulator(trial, false);
  constexpr std::uint32_t draws = 1000;
  std::vector<double> own, of_policy;
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    const auto chance = [&](std::uint32_t replicate, std::vector<double>& baseline) {
      baseline = simulator.simulate_replicate(replicate, draw, patients).participants.baseline.front();
      return simulator.analyse(0, patients).front().estimate.estimate;
    };
    std::vector<double> mine, others;
    own.push_back(chance(Research::first_replicate + draw, mine));
    of_policy.push_back(chance(draw, others));
    for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_NE(mine[i], others[i]);
  }
  double mean_own = 0, mean_other = 0, product = 0, square_own = 0, square_other = 0;
  for (std::size_t d = 0; d < draws; ++d) {
    mean_own += own[d] / draws;
    mean_other += of_policy[d] / draws;
  }
  for (std::size_t d = 0; d < draws; ++d) {
    product += (own[d] - mean_own) * (of_policy[d] - mean_other);
    square_own += (own[d] - mean_own) * (own[d] - mean_own);
    square_other += (of_policy[d] - mean_other) * (of_policy[d] - mean_other);
  }
  constexpr double mcse_allowed = 4.5;
  EXPECT_LT(std::fabs(product) / std::sqrt(square_own * square_other), mcse_allowed / std::sqrt(draws));
}

TEST(TrialsOfDraws, StayInsideTheAddressSpace) {
  EXPECT_EQ(Research::first_replicate + static_cast<std::uint32_t>(Research::most_draws - 1),
            PreparedTrial::first_reserved_replicate - 1);
}

}  // namespace
}  // namespace vcohort::test
