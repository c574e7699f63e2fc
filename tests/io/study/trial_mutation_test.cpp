#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

/// Words, numbers and quoted texts on one side, everything between them on the other: "a = 1" is {"a", " = ", "1"}.
std::vector<std::string> tokens_of(const std::string& bytes) {
  std::vector<std::string> tokens;
  const auto is_word = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '-' || letter == '.' ||
           letter == '+';
  };
  for (std::size_t place = 0; place < bytes.size();) {
    std::size_t end = place + 1;
    if (bytes[place] == '"') {
      while (end < bytes.size() && bytes[end] != '"') ++end;
      ++end;
    } else if (is_word(bytes[place])) {
      while (end < bytes.size() && is_word(bytes[end])) ++end;
    }
    tokens.push_back(bytes.substr(place, end - place));
    place = end;
  }
  return tokens;
}

bool says_something(const std::string& token) {
  return token.front() == '"' || std::isalnum(static_cast<unsigned char>(token.front()));
}

/// Replaces a few words of a study by words of any study, and leaves out a line now and then: most mutants are TOML,
/// and many reach the last checks.
std::string mutated(const std::vector<std::string>& study, const std::vector<std::string>& words,
                    std::mt19937_64& generator) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(generator() % limit); };
  std::vector<std::string> tokens = study;
  const std::size_t edits = 1 + below(3);
  for (std::size_t edit = 0; edit < edits; ++edit) {
    std::size_t place = below(tokens.size());
    while (!says_something(tokens[place])) place = below(tokens.size());
    tokens[place] = words[below(words.size())];
  }
  std::string text;
  for (const std::string& token : tokens) text += token;
  constexpr std::size_t one_in = 4;
  if (below(one_in) == 0) {
    const std::size_t start = text.find('\n', below(text.size()));
    const std::size_t end = start == std::string::npos ? start : text.find('\n', start + 1);
    if (end != std::string::npos) text.erase(start, end - start);
  }
  return text;
}

// Mutants are refused by InvalidInput, or valid; then their resolved text is a fixed point.
TEST(TrialMutation, TrialsAreReadOrRefused) {
  std::vector<std::vector<std::string>> studies;
  std::vector<std::string> words = {"0", "-1", "1e300", "[]", "{}", "\"\"", "true", "nan"};
  for (const std::string name :
       {"trial_design", "trial_complete", "trial_data_model", "trial_covariates", "trial_endpoints", "trial_data"}) {
    studies.push_back(tokens_of(source_file("tests/io/study/studies/" + name + ".toml")));
    for (const std::string& token : studies.back()) {
      if (says_something(token)) words.push_back(token);
    }
  }
  constexpr int mutants = 20'000;
  constexpr std::uint64_t seed = 20260101;
  std::mt19937_64 generator(seed);
  int valid = 0;
  for (int n = 0; n < mutants; ++n) {
    const std::string mutant = mutated(studies[static_cast<std::size_t>(n) % studies.size()], words, generator);
    try {
      const std::string resolved = read_study(mutant, "mutant.toml").resolved;
      ++valid;
      EXPECT_EQ(read_study(resolved, "resolved.toml").resolved, resolved) << mutant;
    } catch (const InvalidInput& error) {
      EXPECT_EQ(std::string(error.what()).find("resolved.toml"), std::string::npos) << error.what() << "\n" << mutant;
    }
  }
  EXPECT_GT(valid, mutants / 50) << "mutants of texts and numbers are studies, too";
  EXPECT_LT(valid, mutants / 2) << "most are not";
}

}  // namespace
}  // namespace vcohort
