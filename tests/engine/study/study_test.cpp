#include "engine/study/study.hpp"

#include <gtest/gtest.h>

#include "engine/study/covariates.hpp"
#include "engine/study/endpoints.hpp"
#include "engine/study/names.hpp"
#include "engine/study/size.hpp"

namespace vcohort {
namespace {

TEST(Names, BelongToTheirEnums) {
  EXPECT_STREQ(name_of(Cell::msc), "MSC");
  EXPECT_STREQ(name_of(Cell::cb), "CB");
  EXPECT_STREQ(name_of(Route::intravenous), "intravenous");
  EXPECT_STREQ(name_of(Route::intraventricular), "intraventricular");
  EXPECT_STREQ(name_of(DoseUnit::reference_doses), "reference_doses");
  EXPECT_STREQ(name_of(CellSource::autologous), "autologous");
  EXPECT_STREQ(name_of(Regimen::Tolerance::halve), "halve");
  EXPECT_STREQ(name_of(Distribution::Kind::bands), "bands");
  EXPECT_STREQ(gmfcs_name(0), "I");
  EXPECT_STREQ(gmfcs_name(4), "V");
  EXPECT_EQ(cell_names.size(), static_cast<std::size_t>(cell_types));
  EXPECT_EQ(route_names.size(), static_cast<std::size_t>(routes));
}

TEST(Covariates, CategoriesBelongToTheirVariable) {
  EXPECT_EQ(name_of(StratumVariable::age_years), "age_years");
  EXPECT_EQ(name_of(StratumVariable::immune_suppressed), "immune_suppressed");
  EXPECT_TRUE(categories_of(StratumVariable::gmfm88).empty());
  EXPECT_EQ(categories_of(StratumVariable::gmfcs).size(), static_cast<std::size_t>(gmfcs_levels));
  EXPECT_EQ(categories_of(StratumVariable::motor_type)[1], "dyskinetic");
}

TEST(Endpoints, AreTheFifteen) {
  EXPECT_EQ(endpoint_names().size(), 15u);
}

TEST(Size, MonthsBecomeWholeDays) {
  EXPECT_EQ(scheduled_day(1), 30);    // 30.4375
  EXPECT_EQ(scheduled_day(3), 91);    // 91.3125
  EXPECT_EQ(scheduled_day(6), 183);   // 182.625
  EXPECT_EQ(scheduled_day(12), 365);  // 365.25
  EXPECT_EQ(scheduled_day(24), 731);  // 730.5
}

StratumDimension dimension_of(int bins) {
  StratumDimension dimension{};
  dimension.names.resize(static_cast<std::size_t>(bins));
  return dimension;
}

TEST(Size, StrataAreTheProductAndItsMargins) {
  Study study;
  EXPECT_EQ(strata_of(study), 1) << "everybody";
  study.stratifications.push_back({"strata", {dimension_of(3), dimension_of(2)}});
  EXPECT_EQ(strata_of(study), 12) << "6 cells, 3 + 2 margins, everybody";
  study.stratifications.push_back({"sex", {dimension_of(2)}});
  EXPECT_EQ(strata_of(study), 14) << "everybody counts once";
}

TEST(Size, SummaryCellsDoNotOverflow) {
  Study study;
  study.strategies.resize(10);
  study.outcomes.endpoints.resize(2);
  study.outcomes.visits_months.resize(5);
  EXPECT_EQ(summary_cells(study), 100);
  study.stratifications.push_back({"strata", std::vector<StratumDimension>(9, dimension_of(9999))});
  EXPECT_DOUBLE_EQ(summary_cells(study), 1e38);
}

}  // namespace
}  // namespace vcohort
