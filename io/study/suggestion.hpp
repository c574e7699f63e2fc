#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "io/study/problems.hpp"

namespace vcohort {

/// Least number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other,
/// letters of either case being equal (optimal string alignment distance).
int edit_distance(std::string_view left, std::string_view right);

/// The known word that is near enough to be a misspelling of `word`, or an empty one: at most a third of the letters
/// differ, and one always may.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

/// `did you mean "x"?`, or nothing where no known word is near.
template <typename Range>
std::string suggestion(std::string_view word, const Range& known) {
  const std::string_view near = nearest(word, std::vector<std::string_view>(known.begin(), known.end()));
  return near.empty() ? std::string() : "did you mean " + quoted(near) + "?";
}

/// What to do about an unknown word: `did you mean "x"?`, or else the list of what is known.
template <typename Range>
std::string did_you_mean(std::string_view word, const Range& known) {
  const std::string suggested = suggestion(word, known);
  return !suggested.empty() || known.empty() ? suggested : "known: " + listed(known);
}

}  // namespace vcohort
