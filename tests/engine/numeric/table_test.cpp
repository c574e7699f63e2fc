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

TEST(Table, AColumnThatOnlySomeScenariosHaveIsMissingInTheOthers) {
  std::vector<Table> tables;
  const auto with = [&](const std::string& name, ColumnValues values) {
    Table table{"/t", "", {}};
    table.add<std::string>("scenario", "", "") = {name};
    table.columns.push_back({name, "USD", "of " + name, std::move(values)});
    append_rows(tables, std::move(table));
  };
  with("a", std::vector<double>{1.5});
  with("b", std::vector<std::string>{"text"});
  with("c", std::vector<std::int64_t>{7});
  with("a", std::vector<std::int64_t>{2});
  ASSERT_EQ(tables.size(), 1u);
  ASSERT_EQ(tables[0].columns.size(), 4u);
  const auto& a = std::get<std::vector<double>>(tables[0].find("a")->values);
  EXPECT_EQ(a[0], 1.5);
  EXPECT_TRUE(std::isnan(a[1]) && std::isnan(a[2]));
  EXPECT_EQ(a[3], 2);
  EXPECT_EQ(std::get<std::vector<std::string>>(tables[0].find("b")->values),
            (std::vector<std::string>{"", "text", "", ""}));
  const auto& c = std::get<std::vector<double>>(tables[0].find("c")->values);
  EXPECT_TRUE(std::isnan(c[0]) && std::isnan(c[1]) && std::isnan(c[3]));
  EXPECT_EQ(c[2], 7);
  EXPECT_EQ(tables[0].find("c")->description, "of c");
  EXPECT_THROW(with("a", std::vector<std::string>{"no number"}), InternalError);
  EXPECT_THROW(with("d", std::vector<Truth>{Truth{1}}), InternalError);
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
