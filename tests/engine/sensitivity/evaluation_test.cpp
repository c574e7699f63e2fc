#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/sensitivity/toy.hpp"

namespace vcohort {
namespace {

TEST(Evaluation, CutsPatientsIntoBatchesWithoutGaps) {
  const Evaluation found(1, 101);
  EXPECT_EQ(found.first_patient(0), 0);
  EXPECT_EQ(found.first_patient(Evaluation::batches), 101);
  for (std::size_t batch = 0; batch < Evaluation::batches; ++batch) {
    const std::int64_t size = found.first_patient(batch + 1) - found.first_patient(batch);
    EXPECT_TRUE(size == 12 || size == 13) << size;
  }
}

TEST(Evaluation, ErrorIsThatOfTheMeanOfBatches) {
  Evaluation found(2, 16);  // two patients in each batch
  const double cost[] = {2, 4, 4, 4, 5, 5, 7, 9};
  for (std::size_t batch = 0; batch < Evaluation::batches; ++batch) found.cost(batch, 1) = 2 * cost[batch];
  const Estimate increment = found.increment(1000, 1, 0);
  EXPECT_DOUBLE_EQ(increment.value, -5);
  EXPECT_DOUBLE_EQ(increment.mcse, std::sqrt(32.0 / 7 / 8));  // SD of the eight batch means over sqrt(8)
}

TEST(Evaluation, OfEqualStrategiesTheReferenceWins) {
  const auto best = [](std::size_t reference) {
    return toy({"a", "b", "c"}, {constant(100, 1), constant(0, 0.9), constant(100, 1)}, {1000})
        .evaluate(ParameterValues())
        .best(1000, reference);
  };
  EXPECT_EQ(best(0), 0U);  // all three have a net benefit of 900 up to rounding
  EXPECT_EQ(best(1), 1U);
  EXPECT_EQ(best(2), 2U);
}

TEST(Evaluation, SurvivesTheTally) {
  const MovableModel model = toy({"a", "b"}, {constant(1.25, 2), constant(3.5, 4.75)}, {1});
  const PointTally tally(3, 2, model.patients);
  Tally numbers(0, tally.sums());
  const Evaluation before = model.evaluate(ParameterValues());
  tally.add(1, before, {numbers.counts, numbers.sums});
  const Evaluation after = tally.read(1, {numbers.counts, numbers.sums});
  for (std::size_t batch = 0; batch < Evaluation::batches; ++batch)
    for (std::size_t strategy = 0; strategy < 2; ++strategy) {
      EXPECT_EQ(after.cost(batch, strategy), before.cost(batch, strategy));
      EXPECT_EQ(after.effect(batch, strategy), before.effect(batch, strategy));
    }
  EXPECT_EQ(tally.read(0, {numbers.counts, numbers.sums}).cost(0, 0), 0);
}

}  // namespace
}  // namespace vcohort
