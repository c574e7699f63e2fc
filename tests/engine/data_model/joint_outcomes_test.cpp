#include "engine/data_model/joint_outcomes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "engine/data_model/event_times.hpp"
#include "engine/data_model/first_event.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/random/tile_draws.hpp"

/// Several endpoints of a data model: their own laws, the correlation between them, and composites.
namespace vcohort {
namespace {

constexpr double mcse_allowed = 4.5;
constexpr std::size_t many = 100000;

std::vector<std::uint64_t> patients(std::size_t n = many) {
  std::vector<std::uint64_t> ids(n);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  return ids;
}

DataModel score(const std::string& name, std::vector<double> visits, double rho) {
  DataModel model;
  model.name = name;
  model.visits_months = std::move(visits);
  const std::size_t n = model.visits_months.size();
  model.correlation.assign(n, std::vector<double>(n, 1.0));
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      model.correlation[a][b] = std::pow(rho, std::fabs(static_cast<double>(a) - static_cast<double>(b)));
  model.arms.resize(2);
  for (auto& arm : model.arms) {
    arm.mean.assign(n, 3.0);
    arm.sd.assign(n, 2.0);
  }
  return model;
}

DataModel yes_or_no(const std::string& name) {
  DataModel model = score(name, {12}, 0);
  model.kind = OutcomeKind::binary;
  for (auto& arm : model.arms) arm.share = {0.3};
  return model;
}

DataModel times(const std::string& name, double hazard, double shape = 1) {
  DataModel model;
  model.name = name;
  model.kind = OutcomeKind::survival;
  model.follow_up_months = 24;
  model.arms.resize(2);
  for (auto& arm : model.arms) {
    arm.hazard = {hazard};
    arm.shape = shape;
  }
  return model;
}

DataModel model_of(std::vector<DataModel> endpoints, double rho) {
  DataModel model;
  model.arms.resize(2);
  const std::size_t n = endpoints.size();
  model.endpoint_correlation.assign(n, std::vector<double>(n, rho));
  for (std::size_t e = 0; e < n; ++e) model.endpoint_correlation[e][e] = 1;
  model.endpoints = std::move(endpoints);
  return model;
}

double correlation_of(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

/// Kolmogorov and Smirnov at level 1e-5.
template <class Law>
void expect_law(std::vector<double> values, const Law& law) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    distance = std::max(distance, std::fabs(law(values[i]) - (static_cast<double>(i) + 0.5) / n));
  EXPECT_LT(distance, 2.47 / std::sqrt(n));
}

std::vector<double> at(JointOutcomes& outcomes, std::size_t endpoint, std::size_t visit) {
  std::vector<double> values(many);
  outcomes.of(endpoint).outcome(0, visit, 0, values.data());
  return values;
}

std::vector<double> times_of(JointOutcomes& outcomes, std::size_t endpoint) {
  std::vector<double> values(many);
  outcomes.time_to_event(endpoint, 0, values.data());
  return values;
}

TEST(JointOutcomes, KeepTheirOwnLaws) {
  JointOutcomes outcomes(model_of({score("x", {0, 12}, 0.6), yes_or_no("y"), times("t", 0.05, 1.4)}, 0.5));
  outcomes.prepare(3, 1, patients());
  for (const std::size_t visit : {0u, 1u})
    expect_law(at(outcomes, 0, visit), [](double x) { return normal_cdf((x - 3) / 2); });
  const DataModel law = times("t", 0.05, 1.4);
  expect_law(times_of(outcomes, 2), [&](double t) { return 1 - survival_at(law.arms[0], t); });
  const std::vector<double> yes = at(outcomes, 1, 0);
  EXPECT_NEAR(std::accumulate(yes.begin(), yes.end(), 0.0) / many, 0.3, mcse_allowed * std::sqrt(0.21 / many));
}

/// Stated of one visit; over time it is multiplied by that of the visits. A time to an event has the same with all.
TEST(JointOutcomes, HaveTheStatedCorrelation) {
  JointOutcomes outcomes(model_of({score("x", {0, 6, 12}, 0.6), score("z", {0, 6, 12}, 0.6), times("t", 0.05)}, 0.4));
  outcomes.prepare(3, 2, patients());
  std::vector<double> normal = times_of(outcomes, 2);
  const DataModel law = times("t", 0.05);
  for (double& t : normal) t = normal_quantile(1 - survival_at(law.arms[0], t));
  const double tolerance = mcse_allowed / std::sqrt(many);
  for (std::size_t v = 0; v < 3; ++v) {
    for (std::size_t w = 0; w < 3; ++w) {
      const double lag = std::pow(0.6, std::fabs(static_cast<double>(v) - static_cast<double>(w)));
      EXPECT_NEAR(correlation_of(at(outcomes, 0, v), at(outcomes, 1, w)), 0.4 * lag, tolerance);
      EXPECT_NEAR(correlation_of(at(outcomes, 0, v), at(outcomes, 0, w)), lag, tolerance);
    }
    EXPECT_NEAR(correlation_of(at(outcomes, 0, v), normal), 0.4, tolerance) << "higher values, later events";
  }
}

TEST(JointCorrelation, IsThatOfTheVisitsTimesThatOfTheEndpoints) {
  DataModel first = score("x", {0, 6, 12}, 0.5), second = score("z", {6, 24}, 0.8);
  const auto matrix = joint_correlation(model_of({first, second, times("t", 0.1)}, 0.5));
  ASSERT_EQ(matrix.size(), 6u);
  EXPECT_DOUBLE_EQ(matrix[1][3], 0.5) << "at six months";
  EXPECT_DOUBLE_EQ(matrix[2][3], 0.5 * 0.5) << "12 and 6 months, which only the first knows";
  EXPECT_DOUBLE_EQ(matrix[1][4], 0.5 * 0.8) << "6 and 24, which only the second knows";
  EXPECT_DOUBLE_EQ(matrix[2][4], 0.5) << "12 and 24, which neither knows";
  EXPECT_DOUBLE_EQ(matrix[0][5], 0.5);
  second.visits_months = {6, 12};
  EXPECT_DOUBLE_EQ(joint_correlation(model_of({first, second}, 0.5))[2][3], 0.5 * (0.5 + 0.8) / 2) << "both know them";
}

/// Two shared normals to a block, as the address says, and no other draw: those that are added change nothing.
TEST(JointOutcomes, DrawTwoNormalsToABlock) {
  const DataModel x = score("x", {12}, 0), z = score("z", {12}, 0);
  JointOutcomes pair(model_of({x, z}, 0.5)), triple(model_of({x, z, times("t", 0.1)}, 0.5));
  for (JointOutcomes* outcomes : {&pair, &triple}) outcomes->prepare(7, 5, patients(1000));
  std::vector<double> here(1000), there(1000);
  for (const std::size_t e : {0u, 1u}) {
    pair.of(e).outcome(0, 0, 0, here.data());
    triple.of(e).outcome(0, 0, 0, there.data());
    EXPECT_EQ(here, there);
  }
  for (const std::uint64_t i : {0u, 1u, 998u}) {
    const auto normals = shared_normal_pair_at(7, {5, i, Purpose::endpoint, 0, 0});
    pair.of(0).outcome(0, 0, 0, here.data());
    EXPECT_DOUBLE_EQ(here[i], 3 + 2 * normals[0]);
    pair.of(1).outcome(0, 0, 0, here.data());
    EXPECT_NEAR(here[i], 3 + 2 * (0.5 * normals[0] + std::sqrt(0.75) * normals[1]), 1e-12);
    const double third = shared_normal_at(7, {5, i, Purpose::endpoint, 0, 1});
    triple.time_to_event(2, 0, here.data());
    const double latent = 0.5 * normals[0] + 0.25 / std::sqrt(0.75) * normals[1] + std::sqrt(2.0 / 3) * third;
    EXPECT_NEAR(here[i], -std::log(normal_cdf(-latent)) / 0.1, 1e-9 * here[i]);
  }
}

/// The minimum of exponential times has the sum of their hazards.
TEST(FirstEvents, AddHazards) {
  DataModel composite;
  composite.name = "any";
  composite.kind = OutcomeKind::survival;
  composite.follow_up_months = 24;
  composite.first_of = {"a", "b", "c"};
  DataModel model = model_of({times("a", 0.02), times("b", 0.05), times("c", 0.01), composite}, 0);
  model.endpoints[1].arms[0].hazard = {0.05, 0.1};
  model.endpoints[1].arms[0].hazard_from_months = {0, 6};
  JointOutcomes outcomes(model);
  outcomes.prepare(3, 3, patients());
  std::vector<DataModel> stated = model.endpoints;
  state_first_events(stated, model.endpoint_correlation);
  const DataModel::DataArm& law = stated[3].arms.at(0);
  EXPECT_EQ(law.hazard_from_months, (std::vector<double>{0, 6}));
  EXPECT_DOUBLE_EQ(law.hazard[0], 0.08);
  EXPECT_DOUBLE_EQ(law.hazard[1], 0.13);
  expect_law(times_of(outcomes, 3),
             [&](double t) { return 1 - std::exp(-0.08 * std::min(t, 6.0) - 0.13 * std::max(0.0, t - 6)); });
}

/// Times of one law that are the same are one event; correlated ones have no law in closed form.
TEST(FirstEvents, AreFewerWhereTimesAreCorrelated) {
  DataModel composite;
  composite.name = "any";
  composite.kind = OutcomeKind::survival;
  composite.first_of = {"a", "b"};
  DataModel model = model_of({times("a", 0.05), times("b", 0.05), composite}, 0.999);
  for (std::size_t e = 0; e < 3; ++e) model.endpoint_correlation[e][2] = model.endpoint_correlation[2][e] = e == 2;
  JointOutcomes outcomes(model);
  outcomes.prepare(3, 3, patients());
  const std::vector<double> any = times_of(outcomes, 2);
  EXPECT_NEAR(std::accumulate(any.begin(), any.end(), 0.0) / many, 20, 1) << "and 10 of independent ones";
  std::vector<DataModel> stated = model.endpoints;
  state_first_events(stated, model.endpoint_correlation);
  EXPECT_TRUE(stated[2].arms.empty());
  for (auto& row : model.endpoint_correlation) std::fill(row.begin(), row.end(), 0.0);
  stated[1].arms[0].cured = 0.1;
  state_first_events(stated, model.endpoint_correlation);
  EXPECT_TRUE(stated[2].arms.empty()) << "a share that is cured";
}

}  // namespace
}  // namespace vcohort
