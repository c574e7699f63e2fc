#include "engine/random/philox.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace vcohort {
namespace {

TEST(Philox, GivesTheKnownAnswers) {
  std::ifstream table(VCOHORT_ORACLES "/philox4x32_10.txt");
  ASSERT_TRUE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    PhiloxCounter counter{};
    PhiloxKey key{};
    PhiloxWords expected{};
    fields >> std::hex;
    for (std::uint32_t& word : counter) fields >> word;
    for (std::uint32_t& word : key) fields >> word;
    for (std::uint32_t& word : expected) fields >> word;
    ASSERT_TRUE(fields) << line;
    EXPECT_EQ(philox4x32_10(counter, key), expected) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 3);
}

TEST(Philox, IsAConstantExpression) {
  constexpr PhiloxWords words = philox4x32_10({0, 0, 0, 0}, {0, 0});
  static_assert(words[0] == 0x6627e8d5);
}

}  // namespace
}  // namespace vcohort
