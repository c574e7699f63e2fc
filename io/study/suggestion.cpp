#include "io/study/suggestion.hpp"

#include <limits>

namespace vcohort {

namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

int edit_distance(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<int> before_last(width), last(width), current(width);
  for (std::size_t column = 0; column < width; ++column) last[column] = static_cast<int>(column);
  for (std::size_t row = 1; row <= left.size(); ++row) {
    current[0] = static_cast<int>(row);
    for (std::size_t column = 1; column < width; ++column) {
      const char from = lower(left[row - 1]);
      const char to = lower(right[column - 1]);
      current[column] = std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + (from == to ? 0 : 1)});
      const bool swapped =
          row > 1 && column > 1 && from == lower(right[column - 2]) && lower(left[row - 2]) == to && from != to;
      if (swapped) current[column] = std::min(current[column], before_last[column - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[right.size()];
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  constexpr std::size_t longest_word = 200;  // nobody misspells more than that, and the distance costs length squared
  if (word.empty() || word.size() > longest_word) return {};
  std::string_view best;
  int least = std::numeric_limits<int>::max();
  for (const std::string_view candidate : known) {
    if (candidate.size() > longest_word) continue;
    const int distance = edit_distance(word, candidate);
    const int allowed = std::max(1, static_cast<int>(std::max(word.size(), candidate.size())) / 3);
    const bool leaves_something = distance < static_cast<int>(candidate.size());
    if (distance <= allowed && leaves_something && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

}  // namespace vcohort
