#include <array>
#include <cmath>

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/power_equivalence.hpp"
#include "tests/engine/analysis/oracle.hpp"

/// Trials whose units cross over or are clusters, and pairs. Data and numbers are those of
/// tests/oracles/analysis/units.R.
namespace vcohort::analysis {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double exact = 1e-12;    // the same numbers by another path
constexpr double searched = 2e-6;  // of lme's search, in which the ratio of the variances has five digits

AnalysisPlan plan_of(const char* method) {
  AnalysisPlan plan;
  plan.method = method;
  return plan;
}

Result result_of(const char* method, const Records& records) {
  return Analysis(plan_of(method), {}, 0.05, 2).run(records).front();
}

void expect(const Result& result, double estimate, double se, double df, double p, double tolerance) {
  ASSERT_TRUE(result.ok()) << name_of(result.failure);
  EXPECT_NEAR(result.estimate.estimate, estimate, tolerance * std::fabs(estimate));
  EXPECT_NEAR(result.estimate.se, se, tolerance * se);
  EXPECT_EQ(result.estimate.df, df);
  EXPECT_NEAR(result.p, p, 10 * tolerance * p);
}

struct Crossover {
  std::vector<int> first = {0, 0, 0, 0, 0, 1, 1, 1, 1};
  std::vector<double> before = {4.1, 5.3, 2.2, 6.0, 5.1, 7.4, 3.9, 5.8, 6.6};
  std::vector<double> after = {6.3, 6.1, 4.9, 7.7, 4.8, 6.1, 4.0, 3.9, 5.2};

  Result result() const {
    const std::array<std::span<const double>, 2> values = {before, after};
    Records records;
    records.arm = first;
    records.values = values;
    records.visit = 1;
    return result_of("crossover-t", records);
  }
};

TEST(Units, ACrossoverComparesDifferencesOfPeriods) {
  Crossover trial;
  const Result result = trial.result();
  expect(result, 1.2725, 0.355767530438467, 7, 0.00901493076413561, exact);
  EXPECT_NEAR(result.estimate.lower, 0.431243469595926, exact);
  EXPECT_NEAR(result.estimate.upper, 2.113756530404074, exact);
  // The period moves nothing, and carry-over by half of its difference.
  for (double& value : trial.after) value += 100;
  EXPECT_NEAR(trial.result().estimate.estimate, 1.2725, 1e-12);
  for (std::size_t i = 0; i < trial.first.size(); ++i) trial.after[i] += trial.first[i] == 1 ? 3 : 0;
  EXPECT_NEAR(trial.result().estimate.estimate, 1.2725 - 1.5, 1e-12);
  // Who misses a period is left out.
  Crossover less, without;
  less.before[2] = nan;
  without.first.erase(without.first.begin() + 2);
  without.before.erase(without.before.begin() + 2);
  without.after.erase(without.after.begin() + 2);
  EXPECT_EQ(less.result().estimate.estimate, without.result().estimate.estimate);
  EXPECT_EQ(less.result().estimate.patients, 8);
  EXPECT_EQ(less.result().estimate.df, 6);
}

/// Rows [visit][member] of ragged cells.
class Cells {
 public:
  Cells(std::size_t visits, std::size_t clusters) : cells_(visits, std::vector<std::vector<double>>(clusters)) {}

  std::vector<double>& cell(std::size_t visit, std::size_t cluster) { return cells_[visit][cluster]; }

  std::span<const std::span<const double>> rows(std::size_t& members) {
    members = 1;
    for (const auto& visit : cells_)
      for (const auto& cell : visit) members = std::max(members, cell.size() + 1);  // and a row of nobody
    rows_.clear();
    views_.clear();
    for (const auto& visit : cells_)
      for (std::size_t k = 0; k < members; ++k) {
        auto& row = rows_.emplace_back();
        for (const auto& cell : visit) row.push_back(k < cell.size() ? cell[k] : nan);
      }
    views_.assign(rows_.begin(), rows_.end());
    return views_;
  }

 private:
  std::vector<std::vector<std::vector<double>>> cells_;
  std::vector<std::vector<double>> rows_;
  std::vector<std::span<const double>> views_;
};

struct Clusters {
  std::vector<int> arm = {0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2};
  Cells cells{1, 12};
  int arms = 3;

  Clusters() {
    const std::array size = {3, 5, 1, 6, 4, 2, 4, 5, 3, 6, 2, 4};
    const std::array y = {12.39, 10.52, 9.51,  10.34, 10.8,  8.55,  8.67,  10.89, 10.9,  7.46,  8.68,  10.4,
                          8.74,  7.44,  9.44,  12.52, 10.32, 10.11, 12.36, 13.19, 11.04, 9.96,  11.88, 10.46,
                          8.91,  12.12, 13.21, 11.11, 10.57, 12.81, 11.77, 9.54,  10.15, 13.92, 12.78, 11.0,
                          12.6,  13.97, 12.02, 9.75,  11.93, 14.33, 12.08, 12.36, 14.54};
    std::size_t next = 0;
    for (std::size_t c = 0; c < size.size(); ++c)
      for (int k = 0; k < size[c]; ++k) cells.cell(0, c).push_back(y[next++]);
  }

  std::vector<Result> results(const char* method) {
    Records records;
    std::size_t members = 0;
    records.values = cells.rows(members);
    records.members = members;
    records.arm = arm;
    records.arms = arms;
    Analysis analysis(plan_of(method), {}, 0.05, 2);
    const auto results = analysis.run(records);
    return {results.begin(), results.end()};
  }
};

TEST(Units, ClustersCountTheSameOrTheirPatientsDo) {
  Clusters trial;
  const Result equal = trial.results("cluster-t").front(), weighted = trial.results("cluster-t-weighted").front();
  expect(equal, 1.17663333333333, 0.616843999148662, 7, 0.0981169420999475, exact * 100);
  EXPECT_NEAR(equal.estimate.lower, -0.281970946503071, 1e-12);
  expect(weighted, 1.57522222222222, 0.636741977097208, 7, 0.0425902957400733, exact * 100);
  EXPECT_EQ(equal.estimate.patients, 9);  // clusters
}

TEST(Units, TheMixedModelOfClusters) {
  Clusters trial;
  std::vector<Result> results = trial.results("cluster-mixed");
  ASSERT_EQ(results.size(), 2u);
  expect(results[0], 1.38299891386887, 0.657315514205426, 9, 0.0646957767269141, searched);
  expect(results[1], 2.63681354555485, 0.741465234788933, 9, 0.00615561267362643, searched);
  // Two arms alone, of which one is called the third.
  for (int& arm : trial.arm) arm = arm == 2 ? -1 : arm;
  trial.arms = 2;
  expect(trial.results("cluster-mixed").front(), 1.39305316900174, 0.628915556065910, 7, 0.0623347751040489, searched);
}

/// Clusters that differ less than chance: the ordinary regression of the patients, with few degrees of freedom.
TEST(Units, TheVarianceBetweenClustersIsNotNegative) {
  Clusters trial;
  double means[3] = {}, patients[3] = {};
  for (std::size_t c = 0; c < 12; ++c)
    for (const double y : trial.cells.cell(0, c)) {
      means[trial.arm[c]] += y;
      patients[trial.arm[c]] += 1;
    }
  for (std::size_t c = 0; c < 12; ++c) {
    auto& cell = trial.cells.cell(0, c);
    double mean = 0;
    for (const double y : cell) mean += y / static_cast<double>(cell.size());
    for (double& y : cell) y += means[trial.arm[c]] / patients[trial.arm[c]] - mean;
  }
  const std::vector<Result> results = trial.results("cluster-mixed");
  expect(results[0], 1.57522222222222, 0.379313682760659, 9, 0.00247396, 2e-6);
  expect(results[1], 2.958, 0.420212580838840, 9, 6.05678e-05, 2e-6);
}

/// Equal clusters: all analyses have the estimate and the standard error of cluster means.
TEST(Units, EqualClustersHaveOneAnalysis) {
  Clusters trial;
  for (std::size_t c = 0; c < 12; ++c) trial.cells.cell(0, c).resize(3, 11 + 0.7 * static_cast<double>(c % 5));
  for (int& arm : trial.arm) arm = arm == 2 ? -1 : arm;
  trial.arms = 2;
  const Estimate equal = trial.results("cluster-t").front().estimate;
  for (const char* method : {"cluster-t-weighted", "cluster-mixed"}) {
    const Estimate other = trial.results(method).front().estimate;
    EXPECT_NEAR(other.estimate, equal.estimate, 1e-12) << method;
    EXPECT_NEAR(other.se, equal.se, 1e-9) << method;
    EXPECT_EQ(other.df, equal.df) << method;
  }
}

TEST(Units, ClustersFailByName) {
  Clusters trial;
  trial.cells.cell(0, 0) = {};  // a cluster of nobody is left out
  EXPECT_EQ(trial.results("cluster-t").front().estimate.patients, 8);
  trial.arm.assign(12, -1);
  trial.arms = 2;
  for (const char* method : {"cluster-t", "cluster-t-weighted", "cluster-mixed"}) {
    EXPECT_EQ(trial.results(method).front().failure, Failure::empty_arm) << method;
    trial.arm[3] = 0;
    EXPECT_EQ(trial.results(method).front().failure, Failure::empty_arm) << method;
    trial.arm[4] = 1;
    EXPECT_EQ(trial.results(method).front().failure, Failure::too_few_patients) << method;
    trial.arm[5] = 1;
    EXPECT_TRUE(trial.results(method).front().ok()) << method;
    trial.arm.assign(12, -1);
  }
  Clusters constant;
  for (std::size_t c = 0; c < 12; ++c) constant.cells.cell(0, c) = {7.1, 7.1};
  Clusters infinite;
  infinite.cells.cell(0, 1)[0] = std::numeric_limits<double>::infinity();
  for (const char* method : {"cluster-t", "cluster-t-weighted", "cluster-mixed"}) {
    EXPECT_EQ(constant.results(method).front().failure, Failure::no_variation) << method;
    EXPECT_FALSE(infinite.results(method).front().ok()) << method;
  }
}

struct Wedge {
  Cells cells{4, 6};
  std::vector<int> arm = std::vector<int>(6, 1), crossing = {1, 1, 2, 2, 3, 3};

  Wedge() {
    const std::array y = {20.33, 21.05, 23.96, 21.63, 23.53, 23.83, 22.2,  25.07, 23.54, 23.21, 21.28, 18.98,
                          20.07, 22.62, 20.4,  23.01, 22.42, 21.1,  23.95, 22.14, 21.1,  22.83, 20.96, 22.39,
                          22.85, 22.51, 24.77, 24.3,  23.33, 25.59, 18.85, 19.31, 20.74, 18.87, 20.59, 22.37,
                          20.55, 22.9,  22.09, 21.49, 22.0,  19.78, 21.12, 22.22, 19.92, 22.39, 22.07, 22.23,
                          24.6,  22.98, 19.57, 21.47, 19.14, 20.84, 21.57, 19.9,  22.06, 21.35, 21.84, 24.17};
    std::size_t next = 0;
    for (std::size_t c = 0; c < 6; ++c)
      for (std::size_t v = 0; v < 4; ++v)
        for (std::size_t k = 0; k < 2 + (c + v) % 2; ++k) cells.cell(v, c).push_back(y[next++]);
  }

  Result result() {
    Records records;
    std::size_t members = 0;
    records.values = cells.rows(members);
    records.members = members;
    records.arm = arm;
    records.crossing = crossing;
    return result_of("stepped-wedge", records);
  }
};

TEST(Units, AStepWedgeOfHusseyAndHughes) {
  Wedge trial;
  expect(trial.result(), 1.16820386515154, 0.470497753815260, 4, 0.0679986953032288, searched);
  // A trend over time is not the effect.
  for (std::size_t v = 0; v < 4; ++v)
    for (std::size_t c = 0; c < 6; ++c)
      for (double& y : trial.cells.cell(v, c)) y += 5 * static_cast<double>(v);
  EXPECT_NEAR(trial.result().estimate.estimate, 1.16820386515154, 1e-5);
  for (int& visit : trial.crossing) visit = 2;  // all at once: a period, or the effect?
  EXPECT_EQ(trial.result().failure, Failure::singular_design);
}

TEST(Units, PairedDifferencesAreThoseOfOneSample) {
  // Student's sleep data (R's data set `sleep`), group 1 less group 2.
  const std::vector<double> second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const std::vector<double> first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<int> arm(10, 0);
  const std::array<std::span<const double>, 1> values = {first};
  Records records;
  records.arms = 1;
  records.arm = arm;
  records.values = values;
  records.baseline = second;
  const Result result = result_of("paired-t", records);
  expect(result, -1.58, 0.388958723888395, 9, 0.00283289019738427, 1e-10);
  EXPECT_NEAR(result.estimate.lower, -2.45988576327698, 1e-9);
}

Result pairs(int better, int worse, int same) {
  std::vector<double> before, after;
  const auto add = [&](int n, double a, double b) {
    for (int k = 0; k < n; ++k) before.push_back(a), after.push_back(b);
  };
  add(better, 0, 1);
  add(worse, 1, 0);
  add(same, 1, 1);
  add(1, nan, 1);
  const std::vector<int> arm(before.size(), 0);
  const std::array<std::span<const double>, 1> values = {after};
  Records records;
  records.arms = 1;
  records.arm = arm;
  records.values = values;
  records.baseline = before;
  return result_of("mcnemar", records);
}

/// Approval of a prime minister at two surveys (Agresti 1990, p. 350), which 86 gain and 150 lose, of 1600.
TEST(Units, McNemarsExactTest) {
  const Result approval = pairs(86, 150, 1364);
  EXPECT_NEAR(approval.estimate.estimate, -0.04, 1e-14);
  EXPECT_NEAR(approval.estimate.se, 0.00954921462739214, 1e-14);
  EXPECT_NEAR(approval.estimate.p, 3.71593613957143e-05, 1e-15);
  EXPECT_NEAR(approval.estimate.p_less, 1.85796806978571e-05, 1e-15);
  EXPECT_EQ(approval.estimate.patients, 1600);
  constexpr double by_search = 1e-7;  // of the oracle, whose nuisance share is searched
  EXPECT_NEAR(approval.estimate.lower, -0.0589980331054709, by_search);
  EXPECT_NEAR(approval.estimate.upper, -0.0213615647215706, by_search);
  EXPECT_NEAR(pairs(5, 1, 10).estimate.lower, -0.0595257756658826, by_search);
  EXPECT_NEAR(pairs(5, 1, 10).estimate.upper, 0.5195989412884510, by_search);
  EXPECT_NEAR(pairs(0, 1, 43).estimate.lower, -0.118077101372436, by_search);
  EXPECT_NEAR(pairs(0, 0, 4).estimate.upper, 0.489890836454611, by_search);
  EXPECT_NEAR(pairs(5, 1, 10).estimate.p, 0.21875, 1e-14);
  EXPECT_NEAR(pairs(5, 1, 10).estimate.p_greater, 0.109375, 1e-14);
  EXPECT_EQ(pairs(0, 0, 4).estimate.p, 1);
  EXPECT_FALSE(pairs(0, 0, 4).rejected);
  EXPECT_EQ(pairs(0, 0, 0).failure, Failure::empty_arm);
}

/// Power of the 2x2 crossover at 0.8 to 1.25 with a ratio of 0.95: PowerTOST's table of sample sizes has 20, 28 and 40
/// for power 0.8.
TEST(Units, PowerOfTwoOneSidedTests) {
  struct {
    double cv, n, power;
  } const cases[] = {{0.2, 20, 0.8346801908569},
                     {0.25, 28, 0.80743946416477},
                     {0.3, 40, 0.815845280273126},
                     {0.2, 18, 0.791239944387468},
                     {0.3, 12, 0.148469548574755}};
  for (const auto& of : cases) {
    const double se = std::sqrt(std::log(1 + of.cv * of.cv)) * std::sqrt(2 / of.n);
    EXPECT_NEAR(equivalence_t_power(std::log(0.95), std::log(1.25), se, of.n - 2, 0.05), of.power, 1e-9) << of.cv;
    EXPECT_NEAR(equivalence_t_power(-std::log(0.95), std::log(1.25), se, of.n - 2, 0.05), of.power, 1e-9) << of.cv;
  }
  EXPECT_NEAR(equivalence_t_power(0.1, 0.5, 0.1, 1e6, 0.05), equivalence_normal_power(6, 4, 0.05), 1e-5);
  EXPECT_EQ(equivalence_normal_power(1, 1, 0.05), 0);
  EXPECT_LT(equivalence_t_power(0, 0.5, 1, 5, 0.05), 1e-2);
  EXPECT_NEAR(mcnemar_power(0.3, 0.1, 60, {0.025, true}), 0.634915941492114, 1e-9);
  EXPECT_NEAR(design_effect(20, 0, 0.05), 1.95, 1e-12);
  EXPECT_NEAR(design_effect(20, 0.5, 0.05), 2.2, 1e-12);
}

}  // namespace
}  // namespace vcohort::analysis
