#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "engine/numeric/cluster_error.hpp"
#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// The Monte Carlo standard error that stands beside a number, against the spread of that number over seeds.
namespace vcohort {
namespace {

using namespace test;

/// Means and squared errors of one number over seeds.
struct Spread {
  std::vector<double> estimate, variance;

  /// The ratio of mean squared error to variance over seeds is 1 up to the error of a variance, sqrt((kurtosis - 1) /
  /// seeds).
  void expect_honest(const std::string& what) const {
    const Moments of_estimate = moments(estimate), of_variance = moments(variance);
    const double ratio = of_variance.mean / (of_estimate.sd * of_estimate.sd);
    const double error = std::hypot(std::sqrt((of_estimate.fourth - 1) / of_estimate.n),
                                    of_variance.sd / of_variance.mean / std::sqrt(of_variance.n));
    EXPECT_NEAR(std::log(ratio), 0, standard_errors * error) << what << ", ratio " << ratio;
  }
};

using Spreads = std::map<std::string, Spread>;

Spreads over_seeds(Study study, const Evidence& evidence, int seeds) {
  Spreads spreads;
  for (int k = 0; k < seeds; ++k) {
    study.seed = seed + 1000 + static_cast<std::uint64_t>(k);
    const Cohort cohort(study, evidence);
    const auto tables = cohort.deliver(simulate_all(cohort));
    const View summary(tables, "/cohort/summary"), increments(tables, "/cohort/increments"),
        harm(tables, "/cohort/harm"), events(tables, "/cohort/adverse_events"), baseline(tables, "/cohort/baseline");
    const auto add = [&](const std::string& name, double estimate, double mcse) {
      spreads[name].estimate.push_back(estimate);
      spreads[name].variance.push_back(mcse * mcse);
    };
    const std::string strategy = study.strategies[1].name;
    for (const char* stratum : {"all", "GMFCS IV"}) {
      const std::string where = std::string(" in ") + stratum;
      const auto of_summary = [&](const char* column) {
        return summary.number({{"strategy", strategy}, {"stratum", stratum}}, column);
      };
      const auto of_increments = [&](const char* column) { return increments.number({{"stratum", stratum}}, column); };
      const auto of_harm = [&](const char* column) {
        return harm.number({{"strategy", strategy}, {"stratum", stratum}}, column);
      };
      const auto of_events = [&](const char* column) {
        return events.number(
            {{"strategy", strategy}, {"stratum", stratum}, {"origin", "related"}, {"type", "any"}, {"grade", "1"}},
            column);
      };
      const auto of_baseline = [&](const char* column) { return baseline.number({{"stratum", stratum}}, column); };
      add("baseline" + where, of_baseline("mean"), of_baseline("mean_mcse"));
      add("mean" + where, of_summary("mean"), of_summary("mean_mcse"));
      add("responder share" + where, of_summary("responder_share"), of_summary("responder_share_mcse"));
      add("increment" + where, of_increments("mean"), of_increments("mcse"));
      add("benefit" + where, of_increments("benefit_share"), of_increments("benefit_share_mcse"));
      add("any event" + where, of_harm("any_share"), of_harm("any_share_mcse"));
      add("events per patient" + where, of_events("per_patient"), of_events("per_patient_mcse"));
    }
  }
  return spreads;
}

Study study_of(std::int64_t size) {
  Study study = cohort_study(size, {rehabilitation(), cells(Cell::msc, Route::intrathecal, 2)}, {12}, {"gmfm66"});
  study.stratifications = {{"level", {by_level()}}};
  return study;
}

TEST(MonteCarloError, OfFixedParametersIsTheSpreadOverSeeds) {
  for (const auto& [name, spread] : over_seeds(study_of(1024), stance("sceptical"), 200)) spread.expect_honest(name);
}

// A parameter draw moves all its children, whatever their stratum: leaves of a draw are no independent clusters.
TEST(MonteCarloError, OfUncertainParametersIsTheSpreadOverSeeds) {
  Study study = study_of(256 * 24);
  study.uncertain_parameters = true;
  const Spreads uncertain = over_seeds(study, stance("sceptical"), 200);
  for (const auto& [name, spread] : uncertain) spread.expect_honest(name);
  // The draws, not the patients, carry the error of the increment.
  EXPECT_GT(moments(uncertain.at("increment in all").variance).mean, 4 * std::pow(3.0 / std::sqrt(256 * 24), 2));
}

// Cochran 1977, section 6.4, by hand: clusters of 1, 2 and 3 with totals 2, 3 and 7; mean 2, residuals 0, -1, 1.
TEST(MonteCarloError, OfARatioOfClusterTotals) {
  const ClusterTotals totals{3, 6, 14, 12, 4 + 9 + 49, 2 + 6 + 21};
  EXPECT_DOUBLE_EQ(totals.mean(), 2);
  EXPECT_DOUBLE_EQ(totals.mcse(), std::sqrt(2.0 * 3 / 2) / 6);
  const ClusterTotals one{1, 6, 36, 12, 144, 72};
  EXPECT_TRUE(std::isnan(one.mcse()));
}

}  // namespace
}  // namespace vcohort
