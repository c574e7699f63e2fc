#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

// Each file of tests/faults/studies is a study with one fault. It begins with what is to be said about it, one line
// "# expect LINE:COLUMN: MESSAGE" for each problem, and the reader must say exactly that.
class Fault : public testing::TestWithParam<std::string> {};

std::string expected_complaint(const std::string& bytes, const std::string& name) {
  constexpr std::string_view mark = "# expect ";
  std::istringstream lines(bytes);
  std::string text, line;
  while (std::getline(lines, line) && line.starts_with(mark)) {
    const std::string message = line.substr(mark.size());
    const bool without_place = message.starts_with("and ");
    text += (text.empty() ? "" : "\n") + name + (without_place ? ": " : ":") + message;
  }
  return text;
}

std::vector<std::string> fault_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(VCOHORT_SOURCE "/tests/faults/studies")) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST_P(Fault, IsRefusedWithItsPlace) {
  const std::string name = GetParam() + ".toml";
  const std::string bytes = source_file("tests/faults/studies/" + name);
  const std::string expected = expected_complaint(bytes, name);
  ASSERT_NE(expected, "");
  EXPECT_EQ(complaint_of([&] { read_study(bytes, name); }), expected);
}

INSTANTIATE_TEST_SUITE_P(Studies, Fault, testing::ValuesIn(fault_names()),
                         [](const auto& fault) { return fault.param; });

TEST(Faults, AreMany) {
  EXPECT_GE(fault_names().size(), 100u);
}

TEST(Faults, AnEmptyFileIsNoStudy) {
  EXPECT_EQ(
      complaint_of([] { read_study("", "empty.toml"); }),
      "empty.toml:1:1: this is not a study file (\"format\" is missing) begin it with format = \"vcohort-study 1\"");
}

TEST(Faults, AHugeFileIsNotParsed) {
  EXPECT_EQ(complaint_of([] { read_study(std::string((16u << 20) + 1, '#'), "huge.toml"); }),
            "huge.toml:1:1: the file is too large (16777217 bytes) a study or evidence file has at most 16 MiB");
}

// Dotted keys and nested values cost stack; both are bounded before they are followed.
TEST(Faults, DeepNestingIsRefusedWithoutCrashing) {
  std::string dotted = "a";
  for (int n = 0; n < 1'000'000; ++n) dotted += ".a";
  EXPECT_NE(complaint_of([&] { read_study(dotted + " = 1", "deep.toml"); }), "");
  EXPECT_NE(complaint_of([&] { read_study("[" + dotted + "]", "deep.toml"); }), "");
  EXPECT_NE(complaint_of([&] { read_study("a = " + std::string(1'000'000, '['), "deep.toml"); }), "");
  std::string inline_tables = "a = ";
  for (int n = 0; n < 100'000; ++n) inline_tables += "{ a = ";
  EXPECT_NE(complaint_of([&] { read_study(inline_tables, "deep.toml"); }), "");
}

}  // namespace
}  // namespace vcohort
