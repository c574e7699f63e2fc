#include "engine/analysis/workspace.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/analysis/newton.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {

Workspace::Workspace() : newton_(std::make_unique<Newton>()) {}
Workspace::~Workspace() = default;

template <class Compute>
double Workspace::remember(Memory& memory, double df, double of, Compute compute) {
  // Fibonacci hashing of the two bit patterns.
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const auto key = std::bit_cast<std::uint64_t>(df) * golden ^ std::bit_cast<std::uint64_t>(of);
  Remembered& entry = memory[(key * golden) >> 56];
  static_assert(remembered == 256, "the shift keeps eight bits");
  if (entry.df != df || entry.of != of) entry = {df, of, compute()};
  return entry.value;
}

double Workspace::critical_value(double df, double p) {
  constexpr double largest = 4096, levels = 8;
  if (df >= 1 && df <= largest && df == std::floor(df)) {
    auto of_p = std::find_if(whole_df_.begin(), whole_df_.end(), [p](const WholeDf& known) { return known.p == p; });
    if (of_p == whole_df_.end() && static_cast<double>(whole_df_.size()) < levels)
      of_p = whole_df_.insert(of_p, {p, std::vector<double>(static_cast<std::size_t>(largest) + 1)});
    if (of_p != whole_df_.end()) {
      double& value = of_p->value[static_cast<std::size_t>(df)];
      if (value == 0) value = student_critical(df, p);
      return value;
    }
  }
  return remember(critical_, df, p, [&] { return student_critical(df, p); });
}

bool Workspace::is_beyond(double t, double df, double p) {
  const double size = std::fabs(t), below = std::floor(df);
  if (df != below && below >= 1) {
    if (size >= critical_value(below, p)) return true;  // critical values fall with df
    if (size < critical_value(below + 1, p)) return false;
  }
  return size >= critical_value(df, p);
}

double Workspace::statistic_at(double df, double z) {
  if (std::isinf(df) || std::isinf(z) || z == 0) return z;
  return remember(statistic_, df, z,
                  [&] { return std::copysign(student_critical(df, 2 * normal_cdf(-std::fabs(z))), z); });
}

}  // namespace vcohort::analysis
