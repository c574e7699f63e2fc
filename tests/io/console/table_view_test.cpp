#include "io/console/table_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "io/console/screen.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string printed(const Table& table, const TableView& view) {
  std::ostringstream out;
  print(table, view, out);
  return out.str();
}

void expect_fits(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(width_on_screen(line), width) << line;
}

/// Two stances, three strategies, and many numbers.
Table wide_table() {
  Table table{"/wide", "", {}};
  auto& stance = table.add<std::string>("scenario", "", "");
  stance = {"sceptical", "sceptical", "sceptical", "published", "published", "published"};
  auto& endpoint = table.add<std::string>("endpoint", "", "");
  endpoint.assign(6, "gmfm66");
  table.add<std::string>("strategy", "", "") = {"康复", "MSC, intravenous four times", "间充质干细胞四次静脉输注",
                                                "康复", "MSC, intravenous four times", "间充质干细胞四次静脉输注"};
  for (const char* name : {"mean", "benefit_share", "harm_share", "expected_sample_size", "discontinued_share"}) {
    table.add<double>(name, "1", "") = {1.25, 2.5, 3.75, 5, 6.25, 12345.678};
    table.add<double>(std::string(name) + "_mcse", "1", "") = {0.02, 0.02, 0.02, 0.02, 0.02, 3};
  }
  return table;
}

TEST(TableView, a_table_that_fits_stands_as_it_is) {
  Table table{"/t", "", {}};
  table.add<std::string>("arm", "", "") = {"control", "active"};
  table.add<double>("power", "share", "") = {0.05, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(printed(table, {.width = 40}), "arm      power\ncontrol   0.05\nactive       -\n");
  EXPECT_EQ(printed(table, {.width = 40, .units = true}),
            "arm      power\n         share\ncontrol   0.05\nactive       -\n");
}

TEST(TableView, no_line_is_wider_than_the_screen) {
  for (std::size_t width = 40; width <= 160; ++width) expect_fits(printed(wide_table(), {.width = width}), width);
}

TEST(TableView, a_wide_one_leaves_nothing_out) {
  const std::string text = printed(wide_table(), {.width = 40, .wide = true});
  for (const Column& column : wide_table().columns) EXPECT_THAT(text, HasSubstr(column.name));
  EXPECT_THAT(text, Not(HasSubstr("more column")));
}

TEST(TableView, errors_join_their_numbers_and_constants_are_lifted) {
  const std::string text = printed(wide_table(), {.width = 100});
  EXPECT_THAT(text, HasSubstr("endpoint: gmfm66"));
  EXPECT_THAT(text, HasSubstr("1.250 ± 0.020"));
  EXPECT_THAT(text, HasSubstr("12345.7 ± 3.0"));
  EXPECT_THAT(text, Not(HasSubstr("_mcse")));
}

TEST(TableView, what_does_not_fit_is_named) {
  const std::string text = printed(wide_table(), {.width = 40});
  EXPECT_THAT(text, HasSubstr("more column"));
  EXPECT_THAT(text, HasSubstr("discontinued_share"));
}

TEST(TableView, the_answer_stays) {
  Table table = wide_table();
  table.add<std::string>("verdict", "", "") = {"inside", "inside", "misfit", "inside", "inside", "misfit"};
  const std::string text = printed(table, {.width = 60});
  EXPECT_THAT(text, HasSubstr("misfit"));
  EXPECT_THAT(text, HasSubstr("more columns"));
  expect_fits(text, 60);
}

TEST(TableView, rows_of_a_scenario_stand_below_its_name) {
  const std::string text = printed(wide_table(), {.width = 60});
  EXPECT_THAT(text, HasSubstr("sceptical\n"));
  EXPECT_THAT(text, HasSubstr("\n\npublished\n"));
}

TEST(TableView, a_cell_is_one_line) {
  const Table table{"/t", "", {{"name", "", "", std::vector<std::string>{"one\ntwo\x1b[31m"}}}};
  std::ostringstream out;
  print(table, TableView{.width = 40}, out);
  EXPECT_EQ(out.str(), "name\none two [31m\n");
}

TEST(TableView, rows_that_are_left_out_are_counted) {
  EXPECT_THAT(printed(wide_table(), {.rows = 2, .width = 100}), HasSubstr("... and 4 more rows"));
  expect_fits(printed(Table{"/empty", "", {}}, {.width = 40}), 40);
}

}  // namespace
}  // namespace vcohort
