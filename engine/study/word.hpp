#pragma once
#include <cstddef>

namespace vcohort {

/// The word of an enumeration's value, from the words in the order of its values. Each is a string literal, so that
/// data() ends in a zero.
template <typename Names, typename Enum>
auto word(const Names& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace vcohort
