#include <gtest/gtest.h>

#include <cstdlib>

#include "io/study/evidence_reader.hpp"
#include "io/study/schema.hpp"
#include "io/study/sections.hpp"
#include "io/study/toml_document.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

constexpr std::string_view page = "docs/study-file.md";
constexpr std::string_view marker =
    "<!-- What follows is generated from the program: `vcohort schema` prints it. -->\n";

// With VCOHORT_REGENERATE=1 in the environment the test writes the page instead of comparing it.
TEST(Documentation, StudyFilePageIsWhatTheProgramSays) {
  const std::string text = source_file(std::string(page));
  const std::size_t place = text.find(marker);
  ASSERT_NE(place, std::string::npos);
  const std::string expected = text.substr(0, place + marker.size()) + "\n" + schema_text();
  if (std::getenv("VCOHORT_REGENERATE"))
    std::ofstream(std::string(VCOHORT_SOURCE) + "/" + std::string(page)) << expected;
  EXPECT_EQ(source_file(std::string(page)), expected) << "run this test once with VCOHORT_REGENERATE=1";
}

TEST(Documentation, TheExampleOfThePageIsAStudy) {
  std::istringstream lines(source_file(std::string(page)));
  std::string line, example;
  while (std::getline(lines, line) && !line.starts_with("## ")) {
    if (line.starts_with("    ") || line.empty()) example += line + "\n";
  }
  const Study study = read_study(example, "example").study;
  EXPECT_EQ(study.title, "Four low doses or one high dose?");
  EXPECT_EQ(study.strategies.size(), 2u);
}

TEST(Documentation, EveryKeyHasAMeaningAndAnExampleOfItsKind) {
  std::vector<const SectionSpec*> sections(documented_tables().begin(), documented_tables().end());
  for (const SectionSpec* section : {&evidence_section, &parameter_section, &uncertainty_section, &revision_section,
                                     &procedure_section, &joint_section, &remark_section}) {
    sections.push_back(section);
  }
  for (const SectionSpec* section : sections) {
    for (const KeySpec& key : section->keys) {
      SCOPED_TRACE(std::string(section->heading) + " " + std::string(key.name));
      EXPECT_GT(key.meaning.size(), 3u);
      EXPECT_FALSE(key.required && !key.fallback.empty());
      EXPECT_NO_THROW(parse_toml("example = " + std::string(key.example), "example"));
      if (key.fallback.empty()) continue;
      EXPECT_NO_THROW(parse_toml("fallback = " + std::string(key.fallback), "fallback"));
    }
  }
}

TEST(Documentation, EverySectionIsDocumented) {
  for (const StudySection& section : study_sections()) {
    EXPECT_NE(schema_text().find(section.spec->heading), std::string::npos) << section.spec->heading;
  }
}

}  // namespace
}  // namespace vcohort
