#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/numeric/errors.hpp"
#include "tests/engine/mmrm/mmrm_data.hpp"

/// What must hold for any data: invariances, closed forms, and honest failures.
namespace vcohort::analysis {
namespace {

using S = CovarianceStructure;

MmrmModel monotone_model(const WideData& data) {
  MmrmModel model = model_of(data);
  model.covariates = {{"base", {}, true}};
  return model;
}

WideData permuted(const WideData& data, const std::vector<std::size_t>& order) {
  WideData result = data;
  const std::size_t n = data.patients();
  for (std::size_t i = 0; i < n; ++i) {
    result.arm[i] = data.arm[order[i]];
    for (int t = 0; t < data.visits; ++t) result.outcome[t * n + i] = data.outcome[t * n + order[i]];
    for (auto& [name, column] : result.columns) column[i] = data.columns.at(name)[order[i]];
  }
  return result;
}

void expect_same(const MmrmContrast& a, const MmrmContrast& b, double scale, double tolerance) {
  EXPECT_EQ(a.failure, MmrmFailure::none);
  EXPECT_EQ(b.failure, MmrmFailure::none);
  EXPECT_NEAR(a.estimate * scale, b.estimate, tolerance * b.se);
  EXPECT_NEAR(a.se * scale, b.se, tolerance * b.se);
  EXPECT_NEAR(a.df, b.df, tolerance * b.df);
  EXPECT_NEAR(a.p, b.p, tolerance);
  EXPECT_NEAR(a.lower * scale, b.lower, tolerance * b.se);
  EXPECT_NEAR(a.upper * scale, b.upper, tolerance * b.se);
}

// Two paths to one maximum: converged to 1e-9 standard errors, derivatives grow that at most tenfold.
constexpr double two_paths = 1e-8;

TEST(Mmrm, ClosedFormEqualsIteration) {
  WideData data = read_wide("monotone");
  MmrmModel model = monotone_model(data);
  Mmrm closed(model);
  model.closed_form = false;
  Mmrm iterated(model);
  ASSERT_TRUE(closed.fit(data.view({"base"})).ok());
  ASSERT_TRUE(iterated.fit(data.view({"base"})).ok());
  EXPECT_TRUE(closed.result().closed_form);
  EXPECT_FALSE(iterated.result().closed_form);
  EXPECT_NEAR(closed.result().minus_two_log_likelihood, iterated.result().minus_two_log_likelihood, 1e-9);
  EXPECT_LT((closed.covariance() - iterated.covariance()).norm(), two_paths * closed.covariance().norm());
  EXPECT_LT((closed.coefficient_covariance() - iterated.coefficient_covariance()).norm(),
            two_paths * closed.coefficient_covariance().norm());
  for (int t = 0; t < 4; ++t) {
    expect_same(closed.contrast(t, 1), iterated.contrast(t, 1), 1, two_paths);
    expect_same(closed.mean(t, 1), iterated.mean(t, 1), 1, two_paths);
  }
  std::vector<double> weights(closed.coefficient_names().size());
  for (std::size_t j = 0; j < weights.size(); ++j) weights[j] = std::cos(1.0 + static_cast<double>(j));
  expect_same(closed.contrast(weights), iterated.contrast(weights), 1, two_paths);
}

TEST(Mmrm, ClosedFormEqualsIterationOnManyTrials) {
  std::mt19937_64 generator(20260101);
  std::normal_distribution<double> normal;
  for (int repeat = 0; repeat < 100; ++repeat) {
    WideData data;
    data.visits = 4;
    const std::size_t n = 40;
    data.outcome.assign(4 * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      data.arm.push_back(static_cast<int>(i % 2));
      double level = normal(generator);
      bool gone = false;
      for (int t = 0; t < 4; ++t) {
        level = 0.8 * level + 0.6 * normal(generator);
        gone = gone || (t > 0 && normal(generator) > 1.2);
        data.outcome[t * n + i] = gone ? std::nan("") : level * (1 + t) + data.arm.back() * t;
      }
    }
    MmrmModel model = model_of(data);
    Mmrm closed(model);
    ASSERT_TRUE(closed.fit(data.view({})).ok());
    model.closed_form = false;
    Mmrm iterated(model);
    ASSERT_TRUE(iterated.fit(data.view({})).ok());
    expect_same(closed.contrast(3, 1), iterated.contrast(3, 1), 1, two_paths);
  }
}

TEST(Mmrm, OrderOfPatientsDoesNotMatter) {
  WideData data = read_wide("intermittent");
  MmrmModel model = model_of(data);
  model.covariates = {{"base", {}, false}, {"site", {"0", "1", "2"}, true}};
  std::vector<std::size_t> order(data.patients());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  WideData other = permuted(data, order);
  Mmrm a(model), b(model);
  ASSERT_TRUE(a.fit(data.view({"base", "site"})).ok());
  ASSERT_TRUE(b.fit(other.view({"base", "site"})).ok());
  EXPECT_EQ(a.result().without_outcome, 1);
  for (int t = 0; t < 5; ++t) expect_same(a.contrast(t, 2), b.contrast(t, 2), 1, two_paths);
}

TEST(Mmrm, UnitsDoNotMatter) {
  WideData data = read_wide("intermittent");
  for (const S structure : {S::unstructured, S::toeplitz, S::ar1_heterogeneous, S::compound_symmetry_heterogeneous}) {
    MmrmModel model = model_of(data);
    model.covariates = {{"base", {}, false}};
    model.structures = {structure};
    model.degrees_of_freedom = MmrmDegreesOfFreedom::kenward_roger;
    Mmrm plain(model);
    ASSERT_TRUE(plain.fit(data.view({"base"})).ok());
    for (const double scale : {1e-8, 1e8}) {
      WideData other = data;
      for (double& y : other.outcome) y *= scale;
      for (double& x : other.columns["base"]) x = 1e3 * x + 1e4;
      Mmrm scaled(model);
      ASSERT_TRUE(scaled.fit(other.view({"base"})).ok()) << name_of(structure) << scale;
      // The shifted covariate carries twelve digits less rounding; the data themselves are the same to 1e-12.
      for (int t = 0; t < 5; ++t) expect_same(plain.contrast(t, 1), scaled.contrast(t, 1), scale, 1e-7);
    }
  }
}

TEST(Mmrm, VisitsMayHaveVeryDifferentScales) {
  WideData data = read_wide("intermittent");
  Mmrm plain(model_of(data)), scaled(model_of(data));
  WideData other = data;
  const double scales[] = {1e-6, 1, 1e6, 1e-3, 1e3};
  for (int t = 0; t < 5; ++t) {
    for (std::size_t i = 0; i < data.patients(); ++i) other.outcome[t * data.patients() + i] *= scales[t];
  }
  ASSERT_TRUE(plain.fit(data.view({})).ok());
  ASSERT_TRUE(scaled.fit(other.view({})).ok());
  for (int t = 0; t < 5; ++t) expect_same(plain.contrast(t, 1), scaled.contrast(t, 1), scales[t], 1e-7);
}

TEST(Mmrm, OneVisitIsTheTTest) {
  // Student's t test of the sleep data (R: t.test(extra ~ group, data = sleep, var.equal = TRUE)).
  WideData data;
  data.visits = 1;
  data.arm = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  data.outcome = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0,
                  1.9, 0.8,  1.1,  0.1,  -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  for (const bool closed : {true, false}) {
    MmrmModel model = model_of(data);
    model.closed_form = closed;
    Mmrm mmrm(model);
    ASSERT_TRUE(mmrm.fit(data.view({})).ok());
    const MmrmContrast found = mmrm.contrast(0, 1);
    EXPECT_NEAR(found.estimate, 1.58, 1e-12);
    EXPECT_NEAR(found.df, 18, 1e-7);
    EXPECT_NEAR(found.statistic, 1.8608, 5e-5);
    EXPECT_NEAR(found.p, 0.07918671, 5e-9);
    EXPECT_NEAR(found.lower, -0.203874, 5e-7);
    EXPECT_NEAR(found.upper, 3.363874, 5e-7);
  }
}

TEST(Mmrm, CompleteDataGiveTheTTestAtEveryVisit) {
  WideData data = read_wide("orthodont");
  MmrmModel model = model_of(data);
  model.closed_form = false;
  Mmrm mmrm(model);
  ASSERT_TRUE(mmrm.fit(data.view({})).ok());
  const std::size_t n = data.patients();
  for (int t = 0; t < 4; ++t) {
    double sums[2] = {}, counts[2] = {}, squares = 0;
    for (std::size_t i = 0; i < n; ++i) sums[data.arm[i]] += data.outcome[t * n + i], counts[data.arm[i]] += 1;
    for (std::size_t i = 0; i < n; ++i)
      squares += std::pow(data.outcome[t * n + i] - sums[data.arm[i]] / counts[data.arm[i]], 2);
    const double df = static_cast<double>(n) - 2;
    const MmrmContrast found = mmrm.contrast(t, 1);
    EXPECT_NEAR(found.estimate, sums[1] / counts[1] - sums[0] / counts[0], 1e-10);
    EXPECT_NEAR(found.se, std::sqrt(squares / df * (1 / counts[0] + 1 / counts[1])), 1e-9);
    EXPECT_NEAR(found.df, df, 1e-6);
  }
}

TEST(Mmrm, CompleteDataWithOneCovariancePerArmGiveWelchsTest) {
  WideData data = read_wide("orthodont");
  MmrmModel model = model_of(data);
  model.covariance_per_arm = true;
  Mmrm mmrm(model);
  ASSERT_TRUE(mmrm.fit(data.view({})).ok()) << name_of(mmrm.result().failure);
  const std::size_t n = data.patients();
  for (int t = 0; t < 4; ++t) {
    double sums[2] = {}, counts[2] = {}, squares[2] = {}, variance[2];
    for (std::size_t i = 0; i < n; ++i) sums[data.arm[i]] += data.outcome[t * n + i], counts[data.arm[i]] += 1;
    for (std::size_t i = 0; i < n; ++i) {
      squares[data.arm[i]] += std::pow(data.outcome[t * n + i] - sums[data.arm[i]] / counts[data.arm[i]], 2);
    }
    for (int a = 0; a < 2; ++a) variance[a] = squares[a] / (counts[a] - 1) / counts[a];
    const MmrmContrast found = mmrm.contrast(t, 1);
    EXPECT_NEAR(found.se, std::sqrt(variance[0] + variance[1]), 1e-9);
    EXPECT_NEAR(found.df,
                std::pow(variance[0] + variance[1], 2) /
                    (variance[0] * variance[0] / (counts[0] - 1) + variance[1] * variance[1] / (counts[1] - 1)),
                1e-6);
    EXPECT_NEAR(mmrm.covariance(1)(t, t), squares[1] / (counts[1] - 1), 1e-8);
  }
}

TEST(Mmrm, DropoutInflatesTheVarianceAsLuLuoAndChenSay) {
  // Lu, Luo & Chen (2008) table 2, J = 2 visits, dropout 0.2: inflation 1.25, 1.1875, 1.0475 for correlation 0, 0.5,
  // 0.9. The data have exactly these moments: per arm 10 patients, the last 2 drop out.
  const double first[] = {-2, -1, 1, 2, -2, -1, 1, 2, -3, 3}, noise[] = {1, -2, 2, -1, -1, 2, -2, 1};
  double squares = 0, noise_squares = 0;
  for (const double x : first) squares += 2 * x * x;
  for (const double x : noise) noise_squares += 2 * x * x;
  const std::pair<double, double> table[] = {{0, 1.25}, {0.5, 1.1875}, {0.9, 1.0475}};
  for (const auto& [correlation, inflation] : table) {
    WideData data;
    data.visits = 2;
    data.outcome.assign(40, std::nan(""));
    for (int i = 0; i < 20; ++i) {
      data.arm.push_back(i / 10);
      const double x = first[i % 10] * std::sqrt(18 / squares);  // variance 1 with 20 - 2 degrees of freedom
      data.outcome[i] = x;
      if (i % 10 >= 8) continue;
      // Conditional variance 1 - r^2 with 16 - 2 degrees of freedom.
      data.outcome[20 + i] =
          correlation * x + noise[i % 10] * std::sqrt((1 - correlation * correlation) * 14 / noise_squares);
    }
    for (const bool closed : {true, false}) {
      MmrmModel model = model_of(data);
      model.closed_form = closed;
      Mmrm mmrm(model);
      ASSERT_TRUE(mmrm.fit(data.view({})).ok());
      EXPECT_NEAR(std::pow(mmrm.contrast(1, 1).se, 2) / (2.0 / 10), inflation, 1e-9);
      EXPECT_NEAR(mmrm.covariance()(1, 1), 1, 1e-9);
    }
  }
}

TEST(Mmrm, ConvergesOnTenNearlySingularVisits) {
  WideData data = read_wide("slopes");
  for (const double scale : {1e-8, 1.0, 1e8}) {
    WideData other = data;
    for (double& y : other.outcome) y *= scale;
    MmrmModel model = model_of(data);
    Mmrm closed(model);
    model.closed_form = false;
    Mmrm iterated(model);
    ASSERT_TRUE(closed.fit(other.view({})).ok());
    ASSERT_TRUE(iterated.fit(other.view({})).ok()) << name_of(iterated.result().failure);
    // The condition number of Sigma is 1e6: two digits more of rounding than elsewhere.
    expect_same(closed.contrast(9, 1), iterated.contrast(9, 1), 1, 1e-6);
    // One patient with a hole forces the iteration from a start of pairs.
    other.outcome[4 * other.patients() + 1] = std::nan("");
    ASSERT_TRUE(iterated.fit(other.view({})).ok()) << name_of(iterated.result().failure);
    EXPECT_NEAR(iterated.contrast(9, 1).se, closed.contrast(9, 1).se, 0.05 * closed.contrast(9, 1).se);
  }
}

TEST(Mmrm, EarlierFitsLeaveNoTrace) {
  WideData first = read_wide("intermittent"), second = first;
  for (std::size_t i = 0; i < second.outcome.size(); i += 3) second.outcome[i] = std::nan("");
  MmrmModel model = model_of(first);
  model.covariates = {{"base", {}, false}};
  Mmrm used(model), fresh(model);
  ASSERT_TRUE(used.fit(second.view({"base"})).ok());
  ASSERT_TRUE(used.fit(first.view({"base"})).ok());
  ASSERT_TRUE(fresh.fit(first.view({"base"})).ok());
  EXPECT_EQ(used.contrast(4, 1).estimate, fresh.contrast(4, 1).estimate);
  EXPECT_EQ(used.contrast(4, 1).df, fresh.contrast(4, 1).df);
  EXPECT_EQ(used.result().minus_two_log_likelihood, fresh.result().minus_two_log_likelihood);
}

TEST(Mmrm, AliasedCovariatesAreDroppedAndCounted) {
  WideData data = read_wide("intermittent");
  data.columns["copy"] = data.columns["base"];
  for (double& x : data.columns["copy"]) x = 3 - 2 * x;
  MmrmModel model = model_of(data);
  model.covariates = {{"base", {}, false}};
  Mmrm plain(model);
  model.covariates.push_back({"copy", {}, false});
  Mmrm doubled(model);
  ASSERT_TRUE(plain.fit(data.view({"base"})).ok());
  ASSERT_TRUE(doubled.fit(data.view({"base", "copy"})).ok());
  EXPECT_EQ(doubled.result().aliased, 1);
  EXPECT_TRUE(doubled.aliased().back());
  EXPECT_TRUE(std::isnan(doubled.coefficients()[doubled.coefficients().size() - 1]));
  for (int t = 0; t < 5; ++t) expect_same(plain.contrast(t, 1), doubled.contrast(t, 1), 1, two_paths);
  std::vector<double> weights(doubled.coefficient_names().size(), 0.0);
  weights[weights.size() - 2] = 1;  // the effect of base alone is not identified beside its copy
  EXPECT_EQ(doubled.contrast(weights).failure, MmrmFailure::not_estimable);
  weights[weights.size() - 1] = -2;  // base and copy move together
  std::vector<double> alone(plain.coefficient_names().size(), 0.0);
  alone.back() = 1;
  expect_same(plain.contrast(alone), doubled.contrast(weights), 1, two_paths);
}

TEST(Mmrm, AnArmWithoutPatientsAtAVisitHasNoContrastThere) {
  WideData data = read_wide("intermittent");
  const std::size_t n = data.patients();
  for (std::size_t i = 0; i < n; ++i) {
    if (data.arm[i] == 2) data.outcome[4 * n + i] = std::nan("");
  }
  Mmrm mmrm(model_of(data));
  ASSERT_TRUE(mmrm.fit(data.view({})).ok());
  EXPECT_EQ(mmrm.result().aliased, 1);
  EXPECT_EQ(mmrm.contrast(4, 2).failure, MmrmFailure::not_estimable);
  EXPECT_TRUE(std::isnan(mmrm.contrast(4, 2).p));
  EXPECT_EQ(mmrm.contrast(4, 1).failure, MmrmFailure::none);
  EXPECT_EQ(mmrm.contrast(3, 2).failure, MmrmFailure::none);
}

TEST(Mmrm, ACovariateThatIsTheTreatmentLeavesNoTreatmentEffect) {
  WideData data = read_wide("monotone");
  data.columns["base"].assign(data.arm.begin(), data.arm.end());
  Mmrm mmrm(monotone_model(data));
  ASSERT_TRUE(mmrm.fit(data.view({"base"})).ok());
  EXPECT_EQ(mmrm.contrast(3, 1).failure, MmrmFailure::not_estimable);
}

TEST(Mmrm, FailuresAreTyped) {
  WideData data = read_wide("monotone");
  Mmrm mmrm(model_of(data));
  const std::size_t n = data.patients();

  WideData constant = data;
  for (double& y : constant.outcome) y = std::isnan(y) ? y : 1;
  EXPECT_EQ(mmrm.fit(constant.view({})).failure, MmrmFailure::no_variation);
  EXPECT_EQ(mmrm.contrast(3, 1).failure, MmrmFailure::no_variation);

  WideData early = data;
  for (std::size_t i = 0; i < n; ++i) early.outcome[3 * n + i] = std::nan("");
  EXPECT_EQ(mmrm.fit(early.view({})).failure, MmrmFailure::too_few_patients);

  WideData infinite = data;
  infinite.outcome[0] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(mmrm.fit(infinite.view({})).failure, MmrmFailure::not_finite);

  WideData copied = data;  // visit 2 repeats visit 1: no positive definite covariance
  for (std::size_t i = 0; i < n; ++i) copied.outcome[n + i] = copied.outcome[i];
  EXPECT_EQ(mmrm.fit(copied.view({})).failure, MmrmFailure::singular_covariance);

  WideData few = data;
  for (std::size_t i = 5; i < n; ++i) few.arm[i] = -1;
  EXPECT_FALSE(mmrm.fit(few.view({})).ok());
  EXPECT_EQ(mmrm.result().without_covariate, static_cast<int>(n) - 5);
}

TEST(Mmrm, TheNextStructureIsTriedAndReported) {
  WideData data = read_wide("monotone");
  const std::size_t n = data.patients();
  for (std::size_t i = 0; i < n; ++i) data.outcome[n + i] = data.outcome[i];
  MmrmModel model = model_of(data);
  model.structures = {S::unstructured, S::toeplitz_heterogeneous, S::ar1_heterogeneous,
                      S::compound_symmetry_heterogeneous, S::compound_symmetry};
  Mmrm mmrm(model);
  const MmrmFit& fit = mmrm.fit(data.view({}));
  ASSERT_TRUE(fit.ok());
  EXPECT_NE(fit.structure, S::unstructured);
  ASSERT_GE(fit.attempts.size(), 2u);
  EXPECT_EQ(fit.attempts.front().failure, MmrmFailure::singular_covariance);
  EXPECT_EQ(fit.attempts.back().failure, MmrmFailure::none);
  EXPECT_EQ(fit.attempts.back().structure, fit.structure);
}

TEST(Mmrm, MeansDifferByTheContrast) {
  WideData data = read_wide("intermittent");
  MmrmModel model = model_of(data);
  model.covariates = {{"base", {}, true}, {"site", {"0", "1", "2"}, false}};
  Mmrm mmrm(model);
  ASSERT_TRUE(mmrm.fit(data.view({"base", "site"})).ok());
  for (const MmrmMargin margin : {MmrmMargin::equal, MmrmMargin::observed}) {
    EXPECT_NEAR(mmrm.mean(4, 2, margin).estimate - mmrm.mean(4, 0, margin).estimate, mmrm.contrast(4, 2).estimate,
                1e-12);
  }
}

TEST(Mmrm, ModelsThatMakeNoSenseBreakThePromise) {
  MmrmModel model;
  EXPECT_THROW(Mmrm{model}, InternalError);
  model.visits = {"1"};
  model.arms = {"a", "b"};
  model.reference = 2;
  EXPECT_THROW(Mmrm{model}, InternalError);
  model.reference = 0;
  Mmrm mmrm(model);
  const std::vector<int> arm{0, 1};
  const std::vector<double> outcome{1};
  EXPECT_THROW(mmrm.fit({arm, outcome, {}}), InternalError);
}

}  // namespace
}  // namespace vcohort::analysis
