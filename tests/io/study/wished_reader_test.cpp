#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::HasSubstr;

/// A trial in the disease model, with a wished effect.
std::string wishing(const std::string& effect, const std::string& top = "", const std::string& trial = "") {
  return "format = \"vcohort-study 1\"\n" + top + R"(
[population]
age_years = { distribution = "uniform", low = 2, high = 8 }
gmfcs = { I = 0.3, II = 0.2, III = 0.2, IV = 0.2, V = 0.1 }
[[strategy]]
name = "none"
[[strategy]]
name = "cells"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 1e6
[[strategy]]
name = "more cells"
cell = "MSC"
route = "intrathecal"
dose_per_kg = 2e6
[outcomes]
visits_months = [6, 12]
endpoints = ["gmfm66", "cgi_i"]
[trial]
arms = [{ strategy = "none" }, { strategy = "cells" })" + trial + R"(]
sample_size = [60]
replicates = 100
primary = { endpoint = "gmfm66", visit_months = 12, analysis = "t" }
effect = )" + effect + "\n";
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read_study(text, "study.toml"); });
}

TEST(WishedReader, IsReadAndResolved) {
  const StudyReading reading = read_study(wishing("{ gmfm66 = 3 }"), "study.toml");
  EXPECT_EQ(reading.study.trial->wished_effect->endpoint, "gmfm66");
  EXPECT_EQ(reading.study.trial->wished_effect->points, 3);
  EXPECT_EQ(read_study(reading.resolved, "resolved").resolved, reading.resolved);
  EXPECT_THAT(reading.resolved, HasSubstr("effect = { gmfm66 = 3 }"));
}

TEST(WishedReader, RefusesWhatCannotBeWishedFor) {
  for (const char* bad : {"3", "{}", "{ gmfm66 = 0 }", "{ gmfm66 = \"a\" }", "{ gmfm66 = nan }", "{ gmfm66 = 1, cgi_i = 1 }", "[1]"})
    EXPECT_THAT(complaint(wishing(bad)), HasSubstr("must name one endpoint")) << bad;
  EXPECT_THAT(complaint(wishing("{ cgi_i = 1 }")), HasSubstr("the endpoint of the primary analysis is \"gmfm66\""));
  EXPECT_THAT(complaint(wishing("{ gmfm66 = 1 }", "parameters = \"uncertain\"\n")), HasSubstr("parameters are uncertain"));
  EXPECT_THAT(complaint(wishing("{ gmfm66 = 1 }", "", ", { strategy = \"more cells\" }")), HasSubstr("3 arms"));
}

}  // namespace
}  // namespace vcohort
