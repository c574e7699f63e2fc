#include "engine/run/plan.hpp"

#include <gtest/gtest.h>

#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

namespace vcohort {
namespace {

using namespace test;

TEST(Plan, BlocksOfOneQuestionFollowThoseOfTheOneBefore) {
  Study study;
  study.population = register_population();
  study.population.size = 10'000;
  study.strategies = {rehabilitation()};
  study.outcomes = {{12}, {"gmfm66"}};
  study.cohort = CohortQuestion{};
  const std::vector<Evidence> stances{stance("published"), stance("sceptical"), stance("null")};
  const Plan plan(study, stances);
  const std::int64_t of_one = plan.blocks() / 3;
  ASSERT_GT(of_one, 1);
  for (std::int64_t block = 0; block < plan.blocks(); ++block) {
    EXPECT_EQ(plan.work(block).question, static_cast<std::size_t>(block / of_one)) << block;
    EXPECT_EQ(plan.work(block).block, block % of_one) << block;
  }
}

}  // namespace
}  // namespace vcohort
