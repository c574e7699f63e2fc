#include "io/replication/replication_table.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace vcohort {
namespace {

PublishedFigure figure(double value) {
  PublishedFigure made;
  made.name = "ADL";
  made.value = value;
  return made;
}

TEST(PublishedText, SaysWhatIsPrinted) {
  PublishedFigure mean = figure(61.68);
  EXPECT_EQ(published_text(mean), "61.68");
  mean.spread = {FigureSpread::Kind::sd, 26.16, 26.16};
  mean.n = 11;
  EXPECT_EQ(published_text(mean), "61.68 (SD 26.16; n 11)");
  mean.n_versus = 10;
  mean.spread = {FigureSpread::Kind::ci, -1.1, 4};
  EXPECT_EQ(published_text(mean), "61.68 (95 % CI -1.1 to 4; n 11 and 10)");
  PublishedFigure count = figure(8.0 / 13);
  count.events = 8;
  count.n = 13;
  EXPECT_EQ(published_text(count), "8/13");
  PublishedFigure bound = figure(3.558);
  bound.bound = PublishedFigure::Bound::lower;
  EXPECT_EQ(published_text(bound), "at least 3.558");
  PublishedFigure words;
  words.not_modelled = "no walking test";
  words.printed = "+75 m";
  EXPECT_EQ(published_text(words), "+75 m");
}

/// One figure inside, one known misfit, one unexplained, one not modelled.
AssessedStudy four(const PublishedStudy& published) {
  AssessedStudy study{"lv-2023", "sceptical", &published, {}};
  const std::vector<double> simulated = {1, 2, 3, 4};
  for (const PublishedFigure& each : published.figures) study.figures.push_back(assess(each, simulated, "sceptical"));
  return study;
}

PublishedStudy published_four() {
  PublishedStudy published{"Lv 2023", "a journal", {"dose"}, {figure(2), figure(9), figure(0), {}}};
  published.figures[1].name = "far";
  published.figures[1].misfit = {{"sceptical", "open label"}};
  published.figures[2].name = "near";
  published.figures[3].name = "walking";
  published.figures[3].not_modelled = "no walking test";
  published.figures[3].printed = "+75 m";
  return published;
}

TEST(ReplicationTable, CountsVerdicts) {
  const PublishedStudy published = published_four();
  ReplicationCounts counts;
  counts.add(four(published));
  EXPECT_EQ(counts.inside.all, 1);
  EXPECT_EQ(counts.known_misfits.all, 1);
  EXPECT_EQ(counts.misfits.all, 1);
  EXPECT_EQ(counts.not_modelled, 1);
  EXPECT_EQ(counts.assumption_driven, 3);
}

TEST(ReplicationTable, TheEdgeIsSaidBesideTheVerdict) {
  PublishedStudy published = published_four();
  AssessedStudy study = four(published);
  for (FigureAssessment& assessed : study.figures) assessed.at_edge = false;
  ReplicationCounts counts;
  counts.add(study);
  EXPECT_EQ(counts.text().find("at the edge"), std::string::npos);
  study.figures[1].at_edge = true;
  counts.add(study);
  EXPECT_NE(counts.text().find("2 known misfits, of them 1 at the edge; 2 unexplained"), std::string::npos);
  EXPECT_EQ(std::get<std::vector<Truth>>(replication_table({study}).find("at_edge")->values)[1], Truth{1});
  std::ostringstream out;
  print_replications({study}, out);
  EXPECT_NE(out.str().find("at the edge: the simulation cannot tell"), std::string::npos) << out.str();
}

TEST(ReplicationTable, OneRowPerFigure) {
  const PublishedStudy published = published_four();
  const Table table = replication_table({four(published), four(published)});
  ASSERT_EQ(table.rows(), 8u);
  const auto& verdict = std::get<std::vector<std::string>>(table.find("verdict")->values);
  EXPECT_EQ(verdict[0], "inside");
  EXPECT_EQ(verdict[1], "known misfit");
  EXPECT_EQ(verdict[2], "MISFIT");
  EXPECT_EQ(verdict[7], "not modelled");
  EXPECT_EQ(std::get<std::vector<double>>(table.find("position")->values)[0], 0.375);
}

TEST(ReplicationTable, ReasonsAreFootnotes) {
  const PublishedStudy published = published_four();
  std::ostringstream out;
  print_replications({four(published)}, out);
  const std::string text = out.str();
  for (const char* part : {"lv-2023: Lv 2023", "evidence 'sceptical'", "known misfit [1]", "[1] open label",
                           "not modelled [2]", "[2] no walking test", "MISFIT", "assumption-driven: dose assumed"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

}  // namespace
}  // namespace vcohort
