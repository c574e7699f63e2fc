#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "io/results/csv.hpp"
#include "io/results/json.hpp"
#include "io/results/layout.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* summary_csv =
    "strategy,patients,mean,upper,reference\n"
    "rehabilitation,0,0.1,inf,true\n"
    "\"\",-1,-0,-inf,false\n"
    "\"four \"\"IV\"\", 4x\",9007199254740991,NA,1e+300,false\n"
    "\"für\nalle\",7,5e-324,0.3333333333333333,true\n";

TEST(Csv, is_quoted_and_exact) {
  std::ostringstream out;
  write_csv(sample::summary(), out);
  EXPECT_EQ(out.str(), summary_csv);
}

TEST(Csv, does_not_depend_on_the_locale) {
  struct Commas : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
    char do_thousands_sep() const override { return '.'; }
  };
  std::ostringstream out;
  out.imbue(std::locale(std::locale::classic(), new Commas));
  write_csv(sample::summary(), out);
  EXPECT_EQ(out.str(), summary_csv);
}

TEST(Csv, streams_from_a_file) {
  const sample::Folder folder;
  auto content = sample::result();
  content.tables.push_back(sample::patients(0, 40'000));
  publish_result(folder / "a.h5", content);
  const ResultFile file(folder / "a.h5");
  std::ostringstream streamed;
  write_csv(file, "cohort/patients", streamed);
  std::ostringstream whole;
  write_csv(sample::patients(0, 40'000), whole);
  EXPECT_EQ(streamed.str(), whole.str());
  std::ostringstream empty;
  write_csv(sample::patients(0, 0), empty);
  EXPECT_EQ(empty.str(), "patient,gmfm66,strategy,walks\n");
}

TEST(Csv, every_double_reads_back) {
  Table table{"/t", "", {}};
  auto& numbers = table.add<double>("x", "1", "A number.");
  std::uint64_t bits = 1;
  for (int index = 0; index < 20'000; ++index) {
    bits = bits * 6364136223846793005 + 1442695040888963407;
    if (const auto number = std::bit_cast<double>(bits); std::isfinite(number)) numbers.push_back(number);
  }
  std::ostringstream csv;
  write_csv(table, csv);
  std::ostringstream json;
  write_json(table, json);
  const auto parsed = nlohmann::json::parse(json.str());
  std::istringstream lines(csv.str());
  std::string line;
  std::getline(lines, line);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    std::getline(lines, line);
    ASSERT_EQ(std::strtod(line.c_str(), nullptr), numbers[row]);
    ASSERT_EQ(parsed["rows"][row]["x"].get<double>(), numbers[row]);
  }
}

TEST(Csv, a_full_output_is_an_error) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  EXPECT_THROW(write_csv(sample::summary(), out), StorageFailure);
  EXPECT_THROW(write_json(sample::summary(), out), StorageFailure);
}

TEST(Json, holds_the_table) {
  Table table = sample::summary();
  std::get<std::vector<std::string>>(table.columns[0].values)[1] = "not UTF-8: \xff";
  std::ostringstream out;
  write_json(table, out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json["path"], "/cohort/summary");
  EXPECT_EQ(json["columns"].size(), 5u);
  EXPECT_EQ(json["columns"][2]["units"], "points");
  EXPECT_EQ(json["columns"][4]["type"], "truth");
  ASSERT_EQ(json["rows"].size(), 4u);
  EXPECT_EQ(json["rows"][0]["strategy"], "rehabilitation");
  EXPECT_EQ(json["rows"][0]["mean"], 0.1);
  EXPECT_EQ(json["rows"][0]["reference"], true);
  EXPECT_EQ(json["rows"][0]["upper"], "inf");
  EXPECT_TRUE(json["rows"][2]["mean"].is_null());
  EXPECT_EQ(json["rows"][2]["patients"], 9007199254740991);
  std::ostringstream empty;
  write_json(sample::patients(0, 0), empty);
  EXPECT_TRUE(nlohmann::json::parse(empty.str())["rows"].empty());
}

TEST(Json, reads_back_what_was_written) {
  const Table table = sample::summary();
  std::stringstream text;
  write_json(table, text);
  const Table read = read_json(text, "summary.json");
  EXPECT_EQ(read.path, table.path);
  EXPECT_EQ(read.description, table.description);
  ASSERT_EQ(read.columns.size(), table.columns.size());
  for (std::size_t c = 0; c < read.columns.size(); ++c) {
    EXPECT_EQ(read.columns[c].name, table.columns[c].name);
    EXPECT_EQ(read.columns[c].units, table.columns[c].units);
    EXPECT_EQ(read.columns[c].description, table.columns[c].description);
    ASSERT_EQ(read.columns[c].values.index(), table.columns[c].values.index());
  }
  std::ostringstream again;
  write_json(read, again);
  EXPECT_EQ(again.str(), text.str());
}

TEST(Json, what_is_no_table_is_refused) {
  const auto refusal = [](const std::string& text) {
    std::istringstream in(text);
    try {
      read_json(in, "x.json");
    } catch (const InvalidInput& problem) {
      return std::string(problem.what());
    }
    return std::string("read");
  };
  EXPECT_TRUE(refusal("").starts_with("x.json:1:1: this is no JSON"));
  EXPECT_TRUE(refusal("{\n \"path\": ,").starts_with("x.json:2:10: this is no JSON")) << refusal("{\n \"path\": ,");
  for (const char* text :
       {"[]", "{}", R"({"path": "/t", "description": "", "columns": [{"name": "x"}], "rows": []})",
        R"({"path": "/t", "description": "", "columns": [{"name": "x", "units": "", "description": "",
                           "type": "float64"}], "rows": [{"y": 1}]})",
        R"({"path": "/t", "description": "", "columns": [{"name": "x", "units": "", "description": "",
                           "type": "float64"}], "rows": [{"x": "many"}]})"})
    EXPECT_TRUE(refusal(text).starts_with("x.json: this is no table of vcohort")) << text;
}

TEST(Layout, describes_groups_and_entries) {
  const sample::Folder folder;
  publish_result(folder / "a.h5", sample::result());
  const std::string layout = describe_layout(ResultFile(folder / "a.h5"));
  EXPECT_THAT(
      layout,
      HasSubstr("## /cohort/summary\n\nOutcomes by strategy.\n\n- `strategy` (text[rows]) - What the patients"));
  EXPECT_THAT(layout, HasSubstr("- `mean` (float64[rows]) points - Mean change since baseline.\n"));
  EXPECT_THAT(layout, HasSubstr("- attribute `seed` (int64) - The seed, 0 to 2^63 - 1.\n"));
  EXPECT_THAT(layout, HasSubstr("## /tallies/sums\n"));
  EXPECT_THAT(layout, Not(HasSubstr("000001")));
  EXPECT_THAT(layout, Not(HasSubstr(") - \n"))) << "an attribute or dataset has no sentence";
}

/// The attributes of the file in the page that is written by hand are those of a file, and the other way round.
TEST(Layout, the_page_lists_the_attributes_of_the_file) {
  const sample::Folder folder;
  publish_result(folder / "a.h5", sample::result());
  const std::string layout = describe_layout(ResultFile(folder / "a.h5"));
  std::vector<std::string> in_file;
  const std::regex attribute("- attribute `(\\w+)` \\((\\w+)\\)");
  const std::string root = layout.substr(0, layout.find("\n## ", 1));
  for (std::sregex_iterator found(root.begin(), root.end(), attribute), end; found != end; ++found) {
    in_file.push_back((*found)[1].str() + " " + (*found)[2].str());
  }
  std::vector<std::string> in_page;
  std::istringstream page(sample::read_bytes(VCOHORT_DOCS "/result-file.md"));
  const std::regex name("`(\\w+)`");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const auto bar = line.find('|', 1);
    const std::string names = line.substr(0, bar);
    const std::string type = line.substr(bar + 2, line.find(" |", bar + 1) - bar - 2);
    for (std::sregex_iterator found(names.begin(), names.end(), name), end; found != end; ++found) {
      in_page.push_back((*found)[1].str() + " " + type);
    }
  }
  EXPECT_THAT(in_page, testing::UnorderedElementsAreArray(in_file));
  EXPECT_THAT(in_page, testing::SizeIs(14));
}

TEST(Layout, does_not_depend_on_the_number_of_rows) {
  const sample::Folder folder;
  auto content = sample::result();
  content.tables.push_back(sample::patients(0, 0));
  publish_result(folder / "a.h5", content);
  content.tables.back() = sample::patients(0, 50'000);
  content.tallies.pop_back();
  publish_result(folder / "b.h5", content);
  EXPECT_EQ(describe_layout(ResultFile(folder / "a.h5")), describe_layout(ResultFile(folder / "b.h5")));
}

}  // namespace
}  // namespace vcohort
