#include "io/study/study_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/study/size.hpp"
#include "io/study/study_writer.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Distribution::Kind;
using Variable = StratumDimension::Variable;

StudyReading read_file(const std::string& name) {
  return read_study(source_file("tests/io/study/studies/" + name), name);
}

std::vector<std::string> names_of(const Study& study) {
  std::vector<std::string> names;
  for (const Strategy& strategy : study.strategies) names.push_back(strategy.name);
  return names;
}

// A study in few lines, for what needs no file of its own.
std::string small(const std::string& age, const std::string& rest = "") {
  return "format = \"vcohort-study 1\"\n[population]\nsize = 10\nage_years = " + age +
         "\ngmfcs = { I = 1 }\n[[strategy]]\nname = \"none\"\n[outcomes]\nvisits_months = 12\nendpoints = \"gmfm66\"\n"
         "[cohort]\nreference = \"none\"\n" +
         rest;
}

TEST(StudyReader, ReadsTheDesignsExample) {
  const StudyReading reading = read_file("design.toml");
  const Study& study = reading.study;
  EXPECT_EQ(study.title, "Four low doses or one high dose?");
  EXPECT_THAT(study.stances, ElementsAre("sceptical"));
  EXPECT_FALSE(study.uncertain_parameters);
  EXPECT_EQ(study.seed, 20260101u);

  EXPECT_EQ(study.population.size, 100'000);
  EXPECT_EQ(study.population.age_years.kind, Kind::uniform);
  EXPECT_EQ(study.population.age_years.low, 1);
  EXPECT_EQ(study.population.age_years.high, 12);
  EXPECT_DOUBLE_EQ(study.population.gmfcs[0], 0.342 / 1.006);
  EXPECT_DOUBLE_EQ(study.population.gmfcs[4], 0.156 / 1.006);
  EXPECT_EQ(study.population.eligibility.age_years->low, 2);
  EXPECT_EQ(study.population.eligibility.age_years->high, 12);
  EXPECT_THAT(*study.population.eligibility.gmfcs, ElementsAre(false, true, true, true, false));
  EXPECT_FALSE(study.population.eligibility.gmfm66);

  EXPECT_THAT(names_of(study),
              ElementsAre("rehabilitation", "four IV infusions", "MSC/intravenous/8e6/1x", "MSC/intravenous/4e6/2x/7d",
                          "MSC/intravenous/4e6/2x/30d", "MSC/intravenous/2e6/4x/7d", "MSC/intravenous/2e6/4x/30d",
                          "MSC/intravenous/1e6/8x/7d", "MSC/intravenous/1e6/8x/30d", "MSC/intrathecal/8e6/1x",
                          "MSC/intrathecal/4e6/2x/7d", "MSC/intrathecal/4e6/2x/30d", "MSC/intrathecal/2e6/4x/7d",
                          "MSC/intrathecal/2e6/4x/30d", "MSC/intrathecal/1e6/8x/7d", "MSC/intrathecal/1e6/8x/30d"));
  EXPECT_FALSE(study.strategies[0].cells);
  const Strategy& infused = study.strategies[1];
  EXPECT_TRUE(infused.cells);
  EXPECT_EQ(infused.cell, Cell::msc);
  EXPECT_EQ(infused.route, Route::intravenous);
  EXPECT_EQ(infused.source, CellSource::allogeneic);
  EXPECT_EQ(infused.regimen.dose, 2e6);
  EXPECT_EQ(infused.regimen.dose_unit, DoseUnit::per_kg);
  EXPECT_EQ(infused.regimen.infusions, 4);
  EXPECT_EQ(infused.regimen.interval_days, 7);
  EXPECT_EQ(infused.regimen.courses, 1);
  EXPECT_EQ(infused.regimen.tolerance, Regimen::Tolerance::ignore);
  for (const Strategy& strategy : study.strategies) {
    if (!strategy.name.starts_with("MSC/")) continue;
    EXPECT_EQ(strategy.regimen.dose * strategy.regimen.total_infusions(), 8e6);
  }

  ASSERT_EQ(study.stratifications.size(), 1u);
  const Stratification& strata = study.stratifications[0];
  EXPECT_EQ(strata.name, "strata");
  EXPECT_EQ(strata.dimensions[0].variable, Variable::age_years);
  EXPECT_THAT(strata.dimensions[0].names, ElementsAre("0-3", "3-6", "6-18"));
  EXPECT_EQ(strata.dimensions[0].intervals[2].low, 6);
  EXPECT_EQ(strata.dimensions[0].intervals[2].high, 18);
  EXPECT_EQ(strata.dimensions[1].variable, Variable::gmfcs);
  EXPECT_THAT(strata.dimensions[1].names, ElementsAre("I-III", "IV-V"));
  EXPECT_THAT(strata.dimensions[1].groups, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4)));

  EXPECT_THAT(study.outcomes.visits_months, ElementsAre(1, 3, 6, 12, 24));
  EXPECT_THAT(study.outcomes.endpoints, ElementsAre("gmfm66", "gmfm88", "adl", "cgi_i"));
  EXPECT_EQ(study.cohort->reference, 0);
  EXPECT_FALSE(study.cohort->save_patients);

  EXPECT_THAT(reading.notices,
              ElementsAre("design.toml:10:13: the shares of the GMFCS levels sum to 1.006 and were rescaled to 1"));
  EXPECT_EQ(strata_of(study), (3 + 1) * (2 + 1));
  EXPECT_EQ(summary_cells(study), 16.0 * 12 * 4 * 5);
}

TEST(StudyReader, ReadsEveryKindOfValue) {
  const Study study = read_file("complete.toml").study;
  EXPECT_EQ(study.title, "Größe \"und\" Dosis \\ 量");
  EXPECT_THAT(study.stances, ElementsAre("published", "mine.toml", "null"));
  EXPECT_TRUE(study.uncertain_parameters);
  EXPECT_EQ(study.seed, 9223372036854775807u);
  EXPECT_EQ(study.population.size, 100'000);
  EXPECT_EQ(study.population.age_years.kind, Kind::bands);
  EXPECT_EQ(study.population.age_years.bands[1].low, 3.5);
  EXPECT_THAT(study.population.age_years.shares, ElementsAre(0.25, 0.75));
  EXPECT_THAT(study.population.gmfcs, ElementsAre(0, 0.5, 0, 0.5, 0));
  EXPECT_EQ(study.population.eligibility.gmfm66->high, 60.5);
  EXPECT_EQ(study.population.eligibility.gmfm88->low, 0);

  const Strategy& nose = study.strategies[1];
  EXPECT_EQ(nose.cell, Cell::nsc);
  EXPECT_EQ(nose.route, Route::intranasal);
  EXPECT_EQ(nose.source, CellSource::autologous);
  EXPECT_EQ(nose.regimen.dose, 1);
  EXPECT_EQ(nose.regimen.dose_unit, DoseUnit::reference_doses);
  EXPECT_EQ(nose.regimen.interval_days, 3.5);
  EXPECT_EQ(nose.regimen.courses, 3);
  EXPECT_EQ(nose.regimen.course_interval_days, 90);
  EXPECT_EQ(nose.regimen.total_infusions(), 12);
  EXPECT_TRUE(nose.regimen.immunosuppression);
  EXPECT_TRUE(nose.regimen.steroids);
  EXPECT_EQ(nose.regimen.tolerance, Regimen::Tolerance::halve);
  const Strategy& once = study.strategies[2];
  EXPECT_EQ(once.cell, Cell::mnc);
  EXPECT_EQ(once.regimen.dose_unit, DoseUnit::cells);
  EXPECT_EQ(once.regimen.dose, 1e7);
  EXPECT_EQ(once.regimen.interval_days, 0) << "one infusion has no interval";
  EXPECT_EQ(once.regimen.tolerance, Regimen::Tolerance::stop);
  EXPECT_EQ(study.strategies.size(), 3u + 2 * 2 * 2 * 2);
  EXPECT_EQ(study.strategies[6].name, "MSC/intravenous/2e6/2x/14d/2c/180d");
  EXPECT_TRUE(study.strategies[6].regimen.steroids);
  EXPECT_EQ(study.strategies.back().cell, Cell::cb);

  ASSERT_EQ(study.stratifications.size(), 2u);
  EXPECT_THAT(study.stratifications[0].dimensions[0].names,
              ElementsAre("white_matter", "grey_matter", "malformation", "other"));
  EXPECT_THAT(study.stratifications[0].dimensions[1].names, ElementsAre("spastic", "dyskinetic+mixed"));
  EXPECT_THAT(study.stratifications[0].dimensions[2].names, ElementsAre("no", "yes"));
  EXPECT_EQ(study.stratifications[1].name, "article");
  EXPECT_THAT(study.stratifications[1].dimensions[1].names, ElementsAre("III+V", "I-II"));
  EXPECT_EQ(study.cohort->reference, 1);
  EXPECT_TRUE(study.cohort->save_patients);
  ASSERT_EQ(study.overrides.size(), 2u);
  EXPECT_EQ(study.overrides[0].parameter, "effect.emax");
  EXPECT_EQ(study.overrides[0].value, 5);
  EXPECT_EQ(study.overrides[1].source, "two\nlines");
}

TEST(StudyReader, ResolvedTextIsAFixedPoint) {
  for (const std::string name : {"design.toml", "complete.toml"}) {
    const StudyReading first = read_file(name);
    const StudyReading second = read_study(first.resolved, "resolved");
    EXPECT_EQ(second.resolved, first.resolved);
    EXPECT_EQ(write_study(second.study), first.resolved);
    EXPECT_TRUE(second.notices.empty());
  }
}

TEST(StudyReader, FillsInDefaults) {
  const StudyReading reading = read_study(small("{ distribution = \"fixed\", value = 4 }"), "x");
  EXPECT_EQ(reading.study.title, "untitled");
  EXPECT_THAT(reading.study.stances, ElementsAre("sceptical"));
  EXPECT_EQ(reading.study.seed, 0u);
  EXPECT_EQ(reading.resolved, R"(format = "vcohort-study 1"
title = "untitled"
evidence = ["sceptical"]
parameters = "fixed"
seed = 0

[population]
size = 10
age_years = { distribution = "fixed", value = 4 }
gmfcs = { I = 1, II = 0, III = 0, IV = 0, V = 0 }

[[strategy]]
name = "none"

[outcomes]
visits_months = [12]
endpoints = ["gmfm66"]

[cohort]
reference = "none"
save_patients = false
)");
}

// What the documentation calls a default is what leaving the key out means.
TEST(StudyReader, WritingADefaultChangesNothing) {
  const std::string cells = "[[strategy]]\nname = \"a\"\ncell = \"MSC\"\nroute = \"intrathecal\"\ndose_per_kg = 1e6\n";
  const std::string age = "{ distribution = \"fixed\", value = 4 }";
  const std::string expected = read_study(small(age, cells), "x").resolved;
  const std::string explicit_defaults =
      "infusions = 1\ncourses = 1\nsource = \"allogeneic\"\nimmunosuppression = false\nsteroids = false\ntolerance = "
      "\"ignore\"\n";
  EXPECT_EQ(read_study(small(age, cells + explicit_defaults), "x").resolved, expected);
}

TEST(StudyReader, ReadsDistributions) {
  const auto age = [](const std::string& text) { return read_study(small(text), "x").study.population.age_years; };
  const Distribution normal = age("{ distribution = \"normal\", mean = 5, sd = 2 }");
  EXPECT_EQ(normal.kind, Kind::normal);
  EXPECT_EQ(normal.mean, 5);
  EXPECT_EQ(normal.sd, 2);
  EXPECT_EQ(normal.low, 0) << "nobody is younger";
  EXPECT_EQ(normal.high, 100) << "nor older";
  const Distribution lognormal = age("{ distribution = \"lognormal\", median = 4.5, sigma = 0.5, high = 18 }");
  EXPECT_EQ(lognormal.kind, Kind::lognormal);
  EXPECT_EQ(lognormal.median, 4.5);
  EXPECT_EQ(lognormal.sigma, 0.5);
  EXPECT_EQ(lognormal.high, 18);
  const Distribution triangular = age("{ distribution = \"triangular\", low = 1, mode = 2, high = 12 }");
  EXPECT_EQ(triangular.kind, Kind::triangular);
  EXPECT_EQ(triangular.mode, 2);
  const Distribution bands = age("{ distribution = \"bands\", bands = [[1, 3], [3, 6]], shares = [0.4, 0.61] }");
  EXPECT_DOUBLE_EQ(bands.shares[0], 0.4 / 1.01);
}

TEST(StudyReader, SharesAreRescaledUpToTwoPerCent) {
  const auto shares = [](const std::string& share) {
    return "{ bands = [[1, 3], [3, 6]], shares = [0.5, " + share + "] }";
  };
  EXPECT_EQ(read_study(small(shares("0.5")), "x").notices.size(), 0u);
  EXPECT_EQ(read_study(small(shares("0.52")), "x").notices.size(), 1u);
  EXPECT_EQ(read_study(small(shares("0.48")), "x").notices.size(), 1u);
  EXPECT_THAT(complaint_of([&] { read_study(small(shares("0.5201")), "x"); }), HasSubstr("sum to 1.0201"));
  EXPECT_THAT(complaint_of([&] { read_study(small(shares("0.4799")), "x"); }), HasSubstr("sum to 0.9799"));
}

TEST(StudyReader, GridNamesSayTheDoseUnit) {
  const auto names = [](const std::string& dose) {
    const std::string grid = "[grid]\ncell = \"NSC\"\nroute = \"intranasal\"\ninfusions = [1, 3]\ninterval_days = 7\n";
    return names_of(read_study(small("{ distribution = \"fixed\", value = 4 }", grid + dose), "x").study);
  };
  EXPECT_THAT(names("dose = 1e7"), ElementsAre("none", "NSC/intranasal/1e7cells/1x", "NSC/intranasal/1e7cells/3x/7d"));
  EXPECT_THAT(names("reference_doses = [0.5, 1]"),
              ElementsAre("none", "NSC/intranasal/0.5ref/1x", "NSC/intranasal/0.5ref/3x/7d", "NSC/intranasal/1ref/1x",
                          "NSC/intranasal/1ref/3x/7d"));
  EXPECT_THAT(names("total_dose_per_kg = 8e6"),
              ElementsAre("none", "NSC/intranasal/8e6/1x", "NSC/intranasal/2666670/3x/7d"));
}

TEST(StudyReader, GridDividesTheTotalAmongAllCourses) {
  const std::string grid =
      "[grid]\ncell = \"MSC\"\nroute = \"intravenous\"\ninfusions = 4\ninterval_days = 7\ncourses = 2\n"
      "course_interval_days = 180\ntotal_dose_per_kg = 8e6\n";
  const Study study = read_study(small("{ distribution = \"fixed\", value = 4 }", grid), "x").study;
  EXPECT_EQ(study.strategies[1].regimen.dose, 1e6);
  EXPECT_EQ(study.strategies[1].name, "MSC/intravenous/1e6/4x/7d/2c/180d");
}

TEST(StudyReader, PlacesFindTheStrategies) {
  const StudyPlaces places = read_file("design.toml").places;
  ASSERT_EQ(places.strategies.size(), 16u);
  EXPECT_EQ(text_of(places.strategies[1].pair, places.file_name), "design.toml:18:8");
  EXPECT_EQ(text_of(places.strategies[1].dose, places.file_name), "design.toml:20:15");
  EXPECT_TRUE(places.strategies[2].from_grid);
  EXPECT_EQ(text_of(places.strategies[2].dose, places.file_name), "design.toml:31:21");
  EXPECT_EQ(text_of(places.stances[0], places.file_name), "design.toml:3:12");
}

TEST(StudyReader, AMillionCellsAreAllowed) {
  // 1 strategy, 1 endpoint, 1000 visits and 999 bins of age with their margin: exactly a million.
  const auto list = [](int count, double step) {
    std::string text = "[";
    for (int n = 0; n < count; ++n) text += std::to_string((n + 1) * step) + ",";
    return text + "]";
  };
  const std::string head =
      "format = \"vcohort-study 1\"\n[population]\nsize = 10\nage_years = { distribution = \"fixed\", value = 4 }"
      "\ngmfcs = { I = 1 }\n[[strategy]]\nname = \"none\"\n[cohort]\nreference = \"none\"\n";
  const std::string outcomes = "[outcomes]\nendpoints = \"gmfm66\"\nvisits_months = " + list(1000, 1) + "\n";
  EXPECT_EQ(summary_cells(read_study(head + outcomes + "[strata]\nage_years = " + list(1000, 0.1), "x").study), 1e6);
  EXPECT_THAT(complaint_of([&] { read_study(head + outcomes + "[strata]\nage_years = " + list(1001, 0.1), "x"); }),
              HasSubstr("the study has 1001000 cells"));
}

}  // namespace
}  // namespace vcohort
