#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "tests/engine/cohort/cohorts.hpp"
#include "tests/engine/development/children.hpp"
#include "tests/engine/outcome/model_cases.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// The oracle's cases as cohorts in which every child is the child of the case: what remains is disturbance and error.
namespace vcohort {
namespace {

using namespace test;

/// Evidence under which nobody differs from the child of the case.
Evidence evidence_of(const ModelCase& model_case) {
  Evidence evidence = stance(model_case.stance);
  const auto value = [&](const std::string& name) { return find(evidence, name)->value; };
  const std::string level = std::string(".") + gmfcs_name(model_case.level());
  set_value(evidence, "motor.limit" + level, model_case.expected["limit"]);
  set_value(evidence, "motor.age90" + level, std::log(10.0) / model_case.expected["rate_per_year"].get<double>());
  set_value(evidence, "motor.limit_logit_sd" + level, 0);
  set_value(evidence, "motor.age90_log_sd" + level, 0);
  set_value(evidence, "development.decline", model_case.flag("decline"));
  for (int type = 0; type < injury_types; ++type) {
    const auto injury = static_cast<Injury>(type);
    set_value(evidence, std::string("patient.injury_share.") + name_of(injury), injury == model_case.injury());
  }
  set_value(evidence, "genotype.carrier_share", model_case.flag("carrier"));
  set_value(evidence, "immune.suppressed_share", model_case.flag("immune_suppressed"));
  const bool postneonatal = !model_case.input["months_since_injury"].is_null();
  set_value(evidence, "patient.postneonatal_share", postneonatal);
  if (postneonatal) {  // everybody was injured at the same age
    const double injured_at =
        12 * model_case.age_years() - model_case.number("months_since_injury") - model_case.start_months();
    set_value(evidence, "patient.injury_age_minimum_months", injured_at);
    set_value(evidence, "patient.injury_age_maximum_months", injured_at);
  }
  set_value(evidence, "responder.share", 1);
  set_value(evidence, "responder.cv", 0);
  set_value(evidence, "effect.idiosyncratic_sd", 0);
  if (!model_case.with_cells()) return evidence;

  // Z and inflammation enter as factors of the largest effect. H has the same place when it is put in units of the Hill
  // term, for the motor score at this time only.
  const std::string cell = name_of(model_case.strategy().cell);
  double factor =
      model_case.number("responder_z") * std::exp(value("inflammation." + cell) * model_case.number("inflammation_z"));
  const double c = model_case.expected["concentration"];
  if (model_case.number("idiosyncratic") != 0 && c > 0 && value("effect.any") > 0) {
    const double hill = 1 / (1 + std::pow(value("effect.ec50") / c, value("effect.hill")));
    const double all = value("effect.emax") * model_case.expected["modifier"].get<double>() * hill;
    factor = model_case.expected["effect"].get<double>() / all *
             std::exp(value("inflammation." + cell) * model_case.number("inflammation_z"));
  }
  set_value(evidence, "inflammation." + cell, 0);
  set_value(evidence, "effect.emax", value("effect.emax") * factor);
  return evidence;
}

/// Mean of a normal that is clamped to [0, 100].
double clamped_mean(double mean, double sd) {
  const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); };
  const double low = (0 - mean) / sd, high = (100 - mean) / sd;
  const double inside = normal_distribution(high) - normal_distribution(low);
  return mean * inside + sd * (density(low) - density(high)) + 100 * (1 - normal_distribution(high));
}

class CohortOfCase : public testing::TestWithParam<ModelCase> {};

TEST_P(CohortOfCase, MeansAndIncrements) {
  const ModelCase& model_case = GetParam();
  if (model_case.months() <= 0) GTEST_SKIP() << "a visit at or before the first infusion";
  constexpr int n = 8192;
  Strategy cells = model_case.strategy();
  cells.name = "strategy";
  Strategy without;
  without.name = "rehabilitation";
  const std::vector<std::string> domains_recorded = {
      "standing", "walking", "adl", "fine_motor", "sociability", "adaptability", "expressive_language", "sleep"};
  std::vector<std::string> endpoints_recorded = domains_recorded;
  endpoints_recorded.insert(endpoints_recorded.begin(), "gmfm66");
  Study study = cohort_study(n, {without, cells}, {model_case.months()}, endpoints_recorded);
  study.population = one_kind(model_case.level(), model_case.age_years());
  study.population.size = n;
  const Cohort cohort(study, evidence_of(model_case));
  const auto tables = cohort.deliver(simulate_all(cohort));
  const View summary(tables, "/cohort/summary"), increments(tables, "/cohort/increments");

  const double spread = std::hypot(2.5, 1.25);  // disturbance and error
  const auto check_mean = [&](const char* strategy, double latent) {
    const double mcse = summary.number({{"strategy", strategy}, {"endpoint", "gmfm66"}}, "mean_mcse");
    EXPECT_NEAR(mcse, spread / std::sqrt(n), 0.5 * spread / std::sqrt(n));
    EXPECT_NEAR(summary.number({{"strategy", strategy}, {"endpoint", "gmfm66"}}, "mean"), clamped_mean(latent, spread),
                standard_errors * mcse);
  };
  const double development = model_case.expected["development"], held = model_case.expected["bounded"];
  check_mean("rehabilitation", development);
  check_mean("strategy", held);

  // Every twin gains the same: the increment has no Monte Carlo error. 1e-9 as in the oracle.
  EXPECT_NEAR(increments.number({{"endpoint", "gmfm66"}}, "mean"), held - development, tolerance_of(held));
  EXPECT_NEAR(increments.number({{"endpoint", "gmfm66"}}, "sd"), 0, 1e-5)
      << "the root of what a difference of squares leaves over";
  if (!model_case.with_cells() || model_case.number("idiosyncratic") != 0) return;
  for (const std::string& domain : domains_recorded) {
    const double points = model_case.expected["domains"][domain]["effect_points"];
    EXPECT_NEAR(increments.number({{"endpoint", domain}}, "mean"), points, tolerance_of(points)) << domain;
  }
}

INSTANTIATE_TEST_SUITE_P(Oracle, CohortOfCase, testing::ValuesIn(model_cases()),
                         [](const testing::TestParamInfo<ModelCase>& parameter) {
                           return std::regex_replace(parameter.param.name, std::regex("[^A-Za-z0-9]+"), "_");
                         });

}  // namespace
}  // namespace vcohort
