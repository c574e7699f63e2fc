#pragma once
#include <cstddef>

namespace vcohort {

/// What a trial of so many arms compares: each arm but the reference, which is arm 0, with the reference; a single arm
/// with a fixed value.
constexpr std::size_t contrasts_of(std::size_t arms) {
  return arms == 1 ? 1 : arms - 1;
}
constexpr std::size_t arm_of_contrast(std::size_t contrast, std::size_t arms) {
  return arms == 1 ? 0 : contrast + 1;
}

}  // namespace vcohort
