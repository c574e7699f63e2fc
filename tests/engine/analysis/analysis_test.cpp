#include "engine/analysis/analysis.hpp"

#include <array>
#include <random>
#include <set>

#include "engine/analysis/mmrm/mmrm.hpp"
#include "tests/engine/analysis/oracle.hpp"

namespace vcohort::analysis {
namespace {

TEST(Methods, AreFoundByTheirOneName) {
  std::set<std::string_view> names(method_names.begin(), method_names.end());
  EXPECT_EQ(names.size(), methods.size());
  for (const Method& method : methods) EXPECT_EQ(find_method(method.name), &method);
  EXPECT_EQ(find_method("t-test"), nullptr);
}

/// Six patients per arm, two visits, a baseline; the arm is higher.
struct SmallTrial {
  std::vector<int> arm = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  std::vector<double> first = {2, 3, 1, 4, 3, 5, 2, 4, 5, 6, 4, 4}, last = {3, 5, 2, 7, 3, 6, 2, 7, 5, 9, 4, 6};
  std::vector<double> baseline = {1, 2, 1, 3, 2, 2, 2, 3, 4, 5, 3, 2};
  std::vector<int> crossing = {2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};  // of a stepped wedge
  std::vector<int> site = {0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1};
  std::vector<std::span<const double>> values{first, last};
  std::vector<Factor> strata{{site, 2}};

  Records records() const {
    Records records;
    records.arm = arm;
    records.values = values;
    records.visit = 1;
    records.baseline = baseline;
    records.strata = strata;
    records.crossing = crossing;
    return records;
  }
};

AnalysisPlan plan_of(std::string_view method) {
  AnalysisPlan plan;
  plan.method = method;
  const Method& row = *find_method(method);
  if (row.weights == Method::Weights::one) plan.weights = {{0, 1}};
  if (row.weights == Method::Weights::several) plan.weights = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  plan.tau_months = plan.at_months = row.horizon == Method::Horizon::none ? 0 : 3;
  plan.against = 0.3;  // of one arm
  return plan;
}

Result result_of(const AnalysisPlan& plan, const Outcome& outcome, const Records& records, int sides = 2) {
  return Analysis(plan, outcome, sides == 2 ? 0.05 : 0.025, sides).run(records).front();
}

/// The direction changes one-sided p and what is favourable, never the sign of an estimate.
TEST(Analysis, DirectionTurnsTheHypothesisNotTheEstimate) {
  const SmallTrial trial;
  for (const Method& method : methods) {
    if (!method.fits.contains(OutcomeKind::score)) continue;
    if (method.units == Method::Units::periods) continue;  // a higher last value speaks for the arm of the last period
    const AnalysisPlan plan = plan_of(method.name);
    const Result higher = result_of(plan, {}, trial.records(), 1);
    const Result lower = result_of(plan, {.lower_is_better = true}, trial.records(), 1);
    ASSERT_TRUE(higher.ok() && lower.ok()) << method.name;
    if (method.wins) {
      EXPECT_DOUBLE_EQ(higher.estimate.estimate, -lower.estimate.estimate);  // infinite where nobody loses
    } else {
      EXPECT_EQ(higher.estimate.estimate, lower.estimate.estimate) << method.name;
    }
    EXPECT_LT(higher.p, 0.2) << method.name;
    EXPECT_GT(lower.p, 0.8) << method.name;
    EXPECT_FALSE(lower.favourable);
  }
}

/// A desired event: the arm that has it sooner wins. Of an unwanted one it loses.
/// R: df = 0.34^2 / (0.25^2 / 18 + 0.09^2 / 28) = 30.7323557337, p = 2 pt(-0.8 / sqrt(0.34), df).
TEST(Analysis, AnInteractionHasSatterthwaitesDegreesOfFreedom) {
  AnalysisPlan plan;
  plan.method = "t";
  Analysis analysis(plan, {.kind = OutcomeKind::score}, 0.05, 2);
  Result more, than;
  more.estimate.estimate = 1, more.estimate.se = 0.5, more.estimate.df = 18;
  than.estimate.estimate = 0.2, than.estimate.se = 0.3, than.estimate.df = 28;
  const Result found = analysis.interaction(more, than);
  EXPECT_NEAR(found.estimate.df, 30.7323557337, 1e-10);
  EXPECT_NEAR(found.p, 0.179999770974, 1e-11);
  than.estimate.df = normal_df;
  EXPECT_NEAR(analysis.interaction(more, than).estimate.df, 0.34 * 0.34 * 18 / 0.0625, 1e-10);
  more.estimate.df = normal_df;
  EXPECT_EQ(analysis.interaction(more, than).estimate.df, normal_df);
}

TEST(Analysis, ADesiredEventIsBetterSooner) {
  const std::vector<int> arm = {0, 0, 0, 0, 1, 1, 1, 1};
  const std::vector<double> time = {5, 6, 7, 2, 1, 2, 3, 6};
  const std::vector<std::uint8_t> event = {1, 1, 0, 1, 1, 1, 1, 0};
  Records records;
  records.arm = arm;
  records.time = time;
  records.event = event;
  for (const char* method : {"logrank", "cox", "win-ratio"}) {
    const Result unwanted = result_of(plan_of(method), {OutcomeKind::survival, true}, records, 1);
    const Result desired = result_of(plan_of(method), {OutcomeKind::survival, false}, records, 1);
    ASSERT_TRUE(unwanted.ok() && desired.ok()) << method;
    EXPECT_NEAR(unwanted.p + desired.p, 1, 1e-12) << method;
    EXPECT_LT(desired.p, unwanted.p) << method;
  }
}

/// 8.2 - 7.7 reaches 0.5 where the numbers are decimals, and 0.4 - 0.3 ties with 1.2 - 1.1.
TEST(Analysis, DecimalsAreComparedAsTheyWereWritten) {
  EXPECT_EQ(difference(0.4, 0.3, 10), difference(1.2, 1.1, 10));
  EXPECT_NE(difference(0.4, 0.3, 0), difference(1.2, 1.1, 0));
  EXPECT_EQ(difference(8.2, 7.7, 10), 0.5);
  const std::vector<int> arm = {0, 0, 0, 1, 1, 1};
  const std::vector<double> baseline = {7.7, 7.0, 6.9, 7.7, 8.1, 7.0}, last = {7.8, 7.1, 6.8, 8.2, 8.6, 7.5};
  const std::vector<std::span<const double>> values{last};
  Records records;
  records.arm = arm;
  records.values = values;
  records.baseline = baseline;
  AnalysisPlan plan = plan_of("risk-difference");
  plan.responder_threshold = 0.5;
  EXPECT_EQ(result_of(plan, {.unit = 10}, records).estimate.estimate, 1);
  EXPECT_LT(result_of(plan, {}, records).estimate.estimate, 1);
}

/// The patients of a contrast are those of its two arms that have all columns, whatever the method.
TEST(Analysis, PatientsAreCountedOnce) {
  SmallTrial trial;
  trial.last[1] = std::nan("");
  trial.arm[2] = -1;
  trial.site[3] = -1;
  const std::vector<double> age = {1, 2, 3, 4, 5, std::nan(""), 7, 8, 9, 10, 11, 12};
  const std::vector<std::span<const double>> covariates{age};
  for (const Method& method : methods) {
    if (!method.fits.contains(OutcomeKind::score)) continue;
    Records records = trial.records();
    if (method.strata == Method::Strata::none) records.strata = {};
    if (method.adjusts) records.covariates = covariates;
    const Result result = result_of(plan_of(method.name), {}, records);
    const int without_outcome = method.repeated || method.units == Method::Units::steps ? 0 : 1;
    const int expected = 11 - without_outcome - (records.strata.empty() ? 0 : 1) - (records.covariates.empty() ? 0 : 1);
    EXPECT_EQ(result.estimate.patients, expected) << method.name;
  }
}

TEST(Analysis, TheScoreTestOfAMarginIsDecidedAtTheMargin) {
  std::vector<int> arm;
  std::vector<double> outcome;
  for (int i = 0; i < 100; ++i) {
    arm.push_back(i % 2);
    outcome.push_back(i < 80 ? 1 : 0);
  }
  const std::vector<std::span<const double>> values{outcome};
  Records records;
  records.arm = arm;
  records.values = values;
  AnalysisPlan plan = plan_of("risk-difference");
  plan.hypothesis = AnalysisPlan::Hypothesis::non_inferiority;
  plan.margin = 0.17;
  const Result result = result_of(plan, {OutcomeKind::binary}, records);
  EXPECT_EQ(result.rejected, result.estimate.lower > -0.17);
  EXPECT_TRUE(result.rejected);
  plan.method = "chi-square";
  EXPECT_EQ(result_of(plan, {OutcomeKind::binary}, records).failure, Failure::null_not_supported);
}

/// Datasets that simulations and files really contain: tiny, constant, tied, huge, tiny values, missing, empty arms.
struct Rough {
  std::vector<int> arm, stratum, factor;
  std::vector<double> outcome, baseline, one, other, time, exposure;
  std::vector<std::uint8_t> event;

  Rough(std::mt19937& generator, OutcomeKind kind) {
    const auto pick = [&generator](int n) { return std::uniform_int_distribution<int>(0, n - 1)(generator); };
    const int patients = pick(14);
    const double scale = std::array{1.0, 1e-300, 1e300, 1e-8, 1e155}[static_cast<std::size_t>(pick(5))];
    const int values = 1 + pick(6);
    for (int i = 0; i < patients; ++i) {
      arm.push_back(pick(8) == 0 ? -1 : pick(3));
      const double value = kind == OutcomeKind::binary  ? pick(2)
                           : kind == OutcomeKind::count ? pick(values)
                                                        : pick(values) * scale * (pick(2) ? 1 : -1);
      outcome.push_back(pick(9) == 0 ? std::nan("") : value);
      baseline.push_back(pick(values) * scale);
      one.push_back(pick(values) * scale);
      other.push_back(pick(12) == 0 ? std::nan("") : pick(3));
      factor.push_back(pick(12) == 0 ? -1 : pick(3));
      stratum.push_back(pick(12) == 0 ? -1 : pick(3));
      time.push_back(pick(values) * scale);
      event.push_back(static_cast<std::uint8_t>(pick(2)));
      exposure.push_back(1 + pick(2));
    }
  }
};

/// NaN never leaks: a result is either a typed failure or made of numbers.
TEST(Analysis, RoughDataGiveNumbersOrTypedFailures) {
  std::mt19937 generator(20260101);
  std::array<int, methods.size()> fine{};
  for (int trial = 0; trial < 2000; ++trial) {
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const Method& method = methods[m];
      const auto kind = method.fits.contains(OutcomeKind::score)      ? OutcomeKind::score
                        : method.fits.contains(OutcomeKind::survival) ? OutcomeKind::survival
                        : method.fits.contains(OutcomeKind::count)    ? OutcomeKind::count
                                                                      : OutcomeKind::binary;
      const Rough rough(generator, kind);
      const std::vector<std::span<const double>> values{rough.outcome}, covariates{rough.one, rough.other};
      const std::vector<Factor> factors{{rough.factor, 3}}, strata{{rough.stratum, 3}};
      Records records;
      const bool turns = method.units == Method::Units::periods || method.units == Method::Units::steps;
      const std::vector<std::span<const double>> periods{rough.outcome, rough.one};
      std::vector<int> two_arms = rough.arm, crossing = rough.factor;
      for (int& arm : two_arms) arm = arm == 2 ? -1 : arm;
      for (int& visit : crossing) ++visit;
      const std::vector<double> yes_or_no(rough.event.begin(), rough.event.end());
      records.arms = method.single_arm ? 1 : turns ? 2 : 3;
      records.arm = turns ? two_arms : rough.arm;
      records.values = turns ? periods : values;
      records.crossing = crossing;
      records.baseline = method.paired && kind == OutcomeKind::binary ? yes_or_no : rough.baseline;
      if (kind == OutcomeKind::survival) {
        records.time = rough.time;
        records.event = rough.event;
      }
      if (kind == OutcomeKind::count) records.exposure = rough.exposure;
      if (method.adjusts && trial % 2 == 0) records.covariates = covariates;
      if (method.adjusts && trial % 4 == 0) records.factors = factors;
      if (method.strata != Method::Strata::none) records.strata = strata;
      AnalysisPlan plan = plan_of(method.name);
      plan.change_from_baseline = method.change_from_baseline && trial % 5 == 0;
      if (method.adjusts && trial % 5 == 0 && !records.covariates.empty()) plan.adjust = {"baseline"};
      if (method.firth && trial < 1000) plan.firth = static_cast<AnalysisPlan::Firth>(trial / 2 % 3);
      Analysis analysis(plan, {kind, trial % 3 == 0}, 0.05, 2);
      const auto results = analysis.run(records);
      for (const Result& result : results) {
        const Estimate& estimate = result.estimate;
        if (!estimate.ok()) {
          EXPECT_TRUE(std::isnan(estimate.estimate) && std::isnan(estimate.p)) << method.name << trial;
          EXPECT_EQ(result.failure, estimate.failure);
          if (plan.firth != AnalysisPlan::Firth::never) {
            EXPECT_NE(result.failure, Failure::separation) << method.name << trial;
            EXPECT_NE(result.failure, Failure::no_convergence) << method.name << trial;
          }
          continue;
        }
        if (!result.ok()) continue;
        ++fine[m];
        // An estimate that is not finite has an interval without an end in its direction, and no standard error.
        if (std::isfinite(estimate.estimate)) {
          // The penalised profile likelihood of nearly separated data may flatten out on one side.
          const bool flat = plan.firth != AnalysisPlan::Firth::never;
          const int ends = std::isfinite(estimate.lower) + std::isfinite(estimate.upper);
          EXPECT_TRUE(std::isfinite(estimate.se) && ends >= (flat ? 1 : 2)) << method.name << " in dataset " << trial;
          EXPECT_LT(estimate.lower, estimate.upper) << method.name << " in dataset " << trial;
          EXPECT_LE(estimate.lower, estimate.estimate) << method.name << " in dataset " << trial;
          EXPECT_GE(estimate.upper, estimate.estimate) << method.name << " in dataset " << trial;
        } else {
          EXPECT_TRUE(std::isinf(estimate.lower) || std::isinf(estimate.upper)) << method.name << trial;
          EXPECT_TRUE(std::isnan(estimate.se)) << method.name << trial;
        }
        EXPECT_FALSE(std::isnan(estimate.statistic)) << method.name << " in dataset " << trial;
        EXPECT_TRUE(estimate.p >= 0 && estimate.p <= 1) << method.name << " in dataset " << trial;
        EXPECT_TRUE(result.p >= 0 && result.p <= 1) << method.name << " in dataset " << trial;
      }
    }
  }
  for (std::size_t m = 0; m < methods.size(); ++m) EXPECT_GT(fine[m], 30) << methods[m].name;
}

/// Data at the edge of what a method takes: as a score, as yes or no, as a time with an event, and as a count.
struct Awkward {
  const char* name;
  std::vector<int> arm;
  std::vector<double> score, binary;
  std::vector<std::uint8_t> event;
  std::string failures;  // "method: why", where there is no answer
};

/// Each method gives the answer that stands, or says why there is none.
TEST(Analysis, AwkwardDataHaveAnAnswerOrAReason) {
  const std::vector<Awkward> cases = {
      {"separated",
       {0, 0, 0, 0, 1, 1, 1, 1},
       {11, 12, 13, 15, 1, 2, 3, 5},
       {0, 0, 0, 0, 1, 1, 1, 1},
       {0, 0, 0, 0, 1, 1, 1, 1},
       "proportional-odds: separation; cox: separation; negative-binomial: separation"},
      {"constant",
       {0, 0, 0, 0, 1, 1, 1, 1},
       {5, 5, 5, 5, 5, 5, 5, 5},
       {0, 0, 0, 0, 0, 0, 0, 0},
       {0, 0, 0, 0, 0, 0, 0, 0},
       "t: no variation; welch: no variation; ancova: no variation; mmrm: no variation; proportional-odds: no "
       "variation; proportional-odds by Firth: no variation; cox: no events; cox by Firth: no events; "
       "rmst: no events; kaplan-meier: no events; cumulative-incidence: no events; negative-binomial: no events; "
       "bayes: no variation; one-sample-t: no "
       "variation"},
      {"everybody",
       {0, 0, 0, 0, 1, 1, 1, 1},
       {5, 6, 5, 6, 5, 6, 5, 6},
       {1, 1, 1, 1, 1, 1, 1, 1},
       {1, 1, 1, 1, 1, 1, 1, 1},
       "proportional-odds: no variation; proportional-odds by Firth: no variation; rmst: no events; kaplan-meier: no "
       "events; cumulative-incidence: no events"},
      {"a patient per arm",
       {0, 1},
       {5, 6},
       {0, 1},
       {1, 0},
       "t: too few patients; welch: too few patients; ancova: too few patients; mmrm: too few patients; "
       "proportional-odds: separation; cox: separation; rmst: no events; kaplan-meier: no events; "
       "cumulative-incidence: no events; negative-binomial: "
       "separation; win-ratio: too few patients; "
       "bayes: too few patients; one-sample-t: too few patients"},
      {"two and one",
       {0, 0, 1},
       {5, 7, 8},
       {0, 1, 1},
       {1, 0, 1},
       "welch: too few patients; proportional-odds: separation; cox: separation; rmst: no events; kaplan-meier: no "
       "events; cumulative-incidence: no events; win-ratio: too few patients"},
      {"one patient",
       {1},
       {5},
       {1},
       {1},
       "t: empty arm; welch: empty arm; ancova: empty arm; mmrm: no variation; wilcoxon: empty arm; van-elteren: empty "
       "arm; proportional-odds: empty arm; proportional-odds by Firth: empty arm; fisher: empty arm; chi-square: empty "
       "arm; cmh: empty arm; risk-difference: empty arm; logrank: empty arm; fleming-harrington: empty arm; max-combo: "
       "empty arm; cox: empty arm; cox by Firth: empty arm; rmst: empty arm; kaplan-meier: empty arm; gray: empty arm; "
       "cumulative-incidence: empty arm; "
       "negative-binomial: empty arm; win-ratio: empty arm; bayes: empty arm; exact-binomial: empty arm; one-sample-t: "
       "empty arm"},
      {"nobody",
       {},
       {},
       {},
       {},
       "t: empty arm; welch: empty arm; ancova: empty arm; mmrm: too few patients; wilcoxon: empty arm; van-elteren: "
       "empty arm; proportional-odds: empty arm; proportional-odds by Firth: empty arm; fisher: empty arm; chi-square: "
       "empty arm; cmh: empty arm; risk-difference: empty arm; logrank: empty arm; fleming-harrington: empty arm; "
       "max-combo: empty arm; cox: empty arm; cox by Firth: empty arm; rmst: empty arm; kaplan-meier: empty arm; gray: "
       "empty arm; cumulative-incidence: empty arm; "
       "negative-binomial: empty arm; win-ratio: empty arm; bayes: empty arm; exact-binomial: empty arm; one-sample-t: "
       "empty arm"},
  };
  for (const Awkward& data : cases) {
    const std::vector<double> ones(data.arm.size(), 1);
    const std::vector<int> site(data.arm.size(), 0);
    const std::vector<Factor> strata{{site, 1}};
    std::string found;
    for (const Method& method : methods) {
      if (method.paired || method.units != Method::Units::patients) continue;  // units_test.cpp has theirs
      const auto kind = method.fits.contains(OutcomeKind::score)      ? OutcomeKind::score
                        : method.fits.contains(OutcomeKind::survival) ? OutcomeKind::survival
                        : method.fits.contains(OutcomeKind::count)    ? OutcomeKind::count
                                                                      : OutcomeKind::binary;
      const std::vector<std::span<const double>> values{kind == OutcomeKind::score ? data.score : data.binary};
      Records records;
      records.arm = data.arm;
      records.values = values;
      if (kind == OutcomeKind::survival) {
        records.time = data.score;
        records.event = data.event;
      }
      if (kind == OutcomeKind::count) records.exposure = ones;
      if (method.strata != Method::Strata::none) records.strata = strata;
      for (int firth = 0; firth < (method.firth ? 2 : 1); ++firth) {
        AnalysisPlan plan = plan_of(method.name);
        plan.firth = static_cast<AnalysisPlan::Firth>(firth);
        const Result result = result_of(plan, {kind, false}, records);
        if (!result.ok())
          found += std::string(found.empty() ? "" : "; ") + std::string(method.name) + (firth ? " by Firth: " : ": ") +
                   name_of(result.failure);
        if (!result.ok()) continue;
        EXPECT_TRUE(result.p >= 0 && result.p <= 1) << data.name << ": " << method.name;
        EXPECT_FALSE(std::isnan(result.estimate.lower) || std::isnan(result.estimate.upper))
            << data.name << method.name;
      }
    }
    EXPECT_EQ(found, data.failures) << data.name;
  }
}

}  // namespace
}  // namespace vcohort::analysis
