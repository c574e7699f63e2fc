#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "engine/numeric/errors.hpp"
#include "io/results/detail/limbs.hpp"
#include "io/results/digest.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Equal to the bit, so that NaN equals itself and 0 is not -0.
void expect_same(const Table& one, const Table& other) {
  EXPECT_EQ(one.path, other.path);
  EXPECT_EQ(one.description, other.description);
  ASSERT_EQ(one.columns.size(), other.columns.size());
  for (std::size_t index = 0; index < one.columns.size(); ++index) {
    const Column& column = one.columns[index];
    const Column& twin = other.columns[index];
    EXPECT_EQ(column.name, twin.name);
    EXPECT_EQ(column.units, twin.units);
    EXPECT_EQ(column.description, twin.description);
    ASSERT_EQ(column.values.index(), twin.values.index()) << column.name;
    if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
      const auto& twins = std::get<std::vector<double>>(twin.values);
      ASSERT_EQ(numbers->size(), twins.size());
      for (std::size_t row = 0; row < twins.size(); ++row) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>((*numbers)[row]), std::bit_cast<std::uint64_t>(twins[row]))
            << column.name << row;
      }
    } else {
      EXPECT_EQ(column.values, twin.values) << column.name;
    }
  }
}

TEST(ResultFile, returns_what_was_written) {
  const sample::Folder folder;
  const std::string digest = publish_result(folder / "a.h5", sample::result());
  const ResultFile file(folder / "a.h5");
  EXPECT_EQ(file.header(), sample::header());
  EXPECT_EQ(file.content_digest(), digest);
  EXPECT_EQ(content_digest(folder / "a.h5"), digest);
  expect_same(file.read_table("/cohort/summary"), sample::summary());
  expect_same(file.read_table("cohort/summary"), sample::summary());
  expect_same(file.read_table("runtime"), sample::runtime("alpha"));
  EXPECT_THAT(folder.files(), ElementsAre("a.h5"));
}

TEST(ResultFile, lists_its_tables) {
  const sample::Folder folder;
  publish_result(folder / "a.h5", sample::result());
  const ResultFile file(folder / "a.h5");
  std::vector<std::string> paths;
  for (const TableInfo& table : file.tables()) paths.push_back(table.path);
  EXPECT_THAT(paths, ElementsAre("/cohort/summary", "/evidence", "/runtime", "/study", "/study/purposes"));
  EXPECT_EQ(file.find("cohort/summary")->rows, 4);
  EXPECT_EQ(file.find("cohort/summary")->description, "Outcomes by strategy.");
  EXPECT_EQ(file.find("cohort"), nullptr);
  try {
    file.read_table("cohort/sumary");
    FAIL();
  } catch (const StorageFailure& error) {
    EXPECT_THAT(error.what(), HasSubstr("cohort/summary"));
  }
}

TEST(Tallies, have_the_lengths_that_the_file_states) {
  const std::vector<NamedTally> named = sample::tallies(0, 9);
  Table tallies = detail::tallies_table(named);
  const Table counts = detail::counts_table(std::vector<std::int64_t>(10)),
              sums = detail::sums_table(std::vector<ExactSum>(6));
  EXPECT_EQ(detail::tallies_from(tallies, counts, sums).size(), 2u);
  EXPECT_THROW(detail::tallies_from(tallies, counts, detail::sums_table(std::vector<ExactSum>(7))), InvalidInput);
  EXPECT_THROW(detail::tallies_from(tallies, detail::counts_table(std::vector<std::int64_t>(9)), sums), InvalidInput);
  for (const std::int64_t length : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    std::get<std::vector<std::int64_t>>(tallies.columns[2].values)[0] = length;
    EXPECT_THROW(detail::tallies_from(tallies, counts, sums), InvalidInput);
  }
}

TEST(ResultFile, returns_tallies_exactly) {
  const sample::Folder folder;
  auto content = sample::result();
  content.tallies[0].tally.sums[0] = ExactSum::from_words(0xffffffffffffffff, -1);  // the smallest negative
  content.tallies[0].tally.sums[1] =
      ExactSum::from_words(0, std::numeric_limits<std::int64_t>::min());  // the most negative
  content.tallies[1].tally.sums[0] = ExactSum::from_words(0xfedcba9876543210, 0x7fffffff80000001);
  content.tallies.push_back({"trial", "", {}});
  publish_result(folder / "a.h5", content);
  const auto tallies = ResultFile(folder / "a.h5").tallies();
  ASSERT_EQ(tallies.size(), content.tallies.size());
  for (std::size_t index = 0; index < tallies.size(); ++index) {
    EXPECT_EQ(tallies[index].question, content.tallies[index].question);
    EXPECT_EQ(tallies[index].scenario, content.tallies[index].scenario);
    EXPECT_EQ(tallies[index].tally.counts, content.tallies[index].tally.counts);
    EXPECT_EQ(tallies[index].tally.sums, content.tallies[index].tally.sums);
  }
}

TEST(ResultFile, keeps_a_table_without_rows) {
  const sample::Folder folder;
  auto content = sample::result();
  content.tables.push_back(sample::patients(0, 0));
  publish_result(folder / "a.h5", content);
  const ResultFile file(folder / "a.h5");
  EXPECT_EQ(file.find("cohort/patients")->rows, 0);
  expect_same(file.read_table("cohort/patients"), sample::patients(0, 0));
  int chunks = 0;
  file.for_each_chunk("cohort/patients", 10, [&chunks](const Table& rows, std::int64_t first) {
    ++chunks;
    EXPECT_EQ(first, 0);
    EXPECT_EQ(rows.columns.size(), 4u);
  });
  EXPECT_EQ(chunks, 1);
}

TEST(ResultFile, streams_a_million_rows) {
  const sample::Folder folder;
  constexpr std::int64_t all = 1'000'000;
  PartWriter writer(folder.path(), sample::header(), {0, 9, 10});
  constexpr std::int64_t step = 9'973;  // a prime, so that appended rows and chunks never fall together
  for (std::int64_t first = 0; first < all; first += step)
    writer.append(sample::patients(first, std::min(step, all - first)));
  const auto path = writer.finish({});
  EXPECT_EQ(path.filename(), "blocks-000000000000-000000000009.h5");
  const ResultFile file(path);
  std::int64_t next = 0;
  file.for_each_chunk("cohort/patients", 65'000, [&next](const Table& rows, std::int64_t first) {
    ASSERT_EQ(first, next);
    const auto expected = sample::patients(first, static_cast<std::int64_t>(rows.rows()));
    for (std::size_t index = 0; index < 4; ++index)
      ASSERT_EQ(rows.columns[index].values, expected.columns[index].values);
    next += static_cast<std::int64_t>(rows.rows());
  });
  EXPECT_EQ(next, all);
}

TEST(ResultFile, refuses_tables_that_are_no_tables) {
  const sample::Folder folder;
  const auto refuses = [&folder](const auto& spoil) {
    auto content = sample::result();
    spoil(content.tables[0]);
    EXPECT_THROW(publish_result(folder / "a.h5", content), InternalError);
    EXPECT_TRUE(folder.files().empty());
  };
  refuses([](Table& table) { table.columns[1].name = "strategy"; });
  refuses([](Table& table) { table.columns[1].name = "a/b"; });
  refuses([](Table& table) { table.columns[1].values = std::vector<std::int64_t>{1}; });
  refuses([](Table& table) { table.columns.clear(); });
  refuses([](Table& table) { table.path = "cohort"; });
  refuses([](Table& table) { table.path = "/study"; });
}

}  // namespace
}  // namespace vcohort
