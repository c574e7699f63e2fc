#include <gtest/gtest.h>

#include <random>

#include "io/study/evidence_reader.hpp"
#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

/// Flips, deletes, inserts, doubles or moves some bytes.
std::string mutated(std::string bytes, std::mt19937_64& generator) {
  static constexpr std::string_view pieces[] = {"\"",         "'",        "[",
                                                "]",          "[[",       "{",
                                                "}",          "=",        ".",
                                                ",",          "\n",       "\r\n",
                                                "#",          "-",        "nan",
                                                "inf",        "1e400",    "0x",
                                                "\"\"\"",     "'''",      "\\",
                                                "\\u0000",    "\xC2\xA0", "\xE2\x80\x83",
                                                "\xFF",       "true",     "99999999999999999999",
                                                "[strategy]", "[a.b]",    "\t"};
  const auto below = [&](std::size_t limit) {
    return static_cast<std::size_t>(generator() % std::max<std::size_t>(limit, 1));
  };
  const std::size_t edits = 1 + below(4);
  for (std::size_t edit = 0; edit < edits && !bytes.empty(); ++edit) {
    const std::size_t place = below(bytes.size());
    const std::size_t length = 1 + below(8);
    switch (below(6)) {
      case 0:
        bytes[place] = static_cast<char>(generator() & 0xFF);
        break;
      case 1:
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << below(8)));
        break;
      case 2:
        bytes.erase(place, length);
        break;
      case 3:
        bytes.insert(place, pieces[below(std::size(pieces))]);
        break;
      case 4:
        bytes.insert(below(bytes.size()), bytes.substr(place, length));
        break;
      default:
        bytes.replace(place, length, pieces[below(std::size(pieces))]);
        break;
    }
  }
  return bytes;
}

/// Mutants are refused by InvalidInput, or valid; then their resolved text is a fixed point. Anything else fails the
/// test.
template <typename Read>
int count_valid(const std::string& bytes, int mutants, std::uint64_t seed, Read read) {
  std::mt19937_64 generator(seed);
  int valid = 0;
  for (int n = 0; n < mutants; ++n) {
    const std::string mutant = mutated(bytes, generator);
    try {
      const std::string resolved = read(mutant);
      ++valid;
      EXPECT_EQ(read(resolved), resolved) << mutant;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()), "") << mutant;
    }
  }
  return valid;
}

std::string read_resolved(const std::string& bytes) {
  return read_study(bytes, "mutant.toml").resolved;
}

TEST(Mutation, StudiesAreReadOrRefused) {
  int valid = 0;
  valid += count_valid(source_file("tests/io/study/studies/design.toml"), 10'000, 1, read_resolved);
  valid += count_valid(source_file("tests/io/study/studies/complete.toml"), 10'000, 2, read_resolved);
  EXPECT_GT(valid, 500) << "mutants of comments and of numbers are studies, too";
  EXPECT_LT(valid, 15'000) << "most are not";
}

TEST(Mutation, EvidenceIsReadOrRefused) {
  // Reading all parameters costs milliseconds, so there are fewer of these.
  const std::string evidence = source_file("scenarios/evidence/sceptical.toml");
  count_valid(evidence, 100, 3, [](const std::string& bytes) { return read_evidence(bytes, "mutant.toml").resolved; });
}

}  // namespace
}  // namespace vcohort
