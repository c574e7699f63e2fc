#include <gtest/gtest.h>

#include "engine/numeric/errors.hpp"
#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

constexpr const char* trial = R"(format = "vcohort-study 1"
[data_model]
kind = "binary"
visits_months = [6]
arms.control = { share = [0.5] }
arms.active = { share = [0.3] }
[trial]
arms = [{ strategy = "control" }, { strategy = "active" }]
sample_size = [100]
replicates = 1000
primary = { visit_months = 6, analysis = "fisher" }
)";

StudyReading swept(const std::string& values, const std::string& more = "") {
  return read_study(trial + std::string("[[sweep]]\nvalues = { ") + values + " }\n" + more, "study.toml");
}

std::vector<std::string> values_of(const std::string& range) {
  return swept("\"trial.alpha\" = " + range).study.sweep.front().keys.front().values;
}

TEST(SweepReader, RangesAreDecimal) {
  EXPECT_EQ(values_of("{ from = 0.1, to = 0.3, step = 0.1 }"), (std::vector<std::string>{"0.1", "0.2", "0.3"}));
  EXPECT_EQ(values_of("{ from = 1.05, to = 1.15, step = 0.05 }"), (std::vector<std::string>{"1.05", "1.1", "1.15"}));
  EXPECT_EQ(values_of("{ from = -4, to = 4, step = 4 }"), (std::vector<std::string>{"-4", "0", "4"}));
  EXPECT_EQ(values_of("{ from = 0, to = 1, step = 0.001 }").size(), 1001u);
  EXPECT_EQ(values_of("{ from = 0, to = 1, step = 0.001 }")[333], "0.333");
  EXPECT_EQ(values_of("{ from = 2_000, to = 8_000, step = 3e3 }"), (std::vector<std::string>{"2000", "5000", "8000"}));
  EXPECT_EQ(values_of("{ from = 7, to = 7, step = 1 }"), (std::vector<std::string>{"7"}));
  for (const char* bad :
       {"{ from = 0, to = 1, step = 0.3 }", "{ from = 0, to = 1e300, step = 1 }", "{ from = 0, to = 1 }",
        "{ from = 0, to = 1, step = 1e-20 }", "{ from = 0, to = 1, step = inf }", "{ from = 0, to = 1, step = nan }",
        "{ from = 0, to = 1_000_000, step = 1 }", "{ from = 0, to = 1, step = 1, more = 1 }"})
    EXPECT_THROW(values_of(bad), InvalidInput) << bad;
}

TEST(SweepReader, ASettingIsAStudyOfItsOwn) {
  const StudyReading reading = swept("trial.alpha = [0.01, 0.1], \"trial.sides\" = [1, 2]",
                                     "[[sweep]]\nvalues = { \"data_model.arms.active.share\" = [[0.2], [0.1]] }\n");
  EXPECT_EQ(settings_of(reading.study.sweep), 4);
  EXPECT_EQ(reading.study.trial->alpha, 0.05);
  const Study third = read_setting(reading, 2).study;
  EXPECT_EQ(third.trial->alpha, 0.1);
  EXPECT_EQ(third.trial->sides, 2);
  EXPECT_EQ(third.data_model->arms.at(1).share.front(), 0.2);
  EXPECT_EQ(third.mark, "#0003");
  EXPECT_TRUE(third.sweep.empty());
  EXPECT_EQ(third.trial->save_replicates, false);
}

TEST(SweepReader, AParameterBecomesAnOverride) {
  const std::string complete = source_file("tests/io/study/studies/complete.toml");
  const StudyReading reading = read_study(
      complete + "\n[[sweep]]\nvalues = { \"parameter.effect.emax\" = [3, 4], \"parameter.waning\" = [1, 2] }\n",
      "study.toml");
  const std::size_t given = reading.study.overrides.size();
  const auto& second = read_setting(reading, 1).study.overrides;
  ASSERT_EQ(second.size(), given + 1);  // one of the two was overridden before
  EXPECT_EQ(second.at(given - 1).parameter, "effect.emax");
  EXPECT_EQ(second.at(given - 1).value, 4);
  EXPECT_EQ(second.at(given - 1).source, "swept");
  EXPECT_EQ(second.at(given).parameter, "waning");
}

TEST(SweepReader, TheResolvedTextSaysTheSameSweep) {
  const StudyReading reading = swept(
      "\"trial.sample_size\" = [[20, 40], 60], \"trial.dropout\" = [{ months = [6], share = [0.1] }, { per_month = "
      "0.01 }]");
  const StudyReading again = read_study(reading.resolved, "resolved");
  EXPECT_EQ(again.resolved, reading.resolved);
  for (std::size_t setting = 0; setting < 2; ++setting)
    EXPECT_EQ(read_setting(again, setting).study.trial->sample_size,
              read_setting(reading, setting).study.trial->sample_size);
  EXPECT_EQ(read_setting(again, 1).study.trial->dropout->per_month, 0.01);
}

TEST(SweepReader, WithoutASweepNothingIsKept) {
  EXPECT_EQ(read_study(trial, "study.toml").document, nullptr);
}

}  // namespace
}  // namespace vcohort
