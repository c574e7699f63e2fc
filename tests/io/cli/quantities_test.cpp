#include "io/cli/quantities.hpp"

#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

TEST(Durations, are_read) {
  const std::pair<const char*, double> cases[] = {
      {"3600", 3600},  {"0.5", 0.5},          {"90s", 90},           {"50m", 3000},  {"1h30m", 5400},
      {"1.5h", 5400},  {"2d", 172800},        {"1d2h3m4s", 93784},   {"10min", 600}, {"01:30:00", 5400},
      {"90:00", 5400}, {"1-02:03:04", 93784}, {"100:00:00", 360000},
  };
  for (const auto& [text, seconds] : cases) EXPECT_DOUBLE_EQ(duration_of(text), seconds) << text;
}

TEST(Durations, what_is_none_is_refused) {
  for (const char* text : {"",        "0",    "0s", "-5", "h",    "5x",  "5 m", "m5",  "1m1h", "1h30", "30 ",
                           "1:2:3:4", "1:99", "1:", ":5", "1--2", "1e3", "inf", "nan", "1h1h", "1-",   "0:00"})
    EXPECT_THROW(duration_of(text), InvalidInput) << text;
}

TEST(Sizes, are_powers_of_1024) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"1", 1},           {"4096", 4096},         {"4096B", 4096},       {"800M", 838'860'800},
      {"8G", 8589934592}, {"1.5GiB", 1610612736}, {"2t", 2199023255552}, {"3kb", 3072},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(size_of(text), bytes) << text;
}

TEST(Sizes, what_is_none_is_refused) {
  for (const char* text : {"", "0", "0G", "-1G", "G", "8X", "8 G", "8GG", "1e9", "9999999999T", "inf"})
    EXPECT_THROW(size_of(text), InvalidInput) << text;
}

TEST(ShardNames, are_read) {
  EXPECT_EQ(shard_of("3/12"), (Shard{3, 12}));
  EXPECT_EQ(shard_of("1/1"), (Shard{1, 1}));
  EXPECT_EQ(shard_of("1000000000/1000000000"), (Shard{most_shards, most_shards}));
}

TEST(ShardNames, count_from_one) {
  for (const char* text : {"0/3", "4/3", "-1/3", "1/0", "1/-3", "3", "/3", "3/", "1/3x", "1 /3", "1.0/3", "",
                           "1/1000000001", "99999999999999999999/3"})
    EXPECT_THROW(shard_of(std::string(text)), InvalidInput) << text;
}

}  // namespace
}  // namespace vcohort
