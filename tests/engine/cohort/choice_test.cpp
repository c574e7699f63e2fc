#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/therapy/strategies.hpp"

// What a choice gives a child is the child's own outcome under the chosen strategy; and strata by what was new with it.
namespace vcohort {
namespace {

using namespace test;

Study study_with_choice() {
  Strategy msc = cells(Cell::msc, Route::intrathecal, 4);
  msc.name = "MSC";
  msc.regimen.tolerance = Regimen::Tolerance::stop;
  Strategy nsc = cells(Cell::nsc, Route::intranasal, 2);
  nsc.name = "NSC";
  Strategy by_marker;
  by_marker.name = "by marker";
  by_marker.choice = Choice{Marker::inflammation, 0.7, 0.2, {msc, nsc}};
  return cohort_study(3000, {rehabilitation(), msc, nsc, by_marker}, {1, 12},
                      {"gmfm66", "gmfm88", "adl", "cgi_i", "drooling_effective"});
}

bool same(double a, double b) {
  return a == b || (a != a && b != b);
}

TEST(Choice, GivesTheOutcomeOfTheChosenStrategy) {
  Study study = study_with_choice();
  study.cohort->save_patients = true;
  const std::vector<Table> tables = rows_of(Cohort(study, stance("published")));
  const View rows(tables, "/cohort/patients/outcomes");
  const std::size_t visits = 2, patients = 3000;
  std::size_t above = 0, below = 0;
  // Rows are tile by tile, and within a tile strategy by strategy.
  constexpr std::size_t tile = 512;
  for (std::size_t first = 0; first < patients; first += tile) {
    const std::size_t lanes = std::min(tile, patients - first);
    const std::size_t base = first * visits * 4;
    for (std::size_t i = 0; i < lanes * visits; i += visits) {
      bool is_msc = true, is_nsc = true;
      for (std::size_t v = 0; v < visits; ++v)
        for (const char* column :
             {"gmfm66", "gmfm66_latent", "gmfm88", "adl", "adl_latent", "cgi_i", "drooling_effective"}) {
          const auto& values = rows.doubles(column);
          const double msc = values[base + 1 * lanes * visits + i + v], nsc = values[base + 2 * lanes * visits + i + v],
                       chosen = values[base + 3 * lanes * visits + i + v];
          is_msc = is_msc && same(chosen, msc);
          is_nsc = is_nsc && same(chosen, nsc);
        }
      EXPECT_TRUE(is_msc || is_nsc) << first + i / visits;
      above += is_msc && !is_nsc;
      below += is_nsc && !is_msc;
    }
  }
  EXPECT_GT(above, 500u);  // those whom nothing helps are the same under both
  EXPECT_GT(below, 700u);
}

TEST(Choice, TheOthersDoNotMove) {
  Study with = study_with_choice();
  Study without = with;
  without.strategies.pop_back();
  const Cohort a(with, stance("published")), b(without, stance("published"));
  const std::vector<Table> of_a = a.deliver(simulate_all(a)), of_b = b.deliver(simulate_all(b));
  const View left(of_a, "/cohort/increments"), right(of_b, "/cohort/increments");
  for (const char* strategy : {"MSC", "NSC"})
    EXPECT_EQ(left.number({{"strategy", strategy}, {"endpoint", "gmfm66"}, {"visit_months", "12"}}, "mean"),
              right.number({{"strategy", strategy}, {"endpoint", "gmfm66"}, {"visit_months", "12"}}, "mean"));
}

TEST(Choice, HasNoEffectUnderNull) {
  const Cohort cohort(study_with_choice(), stance("null"));
  const std::vector<Table> tables = cohort.deliver(simulate_all(cohort));
  const View increments(tables, "/cohort/increments");
  EXPECT_EQ(increments.number({{"strategy", "by marker"}, {"endpoint", "gmfm66"}, {"visit_months", "12"}}, "sd"), 0);
}

StratumDimension by_interval(StratumDimension::Variable variable, std::vector<Interval> bins) {
  StratumDimension dimension = by_age(std::move(bins));
  dimension.variable = variable;
  return dimension;
}

TEST(Strata, ByInflammationAndTimeSinceInjury) {
  constexpr double children = 40'000;
  Study study = cohort_study(static_cast<std::int64_t>(children), {rehabilitation()}, {1}, {"gmfm66"});
  study.stratifications = {
      {"inflammation", {by_interval(StratumDimension::Variable::inflammation, {{-10, 1}, {1, 10}})}},
      {"timing", {by_interval(StratumDimension::Variable::months_since_injury, {{0, 12}, {12, 1000}})}}};
  const Cohort cohort(study, stance("sceptical"));
  const std::vector<Table> tables = cohort.deliver(simulate_all(cohort));
  const View summary(tables, "/cohort/summary");
  const auto share = [&](const char* stratum) { return summary.number({{"stratum", stratum}}, "n") / children; };
  const auto error = [&](double p) { return 4.5 * std::sqrt(p * (1 - p) / children); };
  constexpr double above_one = 0.1586553, postneonatal = 0.0625;  // 1 - Phi(1); the evidence's share
  EXPECT_NEAR(share("inflammation 1-10"), above_one, error(above_one));
  EXPECT_EQ(share("inflammation -10-1") + share("inflammation 1-10"), 1);
  EXPECT_NEAR(share("months since injury 0-12") + share("months since injury 12-1000"), postneonatal,
              error(postneonatal));
}

TEST(Draws, EachHasItsMeanIncrement) {
  Study study =
      cohort_study(256 * 40 + 100, {rehabilitation(), cells(Cell::cb, Route::intravenous)}, {6, 12}, {"gmfm66", "adl"});
  study.uncertain_parameters = true;
  const Cohort cohort(study, stance("sceptical"));
  const std::vector<Table> rows = rows_of(cohort), tables = cohort.deliver(simulate_all(cohort));
  const View draws(rows, "/cohort/draws");
  ASSERT_EQ(draws.table().rows(), 41u);
  const View increments(tables, "/cohort/increments");
  const auto& n = std::get<std::vector<std::int64_t>>(draws.table().find("n")->values);
  const auto& mean = draws.doubles("increment");
  double sum = 0;
  for (std::size_t d = 0; d < mean.size(); ++d) sum += mean[d] * static_cast<double>(n[d]);
  EXPECT_EQ(n.back(), 100);
  EXPECT_NEAR(sum, increments.number({{"endpoint", "gmfm66"}, {"visit_months", "12"}}, "sum"), 1e-9 * std::abs(sum));
}

}  // namespace
}  // namespace vcohort
