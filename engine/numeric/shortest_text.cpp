#include "engine/numeric/shortest_text.hpp"

#include <array>
#include <charconv>

namespace vcohort {

std::string shortest_text(double number) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace vcohort
