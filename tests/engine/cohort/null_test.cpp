#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Under the null stance cells do nothing to any outcome, and their harms remain.
namespace vcohort {
namespace {

using namespace test;

Study every_outcome(std::int64_t size) {
  Strategy by_tolerance = cells(Cell::msc, Route::intrathecal, 4);
  by_tolerance.name = "by tolerance";
  by_tolerance.regimen.tolerance = Regimen::Tolerance::halve;
  return cohort_study(size,
                      {rehabilitation(), cells(Cell::msc, Route::intrathecal, 4),
                       cells(Cell::nsc, Route::intraventricular), by_tolerance},
                      {1, 6, 24}, every_endpoint);
}

TEST(NullStance, EveryIncrementIsExactlyZeroAndHarmsRemain) {
  Study study = every_outcome(20'000);
  study.stratifications = {{"level", {by_level()}}};
  const Cohort null(study, stance("null")), sceptical(study, stance("sceptical"));
  const auto tables = null.deliver(simulate_all(null));
  const View increments(tables, "/cohort/increments");
  for (const char* column : {"mean", "mcse", "sd", "sum", "sum_of_squares"})
    for (double value : increments.doubles(column)) ASSERT_EQ(std::bit_cast<std::uint64_t>(value), 0u) << column;
  for (const char* column : {"benefit_share", "harm_share"})
    for (double value : increments.doubles(column)) ASSERT_TRUE(value == 0 || std::isnan(value));
  EXPECT_EQ(increments.table().rows(), 3u * 6 * 15 * 3);

  const auto with_effect = sceptical.deliver(simulate_all(sceptical));
  const View harm(tables, "/cohort/harm"), same(with_effect, "/cohort/harm");
  EXPECT_GT(harm.number({{"strategy", "by tolerance"}, {"stratum", "all"}}, "any_share"), 0.3);
  EXPECT_LT(harm.number({{"strategy", "by tolerance"}, {"stratum", "all"}}, "serious_share"), 0.05)
      << "most events are mild";
  EXPECT_EQ(harm.doubles("any_share"), same.doubles("any_share"));
  EXPECT_EQ(harm.doubles("serious_share"), same.doubles("serious_share"));
}

TEST(NullStance, EveryTwinIsBitForBitTheOther) {
  Study study = every_outcome(1000);
  study.cohort->save_patients = true;
  const Cohort cohort(study, stance("null"));
  const auto rows = rows_of(cohort);
  const View outcomes(rows, "/cohort/patients/outcomes");
  const std::size_t per_strategy = 512 * 3;  // the rows of the first tile
  for (const std::string& endpoint : every_endpoint)
    for (const std::string& column : {endpoint, endpoint + "_latent"}) {
      const auto& values = outcomes.doubles(column.c_str());
      ASSERT_EQ(values.size(), 4u * 1000 * 3);
      for (std::size_t s = 1; s < 4; ++s)
        for (std::size_t k = 0; k < per_strategy; ++k)
          ASSERT_EQ(std::bit_cast<std::uint64_t>(values[s * per_strategy + k]), std::bit_cast<std::uint64_t>(values[k]))
              << column;
    }
}

// One parameter draw in ten of the sceptical stance has no effect at all; H then rests too.
TEST(NullStance, ADrawWithoutEffectHasZeroIncrements) {
  Evidence evidence = stance("sceptical");
  set_value(evidence, "effect.any", 0);
  Study study = every_outcome(600);
  study.uncertain_parameters = true;
  const Cohort cohort(study, evidence);
  const auto tables = cohort.deliver(simulate_all(cohort));
  for (double sum : View(tables, "/cohort/increments").doubles("sum_of_squares")) ASSERT_EQ(sum, 0);
}

}  // namespace
}  // namespace vcohort
