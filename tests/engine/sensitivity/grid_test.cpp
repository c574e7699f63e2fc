#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"
#include "engine/sensitivity/two_way_grid.hpp"
#include "tests/engine/sensitivity/toy.hpp"

namespace vcohort {
namespace {

constexpr double k = 1000;

MovableModel model() {
  const Formula cells = [](const ParameterValues& p, std::int64_t) {
    return std::pair(100 * p.at("trial.drift"), p.at("severity.MSC.I") + p.at("severity.MSC.V"));
  };
  return toy({"rehabilitation", "cells"}, {constant(0, 0), cells}, {k});
}

Evidence evidence() {
  return evidence_of(
      {parameter("trial.drift", 10), parameter("severity.MSC.I", 1.25), parameter("severity.MSC.V", 0.5)});
}

TEST(TwoWayGrid, HasACellForEveryPairOfValues) {
  const Table table =
      run(TwoWayGrid(model(), evidence(), {"trial.drift", {5, 10, 20}}, {"severity.MSC.I", {0.25, 1.25}}));
  ASSERT_EQ(table.rows(), 6U);
  EXPECT_EQ(column<double>(table, "value_1"), (std::vector<double>{5, 5, 10, 10, 20, 20}));
  EXPECT_EQ(column<double>(table, "value_2"), (std::vector<double>{0.25, 1.25, 0.25, 1.25, 0.25, 1.25}));
  EXPECT_EQ(column<double>(table, "inb"), (std::vector<double>{250, 1250, -250, 750, -1250, -250}));
  EXPECT_EQ(column<std::string>(table, "best")[3], "cells");
  EXPECT_EQ(column<std::string>(table, "best")[4], "rehabilitation");
}

TEST(TwoWayGrid, MultipliesByAFactorWhatItsNameIsTheBeginningOf) {
  const Table table = run(TwoWayGrid(model(), evidence(), {"severity.MSC", {0, 2}}, {"trial.drift", {1}}));
  EXPECT_EQ(column<double>(table, "inb"), (std::vector<double>{-100, 2 * 1750 - 100}));
}

TEST(TwoWayGrid, RefusesWhatTheModelDoesNotAllow) {
  EXPECT_THROW(TwoWayGrid(model(), evidence(), {"trial.drift", {1000}}, {"severity.MSC.I", {1}}), InternalError);
  EXPECT_THROW(TwoWayGrid(model(), evidence(), {"severity.MSC", {-1}}, {"trial.drift", {1}}), InternalError);
  EXPECT_THROW(TwoWayGrid(model(), evidence(), {"effect.emax", {1}}, {"trial.drift", {1}}), InternalError);
}

}  // namespace
}  // namespace vcohort
