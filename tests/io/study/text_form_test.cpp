#include <gtest/gtest.h>

#include <clocale>
#include <locale>

#include "io/study/study_reader.hpp"
#include "io/study/toml_document.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

const std::string& design() {
  static const std::string bytes = source_file("tests/io/study/studies/design.toml");
  return bytes;
}

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char letter : text) result += letter == '\n' ? std::string("\r\n") : std::string(1, letter);
  return result;
}

TEST(TextForm, ByteOrderMarkAndCrlfChangeNothing) {
  const std::string expected = read_study(design(), "x").resolved;
  EXPECT_EQ(read_study("\xEF\xBB\xBF" + design(), "x").resolved, expected);
  EXPECT_EQ(read_study(with_crlf(design()), "x").resolved, expected);
  EXPECT_EQ(read_study("\xEF\xBB\xBF" + with_crlf(design()), "x").resolved, expected);
}

TEST(TextForm, PlacesCountCharactersAfterAByteOrderMark) {
  EXPECT_EQ(
      complaint_of([] {
        read_study(
            "\xEF\xBB\xBF"
            "format = 1",
            "x");
      }),
      "x:1:10: this is not a study file of this version (its format is an integer) write format = \"vcohort-study 1\"");
  EXPECT_EQ(complaint_of([] { read_study("title = \"äöü\" x", "x"); }).substr(0, 6), "x:1:15");
}

// Uses a comma for the decimal point and a dot between thousands.
class CommaNumbers : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(TextForm, NumbersDoNotDependOnTheLocale) {
  const std::string expected = read_study(design(), "x").resolved;
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const std::locale global = std::locale::global(std::locale(std::locale(), new CommaNumbers));
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"}) {
    if (std::setlocale(LC_ALL, name)) break;  // where one is installed, the C library uses it, too
  }
  const StudyReading reading = read_study(design(), "x");
  std::locale::global(global);
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(reading.resolved, expected);
  EXPECT_EQ(reading.study.strategies[1].regimen.dose, 2e6);
  EXPECT_EQ(reading.study.seed, 20260101u);
}

TEST(TextForm, ParserIsSafeOnWhatItsLibraryIsNot) {
  // Inputs that make toml++ 3.3.0 assert or reach code marked unreachable.
  for (const std::string bytes : {"[&", "[[[1]]]", "\xCC\xAA", "a = \xE2\x80\x83", "\xC2\xA0"}) {
    EXPECT_NE(complaint_of([&] { parse_toml(bytes, "x"); }), "") << bytes;
  }
}

TEST(TextForm, NoCharacterReachesTheParsersUnicodeTables) {
  // A quote inside of a number is where a text begins to the screen and not to the parser.
  EXPECT_NE(complaint_of([&] { parse_toml("a = 0\x01\"x\xEF\xBB\xBF", "x"); }), "");
  EXPECT_EQ(parse_toml("s = \"\"\"\\\n  § ü \\U0001F600\"\"\"", "x").find("s")->value.text, "§ ü \xF0\x9F\x98\x80");
  EXPECT_EQ(parse_toml("s = \"\xF0\x9F\x98\x80\\uFFFD\"", "x").find("s")->value.text, "\xF0\x9F\x98\x80\xEF\xBF\xBD");
  EXPECT_EQ(complaint_of([&] { parse_toml("s = \"\xF3\xB0\x80\x80\"", "x"); }),
            "x:1:6: a private character (U+F0000 to U+FFFFF mean nothing) remove it");
  EXPECT_NE(complaint_of([&] { parse_toml("s = \"\\U000F00E9\"", "x"); }), "");
}

TEST(TextForm, EveryCharacterOfTheBasicPlaneComesBack) {
  for (std::uint32_t point = 0x80; point <= 0xFFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;  // surrogates are no characters
    std::string character;
    const auto byte = [&](std::uint32_t value) { character.push_back(static_cast<char>(value)); };
    byte(point < 0x800 ? 0xC0 | (point >> 6) : 0xE0 | (point >> 12));
    if (point >= 0x800) byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
    ASSERT_EQ(parse_toml("s = '" + character + "'", "x").find("s")->value.text, character) << point;
  }
}

TEST(TextForm, TextsKeepTheirCharacters) {
  const TomlValue document =
      parse_toml("a = \"\"\"\nx \"quoted\" \\u00e9 ü\"\"\"\"\nb = '''\\ 'it' ü'''\n# ü\n\"ü\" = 'x' # ü", "x");
  EXPECT_EQ(document.find("a")->value.text, "x \"quoted\" é ü\"");
  EXPECT_EQ(document.find("b")->value.text, "\\ 'it' ü");
  EXPECT_EQ(document.find("ü")->value.text, "x");
  EXPECT_EQ(document.find("ü")->place.line, 5);
}

}  // namespace
}  // namespace vcohort
