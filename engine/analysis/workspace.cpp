#include "engine/analysis/workspace.hpp"

#include <bit>

#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/analysis/newton.hpp"
#include "engine/numeric/student_t.hpp"

namespace vcohort::analysis {

Workspace::Workspace() : newton_(std::make_unique<Newton>()) {}
Workspace::~Workspace() = default;

double Workspace::critical_value(double df, double p) {
  // Fibonacci hashing of the two bit patterns.
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const auto key = std::bit_cast<std::uint64_t>(df) * golden ^ std::bit_cast<std::uint64_t>(p);
  auto& entry = critical_[(key * golden) >> 56];
  static_assert(remembered == 256, "the shift keeps eight bits");
  if (entry.df != df || entry.p != p) entry = {df, p, student_critical(df, p)};
  return entry.value;
}

}  // namespace vcohort::analysis
