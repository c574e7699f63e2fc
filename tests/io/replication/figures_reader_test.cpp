#include "io/replication/figures_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/study/endpoints.hpp"
#include "io/study/study_reader.hpp"
#include "scenarios/shipped.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

const Study& study() {
  static const Study of_lv = read_study(source_file("scenarios/replications/lv-2023.toml"), "lv-2023.toml").study;
  return of_lv;
}

/// A file of one figure, in line 6 from column 3 on; an inline table has no line ends.
std::string file_with(std::string figure) {
  std::replace(figure.begin(), figure.end(), '\n', ' ');
  return "format = \"vcohort-figures 1\"\ntitle = \"T\"\ncitation = \"C\"\nsource = \"S\"\nfigure = [\n  " + figure +
         "\n]\n";
}

PublishedFigure read_one(const std::string& figure) {
  return read_figures(file_with(figure), "f.toml", &study()).figures.front();
}

constexpr const char* treated = "NSC, intranasal four times";

TEST(FiguresReader, ReadsAFigure) {
  const PublishedFigure figure = read_one(
      R"({ name = "ADL", strength = "found", arm = "NSC, intranasal four times", versus = "rehabilitation", endpoint = "adl", quantity = "change", visit_months = 24, from_months = 3, value = 9.5, spread = { ci = [1, 18.5] }, n = 11, n_versus = 10,
           source = "table 4", misfit = { sceptical = "open label" }, note = "by hand" })");
  EXPECT_EQ(figure.name, "ADL");
  EXPECT_EQ(figure.arms, std::vector<std::string>{treated});
  EXPECT_EQ(figure.versus, std::vector<std::string>{"rehabilitation"});
  EXPECT_EQ(figure.endpoint, "adl");
  EXPECT_EQ(figure.quantity, FigureQuantity::change);
  EXPECT_EQ(figure.statistic, FigureStatistic::mean);
  EXPECT_EQ(figure.visit_months, 24);
  EXPECT_EQ(figure.from_months, 3);
  EXPECT_EQ(figure.value, 9.5);
  EXPECT_EQ(figure.spread.kind, FigureSpread::Kind::ci);
  EXPECT_EQ(figure.spread.high, 18.5);
  EXPECT_EQ(figure.n, 11);
  EXPECT_EQ(figure.n_versus, 10);
  EXPECT_EQ(figure.source, "table 4");
  EXPECT_EQ(figure.misfit_reason("sceptical"), "open label");
  EXPECT_EQ(figure.misfit_reason("published"), "");
}

TEST(FiguresReader, TheTopOfTheFileSpeaksForItsFigures) {
  const std::string text =
      "format = \"vcohort-figures 1\"\ntitle = \"T\"\ncitation = \"C\"\nassumed = [\"dose\"]\narm = "
      "\"rehabilitation\"\n"
      "source = \"S\"\nstrength = \"seed\"\nfigure = [{ name = \"a\", endpoint = \"adl\", value = 1 }]\n";
  const PublishedStudy published = read_figures(text, "f.toml", &study());
  EXPECT_EQ(published.assumed, std::vector<std::string>{"dose"});
  EXPECT_EQ(published.figures.front().arms, std::vector<std::string>{"rehabilitation"});
  EXPECT_EQ(published.figures.front().source, "S");
  EXPECT_EQ(published.figures.front().strength, "seed");
}

TEST(FiguresReader, OneWordIsAReasonOfTheFile) {
  const auto with = [](const std::string& reason) {
    return "format = \"vcohort-figures 1\"\ntitle = \"T\"\ncitation = \"C\"\nsource = \"S\"\nstrength = \"found\"\narm "
           "= "
           "\"rehabilitation\"\nreason.shrunk = \"the stance shrinks it\"\nfigure = [{ name = \"a\", endpoint = "
           "\"adl\", value = "
           "1, misfit = \"" +
           reason + "\" }]\n";
  };
  EXPECT_EQ(read_figures(with("shrunk"), "f.toml", &study()).figures.front().misfit_reason("published"),
            "the stance shrinks it");
  EXPECT_EQ(complaint_of([&] { read_figures(with("shrnk"), "f.toml", &study()); }),
            "f.toml:8:63: there is no reason \"shrnk\" (at the top of the file) did you mean \"shrunk\"?");
}

TEST(FiguresReader, CountsAreShares) {
  const PublishedFigure figure = read_one(
      R"({ name = "a", strength = "found", arm = "rehabilitation", endpoint = "adl", visit_months = 3, statistic = "share",
           level_at_least = 50, events = 9, n = 13 })");
  EXPECT_EQ(figure.value, 9.0 / 13);
  EXPECT_EQ(figure.at_least, 50);
  EXPECT_FALSE(figure.at_most);
}

TEST(FiguresReader, BoundsAreNoValues) {
  const PublishedFigure figure = read_one(
      R"({ name = "a", strength = "found", arm = "rehabilitation", endpoint = "adl", visit_months = 3, value_at_most = 2 })");
  EXPECT_EQ(figure.bound, PublishedFigure::Bound::upper);
  EXPECT_EQ(figure.value, 2);
}

TEST(FiguresReader, AFileAloneHasNothingToSimulate) {
  const std::string figure = R"({ name = "a", strength = "found", not_modelled = "no such scale", printed = "6.85" })";
  EXPECT_EQ(read_figures(file_with(figure), "f.toml", nullptr).figures.front().not_modelled, "no such scale");
  EXPECT_EQ(complaint_of(
                [] { read_figures(file_with(R"({ name = "a", strength = "found", value = 1 })"), "f.toml", nullptr); }),
            "f.toml:6:3: \"not_modelled\" is missing (there is no study beside this file) say why, or add the study");
}

TEST(FiguresReader, AnotherKindOfFileIsRefused) {
  EXPECT_EQ(
      complaint_of([] { read_figures("", "f.toml", nullptr); }),
      "f.toml:1:1: this is not a figures file (\"format\" is missing) begin it with format = \"vcohort-figures 1\"");
  EXPECT_EQ(
      complaint_of([] { read_figures("format = \"vcohort-study 1\"", "f.toml", nullptr); }),
      "f.toml:1:10: this is not a figures file of this version (its format is \"vcohort-study 1\") write format = "
      "\"vcohort-figures 1\"");
  Study no_trial;
  EXPECT_NE(complaint_of([&] { read_figures(file_with("{}"), "f.toml", &no_trial); }).find("no [trial]"),
            std::string::npos);
}

/// Keys of a figure, an @ before what the complaint is about (the whole figure where there is none), and the complaint.
struct Fault {
  const char* keys;
  const char* complaint;
};

class FiguresFault : public testing::TestWithParam<Fault> {};

TEST_P(FiguresFault, IsRefusedWithItsPlace) {
  std::string figure =
      std::string("{ name = \"a\", strength = \"found\", arm = \"rehabilitation\", ") + GetParam().keys + " }";
  constexpr std::size_t first_column = 3;  // two blanks before the figure
  std::size_t column = first_column;
  if (const auto mark = figure.find('@'); mark != std::string::npos) {
    column += mark;
    figure.erase(mark, 1);
  }
  EXPECT_EQ(complaint_of([&] { read_one(figure); }), "f.toml:6:" + std::to_string(column) + ": " + GetParam().complaint)
      << figure;
}

INSTANTIATE_TEST_SUITE_P(
    Keys, FiguresFault,
    testing::Values(
        Fault{R"(endpoint = "adl", value = 1, @visit_month = 3)",
              "unknown key \"visit_month\" (in a figure) did you mean \"visit_months\"?"},
        Fault{R"(endpoint = "adl")",
              "the figure has no value (it is one of value, events, value_at_least and value_at_most)"},
        Fault{R"(endpoint = "adl", value = @1, value_at_least = 0)",
              "the figure has more than one value (it is one of value, events, value_at_least and value_at_most)"},
        Fault{R"(value = 1)", "\"endpoint\" is missing (the figure is modelled) name one, or say not_modelled"},
        Fault{R"(endpoint = @"adls", value = 1)",
              "there is no endpoint \"adls\" (in the study's outcomes.endpoints) did you mean \"adl\"?"},
        Fault{R"(endpoint = "adl", value = 1, visit_months = @12)",
              "there is no visit at 12 months (in the study's outcomes.visits_months) add it there or choose "
              "another"},
        Fault{R"(endpoint = "adl", value = 1, versus = @"nobody")",
              "there is no arm \"nobody\" (in the study's [trial]) known: \"NSC, intranasal four times\", "
              "\"rehabilitation\""},
        Fault{R"(endpoint = "adl", value = 1, versus = @"rehabilitation")",
              "an arm is compared with itself (\"rehabilitation\") name another"},
        Fault{R"(endpoint = "adl", value = 1, quantity = "change")",
              "a change ends before it begins (from 0 to 0 months) give a later visit"},
        Fault{R"(endpoint = "adl", value = 1, quantity = "change", visit_months = @3, from_months = 6)",
              "a change ends before it begins (from 6 to 3 months) give a later visit"},
        Fault{R"(endpoint = "adl", value = 1, from_months = @3)",
              "\"from_months\" has no effect (the quantity is value) remove it"},
        Fault{R"(endpoint = "adl", value = 1, quantity = @"change_above_expectation", visit_months = 3)",
              "only gmfm66 has an expectation (the curves are in its points) write change"},
        Fault{R"(endpoint = "adl", value = 1, statistic = "share")",
              "nobody says who counts for the share write level_at_least = 1"},
        Fault{R"(endpoint = "adl", value = 1, level_at_most = @3)",
              "\"level_at_most\" has no effect (the statistic is mean) remove it"},
        Fault{R"(endpoint = "adl", value = 1, statistic = "quantile")",
              "\"quantile\" is missing (the statistic is quantile) write quantile = 0.25"},
        Fault{R"(endpoint = "adl", value = 1, quantile = @0.5)",
              "\"quantile\" has no effect (the statistic is mean) remove it"},
        Fault{R"(endpoint = "adl", value = 1, statistic = "standardised_difference")",
              "\"versus\" is missing (the statistic is standardised_difference) name an arm"},
        Fault{R"(endpoint = "adl", value = 1, statistic = "t", versus = @"NSC, intranasal four times")",
              "\"versus\" has no effect (the statistic is t) remove it"},
        Fault{R"(endpoint = "adl", value = 1, statistic = "percent_of_baseline", visit_months = 3)",
              "only a change has a percentage of baseline (the statistic is percent_of_baseline) write quantity = "
              "\"change\""},
        Fault{
            R"(endpoint = "adl", value = 1, statistic = "adjusted_mean", visit_months = 3, versus = @"NSC, intranasal four times")",
            "an adjusted mean is taken against the reference (it is \"rehabilitation\") name it, or set "
            "trial.reference"},
        Fault{R"(endpoint = "adl", events = @3, n = 13)",
              "\"events\" has no effect (the figure is no count in one arm) remove it"},
        Fault{R"(endpoint = "adl", statistic = "share", level_at_least = 1, events = @3)",
              "\"n\" is missing (events are counted among so many patients) add it"},
        Fault{R"(endpoint = "adl", statistic = "share", level_at_least = 1, events = @14, n = 13)",
              "14 of 13 patients had the event"},
        Fault{R"(endpoint = "adl", value = 1, n_versus = @3)",
              "\"n_versus\" has no effect (there is no \"versus\") remove it"},
        Fault{R"(endpoint = "adl", value = 1, n = @0)", "\"n\" = 0 is impossible (it must be at least 1, at most 1e9)"},
        Fault{R"(endpoint = "adl", value = 1, spread = @{ sd = 1, se = 2 })",
              "a spread is exactly one of sd, se, ci and iqr write { sd = 26.16 }"},
        Fault{R"(endpoint = "adl", value = 1, spread = { sd = @-1 })",
              "\"sd\" = -1 is impossible (it must be at least 0)"},
        Fault{R"(endpoint = "adl", value = 1, misfit = @3)", "a misfit has a reason write it as a text"},
        Fault{R"(endpoint = "adl", value = 1, misfit = { sceptical = @"" })",
              "a misfit has a reason write it as a text"},
        Fault{R"(endpoint = "adl", value = 1, event = @"fever")",
              "\"event\" has no effect (the quantity is value) remove it"},
        Fault{R"(quantity = "related_events", endpoint = @"adl", value = 1)",
              "\"endpoint\" has no effect (events are counted until the end of follow-up) remove it"},
        Fault{R"(quantity = "related_events", statistic = @"sd", value = 1)",
              "events have a mean and a share only (it is sd) write mean or share"},
        Fault{R"(statistic = "severe_share", endpoint = @"adl", value = 1)",
              "\"endpoint\" has no effect (CGI-S is no endpoint: its share is a parameter) remove it"}));

TEST(FiguresReader, AFigureHasAPedigree) {
  EXPECT_EQ(complaint_of([] {
              read_figures(file_with(R"({ name = "a", arm = "rehabilitation", endpoint = "adl", value = 1 })"),
                           "f.toml", &study());
            }),
            "f.toml:6:3: \"strength\" is missing (neither the figure nor the top of the file has it) add it");
  EXPECT_EQ(complaint_of([] { read_one(R"({ name = "a", strength = "found", not_modelled = "b", value = 1 })"); }),
            "f.toml:6:3: \"printed\" is missing (the figure is not modelled) say what was published\n"
            "f.toml:6:65: \"value\" has no effect (the figure is not modelled) remove it");
}

TEST(FiguresReader, NamesAreDistinct) {
  const std::string twice =
      R"({ name = "a", strength = "found", arm = "rehabilitation", endpoint = "adl", value = 1 })";
  EXPECT_EQ(complaint_of([&] { read_one(twice + ", " + twice); }),
            "f.toml:6:92: two figures are called \"a\" (the table could not tell them apart) rename one");
}

/// Every publication of evidence sections 2 and 3 is there.
TEST(ShippedFigures, EveryPublicationHasItsFile) {
  std::set<std::string> names;
  std::size_t modelled = 0;
  for (const ShippedFile& file : shipped_files()) {
    constexpr std::string_view ending = ".figures";
    if (file.folder != "replications" || !file.name.ends_with(ending)) continue;
    const std::string name(file.name.substr(0, file.name.size() - ending.size()));
    names.insert(name);
    const ShippedFile* beside = shipped_file("replications", name);
    Study of_file;
    if (beside) of_file = read_study(beside->text, name).study;
    const PublishedStudy published = read_figures(file.text, std::string(file.name), beside ? &of_file : nullptr);
    modelled += static_cast<std::size_t>(
        std::count_if(published.figures.begin(), published.figures.end(), [](const auto& f) { return f.modelled(); }));
    // Studies of one seed share their parameter draws.
    if (beside) {
      EXPECT_EQ(of_file.seed, study().seed) << name;
    }
  }
  for (const char* name : {"adult-case-2025",
                           "boruczkowski-2019",
                           "chroscinska-2024",
                           "cox-2022",
                           "crompton-2022",
                           "gu-2020",
                           "huang-2018",
                           "kang-2015",
                           "liu-2017",
                           "luan-2012",
                           "lv-2023",
                           "min-2013",
                           "luan-2012-twelve-years",
                           "meta-analysis-2025",
                           "min-2020",
                           "nguyen-2017",
                           "peng-2017",
                           "qu-2015",
                           "rah-2017",
                           "reviews",
                           "sun-2017",
                           "sun-2021",
                           "sun-2022",
                           "tehran-2021",
                           "zhang-2015"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_GE(modelled, 150u);
}

}  // namespace
}  // namespace vcohort
