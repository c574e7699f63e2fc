#include "io/console/screen.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

namespace vcohort {
namespace {

/// COLUMNS while it lives; standard output of a test is no terminal.
class Columns {
 public:
  explicit Columns(const char* text) {
    if (text)
      setenv("COLUMNS", text, 1);
    else
      unsetenv("COLUMNS");
  }
  ~Columns() { unsetenv("COLUMNS"); }
  Columns(const Columns&) = delete;
  Columns& operator=(const Columns&) = delete;
};

TEST(Screen, is_as_wide_as_columns_says_or_100) {
  const auto width = [](const char* text) {
    const Columns columns(text);
    return screen_width();
  };
  EXPECT_EQ(width("80"), 80u);
  EXPECT_EQ(width("2000"), 2000u);
  for (const char* nothing : {static_cast<const char*>(nullptr), "", "wide", "80x", "-5", "99999999999999999999999"})
    EXPECT_EQ(width(nothing), 100u) << (nothing ? nothing : "unset");
  EXPECT_EQ(width("7"), 40u) << "the narrowest";
}

TEST(Screen, counts_columns_of_a_text) {
  EXPECT_EQ(width_on_screen(""), 0u);
  EXPECT_EQ(width_on_screen("power"), 5u);
  EXPECT_EQ(width_on_screen("0.8 ± 0.1"), 9u);
  EXPECT_EQ(width_on_screen("康复"), 4u);
  EXPECT_EQ(width_on_screen("静脉, 4×"), 8u);
  EXPECT_EQ(width_on_screen("（四次）"), 8u) << "full-width brackets";
}

TEST(Screen, pads_and_shortens_by_columns) {
  EXPECT_EQ(padded("康复", 6), "康复  ");
  EXPECT_EQ(padded("康复", 6, true), "  康复");
  EXPECT_EQ(padded("wider", 3), "wider");
  EXPECT_EQ(shortened("rehabilitation", 6), "rehab…");
  EXPECT_EQ(shortened("rehabilitation", 14), "rehabilitation");
  EXPECT_EQ(shortened("康复治疗", 5), "康复…");
  EXPECT_EQ(shortened("康复治疗", 6), "康复…") << "half of a character is none";
  EXPECT_EQ(shortened(std::string(10'000'000, 'x'), 3), "xx…") << "a table has whole files in its cells, and 3 columns";
}

TEST(Screen, folds_at_spaces_and_hangs_what_follows) {
  EXPECT_EQ(folded("one two three", 20), "one two three");
  EXPECT_EQ(folded("one two three", 8), "one two\n  three");
  EXPECT_EQ(folded("  one two three", 9), "  one two\n    three");
  EXPECT_EQ(folded("one two\n\nthree four\n", 6), "one\n  two\n\nthree\n  four\n");
  EXPECT_EQ(folded("/a/very/long/path and more", 8), "/a/very/long/path\n  and\n  more") << "a word stays whole";
  EXPECT_EQ(folded("groups a.b+c.d+e.f", 13), "groups a.b+\n  c.d+e.f") << "a sum of names goes on behind its +";
  EXPECT_EQ(folded("costs 1e+06", 8), "costs\n  1e+06") << "a number stays whole";
  EXPECT_EQ(folded("one   ", 4), "one") << "spaces at the end are nothing to go on with";
}

TEST(Screen, folds_beside_wide_characters) {
  EXPECT_EQ(folded("间充质干细胞四次静脉", 10), "间充质干细\n  胞四次静\n  脉");
  EXPECT_EQ(folded("MSC间充质干细胞", 8), "MSC间充\n  质干细\n  胞");
  EXPECT_EQ(folded("MSC 间充", 8), "MSC 间充");
}

TEST(Screen, goes_on_with_a_command_behind_a_backslash) {
  EXPECT_EQ(continued("vcohort run a.toml -o out.h5 --resume", 80, 4), "vcohort run a.toml -o out.h5 --resume");
  EXPECT_EQ(continued("vcohort run a.toml -o out.h5 --resume", 32, 4), "vcohort run a.toml -o out.h5 \\\n    --resume");
  EXPECT_EQ(continued("vcohort run a.toml -o out.h5 --resume", 20, 4),
            "vcohort run a.toml \\\n    -o out.h5 \\\n    --resume");
}

TEST(Screen, folds_what_is_written_while_it_lives) {
  const Columns columns("40");
  std::ostringstream out;
  const std::string line = "a line of more words than there are columns on it";
  {
    const FoldedScreen folded_screen(out);
    out << line << '\n' << "no end";
  }
  out << '\n' << line;
  EXPECT_EQ(out.str(), folded(line, 40) + "\nno end\n" + line);
}

TEST(Screen, keeps_the_state_of_the_stream) {
  std::ostringstream out;
  {
    const FoldedScreen folded_screen(out);
    out.setstate(std::ios::badbit);
  }
  EXPECT_TRUE(out.bad());
}

}  // namespace
}  // namespace vcohort
