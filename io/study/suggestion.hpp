#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "io/study/problems.hpp"

namespace vcohort {

/// Least number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other, letters of
/// either case being equal (optimal string alignment distance).
int edit_distance(std::string_view left, std::string_view right);

/// The known word that is near enough to be a misspelling of `word`, or an empty one: at most a third of the letters differ, and
/// one always may.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

/// What to do about an unknown word: `did you mean "x"?`, or else the list of what is known.
template <typename Range>
std::string did_you_mean(std::string_view word, const Range& known) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  const std::string_view near = nearest(word, words);
  if (!near.empty()) return "did you mean " + quoted(near) + "?";
  return words.empty() ? std::string() : "known: " + listed(words);
}

}  // namespace vcohort
