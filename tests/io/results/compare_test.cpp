#include "io/results/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/results/sample.hpp"

namespace vcohort {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Value>
std::vector<Value>& values(ResultContent& content, const char* column) {
  for (Column& candidate : content.tables[0].columns) {
    if (candidate.name == column) return std::get<std::vector<Value>>(candidate.values);
  }
  throw std::runtime_error(column);
}

class Compare : public testing::Test {
 protected:
  Compare() { publish_result(folder_ / "a.h5", sample::result()); }

  /// The comparison of the sample with one that was changed.
  Comparison after(const std::function<void(ResultContent&)>& change) {
    auto content = sample::result();
    change(content);
    const std::string digest = publish_result(folder_ / "b.h5", content, Existing::overwrite);
    const Comparison comparison = compare_results(folder_ / "a.h5", folder_ / "b.h5");
    EXPECT_EQ(comparison.equal, digest == publish_result(folder_ / "a.h5", sample::result(), Existing::overwrite));
    EXPECT_EQ(comparison.equal, comparison.first_difference.empty());
    return comparison;
  }

  sample::Folder folder_;
};

TEST_F(Compare, equal_files_are_equal) {
  EXPECT_TRUE(after([](ResultContent&) {}).equal);
  EXPECT_TRUE(after([](ResultContent& content) { content.runtime = sample::runtime("elsewhere"); }).equal);
  EXPECT_TRUE(after([](ResultContent& content) { values<double>(content, "mean")[2] = -std::nan("7"); }).equal);
}

TEST_F(Compare, a_number_is_found) {
  const auto found = after([](ResultContent& content) { values<double>(content, "mean")[0] = 0.25; });
  EXPECT_THAT(found.first_difference, AllOf(HasSubstr("/cohort/summary/mean, row 0"), HasSubstr("0.1 in '"),
                                            HasSubstr("0.25 in '"), HasSubstr("b.h5'")));
  EXPECT_EQ(found.differing_datasets, 1);
}

TEST_F(Compare, the_sign_of_zero_is_found) {
  const auto found = after([](ResultContent& content) { values<double>(content, "mean")[1] = 0.0; });
  EXPECT_THAT(found.first_difference, AllOf(HasSubstr("row 1"), HasSubstr("-0 in"), HasSubstr(" 0 in")));
}

TEST_F(Compare, the_first_difference_is_the_first_path) {
  const auto found = after([](ResultContent& content) {
    values<std::string>(content, "strategy")[3] = "other";
    values<double>(content, "upper")[0] = 1;
    values<std::int64_t>(content, "patients")[0] = 2;
    values<Truth>(content, "reference")[0] = Truth{0};
  });
  EXPECT_THAT(found.first_difference, HasSubstr("/cohort/summary/patients, row 0"));
  EXPECT_EQ(found.differing_datasets, 4);
}

TEST_F(Compare, attributes_are_found) {
  EXPECT_THAT(after([](ResultContent& content) { content.header.seed = 3; }).first_difference,
              AllOf(HasSubstr("attribute seed of /"), HasSubstr("9223372036854775807 in"), HasSubstr("3 in")));
  EXPECT_THAT(after([](ResultContent& content) { content.tables[0].columns[0].units = "kg"; }).first_difference,
              AllOf(HasSubstr("attribute units of /cohort/summary/strategy"), HasSubstr("\"kg\"")));
  EXPECT_THAT(after([](ResultContent& content) { content.tables[0].description = "Else."; }).first_difference,
              HasSubstr("attribute description of /cohort/summary"));
}

TEST_F(Compare, shapes_and_types_are_found) {
  EXPECT_THAT(after([](ResultContent& content) {
                content.tables[0] = {"/cohort/summary", "Outcomes by strategy.", {}};
                content.tables[0].add<std::string>("strategy", "", "What the patients received.") = {"one"};
              }).first_difference,
              HasSubstr("attribute columns of /cohort/summary"));
  const auto rows = after([](ResultContent& content) {
    for (Column& column : content.tables[0].columns)
      std::visit([](auto& entries) { entries.resize(3); }, column.values);
  });
  EXPECT_THAT(rows.first_difference, AllOf(HasSubstr("4 rows"), HasSubstr("3 rows")));
  EXPECT_EQ(rows.differing_datasets, 5);
  EXPECT_THAT(after([](ResultContent& content) {
                content.tables[0].columns[1].values = std::vector<double>(4);
              }).first_difference,
              AllOf(HasSubstr("int64 values"), HasSubstr("float64 values")));
}

TEST_F(Compare, missing_tables_are_found) {
  const auto found = after([](ResultContent& content) { content.tables.clear(); });
  EXPECT_THAT(found.first_difference, AllOf(HasSubstr("/cohort is in"), HasSubstr("but not in")));
  EXPECT_EQ(found.differing_datasets, 5);
  EXPECT_THAT(after([](ResultContent& content) { content.tables.push_back(sample::patients(0, 3)); }).first_difference,
              HasSubstr("/cohort/patients is in"));
}

TEST_F(Compare, tallies_are_found) {
  EXPECT_THAT(after([](ResultContent& content) { content.tallies[1].tally.sums[2].add(0x1p-50); }).first_difference,
              HasSubstr("/tallies/sums/limb_0, row 5"));
}

}  // namespace
}  // namespace vcohort
