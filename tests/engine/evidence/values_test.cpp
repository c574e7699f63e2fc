#include "engine/evidence/values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/triangular.hpp>
#include <cmath>
#include <functional>

#include "engine/evidence/law.hpp"
#include "engine/numeric/errors.hpp"
#include "tests/engine/evidence/small_evidence.hpp"

namespace vcohort {
namespace {

constexpr int draws = 40000;
constexpr std::uint64_t seed = 20260101;

std::vector<double> sample(const ParameterDraws& parameter_draws, const std::string& name) {
  std::vector<double> values;
  for (int draw = 0; draw < draws; ++draw) values.push_back(parameter_draws.draw(seed, draw).at(name));
  return values;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x), mean_y = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

// Largest distance of the empirical distribution from `cdf`, times sqrt(n). Beyond 2.51 with the probability that a
// normal lies beyond 4.5 SE: 2 exp(-2 2.51^2) = 6.8e-6.
constexpr double largest_distance = 2.51;

double kolmogorov(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]);
    largest = std::max({largest, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return largest * std::sqrt(n);
}

double distance(const std::string& name, double value, const Uncertainty& law,
                const std::function<double(double)>& cdf) {
  return kolmogorov(sample(ParameterDraws(evidence_of({parameter(name, value, law)})), name), cdf);
}

/// The quantiles of Boost.Math; a fixed value has its own, and those of a law that falls with its draw stand in order.
TEST(Law, HasTheMiddleOfItsDistribution) {
  constexpr double tolerance = 1e-9;
  const auto expect = [&](const Parameter& parameter, double low, double high) {
    const Support middle = middle_of(parameter);
    EXPECT_NEAR(middle.low, low, tolerance);
    EXPECT_NEAR(middle.high, high, tolerance);
  };
  const boost::math::normal drift(1.5, 2);
  expect(parameter("trial.drift", 1.5, normal(2)), quantile(drift, 0.025), quantile(drift, 0.975));
  const boost::math::lognormal half(std::log(3.8), 0.385);
  for (const double sigma : {0.385, -0.385})
    expect(parameter("effect.ec50", 3.8, lognormal(sigma)), quantile(half, 0.025), quantile(half, 0.975));
  const boost::math::beta_distribution share(13.0, 7.0);
  expect(parameter("responder.share", 0.65, beta(13, 7)), quantile(share, 0.025), quantile(share, 0.975));
  expect(parameter("effect.hill", 1.2, uniform(0.8, 2)), 0.83, 1.97);
  expect(parameter("effect.hill", 1.2), 1.2, 1.2);
  expect(parameter("effect.any", 1, bernoulli(0.5)), 0, 1);
}

TEST(DrawValues, NormalHasItsLaw) {
  const boost::math::normal law(1.5, 1.5);
  EXPECT_LT(distance("trial.drift", 1.5, normal(1.5), [&](double x) { return cdf(law, x); }), largest_distance);
}

TEST(DrawValues, TruncatedNormalHasItsLaw) {
  const boost::math::normal law(0.8, 0.15);
  const double below = cdf(law, 0.3), above = cdf(law, 1.0);
  const auto expected = [&](double x) { return (cdf(law, x) - below) / (above - below); };
  EXPECT_LT(distance("dose.concavity", 0.8, truncated(normal(0.15), 0.3, 1.0), expected), largest_distance);
}

TEST(DrawValues, LognormalHasTheValueAsMedian) {
  const boost::math::lognormal law(std::log(3.8), 0.385);
  EXPECT_LT(distance("effect.ec50", 3.8, lognormal(0.385), [&](double x) { return cdf(law, x); }), largest_distance);
}

TEST(DrawValues, NegativeSigmaHasTheSameLaw) {
  const boost::math::lognormal law(std::log(0.75), 0.16);
  const double above = cdf(law, 1.0);
  const auto expected = [&](double x) { return cdf(law, x) / above; };
  EXPECT_LT(distance("severity.MSC.IV", 0.75, truncated(lognormal(-0.16), {}, 1.0), expected), largest_distance);
}

TEST(DrawValues, BetaHasItsLaw) {
  const boost::math::beta_distribution law(13.0, 7.0);
  EXPECT_LT(distance("responder.share", 0.65, beta(13, 7), [&](double x) { return cdf(law, x); }), largest_distance);
  const auto scaled = [&](double x) { return cdf(law, (x - 0.5) / 1.5); };
  EXPECT_LT(distance("responder.cv", 1, truncated(beta(13, 7), 0.5, 2.0), scaled), largest_distance);
}

TEST(DrawValues, UniformAndTriangularHaveTheirLaws) {
  EXPECT_LT(distance("effect.hill", 1.2, uniform(0.8, 2.0), [](double x) { return (x - 0.8) / 1.2; }),
            largest_distance);
  const boost::math::triangular_distribution law(0.8, 1.2, 2.0);
  EXPECT_LT(distance("effect.hill", 1.2, triangular(0.8, 1.2, 2.0), [&](double x) { return cdf(law, x); }),
            largest_distance);
}

TEST(DrawValues, BernoulliHasItsProbability) {
  const auto values = sample(ParameterDraws(evidence_of({parameter("effect.any", 1, bernoulli(0.9))})), "effect.any");
  for (const double value : values) EXPECT_TRUE(value == 0 || value == 1);
  EXPECT_NEAR(mean(values), 0.9, 4.5 * std::sqrt(0.9 * 0.1 / draws));
}

TEST(DrawValues, FixedIsTheValue) {
  const Evidence evidence = evidence_of({parameter("effect.emax", 4)});
  EXPECT_EQ(draw_values(evidence, seed, 7).at("effect.emax"), 4);
  EXPECT_EQ(point_values(evidence).at("effect.emax"), 4);
}

TEST(DrawValues, DifferentParametersAreIndependent) {
  const ParameterDraws both(
      evidence_of({parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.4))}));
  EXPECT_NEAR(correlation(sample(both, "effect.emax"), sample(both, "effect.ec50")), 0, 4.5 / std::sqrt(draws));
}

TEST(DrawValues, JointPriorGivesTheNormalsItsCorrelation) {
  const JointPrior prior{
      {"age.floor", "effect.emax", "effect.ec50"}, {{1, -0.3, 0.1}, {-0.3, 1, 0.6}, {0.1, 0.6, 1}}, "a test"};
  const ParameterDraws joint(
      evidence_of({parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.7)),
                   parameter("age.floor", 0.5, uniform(0, 1))},
                  {prior}));
  // back to the normal scores, in which the correlation is defined
  auto emax = sample(joint, "effect.emax"), ec50 = sample(joint, "effect.ec50"), floor = sample(joint, "age.floor");
  const boost::math::normal standard;
  for (double& value : emax) value = std::log(value / 4) / 0.4;
  for (double& value : ec50) value = std::log(value) / 0.7;
  for (double& value : floor) value = quantile(standard, value);
  const auto tolerance = [](double rho) { return 4.5 * (1 - rho * rho) / std::sqrt(draws); };
  EXPECT_NEAR(correlation(emax, ec50), 0.6, tolerance(0.6));
  EXPECT_NEAR(correlation(emax, floor), -0.3, tolerance(0.3));
  EXPECT_NEAR(correlation(ec50, floor), 0.1, tolerance(0.1));
  for (const auto& scores : {emax, ec50, floor}) {
    EXPECT_LT(kolmogorov(scores, [&](double x) { return cdf(standard, x); }), largest_distance);
  }
}

TEST(DrawValues, SharedDrawKeepsMultipliersOrdered) {
  const double values[] = {1.25, 1.15, 1, 0.75, 0.55};
  const char* names[] = {"severity.MSC.I", "severity.MSC.II", "severity.MSC.III", "severity.MSC.IV", "severity.MSC.V"};
  std::vector<Parameter> parameters;
  for (int level = 0; level < 5; ++level) {
    const double sigma = 0.556 * std::log(values[level]);
    Uncertainty law;
    if (sigma > 0) law = truncated(lognormal(sigma), 1.0, {});
    if (sigma < 0) law = truncated(lognormal(sigma), {}, 1.0);
    parameters.push_back(parameter(names[level], values[level], law, "severity"));
  }
  const ParameterDraws shared(evidence_of(parameters));
  double smallest = 1, largest = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const ParameterValues drawn = shared.draw(seed, draw);
    for (int level = 0; level < 4; ++level) EXPECT_GE(drawn.at(names[level]), drawn.at(names[level + 1]));
    // one normal: the log factors are proportional to each other
    EXPECT_NEAR(std::log(drawn.at(names[0])) / std::log(drawn.at(names[1])), std::log(1.25) / std::log(1.15), 1e-6);
    smallest = std::min(smallest, drawn.at(names[4]));
    largest = std::max(largest, drawn.at(names[4]));
  }
  EXPECT_LT(smallest, 0.3);  // three SDs below the median would be 0.20
  EXPECT_GT(largest, 0.95);
}

TEST(DrawValues, DoNotDependOnOrderOrOnOtherParameters) {
  const Parameter emax = parameter("effect.emax", 4, lognormal(0.4));
  const Parameter ec50 = parameter("effect.ec50", 1, lognormal(0.7));
  const Parameter hill = parameter("effect.hill", 1.2, uniform(0.8, 2));
  const Parameter share = parameter("responder.share", 0.65, beta(13, 7));
  const JointPrior one{{"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  const JointPrior other{{"effect.ec50", "effect.emax"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  for (std::uint32_t draw = 0; draw < 50; ++draw) {
    const ParameterValues all = draw_values(evidence_of({emax, ec50, hill, share}, {one}), seed, draw);
    const ParameterValues shuffled = draw_values(evidence_of({share, ec50, emax}, {other}), seed, draw);
    for (const char* name : {"effect.emax", "effect.ec50", "responder.share"})
      EXPECT_EQ(all.at(name), shuffled.at(name));
  }
}

TEST(DrawValues, SeedAndDrawMatter) {
  const Evidence evidence = evidence_of({parameter("effect.emax", 4, lognormal(0.4))});
  EXPECT_EQ(draw_values(evidence, 1, 2).at("effect.emax"), draw_values(evidence, 1, 2).at("effect.emax"));
  EXPECT_NE(draw_values(evidence, 1, 2).at("effect.emax"), draw_values(evidence, 1, 3).at("effect.emax"));
  EXPECT_NE(draw_values(evidence, 1, 2).at("effect.emax"), draw_values(evidence, 2, 2).at("effect.emax"));
}

TEST(DrawValues, FixingOneLeavesTheOthersAsTheyWere) {
  const JointPrior prior{{"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  Evidence evidence =
      evidence_of({parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.7)),
                   parameter("severity.MSC.I", 1.2, lognormal(0.1), "severity"),
                   parameter("severity.MSC.II", 1.1, lognormal(0.05), "severity")},
                  {prior});
  const ParameterValues before = draw_values(evidence, seed, 3);
  apply_override(evidence, "effect.emax", 8, "what if");
  apply_override(evidence, "severity.MSC.I", 1.3, "what if");
  const ParameterValues after = draw_values(evidence, seed, 3);
  EXPECT_EQ(after.at("effect.emax"), 8);
  EXPECT_EQ(after.at("severity.MSC.I"), 1.3);
  EXPECT_EQ(after.at("effect.ec50"), before.at("effect.ec50"));
  EXPECT_EQ(after.at("severity.MSC.II"), before.at("severity.MSC.II"));
}

TEST(Quantiles, MoveOneSourceAndLeaveTheRest) {
  const JointPrior prior{{"effect.emax", "effect.ec50"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  const ParameterDraws parameters(
      evidence_of({parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.7)),
                   parameter("severity.MSC.I", 1.2, lognormal(0.1), "severity"), parameter("effect.hill", 1.3),
                   parameter("severity.MSC.V", 0.7, lognormal(-0.2), "severity")},
                  {prior}));
  ASSERT_EQ(parameters.coordinates().size(), 3U);  // by id: emax 342, ec50 343, severity 390
  EXPECT_EQ(parameters.coordinates()[0].name, "effect.emax");
  EXPECT_EQ(parameters.coordinates()[1].joint, std::optional<std::size_t>(0));
  EXPECT_EQ(parameters.coordinates()[2].name, "severity");
  EXPECT_EQ(parameters.coordinates()[2].parameters.size(), 2U);
  EXPECT_EQ(parameters.coordinates()[2].joint, std::nullopt);
  const double z = boost::math::quantile(boost::math::normal(), 0.9);
  constexpr double rounding = 1e-13;
  const ParameterValues emax = parameters.at_quantile(0, 0.9);
  EXPECT_NEAR(emax.at("effect.emax"), 4 * std::exp(0.4 * z), 4 * rounding);
  EXPECT_EQ(emax.at("effect.ec50"), 1);  // correlated with it, but not moved
  EXPECT_EQ(emax.at("effect.hill"), 1.3);
  const ParameterValues severity = parameters.at_quantile(2, 0.1);
  EXPECT_NEAR(severity.at("severity.MSC.I"), 1.2 * std::exp(-0.1 * z), rounding);
  EXPECT_NEAR(severity.at("severity.MSC.V"), 0.7 * std::exp(0.2 * z), rounding);
  EXPECT_EQ(severity.at("effect.emax"), 4);
}

TEST(Quantiles, ReachBothStatesOfABernoulliAtTheEnds) {
  const ParameterDraws parameters(evidence_of({parameter("effect.any", 1, bernoulli(0.999))}));
  EXPECT_EQ(parameters.at_quantile(0, 0).at("effect.any"), 0);
  EXPECT_EQ(parameters.at_quantile(0, 1).at("effect.any"), 1);
  EXPECT_EQ(parameters.at_quantile(0, 0.025).at("effect.any"), 1);
}

TEST(Normals, AreCorrelatedByTheJointPriorAlone) {
  const JointPrior prior{{"effect.ec50", "effect.emax"}, {{1, 0.6}, {0.6, 1}}, "a test"};
  const ParameterDraws parameters(
      evidence_of({parameter("effect.emax", 4, lognormal(0.4)), parameter("effect.ec50", 1, lognormal(0.7)),
                   parameter("responder.cv", 2, normal(0.5))},
                  {prior}));
  const ParameterValues values = parameters.at_normals({0.5, -1.0, 2.0});
  constexpr double rounding = 1e-13;
  EXPECT_NEAR(values.at("effect.emax"), 4 * std::exp(0.4 * 0.5), 4 * rounding);
  EXPECT_NEAR(values.at("effect.ec50"), std::exp(0.7 * (0.6 * 0.5 - 0.8 * 1.0)), rounding);
  EXPECT_NEAR(values.at("responder.cv"), 3, rounding);
}

TEST(ParameterValues, TellAbsentFromUnknown) {
  const ParameterValues values = point_values(evidence_of({parameter("delivery.CB.intravenous", 1)}));
  EXPECT_TRUE(values.has("delivery.CB.intravenous"));
  EXPECT_FALSE(values.has("delivery.CB.intrathecal"));
  EXPECT_THROW(values.at("delivery.CB.intrathecal"), InvalidInput);
  EXPECT_THROW(values.at("delivery.CB.oral"), InternalError);
  EXPECT_THROW(values.has("delivery.CB.oral"), InternalError);
}

TEST(ParameterValues, CanBeMovedOneByOne) {
  ParameterValues values = point_values(evidence_of({parameter("effect.emax", 4)}));
  values.set("effect.emax", 5);
  EXPECT_EQ(values.at("effect.emax"), 5);
  EXPECT_EQ(values.at_index(*registry_index("effect.emax")), 5);
}

// Parameters that share a draw move with the normal of the smallest id, wherever it stands: its own value does not
// depend on who shares.
TEST(DrawValues, ASharedDrawIsThatOfTheSmallestId) {
  const Parameter first = parameter("effect.emax", 4, normal(1)), second = parameter("effect.ec50", 3.8, normal(1));
  const std::string smallest = first.id < second.id ? first.name : second.name;
  const double alone = draw_values(evidence_of({first, second}), seed, 5).at(smallest);
  Parameter a = first, b = second;
  a.draw = b.draw = "together";
  EXPECT_EQ(draw_values(evidence_of({a, b}), seed, 5).at(smallest), alone);
  EXPECT_EQ(draw_values(evidence_of({b, a}), seed, 5).at(smallest), alone);
}

}  // namespace
}  // namespace vcohort
