#include "io/cli/parts_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/numeric/errors.hpp"
#include "io/cli/folder_lock.hpp"
#include "io/results/abandoned.hpp"
#include "tests/io/folder.hpp"

namespace vcohort {
namespace {

class PartsFolder : public testing::Test {
 protected:
  PartsFolder() {
    header_.study_sha256 = sha256_hex("");  // of an empty study
    header_.blocks.total = 10;
  }

  std::filesystem::path write(std::int64_t first, std::int64_t last) {
    PartWriter part(folder_, header_, {first, last, 10});
    return part.finish({});
  }
  std::vector<std::string> files() const { return temporary_.files(); }
  static std::vector<std::pair<std::int64_t, std::int64_t>> spans(const FoundBlocks& found) {
    std::vector<std::pair<std::int64_t, std::int64_t>> all;
    for (const BlockSpan& span : found.missing) all.emplace_back(span.first, span.end);
    return all;
  }
  static void flip_a_byte(const std::filesystem::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(2000);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(2000);
    file.put(byte);
  }

  test::Folder temporary_;
  std::filesystem::path folder_ = temporary_.path();
  FileHeader header_;
};

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST_F(PartsFolder, tells_what_is_missing) {
  write(2, 3);
  write(6, 6);
  EXPECT_THAT(spans(take_up(folder_, header_, {0, 10})), ElementsAre(Pair(0, 2), Pair(4, 6), Pair(7, 10)));
  EXPECT_THAT(spans(take_up(folder_, header_, {3, 7})), ElementsAre(Pair(4, 6)));
  EXPECT_THAT(spans(take_up(folder_, header_, {2, 4})), ElementsAre());
  EXPECT_THAT(spans(take_up(folder_ / "absent", header_, {0, 10})), ElementsAre(Pair(0, 10)));
}

TEST_F(PartsFolder, a_damaged_part_is_set_aside) {
  flip_a_byte(write(2, 3));
  write(4, 9);
  EXPECT_THAT(spans(take_up(folder_, header_, {0, 10})), ElementsAre(Pair(0, 4)));
  EXPECT_THAT(files(), UnorderedElementsAre("blocks-000000000002-000000000003.h5.damaged",
                                            "blocks-000000000004-000000000009.h5"));
}

/// A shard looks at its own blocks only: others may be at work on the rest.
TEST_F(PartsFolder, a_shard_leaves_other_blocks_alone) {
  flip_a_byte(write(2, 3));
  EXPECT_THAT(spans(take_up(folder_, header_, {4, 10})), ElementsAre(Pair(4, 10)));
  EXPECT_THAT(files(), ElementsAre("blocks-000000000002-000000000003.h5"));
}

TEST_F(PartsFolder, of_two_parts_that_overlap_the_larger_stays) {
  write(0, 1);
  write(1, 5);
  write(5, 6);
  EXPECT_THAT(spans(take_up(folder_, header_, {0, 10})), ElementsAre(Pair(0, 1), Pair(6, 10)));
}

TEST_F(PartsFolder, a_part_under_a_false_name_is_no_part) {
  const auto path = write(2, 3);
  std::filesystem::rename(path, folder_ / "blocks-000000000002-000000000004.h5");
  EXPECT_THAT(spans(take_up(folder_, header_, {0, 10})), ElementsAre(Pair(0, 10)));
}

TEST_F(PartsFolder, of_another_study_is_refused) {
  write(2, 3);
  FileHeader other = header_;
  other.seed = 1;
  EXPECT_THROW(take_up(folder_, other, {0, 10}), StorageFailure);
  EXPECT_THAT(files(), ElementsAre("blocks-000000000002-000000000003.h5"));
}

TEST_F(PartsFolder, one_whole_run_or_many_shards_may_write) {
  {
    const FolderLock whole(folder_, std::nullopt);
    EXPECT_THROW(FolderLock(folder_, std::nullopt), StorageFailure);
    EXPECT_THROW(FolderLock(folder_, Shard{1, 2}), StorageFailure);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_)) << "a run that ends leaves no lock, and no empty folder";
  const FolderLock first(folder_, Shard{1, 2});
  const FolderLock second(folder_, Shard{2, 2});
  EXPECT_THROW(FolderLock(folder_, Shard{2, 2}), StorageFailure);
  EXPECT_THROW(FolderLock(folder_, std::nullopt), StorageFailure);
}

TEST_F(PartsFolder, a_shard_leaves_the_lock_that_others_may_share) {
  { const FolderLock shard(folder_, Shard{1, 2}); }
  EXPECT_THAT(files(), ElementsAre("lock"));
  write(2, 3);
  { const FolderLock whole(folder_, std::nullopt); }
  EXPECT_THAT(files(), ElementsAre("blocks-000000000002-000000000003.h5"));
}

TEST_F(PartsFolder, temporary_files_of_the_dead_are_deleted) {
  header_.seed = 2;
  const PartWriter at_work(folder_, header_, {0, 3, 10});
  ASSERT_EQ(files().size(), 1U);
  const std::string of_living = files().front();
  const std::string of_dead = of_living.substr(0, of_living.size() - 12) + "00000000.tmp";
  std::ofstream(folder_ / of_dead) << "half";
  std::ofstream(folder_ / "blocks-000000000000-000000000003.h5.elsewhere.77.01234567.tmp") << "half";
  std::ofstream(folder_ / "notes.tmp") << "mine";
  EXPECT_EQ(remove_abandoned(folder_, "blocks-"), 1);
  EXPECT_THAT(files(), UnorderedElementsAre(of_living, "notes.tmp",
                                            "blocks-000000000000-000000000003.h5.elsewhere.77.01234567.tmp"));
}

}  // namespace
}  // namespace vcohort
