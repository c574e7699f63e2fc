#include "engine/analysis/long_data/decimals.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace vcohort {

namespace {

constexpr int most_digits = 15;            // every decimal of so many digits survives the way to a double and back
constexpr double most_steps = 1e15;        // of a value, so that sums and differences are exact too
constexpr int too_many = most_digits + 1;  // decimals

/// Decimals of the shortest text that reads back as the value; too_many for more than 15 digits.
int decimals_of(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), std::fabs(value), std::chars_format::scientific).ptr;
  const auto* mark = std::find(text.data(), end, 'e');
  const auto digits = mark - text.data() - (mark - text.data() > 1 ? 1 : 0);
  int exponent = 0;
  std::from_chars(mark[1] == '+' ? mark + 2 : mark + 1, end, exponent);
  return digits > most_digits ? too_many : std::max(0, static_cast<int>(digits) - 1 - exponent);
}

}  // namespace

double steps_of(std::span<const double> values) {
  int decimals = 0;
  double largest = 0;
  for (const double value : values) {
    if (value != value) continue;
    if (!std::isfinite(value)) return 0;
    decimals = std::max(decimals, decimals_of(value));
    largest = std::max(largest, std::fabs(value));
    if (decimals >= too_many) return 0;
  }
  double steps = 1;
  for (int k = 0; k < decimals; ++k) steps *= 10;
  return largest * steps <= most_steps ? steps : 0;
}

double common_steps(double one, double other) {
  return one == 0 || other == 0 ? 0 : std::max(one, other);
}

}  // namespace vcohort
