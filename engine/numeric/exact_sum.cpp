#include "engine/numeric/exact_sum.hpp"

#include <cmath>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

__extension__ using Int128 = __int128;

constexpr double quanta_per_unit = 0x1p50;
constexpr double end_of_range = 0x1p127;  // in quanta

Int128 checked_sum(Int128 a, Int128 b) {
  Int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw NumericalFailure(explain("a sum left the range of +-1.5e23",
                                   "sums are kept exactly in 128 bits with a quantum of 2^-50",
                                   "check the scale of the values"));
  }
  return sum;
}

}  // namespace

void ExactSum::add(double value) {
  const double quanta = value * quanta_per_unit;  // exact: a power of two
  if (!(std::fabs(quanta) < end_of_range)) {
    throw NumericalFailure(
        explain("a value cannot enter a sum", "it is not finite, or beyond +-1.5e23", "check where it comes from"));
  }
  quanta_ = checked_sum(quanta_, static_cast<Int128>(std::rint(quanta)));  // to nearest, ties to even
}

void ExactSum::add(const ExactSum& other) {
  quanta_ = checked_sum(quanta_, other.quanta_);
}

double ExactSum::value() const {
  // The conversion rounds to nearest, and the division by a power of two is exact.
  return static_cast<double>(quanta_) / quanta_per_unit;
}

ExactSum ExactSum::from_words(std::uint64_t low, std::int64_t high) {
  ExactSum sum;
  sum.quanta_ = static_cast<Int128>(high) * (static_cast<Int128>(1) << 64) + static_cast<Int128>(low);
  return sum;
}

}  // namespace vcohort
