#include "engine/numeric/table.hpp"

#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

TEST(Table, FindsItsColumns) {
  Table table{"/cohort/summary", "one row per stratum", {}};
  EXPECT_EQ(table.rows(), 0u);
  table.add<std::string>("strategy", "", "what a patient receives") = {"a", "b", "c"};
  table.add<double>("mean", "points", "mean change") = {1.0, 2.0, 3.0};
  EXPECT_EQ(table.rows(), 3u);
  ASSERT_NE(table.find("mean"), nullptr);
  EXPECT_EQ(table.find("mean")->units, "points");
  EXPECT_EQ(std::get<std::vector<double>>(table.find("mean")->values)[2], 3.0);
  EXPECT_EQ(table.find("median"), nullptr);
}

TEST(Explain, LeavesOutWhatIsNotSaid) {
  EXPECT_EQ(explain("problem", "why", "what to do"), "problem (why) what to do");
  EXPECT_EQ(explain("problem", "", "what to do"), "problem what to do");
  EXPECT_EQ(explain("problem", "why", ""), "problem (why)");
}

}  // namespace
}  // namespace vcohort
