#include "io/results/part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/numeric/errors.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t rows_per_block = 7'001;

std::filesystem::path write_part(const std::filesystem::path& folder, std::int64_t first, std::int64_t last,
                                 const FileHeader& header = sample::header()) {
  PartWriter writer(folder, header, {first, last, header.blocks.total});
  for (std::int64_t block = first; block <= last; ++block) {
    writer.append(sample::patients(block * rows_per_block, rows_per_block));
  }
  return writer.finish(sample::tallies(first, last), sample::runtime("node"));
}

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const StorageFailure& error) {
    return error.what();
  }
  return "nothing failed";
}

TEST(Parts, a_part_returns_its_tallies) {
  const sample::Folder folder;
  const auto path = write_part(folder / "a.parts", 3, 5);
  const Part part = read_part(path);
  EXPECT_EQ(part.header.status, FileStatus::part);
  EXPECT_EQ(part.header.blocks, (BlockRange{3, 5, 10}));
  const auto expected = sample::tallies(3, 5);
  ASSERT_THAT(part.tallies, SizeIs(2));
  EXPECT_EQ(part.tallies[0].scenario, "sceptical");
  EXPECT_EQ(part.tallies[0].tally.counts, expected[0].tally.counts);
  EXPECT_EQ(part.tallies[0].tally.sums, expected[0].tally.sums);
}

TEST(Parts, are_listed_by_block) {
  const sample::Folder folder;
  EXPECT_THAT(list_parts(folder / "absent"), IsEmpty());
  write_part(folder.path(), 4, 9);
  write_part(folder.path(), 0, 3);
  sample::write_bytes(folder / "blocks-000000000001-000000000002.h5.0a0b0c0d.tmp", "");
  sample::write_bytes(folder / "blocks-x-2.h5", "");
  sample::write_bytes(folder / "notes.txt", "");
  const auto parts = list_parts(folder.path());
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(parts[0].first_block, 0);
  EXPECT_EQ(parts[0].last_block, 3);
  EXPECT_EQ(parts[1].first_block, 4);
  EXPECT_EQ(parts[1].path().filename(), "blocks-000000000004-000000000009.h5");
}

/// Idea 3 of the design: however the blocks were cut, and in whatever order the parts are joined, the result is the
/// same.
TEST(Parts, any_cut_and_any_order_give_one_digest) {
  const sample::Folder folder;
  std::mt19937 random(20260101);
  std::vector<std::string> digests;
  const std::vector<std::vector<std::int64_t>> cuts = {{0}, {0, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 3, 4, 9}};
  for (std::size_t trial = 0; trial < cuts.size(); ++trial) {
    const auto parts_folder = folder / (std::to_string(trial) + ".parts");
    std::vector<std::string> paths;
    for (std::size_t index = 0; index < cuts[trial].size(); ++index) {
      const std::int64_t last = index + 1 < cuts[trial].size() ? cuts[trial][index + 1] - 1 : 9;
      paths.push_back(write_part(parts_folder, cuts[trial][index], last));
    }
    std::shuffle(paths.begin(), paths.end(), random);
    CombinedParts combined = combine_parts(paths);
    EXPECT_THAT(combined.missing, IsEmpty());
    EXPECT_EQ(combined.header, sample::header());
    std::shuffle(combined.parts.begin(), combined.parts.end(), random);
    ResultContent content{combined.header, {sample::summary()}, combined.tallies, combined.parts, sample::runtime("x")};
    digests.push_back(publish_result(folder / (std::to_string(trial) + ".h5"), content));
  }
  for (const auto& digest : digests) EXPECT_EQ(digest, digests.front());
  const ResultFile file(folder / "2.h5");
  EXPECT_EQ(file.find("cohort/patients")->rows, 10 * rows_per_block);
  const Table rows = file.read_table("cohort/patients");
  const Table expected = sample::patients(0, 10 * rows_per_block);
  for (std::size_t index = 0; index < 4; ++index)
    EXPECT_TRUE(rows.columns[index].values == expected.columns[index].values);
}

TEST(Parts, missing_blocks_are_named) {
  const sample::Folder folder;
  const auto combined = combine_parts({write_part(folder.path(), 7, 7), write_part(folder.path(), 2, 4)});
  EXPECT_THAT(combined.missing, ElementsAre(BlockRange{0, 1, 10}, BlockRange{5, 6, 10}, BlockRange{8, 9, 10}));
  EXPECT_EQ(combined.header.status, FileStatus::part);
}

TEST(Parts, what_does_not_belong_together_is_refused) {
  const sample::Folder folder;
  const auto first = write_part(folder / "a", 0, 4);
  EXPECT_THAT(failure_of([&] {
                combine_parts({first, write_part(folder / "a", 4, 9)});
              }),
              HasSubstr("the same blocks"));

  auto other = sample::header();
  other.seed = 1;
  EXPECT_THAT(failure_of([&] { combine_parts({first, write_part(folder / "b", 5, 9, other)}); }), HasSubstr("seed"));
  other = sample::header();
  other.blocks.total = 11;
  EXPECT_THAT(failure_of([&] {
                combine_parts({first, write_part(folder / "c", 5, 9, other)});
              }),
              HasSubstr("number of blocks"));
}

/// A task that a scheduler ran twice does no harm; two truths about the same blocks do.
TEST(Parts, the_same_part_twice_is_one_part) {
  const sample::Folder folder;
  const auto first = write_part(folder / "a", 0, 4);
  const auto again = write_part(folder / "b", 0, 4);
  const auto rest = write_part(folder / "a", 5, 9);
  const auto combined = combine_parts({first, again, rest});
  EXPECT_THAT(combined.parts, SizeIs(2));
  EXPECT_THAT(combined.repeated, ElementsAre(again));
  EXPECT_EQ(combined.tallies.front().tally.counts, combine_parts({first, rest}).tallies.front().tally.counts);
  PartWriter writer(folder / "c", sample::header(), {0, 4, 10});
  const auto other = writer.finish(sample::tallies(0, 3));
  EXPECT_THAT(failure_of([&] { combine_parts({first, other, rest}); }), HasSubstr("different contents"));
}

TEST(Parts, every_damaged_part_is_named) {
  const sample::Folder folder;
  const auto first = write_part(folder.path(), 0, 4);
  const auto second = write_part(folder.path(), 5, 9);
  for (const auto& path : {first, second}) sample::write_bytes(path, sample::read_bytes(path).substr(0, 5'000));
  const std::string said = failure_of([&] { combine_parts({first, second}); });
  EXPECT_THAT(said, HasSubstr(first.filename().string()));
  EXPECT_THAT(said, HasSubstr(second.filename().string()));
}

/// Its tables would be taken for rows, and doubled.
TEST(Parts, a_result_is_no_part) {
  const sample::Folder folder;
  publish_result(folder / "a.h5", sample::result());
  EXPECT_THAT(failure_of([&] { combine_parts({folder / "a.h5"}); }), HasSubstr("finished result"));
}

TEST(Parts, rows_of_another_study_are_not_joined) {
  const sample::Folder folder;
  auto other = sample::header();
  other.study_resolved += "# another";
  other.study_sha256 = sha256_hex(other.study_resolved);
  auto content = sample::result();
  content.parts = {{write_part(folder / "b", 0, 9, other), 0, 9}};
  EXPECT_THAT(failure_of([&] { publish_result(folder / "a.h5", content); }), HasSubstr("another study"));
}

TEST(Parts, a_column_may_not_change) {
  const sample::Folder folder;
  PartWriter writer(folder.path(), sample::header(), {0, 9, 10});
  writer.append(sample::patients(0, 10));
  Table other = sample::patients(0, 10);
  other.columns[0].name = "child";
  EXPECT_THROW(writer.append(other), InternalError);
  other = sample::patients(0, 10);
  other.columns[1].values = std::vector<std::int64_t>(10);
  EXPECT_THROW(writer.append(other), InternalError);
}

}  // namespace
}  // namespace vcohort
