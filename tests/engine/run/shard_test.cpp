#include "engine/run/shard.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

/// Contiguous, complete, and as even as whole blocks allow: by definition, checked for every small case.
TEST(Shards, cut_the_blocks_evenly) {
  for (std::int64_t blocks = 0; blocks <= 40; ++blocks)
    for (std::int64_t of = 1; of <= 45; ++of) {
      std::int64_t next = 0;
      for (std::int64_t number = 1; number <= of; ++number) {
        const BlockSpan span = span_of(Shard{number, of}, blocks);
        ASSERT_EQ(span.first, next);
        ASSERT_GE(span.size(), blocks / of);
        ASSERT_LE(span.size(), (blocks + of - 1) / of);
        for (std::int64_t block = span.first; block < span.end; ++block) ASSERT_EQ(shard_of(block, of, blocks), number);
        next = span.end;
      }
      ASSERT_EQ(next, blocks);
    }
}

/// 10^12 patients are 244,140,625 blocks of 4,096; the largest count of blocks and shards together need 94 bits.
TEST(Shards, count_beyond_32_and_64_bits) {
  EXPECT_EQ(span_of(Shard{1, 10'000}, 244'140'625).end, 24'414);
  EXPECT_EQ(span_of(Shard{10'000, 10'000}, 244'140'625).first, 244'116'210);  // floor(9999 * 244140625 / 10000)
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const BlockSpan last = span_of(Shard{most_shards, most_shards}, huge);
  EXPECT_EQ(last.end, huge);
  EXPECT_EQ(last.size(), 9'223'372'037);  // ceil((2^63 - 1) / 10^9)
  EXPECT_EQ(shard_of(huge - 1, most_shards, huge), most_shards);
  EXPECT_EQ(shard_of(last.first - 1, most_shards, huge), most_shards - 1);
}

TEST(Shards, outside_their_number_are_refused) {
  for (const Shard shard : {Shard{0, 3}, Shard{4, 3}, Shard{-1, 3}, Shard{1, 0}, Shard{1, most_shards + 1}})
    EXPECT_THROW(span_of(shard, 10), InternalError);
}

}  // namespace
}  // namespace vcohort
