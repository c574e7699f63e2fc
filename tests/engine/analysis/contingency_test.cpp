#include "engine/analysis/contingency.hpp"

#include <array>

#include "engine/analysis/proportions.hpp"
#include "engine/analysis/risk_difference.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

Table2x2 table_of(const nlohmann::json& entry) {
  return {entry[0], entry[1], entry[2], entry[3]};
}

std::vector<Table2x2> tables_of(const nlohmann::json& test_case) {
  std::vector<Table2x2> tables;
  for (const auto& entry : test_case["tables"]) tables.push_back(table_of(entry));
  return tables;
}

/// A dataset with the counts of the tables, one stratum each.
Columns patients_of(const std::vector<Table2x2>& tables) {
  Columns columns;
  columns.strata = static_cast<int>(tables.size());
  for (std::size_t k = 0; k < tables.size(); ++k) {
    const auto add = [&](int arm, std::int64_t events, std::int64_t patients) {
      for (std::int64_t i = 0; i < patients; ++i) {
        columns.arm.push_back(arm);
        columns.outcome.push_back(i < events ? 1 : 0);
        columns.stratum.push_back(static_cast<int>(k));
      }
    };
    add(1, tables[k].events, tables[k].patients);
    add(0, tables[k].reference_events, tables[k].reference_patients);
  }
  return columns;
}

TEST(Fisher, AndPearsonAgreeWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("binary")) {
    const auto table = table_of(test_case["table"]);
    const auto name = test_case["name"].get<std::string>();
    const auto p = fisher_exact(table, workspace);
    // R sums up to thousands of probabilities from logarithms; eight digits are safe.
    expect_close(p.two_sided, test_case["fisher"][0], 1e-8, name);
    expect_close(p.less, test_case["fisher"][1], 1e-8, name);
    expect_close(p.greater, test_case["fisher"][2], 1e-8, name);
    if (!test_case.contains("pearson")) continue;
    const double z = pearson_z(table);
    EXPECT_NEAR(z * z, test_case["pearson"][0].get<double>(), 1e-11) << name;
  }
}

TEST(Fisher, HasTheExactPowerByEnumeration) {
  Workspace workspace;
  const auto binomial = [](double p) {
    std::array<double, 21> probability{};
    probability[0] = std::pow(1 - p, 20);
    for (int x = 0; x < 20; ++x) probability[x + 1] = probability[x] * (20 - x) / (x + 1) * p / (1 - p);
    return probability;
  };
  const auto active = binomial(0.5), reference = binomial(0.1);
  double power = 0;
  for (int x = 0; x <= 20; ++x) {
    for (int y = 0; y <= 20; ++y) {
      auto columns = patients_of({{x, 20, y, 20}});
      const auto data = columns.view();
      const auto estimate = compare_proportions(data, 1, ProportionTest::fisher, {.interval = false}, workspace);
      if (decide(estimate, {}, workspace).rejected) power += active[x] * reference[y];
    }
  }
  EXPECT_NEAR(power, 0.74238878, 5e-9);
}

TEST(Fisher, SurvivesManyPatients) {
  Workspace workspace;
  const auto p = fisher_exact({500000, 1000000, 500000, 1000000}, workspace);
  EXPECT_NEAR(p.two_sided, 1, 1e-9);
  EXPECT_NEAR(p.less + p.greater, 1, 2e-3);  // their sum exceeds 1 by the probability of the observed table, 1.1e-3
  EXPECT_GT(p.less + p.greater, 1);
}

TEST(CochranMantelHaenszel, AgreesWithR) {
  Workspace workspace;
  for (const auto& test_case : oracle("cochran_mantel_haenszel")) {
    const auto tables = tables_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    const auto plain = cochran_mantel_haenszel(tables, {}, workspace);
    expect_close(plain.estimate, test_case["estimate"], 1e-8, name);
    expect_close(plain.lower, test_case["lower"], 1e-8, name);
    expect_close(plain.upper, test_case["upper"], 1e-8, name);
    expect_close(plain.p, test_case["p"], 1e-8, name);
    expect_close(plain.statistic * plain.statistic, test_case["statistic"], 1e-8, name);
    auto columns = patients_of(tables);
    const auto from_patients =
        compare_proportions(columns.view(), 1, ProportionTest::cochran_mantel_haenszel, {}, workspace);
    EXPECT_EQ(from_patients.statistic, plain.statistic) << name;
  }
}

/// An odds ratio of 0 or infinity. Statistics: R, mantelhaen.test of the array c(4, 4, 0, 8, 4, 4, 0, 8), without
/// correct. Ends: R, uniroot of (A - E) / sqrt(V) - qnorm(0.975), with E and V of the noncentral hypergeometric
/// distribution from lchoose.
TEST(CochranMantelHaenszel, OfEmptyCellsTestsAndHasAnIntervalWithOneEnd) {
  Workspace workspace;
  struct Case {
    std::vector<Table2x2> strata;
    double chi_square, end;
  };
  const std::vector<Table2x2> half{{4, 8, 0, 8}, {4, 8, 0, 8}};
  const std::vector<Table2x2> with_silent_strata{{4, 8, 0, 8}, {0, 5, 0, 3}, {4, 8, 0, 8}, {2, 2, 0, 0}, {1, 1, 0, 0}};
  for (const auto& [strata, chi_square, end] :
       {Case{half, 10, 1.12607826615801}, Case{with_silent_strata, 10, 1.12607826615801},
        Case{{{8, 8, 0, 9}}, 16, 2.49141502612102}}) {
    const auto above = cochran_mantel_haenszel(strata, {}, workspace);
    ASSERT_TRUE(above.ok());
    EXPECT_EQ(above.estimate, std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(above.se));
    EXPECT_NEAR(above.statistic * above.statistic, chi_square, 1e-12);
    EXPECT_NEAR(above.lower, end, 1e-10);
    EXPECT_EQ(above.upper, std::numeric_limits<double>::infinity());
    EXPECT_TRUE(decide(above, {}, workspace).favourable);
    auto swapped = strata;
    for (auto& table : swapped) {
      std::swap(table.events, table.reference_events);
      std::swap(table.patients, table.reference_patients);
    }
    const auto below = cochran_mantel_haenszel(swapped, {}, workspace);
    EXPECT_EQ(below.estimate, -above.estimate);
    EXPECT_EQ(below.upper, -above.lower);
    EXPECT_EQ(below.statistic, -above.statistic);
    EXPECT_EQ(below.p, above.p);
  }
  EXPECT_NEAR(cochran_mantel_haenszel(half, {}, workspace).p, 0.001565402258002549, 1e-15);
  const std::vector<Table2x2> uneven{{300, 400, 0, 2}};
  EXPECT_NEAR(cochran_mantel_haenszel(uneven, {}, workspace).lower, 0.430260159857935, 1e-10);
}

/// The interval and the test are one: an odds ratio of 1 lies in it exactly when p > 0.05.
TEST(CochranMantelHaenszel, OfEmptyCellsDecidesAsItsInterval) {
  Workspace workspace;
  for (std::int64_t n = 1; n <= 12; ++n) {
    for (std::int64_t a = 1; a <= n; ++a) {
      const auto estimate = cochran_mantel_haenszel(std::vector<Table2x2>{{a, n, 0, 9}}, {}, workspace);
      EXPECT_EQ(estimate.lower > 0, estimate.p < 0.05) << a << " of " << n;
    }
  }
}

TEST(CochranMantelHaenszel, WithoutAVaryingStratumSaysNothing) {
  Workspace workspace;
  const auto estimate =
      cochran_mantel_haenszel(std::vector<Table2x2>{{0, 8, 0, 9}, {3, 3, 2, 2}, {1, 4, 0, 0}}, {}, workspace);
  ASSERT_TRUE(estimate.ok());
  EXPECT_TRUE(std::isnan(estimate.estimate));
  EXPECT_EQ(estimate.statistic, 0);
  EXPECT_EQ(estimate.p, 1);
  EXPECT_EQ(estimate.lower, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(estimate.upper, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(decide(estimate, {}, workspace).rejected);
  auto columns = patients_of({{0, 8, 0, 9}});
  const auto chi_square = compare_proportions(columns.view(), 1, ProportionTest::chi_square, {}, workspace);
  EXPECT_EQ(chi_square.statistic, 0);
  EXPECT_EQ(chi_square.p, 1);
  EXPECT_EQ(chi_square.estimate, 0);
  EXPECT_LT(chi_square.lower, 0);
}

/// What is left to compare a margin with is the end of the interval.
TEST(Decision, OfAnInfiniteRatioAgainstAMargin) {
  Workspace workspace;
  const auto estimate = one_ended(3, 0.4, 20, {});
  const auto non_inferior = [&](double margin, Better better) {
    return decide(estimate, {.aim = Aim::non_inferiority, .margin = margin, .better = better}, workspace).rejected;
  };
  EXPECT_TRUE(non_inferior(0.1, Better::higher));
  EXPECT_FALSE(non_inferior(0.1, Better::lower));
  EXPECT_TRUE(decide(estimate, {.margin = 0.3}, workspace).favourable);
  EXPECT_FALSE(decide(estimate, {.margin = 0.5}, workspace).rejected);
  EXPECT_FALSE(decide(estimate, {.aim = Aim::equivalence, .margin = 5}, workspace).rejected);
}

TEST(MiettinenNurminen, AgreesWithItsDefinition) {
  Workspace workspace;
  for (const auto& test_case : oracle("miettinen_nurminen")) {
    const auto tables = tables_of(test_case);
    const auto name = test_case["name"].get<std::string>();
    for (std::size_t i = 0; i < test_case["nulls"].size(); ++i) {
      const double null = test_case["nulls"][i];
      // Two roots of a slope that is flat near its root: half the digits of a double.
      EXPECT_NEAR(miettinen_nurminen_z(tables, null), test_case["z"][i].get<double>(), 1e-7) << name << " at " << null;
    }
    const auto estimate = miettinen_nurminen(tables, {}, workspace);
    EXPECT_NEAR(estimate.estimate, test_case["estimate"].get<double>(), 1e-14) << name;
    EXPECT_NEAR(estimate.lower, test_case["lower"].get<double>(), 1e-8) << name;
    EXPECT_NEAR(estimate.upper, test_case["upper"].get<double>(), 1e-8) << name;
  }
}

TEST(MiettinenNurminen, HasThePublishedIntervals) {
  Workspace workspace;
  // Newcombe (1998), Statistics in Medicine 17:873, table II, method 6 is Mee's without N/(N-1); Miettinen-Nurminen is
  // method 5 there, printed to four digits.
  struct Published {
    Table2x2 table;
    double lower, upper;
  };
  for (const auto& [table, lower, upper] :
       {Published{{56, 70, 48, 80}, 0.0528, 0.3382}, Published{{9, 10, 3, 10}, 0.1700, 0.8406},
        Published{{5, 56, 0, 29}, -0.0326, 0.1933}}) {
    const auto estimate = miettinen_nurminen({&table, 1}, {}, workspace);
    EXPECT_NEAR(estimate.lower, lower, 5.1e-5);
    EXPECT_NEAR(estimate.upper, upper, 5.1e-5);
  }
}

TEST(MiettinenNurminen, DecidesAsItsInterval) {
  Workspace workspace;
  const auto rejects = [&](const Table2x2& table, const Hypothesis& hypothesis) {
    return decide(miettinen_nurminen({&table, 1}, {.margin = hypothesis.margin}, workspace), hypothesis, workspace)
        .rejected;
  };
  for (int x = 0; x <= 12; ++x) {
    for (int y = 0; y <= 10; ++y) {
      const Table2x2 table{x, 12, y, 10};
      const auto estimate = miettinen_nurminen({&table, 1}, {}, workspace);
      const Hypothesis non_inferiority{.aim = Aim::non_inferiority, .margin = 0.15};
      EXPECT_EQ(rejects(table, non_inferiority), estimate.lower > -0.15);
      const Hypothesis lower_is_better{.aim = Aim::non_inferiority, .margin = 0.15, .better = Better::lower};
      EXPECT_EQ(rejects(table, lower_is_better), estimate.upper < 0.15);
      const Hypothesis equivalence{.aim = Aim::equivalence, .margin = 0.45};
      EXPECT_EQ(rejects(table, equivalence), estimate.lower > -0.45 && estimate.upper < 0.45);
      EXPECT_EQ(rejects(table, {}), estimate.lower > 0 || estimate.upper < 0);
    }
  }
}

TEST(Proportions, SwappingArmsMirrorsEveryTest) {
  Workspace workspace;
  auto columns = patients_of({{8, 20, 5, 22}, {15, 18, 9, 15}, {0, 6, 1, 9}});
  auto swapped = columns;
  for (int& arm : swapped.arm) arm = 1 - arm;
  for (int test = 0; test <= static_cast<int>(ProportionTest::miettinen_nurminen); ++test) {
    const auto plain = compare_proportions(columns.view(), 1, static_cast<ProportionTest>(test), {}, workspace);
    const auto mirror = compare_proportions(swapped.view(), 1, static_cast<ProportionTest>(test), {}, workspace);
    ASSERT_TRUE(plain.ok()) << test;
    EXPECT_NEAR(mirror.estimate, -plain.estimate, 1e-14) << test;
    EXPECT_NEAR(mirror.statistic, -plain.statistic, 1e-13) << test;
    EXPECT_NEAR(mirror.p, plain.p, 1e-13) << test;
    EXPECT_NEAR(mirror.lower, -plain.upper, 1e-12) << test;
  }
}

TEST(Proportions, FailuresAreTyped) {
  Workspace workspace;
  const auto failure = [&](Columns columns, ProportionTest test) {
    return compare_proportions(columns.view(), 1, test, {}, workspace).failure;
  };
  EXPECT_EQ(failure({}, ProportionTest::fisher), Failure::empty_arm);
  EXPECT_EQ(failure(patients_of({{1, 3, 0, 0}}), ProportionTest::fisher), Failure::empty_arm);
  const auto nobody = patients_of({{0, 8, 0, 9}});
  EXPECT_EQ(failure(nobody, ProportionTest::fisher), Failure::none);
  EXPECT_EQ(failure(nobody, ProportionTest::miettinen_nurminen), Failure::none);
  EXPECT_EQ(failure(nobody, ProportionTest::chi_square), Failure::none);
  EXPECT_EQ(failure(nobody, ProportionTest::cochran_mantel_haenszel), Failure::none);
  EXPECT_EQ(failure(patients_of({{8, 8, 0, 9}}), ProportionTest::cochran_mantel_haenszel), Failure::none);
  auto graded = patients_of({{3, 8, 2, 9}});
  graded.outcome[0] = 0.5;
  EXPECT_EQ(failure(graded, ProportionTest::fisher), Failure::not_finite);
}

}  // namespace
}  // namespace vcohort::analysis
