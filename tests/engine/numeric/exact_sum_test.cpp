#include "engine/numeric/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

__extension__ using Int128 = __int128;

ExactSum sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum;
}

/// Values of very different size and either sign, all of them multiples of 2^-50, so that they enter without rounding.
std::vector<double> multiples_of_the_quantum(int n) {
  std::mt19937_64 bits(11);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) {
    const auto whole = static_cast<std::int64_t>(bits()) >> (11 + bits() % 50);
    values.push_back(std::ldexp(static_cast<double>(whole), static_cast<int>(bits() % 40) - 50));
  }
  return values;
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
  std::vector<double> values = multiples_of_the_quantum(2000);
  for (double& value : values)
    value *= 1.0 / 3.0;  // now they are rounded when they enter, which must not matter either
  const ExactSum expected = sum_of(values);
  std::mt19937_64 bits(12);
  for (int trial = 0; trial < 50; ++trial) {
    std::shuffle(values.begin(), values.end(), bits);
    EXPECT_EQ(sum_of(values), expected);
  }
}

TEST(ExactSum, DoesNotDependOnTheGrouping) {
  const std::vector<double> values = multiples_of_the_quantum(1000);
  const ExactSum expected = sum_of(values);
  std::mt19937_64 bits(13);
  for (int trial = 0; trial < 50; ++trial) {
    ExactSum left, right;
    for (const double value : values) (bits() % 2 == 0 ? left : right).add(value);
    ExactSum whole = right;
    whole.add(left);
    EXPECT_EQ(whole, expected);
    left.add(right);
    EXPECT_EQ(left, expected);
  }
}

TEST(ExactSum, EqualsIntegerArithmetic) {
  Int128 expected = 0;
  ExactSum sum;
  for (const double value : multiples_of_the_quantum(5000)) {
    expected += static_cast<Int128>(std::ldexp(value, 50));
    sum.add(value);
    EXPECT_EQ(sum.low(), static_cast<std::uint64_t>(expected));
    EXPECT_EQ(sum.high(), static_cast<std::int64_t>(expected >> 64));
  }
}

TEST(ExactSum, RoundsEachValueToTheNearestQuantum) {
  const auto low_after = [](double value) {
    ExactSum sum;
    sum.add(value);
    return static_cast<std::int64_t>(sum.low());
  };
  EXPECT_EQ(low_after(0x1p-50), 1);
  EXPECT_EQ(low_after(0x1p-51), 0);  // ties go to the even quantum
  EXPECT_EQ(low_after(0x1.8p-50), 2);
  EXPECT_EQ(low_after(0x1.4p-49), 2);
  EXPECT_EQ(low_after(0x1.0000000000001p-51), 1);
  EXPECT_EQ(low_after(-0x1.8p-50), -2);
  EXPECT_EQ(low_after(-0x1.0000000000001p-51), -1);
  EXPECT_EQ(low_after(5e-324), 0);
  EXPECT_EQ(low_after(-0.0), 0);

  std::mt19937_64 bits(14);
  for (int i = 0; i < 100'000; ++i) {
    const double value = (static_cast<double>(bits() >> 11) * 0x1p-52 - 1.0) * 1000.0;
    ExactSum sum;
    sum.add(value);
    EXPECT_LE(std::fabs(sum.value() - value), 0x1p-51);
  }
}

TEST(ExactSum, ValueIsTheNearestDouble) {
  // 2^53 + 1 quanta lie between two doubles; the tie goes to the even mantissa, anything more goes up.
  const std::uint64_t tie = (std::uint64_t{1} << 53) + 1;
  EXPECT_EQ(ExactSum::from_words(tie, 0).value(), 0x1p3);
  EXPECT_EQ(ExactSum::from_words(tie + 2, 0).value(), 0x1.0000000000002p3);
  // The same with a bit that only the low word holds, 2^64 times as large.
  EXPECT_EQ(ExactSum::from_words(0, static_cast<std::int64_t>(tie)).value(), 0x1p67);
  EXPECT_EQ(ExactSum::from_words(1, static_cast<std::int64_t>(tie)).value(), 0x1.0000000000001p67);
  EXPECT_EQ(ExactSum::from_words(~std::uint64_t{0}, static_cast<std::int64_t>(tie) - 1).value(), 0x1p67);
  EXPECT_EQ(ExactSum::from_words(~std::uint64_t{0}, -1).value(), -0x1p-50);

  std::mt19937_64 bits(15);
  for (int i = 0; i < 20'000; ++i) {
    // Up to 64 significant bits fit a long double exactly, whose rounding to double is the processor's own.
    const auto low = static_cast<std::int64_t>(bits()) >> (bits() % 60);
    const ExactSum sum = ExactSum::from_words(static_cast<std::uint64_t>(low), low < 0 ? -1 : 0);
    EXPECT_EQ(sum.value(), static_cast<double>(static_cast<long double>(low) * 0x1p-50L));
  }
}

TEST(ExactSum, CancelsExactly) {
  ExactSum sum;
  sum.add(1e22);
  sum.add(0x1p-50);
  sum.add(-1e22);
  EXPECT_EQ(sum.value(), 0x1p-50);
  EXPECT_FALSE(sum.is_zero());
  sum.add(-0x1p-50);
  EXPECT_TRUE(sum.is_zero());
}

TEST(ExactSum, WordsRoundTrip) {
  ExactSum sum;
  sum.add(-123456.789);
  EXPECT_EQ(ExactSum::from_words(sum.low(), sum.high()), sum);
  const ExactSum smallest = ExactSum::from_words(0, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(smallest.value(), -0x1p77);
}

TEST(ExactSum, RefusesWhatItCannotHold) {
  ExactSum sum;
  EXPECT_THROW(sum.add(std::numeric_limits<double>::infinity()), NumericalFailure);
  EXPECT_THROW(sum.add(-std::numeric_limits<double>::infinity()), NumericalFailure);
  EXPECT_THROW(sum.add(std::numeric_limits<double>::quiet_NaN()), NumericalFailure);
  EXPECT_THROW(sum.add(0x1p77), NumericalFailure);
  EXPECT_THROW(sum.add(1e300), NumericalFailure);
  EXPECT_TRUE(sum.is_zero()) << "a refused value leaves no trace";

  const double largest = std::nextafter(0x1p77, 0.0);
  sum.add(largest);
  EXPECT_THROW(sum.add(largest), NumericalFailure);
  EXPECT_EQ(sum.value(), largest);
  const ExactSum copy = sum;
  EXPECT_THROW(sum.add(copy), NumericalFailure);
  EXPECT_EQ(sum.value(), largest);
  sum.add(-largest);
  sum.add(-largest);
  EXPECT_THROW(sum.add(-largest), NumericalFailure);
}

}  // namespace
}  // namespace vcohort
