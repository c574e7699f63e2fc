#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// The delivered tables against the patients themselves.
namespace vcohort {
namespace {

using namespace test;

const std::vector<double> months = {3, 12};
constexpr std::int64_t n = 9000;  // three blocks, the last one not full

struct Delivered {
  Study study = cohort_study(n, {rehabilitation(), cells(Cell::msc, Route::intrathecal, 4)}, months, every_endpoint);
  std::vector<Table> rows, tables;

  Delivered() {
    study.cohort->save_patients = true;
    const Cohort cohort(study, stance("sceptical"));
    Tally tally = cohort.empty_tally();
    rows = cohort.row_tables();
    for (std::int64_t block = 0; block < cohort.blocks(); ++block) cohort.simulate_block(block, tally, rows);
    tables = cohort.deliver(tally);
  }

  /// A column of the patients' rows under one strategy at one visit, by patient.
  std::vector<double> column(const std::string& name, const std::string& strategy, double visit) const {
    const View outcomes(rows, "/cohort/patients/outcomes");
    const auto& patient = std::get<std::vector<std::int64_t>>(outcomes.table().find("patient")->values);
    std::vector<double> values(n, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < patient.size(); ++row)
      if (outcomes.texts("strategy")[row] == strategy && outcomes.doubles("visit_months")[row] == visit)
        values[static_cast<std::size_t>(patient[row])] = outcomes.doubles(name.c_str())[row];
    return values;
  }
};

const Delivered& delivered() {
  static const Delivered once;
  return once;
}

std::vector<double> present(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return values;
}

TEST(Summary, MeansSpreadsAndQuantilesAreThoseOfThePatients) {
  const Delivered& d = delivered();
  const View summary(d.tables, "/cohort/summary");
  for (const Strategy& strategy : d.study.strategies)
    for (const std::string& endpoint : every_endpoint)
      for (double visit : months) {
        SCOPED_TRACE(strategy.name + ", " + endpoint);
        const auto cell = [&](const char* column) {
          return summary.number({{"strategy", strategy.name},
                                 {"endpoint", endpoint},
                                 {"visit_months", std::to_string(static_cast<int>(visit))}},
                                column);
        };
        std::vector<double> values = present(d.column(endpoint, strategy.name, visit));
        const Moments m = moments(values);
        EXPECT_EQ(cell("n"), m.n);
        EXPECT_NEAR(cell("mean"), m.mean, 1e-10);
        EXPECT_NEAR(cell("sd"), m.sd, 1e-9);
        EXPECT_NEAR(cell("mean_mcse"), m.sd / std::sqrt(m.n), 1e-10);
        std::sort(values.begin(), values.end());
        const bool categories = endpoint == "cgi_i" || endpoint.starts_with("drooling");
        for (const auto& [p, name] : {std::pair{0.05, "p05"}, std::pair{0.25, "p25"}, std::pair{0.5, "p50"},
                                      std::pair{0.75, "p75"}, std::pair{0.95, "p95"}}) {
          const double exact = values[static_cast<std::size_t>(std::ceil(p * m.n)) - 1];
          if (categories) {
            EXPECT_EQ(cell(name), exact) << name;
          } else {
            EXPECT_NEAR(cell(name), exact, 0.5) << name;  // the width of a bin
          }
        }
      }
}

TEST(Summary, TheBaselineIsWhatTheFirstAssessmentRecorded) {
  const Delivered& d = delivered();
  const View baseline(d.tables, "/cohort/baseline"), patients(d.rows, "/cohort/patients/baseline");
  for (const char* score : {"gmfm66", "gmfm88"}) {
    const Moments m = moments(patients.doubles(score));
    EXPECT_EQ(baseline.number({{"endpoint", score}}, "n"), m.n);
    EXPECT_NEAR(baseline.number({{"endpoint", score}}, "mean"), m.mean, 1e-10);
    EXPECT_NEAR(baseline.number({{"endpoint", score}}, "sd"), m.sd, 1e-9);
    EXPECT_NEAR(baseline.number({{"endpoint", score}}, "mean_mcse"), m.sd / std::sqrt(m.n), 1e-10);
  }
  // An impression and a cure are about what has changed since.
  for (const std::string& endpoint : baseline.texts("endpoint"))
    EXPECT_FALSE(endpoint == "cgi_i" || endpoint.starts_with("drooling"));
  EXPECT_EQ(baseline.table().rows(), 2u + std::ranges::count_if(every_endpoint, [](const std::string& name) {
                                       return name != "gmfm66" && name != "gmfm88" && name != "cgi_i" &&
                                              !name.starts_with("drooling");
                                     }));
}

TEST(Summary, IncrementsAreDifferencesOfTwins) {
  const Delivered& d = delivered();
  const View increments(d.tables, "/cohort/increments");
  const std::string strategy = d.study.strategies[1].name;
  for (const std::string& endpoint : every_endpoint)
    for (double visit : months) {
      SCOPED_TRACE(endpoint);
      const std::vector<double> with = present(d.column(endpoint + "_latent", strategy, visit)),
                                without = present(d.column(endpoint + "_latent", "rehabilitation", visit));
      std::vector<double> difference;
      for (std::size_t k = 0; k < with.size(); ++k) difference.push_back(with[k] - without[k]);
      const Moments m = moments(difference);
      const auto cell = [&](const char* column) {
        return increments.number({{"endpoint", endpoint}, {"visit_months", std::to_string(static_cast<int>(visit))}},
                                 column);
      };
      EXPECT_EQ(cell("n"), m.n);
      EXPECT_NEAR(cell("mean"), m.mean, 1e-11);
      EXPECT_NEAR(cell("sd"), m.sd, 1e-9);
      EXPECT_NEAR(cell("mcse"), m.sd / std::sqrt(m.n), 1e-10);
      EXPECT_EQ(std::isnan(cell("benefit_share")), endpoint != "gmfm66");
    }
}

TEST(Summary, RespondersBenefitAndHarmAreCountedAgainstTheMcidOfTheLevel) {
  const Delivered& d = delivered();
  const View baseline(d.rows, "/cohort/patients/baseline");
  const auto& level = std::get<std::vector<std::int64_t>>(baseline.table().find("gmfcs")->values);
  const double mcid[] = {1.7, 1.0, 0.7, 0.7, 0.7};
  const DevelopmentParameters development(values_of("sceptical"));
  for (const Strategy& strategy : d.study.strategies) {
    const auto observed = d.column("gmfm66", strategy.name, 12), latent = d.column("gmfm66_latent", strategy.name, 12);
    const auto without = d.column("gmfm66_latent", "rehabilitation", 12);
    double responders = 0, benefiting = 0, harmed = 0;
    for (std::size_t k = 0; k < observed.size(); ++k) {
      const int g = static_cast<int>(level[k]) - 1;
      const double age = baseline.doubles("age_years")[k];
      const double expected = development.expected(g, age + 1) - development.expected(g, age);
      responders += observed[k] - baseline.doubles("gmfm66")[k] - expected >= mcid[g];
      benefiting += latent[k] - without[k] >= mcid[g];
      harmed += latent[k] - without[k] <= -mcid[g];
    }
    EXPECT_EQ(
        View(d.tables, "/cohort/summary")
            .number({{"strategy", strategy.name}, {"endpoint", "gmfm66"}, {"visit_months", "12"}}, "responder_share"),
        responders / n);
    if (strategy.name == "rehabilitation") continue;
    const View increments(d.tables, "/cohort/increments");
    EXPECT_EQ(increments.number({{"endpoint", "gmfm66"}, {"visit_months", "12"}}, "benefit_share"), benefiting / n);
    EXPECT_EQ(increments.number({{"endpoint", "gmfm66"}, {"visit_months", "12"}}, "harm_share"), harmed / n);
    EXPECT_GT(harmed, 100) << "the sceptical stance lets children do worse";
    EXPECT_NEAR(increments.number({{"endpoint", "gmfm66"}, {"visit_months", "12"}}, "harm_share_mcse"),
                std::sqrt(harmed / n * (1 - harmed / n) / (n - 1)), 1e-12);
  }
}

/// Without effect every increment is 0; with an MCID of 0 that is both a benefit and a harm of exactly the MCID.
TEST(Summary, AnIncrementOfExactlyTheMcidReachesIt) {
  const Study study = cohort_study(300, {rehabilitation(), cells(Cell::msc, Route::intrathecal)}, {12}, {"gmfm66"});
  Evidence evidence = stance("null");
  for (const char* level : {"I", "II", "III", "IV", "V"}) set_value(evidence, std::string("mcid.") + level, 0);
  const Cohort cohort(study, evidence);
  const auto tables = cohort.deliver(simulate_all(cohort));
  const View increments(tables, "/cohort/increments");
  EXPECT_EQ(increments.number({{"endpoint", "gmfm66"}}, "benefit_share"), 1);
  EXPECT_EQ(increments.number({{"endpoint", "gmfm66"}}, "harm_share"), 1);
}

TEST(Summary, AReferenceInTheMiddleTurnsTheSign) {
  Study study =
      cohort_study(3000, {cells(Cell::msc, Route::intrathecal), rehabilitation(), cells(Cell::cb, Route::intravenous)},
                   {12}, {"gmfm66"});
  const auto mean = [&](int reference, const std::string& strategy) {
    study.cohort->reference = reference;
    const Cohort cohort(study, stance("published"));
    return View(cohort.deliver(simulate_all(cohort)), "/cohort/increments").number({{"strategy", strategy}}, "mean");
  };
  const std::string it = study.strategies[0].name, cb = study.strategies[2].name;
  EXPECT_NEAR(mean(1, it), -mean(0, "rehabilitation"), 1e-12);
  EXPECT_NEAR(mean(1, cb) - mean(1, it), mean(0, cb), 1e-12);
  EXPECT_NEAR(mean(2, it), mean(1, it) - mean(1, cb), 1e-12);
}

}  // namespace
}  // namespace vcohort
