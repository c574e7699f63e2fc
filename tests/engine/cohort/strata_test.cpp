#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "engine/study/reported_strata.hpp"
#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/development/children.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Strata are sums of leaves.
namespace vcohort {
namespace {

using namespace test;

StratumDimension two_groups() {
  StratumDimension dimension;
  dimension.variable = StratumDimension::Variable::gmfcs;
  dimension.groups = {{0, 1, 2}, {3, 4}};
  dimension.names = {"I-III", "IV-V"};
  return dimension;
}

const Stratification by_both = {"both", {by_age({{0, 3}, {3, 6}, {6, 18}}), two_groups()}};

TEST(StrataMap, NamesTheProductAndItsMargins) {
  const StrataMap strata(std::vector<Stratification>{by_both});
  std::vector<std::string> names;
  for (const Stratum& stratum : strata.strata()) names.push_back(stratum.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"all", "age 0-3, GMFCS I-III", "age 0-3, GMFCS IV-V", "age 0-3",
                                      "age 3-6, GMFCS I-III", "age 3-6, GMFCS IV-V", "age 3-6", "age 6-18, GMFCS I-III",
                                      "age 6-18, GMFCS IV-V", "age 6-18", "GMFCS I-III", "GMFCS IV-V"}));
  EXPECT_EQ(strata.leaves(), 4u * 3);  // with the hidden bins for the rest
  EXPECT_EQ(strata.strata().front().stratification, "");
  EXPECT_EQ(strata.strata()[1].stratification, "both");
}

TEST(StrataMap, EveryChildLiesInTheStrataThatItsNumbersSay) {
  const StratumDimension gap = by_age({{2, 4}, {6, 9}});  // some children are in no bin
  StratumDimension scores;
  scores.variable = StratumDimension::Variable::gmfm66;
  scores.intervals = {{0, 40}, {40, 100}};
  scores.names = {"below 40", "40 and more"};
  const std::vector<Stratification> stratifications = {{"gap", {gap}}, by_both, {"score", {scores}}};
  const StrataMap strata(stratifications);
  std::set<int> seen;
  each_tile_of_children(2000, register_population(), values_of("sceptical"), [&](const ChildTile& child) {
    std::vector<std::vector<std::uint32_t>> leaf(3, std::vector<std::uint32_t>(tile_size));
    for (std::size_t k = 0; k < 3; ++k) strata.assign(k, child, leaf[k].data());
    for (int i = 0; i < child.patient.lanes; ++i) {
      const double age = child.patient.age_years[i], score = child.baseline_gmfm66[i];
      const bool mild = child.patient.gmfcs[i] <= 2;
      std::map<std::string, bool> expected = {{"all", true},
                                              {"age 2-4", age >= 2 && age < 4},
                                              {"age 6-9", age >= 6 && age < 9},
                                              {"age 0-3, GMFCS I-III", age < 3 && mild},
                                              {"GMFCS IV-V", !mild},
                                              {"age 3-6", age >= 3 && age < 6},
                                              {"below 40", score < 40},
                                              {"40 and more", score >= 40}};
      for (const Stratum& stratum : strata.strata()) {
        int times = 0;
        for (std::size_t l : stratum.leaves)
          for (const auto& of : leaf) times += of[i] == l;
        EXPECT_LE(times, 1) << stratum.name;
        const auto found = expected.find(stratum.name);
        if (found != expected.end()) {
          EXPECT_EQ(times == 1, found->second) << stratum.name;
        }
      }
      seen.insert(child.patient.gmfcs[i]);
    }
  });
  EXPECT_EQ(seen.size(), 5u);
}

TEST(StrataMap, AnAgeBelongsToTheStratumThatBeginsThere) {
  const StrataMap strata(std::vector<Stratification>{{"age", {by_age({{0, 3}, {3, 6}})}}});
  each_tile_of_children(1, one_kind(0, 3), values_of("sceptical"), [&](const ChildTile& child) {
    std::vector<std::uint32_t> leaf(tile_size);
    strata.assign(0, child, leaf.data());
    for (const Stratum& stratum : strata.strata()) {
      const bool inside = std::find(stratum.leaves.begin(), stratum.leaves.end(), leaf[0]) != stratum.leaves.end();
      EXPECT_EQ(inside, stratum.name != "age 0-3") << stratum.name;
    }
  });
}

/// Surgery for walkers of levels II and III with spastic diplegia, and the same with another name.
std::vector<Strategy> surgery_and_usual_care() {
  Strategy surgery = rehabilitation();
  surgery.name = "surgery";
  surgery.procedure = ProcedureUse{};
  surgery.eligibility = StrategyEligibility{.gmfcs = {{false, true, true, false, false}},
                                            .motor_type = {{true, false, false, false}},
                                            .topography = {{false, true, false, false}}};
  Strategy later = surgery;
  later.name = "later";
  later.procedure->start_months = 3;
  return {rehabilitation(), surgery, later};
}

TEST(StrataMap, WhoIsEligibleHasAStratumOfItsOwn) {
  Study study = cohort_study(10, surgery_and_usual_care(), {12}, {"gmfm66"});
  EXPECT_EQ(strategies_with_eligibility(study), (std::vector<std::size_t>{1, 2}));
  const StrataMap strata(reported_stratifications(study));
  ASSERT_EQ(strata.stratifications(), 2u) << "all children, and one for both strategies";
  EXPECT_EQ(strata.name_of(0), "");
  ASSERT_EQ(strata.strata().size(), 2u);
  const Stratum& eligible =
      strata.strata()[strata.stratum_of_eligible(eligible_name(study, *study.strategies[2].eligibility))];
  EXPECT_EQ(eligible.name, "eligible for surgery, later");
  EXPECT_EQ(strata.strata().front().leaves, std::vector<std::size_t>{0}) << "all children do not depend on it";
  int inside = 0;
  each_tile_of_children(3000, register_population(), values_of("sceptical"), [&](const ChildTile& child) {
    std::vector<std::uint32_t> leaf(tile_size);
    strata.assign(1, child, leaf.data());
    for (int i = 0; i < child.patient.lanes; ++i) {
      const PatientTile& patient = child.patient;
      const bool expected = (patient.gmfcs[i] == 1 || patient.gmfcs[i] == 2) && patient.motor_type[i] == 0 &&
                            static_cast<Topography>(patient.topography[i]) == Topography::diplegia;
      EXPECT_EQ(leaf[i] == eligible.leaves.front(), expected);
      inside += expected;
    }
  });
  EXPECT_GT(inside, 100);
  study.stratifications = {by_both};
  EXPECT_EQ(reported_stratifications(study).size(), 2u);
  study.strategies[2].eligibility->topography.reset();
  EXPECT_EQ(reported_stratifications(study).size(), 3u) << "another eligibility";
  study.strategies.resize(1);
  EXPECT_EQ(reported_stratifications(study).size(), 1u);
}

// Who is not eligible gains nothing: the sum over all is that of the eligible.
TEST(StrataOfEligibilities, AllChildrenAreTheirShareTimesTheEligible) {
  for (const bool uncertain : {false, true}) {
    Study study = cohort_study(5120, surgery_and_usual_care(), {6, 12}, {"gmfm66"});
    study.uncertain_parameters = uncertain;
    const Cohort cohort(study, stance("published"));
    const auto tables = cohort.deliver(simulate_all(cohort));
    const View eligible(tables, "/cohort/eligible");
    ASSERT_EQ(eligible.table().rows(), 4u);
    for (std::size_t row = 0; row < 4; ++row) {
      const auto of = [&](const char* column) { return eligible.doubles(column)[row]; };
      EXPECT_NEAR(of("mean_all"), of("share") * of("mean"), 1e-12 * of("mean"));
      // Draws share no child: the share is a mean of independent children but for what the parameters add.
      const double binomial = std::sqrt(of("share") * (1 - of("share")) / 5120);
      EXPECT_GT(of("share_mcse"), uncertain ? 0.4 * binomial : 0.999 * binomial);
      EXPECT_LT(of("share_mcse"), uncertain ? 3 * binomial : 1.001 * binomial);
    }
  }
}

class StrataOfACohort : public testing::TestWithParam<bool> {};

TEST_P(StrataOfACohort, CellsAddUpToMarginsAndToAll) {
  Study study = cohort_study(6000, {rehabilitation(), cells(Cell::msc, Route::intrathecal, 2)}, {12},
                             {"gmfm66", "sleep", "drooling_effective"});
  study.uncertain_parameters = GetParam();
  study.stratifications = {by_both, {"level", {by_level()}}};
  const Cohort cohort(study, stance("sceptical"));
  const auto tables = cohort.deliver(simulate_all(cohort));
  // A sum of doubles in another grouping; the values are of the order of 1e5.
  constexpr double tolerance = 1e-8;
  const std::vector<std::pair<std::string, std::vector<std::string>>> groupings = {
      {"all", {"age 0-3", "age 3-6", "age 6-18"}},
      {"all", {"GMFCS I-III", "GMFCS IV-V"}},
      {"all", {"GMFCS I", "GMFCS II", "GMFCS III", "GMFCS IV", "GMFCS V"}},
      {"GMFCS IV-V", {"GMFCS IV", "GMFCS V"}},
      {"age 0-3", {"age 0-3, GMFCS I-III", "age 0-3, GMFCS IV-V"}},
      {"GMFCS I-III", {"age 0-3, GMFCS I-III", "age 3-6, GMFCS I-III", "age 6-18, GMFCS I-III"}}};
  for (const char* path : {"/cohort/summary", "/cohort/increments"}) {
    const View view(tables, path);
    for (const auto& [whole, parts] : groupings)
      for (const char* endpoint : {"gmfm66", "sleep", "drooling_effective"})
        for (const char* column : {"n", "sum", "sum_of_squares"}) {
          double sum = 0;
          for (const std::string& part : parts) sum += view.number({{"stratum", part}, {"endpoint", endpoint}}, column);
          EXPECT_NEAR(sum, view.number({{"stratum", whole}, {"endpoint", endpoint}}, column), tolerance)
              << path << whole << column;
        }
  }
  const View events(tables, "/cohort/adverse_events");
  for (const char* origin : {"related", "background"})
    for (const auto& [whole, parts] : groupings)
      for (const char* grade : {"1", "2", "3"}) {
        const auto count = [&](const std::string& stratum) {
          return events.number({{"strategy", study.strategies[1].name},
                                {"stratum", stratum},
                                {"origin", origin},
                                {"type", "any"},
                                {"grade", grade}},
                               "events");
        };
        double sum = 0;
        for (const std::string& part : parts) sum += count(part);
        EXPECT_EQ(sum, count(whole));
      }
}

INSTANTIATE_TEST_SUITE_P(FixedAndUncertain, StrataOfACohort, testing::Bool());

TEST(StrataOfACohort, ChildrenInNoBinCountInAll) {
  Study study = cohort_study(4000, {rehabilitation()}, {12}, {"gmfm66"});
  study.stratifications = {{"young", {by_age({{0, 4}})}}};
  const Cohort cohort(study, stance("sceptical"));
  const auto tables = cohort.deliver(simulate_all(cohort));
  const View summary(tables, "/cohort/summary");
  EXPECT_EQ(summary.number({{"stratum", "all"}}, "n"), 4000);
  EXPECT_NEAR(summary.number({{"stratum", "age 0-4"}}, "n"), 4000 * 3.0 / 11,
              4.5 * std::sqrt(4000 * 3.0 / 11 * 8 / 11));
}

}  // namespace
}  // namespace vcohort
