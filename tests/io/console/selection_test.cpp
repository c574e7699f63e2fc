#include "io/console/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine/numeric/errors.hpp"
#include "io/console/condition.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Two strata under two stances; a missing number, a truth, whole numbers, and a standard error.
Table sample() {
  Table table{"/policy/strata", "best for whom", {}};
  table.add<std::string>("scenario", "", "") = {"sceptical#0001", "sceptical#0001", "published#0001", "published#0001"};
  table.add<std::string>("stratum", "", "") = {"all", "年龄 0-3", "all", "年龄 0-3"};
  table.add<double>("inb", "USD", "net benefit") = {-5, missing, 10, 2.5};
  table.add<double>("inb_mcse", "USD", "its error") = {1, missing, 2, 0.5};
  table.add<std::int64_t>("n", "1", "") = {4, 3, 2, 1};
  table.add<Truth>("best", "1", "") = {Truth{0}, Truth{1}, Truth{1}, Truth{0}};
  return table;
}

std::vector<std::size_t> rows_where(const std::string& condition) {
  const std::vector<bool> holds = Condition(condition).holds(sample());
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < holds.size(); ++row)
    if (holds[row]) rows.push_back(row);
  return rows;
}

std::string refusal(const std::string& condition) {
  try {
    (void)Condition(condition).holds(sample());
  } catch (const InvalidInput& problem) {
    return problem.what();
  }
  return "";
}

const std::vector<double>& numbers(const Table& table, const char* name) {
  return std::get<std::vector<double>>(table.find(name)->values);
}
const std::vector<std::string>& texts(const Table& table, const char* name) {
  return std::get<std::vector<std::string>>(table.find(name)->values);
}
std::vector<std::string> names(const Table& table) {
  std::vector<std::string> all;
  for (const Column& column : table.columns) all.push_back(column.name);
  return all;
}

TEST(Condition, compares_every_type) {
  EXPECT_THAT(rows_where("best = yes"), ElementsAre(1, 2));
  EXPECT_THAT(rows_where("best != true"), ElementsAre(0, 3));
  EXPECT_THAT(rows_where("n >= 3"), ElementsAre(0, 1));
  EXPECT_THAT(rows_where("n<3"), ElementsAre(2, 3));
  EXPECT_THAT(rows_where("n > 2e0"), ElementsAre(0, 1));
  EXPECT_THAT(rows_where("inb <= 2.5"), ElementsAre(0, 3));
  EXPECT_THAT(rows_where("stratum = '年龄 0-3'"), ElementsAre(1, 3));
  EXPECT_THAT(rows_where("stratum != all"), ElementsAre(1, 3));
  EXPECT_THAT(rows_where("\"stratum\"=\"all\""), ElementsAre(0, 2));
}

TEST(Condition, a_number_that_is_not_there_is_na) {
  EXPECT_THAT(rows_where("inb = NA"), ElementsAre(1));
  EXPECT_THAT(rows_where("inb != NA"), ElementsAre(0, 2, 3));
  EXPECT_THAT(rows_where("inb != 10"), ElementsAre(0, 1, 3));
  EXPECT_THAT(rows_where("inb < 0"), ElementsAre(0));
}

TEST(Condition, the_stance_is_the_scenario_without_its_setting) {
  EXPECT_THAT(rows_where("stance = sceptical"), ElementsAre(0, 1));
  EXPECT_THAT(rows_where("scenario = published#0001"), ElementsAre(2, 3));
}

TEST(Condition, and_binds_before_or_and_brackets_before_both) {
  EXPECT_THAT(rows_where("n = 1 or n = 2 and best = yes"), ElementsAre(2, 3));
  EXPECT_THAT(rows_where("(n = 1 or n = 2) and best = yes"), ElementsAre(2));
  EXPECT_THAT(rows_where("((n=4))or(n=3 and(best=no or best=yes))"), ElementsAre(0, 1));
}

TEST(Condition, what_is_none_is_refused_with_its_place) {
  EXPECT_THAT(refusal(""), HasSubstr("character 1"));
  EXPECT_THAT(refusal("best"), HasSubstr("character 5"));
  EXPECT_THAT(refusal("best == yes"), HasSubstr("character 7"));
  EXPECT_THAT(refusal("best = yes and"), HasSubstr("character 15"));
  EXPECT_THAT(refusal("best = yes n = 1"), HasSubstr("character 12"));
  EXPECT_THAT(refusal("(best = yes"), HasSubstr("character 12"));
  EXPECT_THAT(refusal("best = yes)"), HasSubstr("bracket too many"));
  EXPECT_THAT(refusal("stratum = 'all"), HasSubstr("character 11"));
  EXPECT_THAT(refusal("stratum = '年龄 0-3' and bset = yes"), HasSubstr("character 24")) << "characters, not bytes";
  EXPECT_THAT(refusal("n = few"), HasSubstr("character 5"));
  EXPECT_THAT(refusal("stratum < all"), HasSubstr("use = or !="));
  EXPECT_THAT(refusal("best > no"), HasSubstr("use = or !="));
  EXPECT_THAT(refusal("best = maybe"), HasSubstr("yes or no"));
  EXPECT_THAT(refusal("inb < NA"), HasSubstr("use = or !="));
  EXPECT_THAT(refusal(std::string(100'000, '(')), HasSubstr("too many brackets"));
}

TEST(Selection, columns_keep_their_errors_and_their_order) {
  EXPECT_THAT(names(selected(sample(), {.columns = {"n", "inb"}})), ElementsAre("n", "inb", "inb_mcse"));
  EXPECT_THAT(names(selected(sample(), {.columns = {"stance"}})), ElementsAre("stance"));
  EXPECT_THROW((void)selected(sample(), {.columns = {"inbb"}}), InvalidInput);
}

TEST(Selection, sorts_by_several_columns_with_what_is_missing_last) {
  EXPECT_THAT(texts(selected(sample(), {.sort = {"-inb"}}), "stratum"),
              ElementsAre("all", "年龄 0-3", "all", "年龄 0-3"));
  EXPECT_THAT(numbers(selected(sample(), {.sort = {"stratum", "inb"}}), "inb"),
              ElementsAre(-5, 10, 2.5, testing::IsNan()));
}

TEST(Selection, takes_the_first_rows_of_what_was_sorted) {
  const Table first = selected(sample(), {.where = "inb != NA", .sort = {"-inb"}, .limit = 2});
  EXPECT_THAT(numbers(first, "inb"), ElementsAre(10, 2.5));
}

TEST(Selection, a_pivot_is_a_cross_table_with_the_errors) {
  const Table cross = selected(sample(), {.pivot = "stratum/stance/inb"});
  EXPECT_THAT(names(cross), ElementsAre("stratum", "sceptical", "sceptical_mcse", "published", "published_mcse"));
  EXPECT_THAT(texts(cross, "stratum"), ElementsAre("all", "年龄 0-3"));
  EXPECT_THAT(numbers(cross, "published"), ElementsAre(10, 2.5));
  EXPECT_THAT(numbers(cross, "sceptical"), ElementsAre(-5, testing::IsNan()));
  EXPECT_EQ(cross.find("published")->units, "USD");
}

TEST(Selection, a_cell_without_a_row_is_missing) {
  const Table cross = selected(sample(), {.where = "n != 3", .pivot = "stratum/stance/n"});
  EXPECT_THAT(numbers(cross, "sceptical"), ElementsAre(4, testing::IsNan()));
  EXPECT_THAT(std::get<std::vector<std::int64_t>>(cross.find("published")->values), ElementsAre(2, 1));
  EXPECT_THAT(texts(selected(sample(), {.pivot = "stratum/stance/best"}), "sceptical"), ElementsAre("no", "yes"));
}

TEST(Selection, several_rows_in_a_cell_are_refused) {
  try {
    (void)selected(sample(), {.pivot = "stance/n,best/inb"});
    (void)selected(sample(), {.pivot = "stance/scenario/inb"});
    FAIL() << "two strata fall into one cell";
  } catch (const InvalidInput& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("differ in stratum"));
  }
  for (const char* pivot : {"stratum", "stratum/stance", "stratum//inb", "a/b/c/d", "stratum/stance/none"})
    EXPECT_THROW((void)selected(sample(), {.pivot = pivot}), InvalidInput) << pivot;
}

}  // namespace
}  // namespace vcohort
