#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>

#include "engine/analysis/analysis.hpp"
#include "tests/engine/analysis/oracle.hpp"

/// One arm against a fixed value.
namespace vcohort::analysis {
namespace {

struct BinomialCase {
  std::int64_t events, patients;
  double against, two_sided, less, greater, lower, upper, lower_90, upper_90;
};

// b <- binom.test(events, patients, against); b$p.value, b$conf.int; alternative = "less", "greater"; conf.level = 0.9
constexpr BinomialCase from_r[] = {
    {7, 20, 0.2, 0.09822172861346873, 0.9678573369191248, 0.08669251356740025, 0.1539092047845411, 0.5921885345328282,
     0.1773109175744491, 0.5580345113154886},
    {0, 12, 0.1, 0.6234272846920004, 0.2824295364810002, 1, 0, 0.2646484693970511, 0, 0.2209221919455558},
    {12, 12, 0.6, 0.002495549439999999, 1, 0.002176782335999999, 0.7353515306029489, 1, 0.779077808054444, 1},
    {3, 30, 0.1, 1, 0.6474391717918475, 0.5886487604404949, 0.02111713702972258, 0.2652884504742081,
     0.02781554973974966, 0.2385978572932509},
    {4, 10, 0.5, 0.7539062500000002, 0.3769531250000001, 0.828125, 0.1215522581198272, 0.737621923393055,
     0.1500282408066800, 0.6964627874359579},
    {9, 50, 0.3, 0.06531867580464504, 0.04023163413919399, 0.9817466532418659, 0.08576207810966364, 0.3143694112856504,
     0.0972480945085917, 0.2930905806565786},
    {130, 1000, 0.15, 0.07659704939968036, 0.04014398396904825, 0.9671984226644494, 0.1097693124537045,
     0.1524364946004402, 0.1128316112737583, 0.1488046810013388},
    {1, 9, 0.4, 0.09557862399999997, 0.07054387199999995, 0.989922304, 0.002809136746599215, 0.482496514917337,
     0.005683044988048042, 0.4291355470314345},
    {682, 925, 0.75, 0.3824915595748519, 0.1960092670538831, 0.8240891223524227, 0.707668264079039, 0.7654065582415253,
     0.7124129244365482, 0.7610552746895451},
};

/// Numbers in the order of a file, one arm.
Columns patients_of(std::int64_t events, std::int64_t patients) {
  Columns columns;
  columns.arm.assign(static_cast<std::size_t>(patients), 0);
  columns.outcome.assign(static_cast<std::size_t>(patients), 0);
  std::fill_n(columns.outcome.begin(), events, 1);
  return columns;
}

TEST(ExactBinomial, AgreesWithR) {
  constexpr double digits = 1e-12;  // R printed 16; sums of a thousand terms
  Workspace workspace;
  for (const BinomialCase& of : from_r) {
    auto columns = patients_of(of.events, of.patients);
    const auto found = compare_share(columns.view(), of.against, {}, workspace);
    const auto name = std::to_string(of.events) + " of " + std::to_string(of.patients);
    ASSERT_TRUE(found.ok()) << name;
    EXPECT_EQ(found.reference, Reference::exact);
    EXPECT_EQ(found.patients, of.patients);
    expect_close(found.p, of.two_sided, digits, name + ", two-sided");
    expect_close(found.p_less, of.less, digits, name + ", less");
    expect_close(found.p_greater, of.greater, digits, name + ", greater");
    EXPECT_NEAR(found.lower + of.against, of.lower, digits) << name;
    EXPECT_NEAR(found.upper + of.against, of.upper, digits) << name;
    const double share = static_cast<double>(of.events) / static_cast<double>(of.patients);
    EXPECT_DOUBLE_EQ(found.estimate, share - of.against);
    const auto wider = clopper_pearson(of.events, of.patients, 0.9);
    EXPECT_NEAR(wider.lower, of.lower_90, digits) << name;
    EXPECT_NEAR(wider.upper, of.upper_90, digits) << name;
  }
}

TEST(ExactBinomial, TailsAreThoseOfBoost) {
  Workspace workspace;
  for (const double against : {0.001, 0.05, 0.3, 0.5, 0.97})
    for (const std::int64_t n : {1, 7, 40, 600}) {
      const boost::math::binomial law(static_cast<double>(n), against);
      for (std::int64_t x = 0; x <= n; x += 1 + n / 9) {
        const auto p = exact_binomial(x, n, against, workspace);
        const auto events = static_cast<double>(x);
        expect_close(p.less, cdf(law, events), 1e-11, "less");
        if (x > 0) expect_close(p.greater, cdf(complement(law, events - 1)), 1e-11, "greater");
      }
    }
}

TEST(ExactBinomial, MirroredOutcomesMirrorEverything) {
  Workspace workspace;
  auto few = patients_of(3, 17), many = patients_of(14, 17);
  const auto one = compare_share(few.view(), 0.25, {}, workspace);
  const auto other = compare_share(many.view(), 0.75, {}, workspace);
  expect_close(other.estimate, -one.estimate, 1e-14, "estimate");
  expect_close(other.p, one.p, 1e-13, "p");
  expect_close(other.p_less, one.p_greater, 1e-13, "tail");
  expect_close(other.lower, -one.upper, 1e-12, "limit");
  expect_close(other.statistic, -one.statistic, 1e-14, "statistic");
  expect_close(other.se, one.se, 1e-14, "se");
}

TEST(ExactBinomial, LeavesOutWhoIsMissing) {
  Workspace workspace;
  auto columns = patients_of(7, 20);
  columns.outcome.push_back(std::nan(""));
  columns.arm.push_back(0);
  columns.outcome.push_back(1);
  columns.arm.push_back(-1);
  const auto found = compare_share(columns.view(), 0.2, {}, workspace);
  EXPECT_EQ(found.patients, 20);
  expect_close(found.statistic, 1.67705098312, 1e-11, "sqrt(prop.test(7, 20, 0.2, correct = FALSE)$statistic)");
  expect_close(found.se, std::sqrt(0.35 * 0.65 / 20), 1e-14, "se");
  expect_close(found.p, from_r[0].two_sided, 1e-12, "p");
}

TEST(ExactBinomial, SaysWhyItFails) {
  Workspace workspace;
  auto columns = patients_of(1, 3);
  columns.outcome[2] = 2;
  EXPECT_EQ(compare_share(columns.view(), 0.2, {}, workspace).failure, Failure::not_finite);
  columns.arm.assign(3, -1);
  EXPECT_EQ(compare_share(columns.view(), 0.2, {}, workspace).failure, Failure::empty_arm);
}

/// sleep$extra[1:10] of R
Columns sleepers() {
  Columns columns;
  columns.outcome = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  columns.arm.assign(10, 0);
  return columns;
}

TEST(OneSampleT, AgreesWithR) {
  struct {
    double against, statistic, p, lower, upper;
  } const cases[] = {
      // t <- t.test(sleep$extra[1:10], mu = against); t$statistic, t$p.value, t$conf.int - against
      {0, 1.325710140713821, 0.2175977800684489, -0.5297804135262322, 2.029780413526232},
      {1.5, -1.325710140713821, 0.2175977800684489, -2.029780413526232, 0.5297804135262321},
      {-1, 3.093323661665583, 0.01286028385165698, 0.4702195864737678, 3.029780413526232},
  };
  Workspace workspace;
  auto columns = sleepers();
  for (const auto& of : cases) {
    const auto found = one_sample_t(columns.view(), of.against, {}, workspace);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found.df, 9);
    EXPECT_EQ(found.patients, 10);
    expect_close(found.estimate, 0.75 - of.against, 1e-14, "estimate");
    expect_close(found.se, 0.5657345274557277, 1e-14, "se");
    expect_close(found.statistic, of.statistic, 1e-13, "statistic");
    expect_close(found.p, of.p, 1e-12, "p");
    expect_close(found.lower, of.lower, 1e-12, "lower");
    expect_close(found.upper, of.upper, 1e-12, "upper");
  }
}

TEST(OneSampleT, ScaleCarriesOver) {
  Workspace workspace;
  auto columns = sleepers();
  const auto plain = one_sample_t(columns.view(), 0.5, {}, workspace);
  for (const double factor : {1e-300, 1e-5, 3.0, 1e300}) {
    auto scaled = sleepers();
    for (double& value : scaled.outcome) value *= factor;
    const auto found = one_sample_t(scaled.view(), 0.5 * factor, {}, workspace);
    ASSERT_TRUE(found.ok()) << factor;
    expect_close(found.estimate / factor, plain.estimate, 1e-14, "estimate");
    expect_close(found.statistic, plain.statistic, 1e-13, "statistic");
  }
}

TEST(OneSampleT, SaysWhyItFails) {
  Workspace workspace;
  auto columns = sleepers();
  columns.outcome.assign(10, 0.1);
  EXPECT_EQ(one_sample_t(columns.view(), 0, {}, workspace).failure, Failure::no_variation);
  columns = sleepers();
  columns.outcome[3] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(one_sample_t(columns.view(), 0, {}, workspace).failure, Failure::not_finite);
  columns.outcome.assign(10, std::nan(""));
  EXPECT_EQ(one_sample_t(columns.view(), 0, {}, workspace).failure, Failure::empty_arm);
  columns.outcome[4] = 1;
  EXPECT_EQ(one_sample_t(columns.view(), 0, {}, workspace).failure, Failure::too_few_patients);
}

/// The path of a study: one contrast, decided against 0.
TEST(SingleArm, IsDecidedInTheBetterDirection) {
  AnalysisPlan plan;
  plan.method = "exact-binomial";
  plan.against = 0.6;
  std::vector<double> value(12, 1);
  const std::vector<int> arm(12, 0);
  const std::span<const double> visit = value;
  const Records records{.arms = 1, .arm = arm, .values = {&visit, 1}};
  for (const bool lower : {false, true})
    for (const int sides : {1, 2}) {
      Analysis analysis(plan, {OutcomeKind::binary, lower}, 0.05, sides);
      const auto results = analysis.run(records);
      ASSERT_EQ(results.size(), 1u);
      EXPECT_EQ(results[0].estimate.patients, 12);
      EXPECT_EQ(results[0].rejected, sides == 2 || !lower);
      EXPECT_EQ(results[0].favourable, !lower);
      expect_close(results[0].p, sides == 2 ? 0.002495549439999999 : lower ? 1 : 0.002176782335999999, 1e-12, "p");
    }
}

TEST(SingleArm, AnalysesChangesAndResponders) {
  const auto columns = sleepers();
  const std::vector<double> baseline = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::vector<double> value;
  for (std::size_t i = 0; i < baseline.size(); ++i) value.push_back(baseline[i] - columns.outcome[i]);
  const std::vector<int> arm(10, 0);
  const std::span<const double> visit = value;
  const Records records{.arms = 1, .arm = arm, .values = {&visit, 1}, .baseline = baseline};
  AnalysisPlan plan;
  plan.method = "one-sample-t";
  plan.change_from_baseline = true;
  plan.against = 1;
  const Outcome outcome{OutcomeKind::score, true, 10};
  Analysis change(plan, outcome, 0.05, 2);
  expect_close(change.run(records)[0].statistic, -3.093323661665583, 1e-12, "t of the mirrored changes");
  plan = {};
  plan.method = "exact-binomial";
  plan.against = 0.3;
  plan.responder_threshold = 0.7;  // better by at least this: 5 of 10
  Analysis responders(plan, outcome, 0.05, 1);
  expect_close(responders.run(records)[0].p, 0.1502683326, 1e-9, "pbinom(4, 10, 0.3, lower.tail = FALSE)");
}

}  // namespace
}  // namespace vcohort::analysis
