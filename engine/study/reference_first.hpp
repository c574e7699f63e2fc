#pragma once
#include <cstddef>
#include <vector>

namespace vcohort {

/// The places 0 ... count - 1: that of the reference first, the others in their order.
inline std::vector<std::size_t> reference_first(std::size_t count, std::size_t reference) {
  std::vector<std::size_t> order{reference};
  for (std::size_t place = 0; place < count; ++place)
    if (place != reference) order.push_back(place);
  return order;
}

}  // namespace vcohort
