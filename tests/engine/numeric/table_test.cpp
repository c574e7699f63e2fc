#include "engine/numeric/table.hpp"

#include <gtest/gtest.h>

#include "engine/numeric/columns.hpp"
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

TEST(Columns, AreFilledFromRows) {
  struct Row {
    int visit;
    double mean;
    bool last() const { return visit == 12; }
  };
  const std::vector<Row> rows = {{6, 1.5}, {12, 2.5}};
  Table table{"/cohort/summary", "one row per visit", {}};
  const Columns column(table, rows);
  column("visit", "months", "since baseline", &Row::visit);
  column("twice", "points", "twice the mean", [](const Row& row) { return 2 * row.mean; });
  column("last", "", "nothing follows", &Row::last);
  column("name", "", "as a text", [](const Row& row) { return row.last() ? "last" : "first"; });
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(table.find("visit")->values), (std::vector<std::int64_t>{6, 12}));
  EXPECT_EQ(std::get<std::vector<double>>(table.find("twice")->values), (std::vector<double>{3, 5}));
  EXPECT_EQ(std::get<std::vector<Truth>>(table.find("last")->values), (std::vector<Truth>{{0}, {1}}));
  EXPECT_EQ(std::get<std::vector<std::string>>(table.find("name")->values),
            (std::vector<std::string>{"first", "last"}));
  EXPECT_EQ(table.find("twice")->units, "points");
}

TEST(Columns, ExistWithoutRows) {
  Table table{"/empty", "nothing happened", {}};
  const std::vector<double> rows;
  Columns(table, rows)("value", "points", "itself", [](double value) { return value; });
  ASSERT_EQ(table.columns.size(), 1u);
  EXPECT_EQ(table.rows(), 0u);
}

TEST(Explain, LeavesOutWhatIsNotSaid) {
  EXPECT_EQ(explain("problem", "why", "what to do"), "problem (why) what to do");
  EXPECT_EQ(explain("problem", "", "what to do"), "problem what to do");
  EXPECT_EQ(explain("problem", "why", ""), "problem (why)");
}

}  // namespace
}  // namespace vcohort
