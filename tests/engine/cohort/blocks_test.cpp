#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Blocks: any order, any grouping, the same bits.
namespace vcohort {
namespace {

using namespace test;

bool same(const Tally& a, const Tally& b) {
  return a.counts == b.counts && a.sums == b.sums;
}

class Blocks : public testing::TestWithParam<bool> {
 protected:
  Study study(std::int64_t size) const {
    Study study = cohort_study(size, {rehabilitation(), cells(Cell::msc, Route::intravenous, 4)}, {3, 12},
                               {"gmfm66", "drooling_effective"});
    study.uncertain_parameters = GetParam();
    study.stratifications = {{"level", {by_level()}}, {"age", {by_age({{0, 5}})}}};
    return study;
  }
};

TEST_P(Blocks, AnyOrderAndGroupingGivesTheSameTally) {
  const Cohort cohort(study(GetParam() ? 256 * 12 + 100 : 4096 * 6 + 77), stance("sceptical"));
  const Tally in_order = simulate_all(cohort);
  std::vector<std::int64_t> order(static_cast<std::size_t>(cohort.blocks()));
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<std::int64_t>(k);
  std::mt19937 shuffle(1);
  for (int repetition = 0; repetition < 3; ++repetition) {
    std::shuffle(order.begin(), order.end(), shuffle);
    Tally first = cohort.empty_tally(), second = cohort.empty_tally();
    std::vector<Table> rows = cohort.row_tables();
    for (std::size_t k = 0; k < order.size(); ++k) {
      Tally one = cohort.empty_tally();
      cohort.simulate_block(order[k], one, rows);
      (k % 3 == 0 ? first : second).add(one);
    }
    second.add(first);
    EXPECT_TRUE(same(second, in_order));
  }
}

TEST_P(Blocks, CoverThePopulation) {
  for (std::int64_t size : {1, 255, 256, 257, 4096, 4097, 10'000}) {
    const Cohort cohort(study(size), stance("sceptical"));
    std::int64_t patients = 0;
    for (std::int64_t block = 0; block < cohort.blocks(); ++block) {
      EXPECT_GT(cohort.patients_in(block), 0);
      patients += cohort.patients_in(block);
    }
    EXPECT_EQ(patients, size);
    const auto tables = cohort.deliver(simulate_all(cohort));
    EXPECT_EQ(View(tables, "/cohort/summary").number({{"stratum", "all"}, {"endpoint", "gmfm66"}}, "n"),
              static_cast<double>(size));
  }
}

INSTANTIATE_TEST_SUITE_P(FixedAndUncertain, Blocks, testing::Bool());

// Patient 5000 is the same in a cohort of 6000 and of 20000, and whether or not somebody else is eligible.
TEST(Blocks, APatientDoesNotDependOnTheSizeOfTheCohort) {
  const auto rows = [](std::int64_t size) {
    Study study = cohort_study(size, {rehabilitation(), cells(Cell::cb, Route::intravenous)}, {12}, {"gmfm66"});
    study.population.eligibility.gmfm66 = Interval{30, 70};
    study.cohort->save_patients = true;
    return rows_of(Cohort(study, stance("sceptical")));
  };
  const auto small = rows(5500), large = rows(9000);
  const View a(small, "/cohort/patients/baseline"), b(large, "/cohort/patients/baseline");
  for (const char* column : {"age_years", "weight_kg", "gmfm66", "gmfm88", "inflammation"})
    EXPECT_TRUE(std::equal(a.doubles(column).begin(), a.doubles(column).end(), b.doubles(column).begin())) << column;
}

}  // namespace
}  // namespace vcohort
