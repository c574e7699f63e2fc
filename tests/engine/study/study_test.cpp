#include "engine/study/study.hpp"

#include <gtest/gtest.h>

#include "engine/study/beside_words.hpp"
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

TEST(Endpoints, KeepTheirIds) {
  const std::vector<std::string_view> given_away = {"gmfm66",
                                                    "gmfm88",
                                                    "standing",
                                                    "walking",
                                                    "adl",
                                                    "fine_motor",
                                                    "sociability",
                                                    "adaptability",
                                                    "expressive_language",
                                                    "sleep",
                                                    "drooling_frequency_cured",
                                                    "drooling_weight_cured",
                                                    "drooling_quotient_cured",
                                                    "drooling_effective",
                                                    "cgi_i"};
  ASSERT_GE(all_endpoints().size(), given_away.size());
  for (std::size_t id = 0; id < all_endpoints().size(); ++id) {
    const Endpoint& endpoint = all_endpoints()[id];
    EXPECT_EQ(endpoint.id, id) << "errors are drawn by the id, and the table is in its order";
    EXPECT_EQ(find_endpoint(endpoint.name), &endpoint) << "names are unique";
    EXPECT_EQ(endpoint_names()[id], endpoint.name);
    if (id < given_away.size()) {
      EXPECT_EQ(endpoint.name, given_away[id]);
    }
  }
  EXPECT_EQ(find_endpoint("gmfm"), nullptr);
}

TEST(Endpoints, OfADomainWithAScoreAreCalledLikeIt) {
  std::vector<bool> measured(domains);
  for (const Endpoint& endpoint : all_endpoints()) {
    const auto domain = static_cast<std::size_t>(endpoint.domain);
    if (endpoint.measure == Measure::domain_score) {
      EXPECT_EQ(endpoint.name, domain_names[domain]);
      EXPECT_FALSE(measured[domain]) << "one score per domain: " << endpoint.name;
      EXPECT_NE(endpoint.domain, Domain::gross_motor) << "the motor score has a model of its own";
    }
    measured[domain] = true;
    EXPECT_LT(endpoint.minimum, endpoint.maximum) << endpoint.name;
    EXPECT_EQ(endpoint.first_parameter == 0, endpoint.domain <= Domain::drooling) << endpoint.name;
  }
  for (std::size_t d = 0; d < measured.size(); ++d) EXPECT_TRUE(measured[d]) << domain_names[d];
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

// A block: hours, weeks, how often, every so many weeks, first month.
TEST(Hours, BelowUsualCareIsTheSumOfWhatIsActive) {
  Study study;
  study.cohort.emplace();
  study.strategies.resize(1);
  const auto below = [&](std::vector<Rehabilitation> blocks) {
    study.strategies.front().rehabilitation = std::move(blocks);
    return !below_usual_hours(study, 1).empty();
  };
  EXPECT_FALSE(below({})) << "usual care";
  EXPECT_FALSE(below({{1, std::nullopt, 1, 0, 0}}));
  EXPECT_TRUE(below({{0, 12, 1, 0, 0}}));
  EXPECT_FALSE(below({{0.5, std::nullopt, 1, 0, 0}, {0.5, std::nullopt, 1, 0, 0}}));
  EXPECT_TRUE(below({{0.5, std::nullopt, 1, 0, 0}, {10, 4, 3, 6, 0}}));
  EXPECT_FALSE(below({{0.5, 12, 1, 0, 0}, {10, 4, 3, 4, 0}}));
  EXPECT_TRUE(below({{10, 4, 1, 0, 0}, {0.5, 2, 1, 0, 3}}));
  study.population.rehabilitation = {{0.5, std::nullopt, 1, 0, 0}};
  EXPECT_FALSE(below({{0.5, std::nullopt, 1, 0, 0}})) << "what all receive adds to it";
  EXPECT_TRUE(below({}));
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
