#include "io/study/number_text.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace vcohort {
namespace {

TEST(NumberText, IsShortAndReadable) {
  EXPECT_EQ(number_text(2e6), "2e6");
  EXPECT_EQ(number_text(0.342), "0.342");
  EXPECT_EQ(number_text(12.0), "12");
  EXPECT_EQ(number_text(1e-7), "1e-7");
  EXPECT_EQ(number_text(1e100), "1e100");
  EXPECT_EQ(number_text(-3.5), "-3.5");
  EXPECT_EQ(number_text(std::int64_t{9223372036854775807}), "9223372036854775807");
}

TEST(NumberText, ReadsBackAsTheSameDouble) {
  std::mt19937_64 generator(1);
  for (int n = 0; n < 100'000; ++n) {
    const std::uint64_t bits = generator();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = number_text(value);
    double again = 0;
    std::from_chars(text.data(), text.data() + text.size(), again);
    ASSERT_EQ(std::memcmp(&value, &again, sizeof value), 0) << text;
  }
}

TEST(NumberText, RoundsNamesToSixDigits) {
  EXPECT_EQ(rounded_text(8e6 / 3), "2666670");
  EXPECT_EQ(rounded_text(2e6), "2e6");
  EXPECT_EQ(rounded_text(3.5), "3.5");
}

TEST(NumberText, EscapesTexts) {
  EXPECT_EQ(toml_text("a \"b\" \\ \n\t\x01 ü"), "\"a \\\"b\\\" \\\\ \\n\\t\\u0001 ü\"");
}

}  // namespace
}  // namespace vcohort
