#include "tests/engine/outcome/model_cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <regex>

#include "engine/numeric/elementary.hpp"
#include "tests/engine/patient/stances.hpp"

// Every case of the oracle, step by step through the engine's functions.
namespace vcohort {
namespace {

using test::ModelCase;

class ModelCases : public testing::TestWithParam<ModelCase> {
 protected:
  ModelCases() : case_(GetParam()), values_(test::values_of(case_.stance)) {
    values_.set("development.decline", case_.flag("decline"));
  }

  double expected(const char* key) const { return case_.expected[key].get<double>(); }
  static void expect_close(double value, double wanted, const std::string& what = "") {
    EXPECT_NEAR(value, wanted, test::tolerance_of(wanted)) << what;
  }

  /// One lane: the child of the case.
  std::unique_ptr<ChildTile> child() const {
    const DevelopmentParameters p(values_);
    auto child = std::make_unique<ChildTile>();
    const auto level = static_cast<std::size_t>(case_.level());
    PatientTile& patient = child->patient;
    patient.lanes = 1;
    patient.age_years[0] = case_.age_years();
    patient.gmfcs[0] = static_cast<std::uint8_t>(level);
    patient.injury[0] = static_cast<std::uint8_t>(case_.injury());
    patient.carrier[0] = case_.flag("carrier");
    patient.immune_suppressed[0] = case_.flag("immune_suppressed");
    patient.inflammation[0] = case_.number("inflammation_z");
    patient.postneonatal[0] = !case_.input["months_since_injury"].is_null();
    patient.months_since_injury[0] =
        patient.postneonatal[0] ? case_.number("months_since_injury") + case_.start_months() : 0;
    child->limit[0] = 100 * ilogit_of(p.limit_logit[level] + p.limit_sd[level] * case_.number("z1"));
    child->rate[0] = p.rate[level] * exp_of(-p.rate_log_sd[level] * case_.number("z2"));
    return child;
  }

  ModelCase case_;
  ParameterValues values_;
};

TEST_P(ModelCases, DevelopmentWithoutCells) {
  const DevelopmentParameters p(values_);
  const auto tile = child();
  expect_close(tile->limit[0], expected("limit"));
  expect_close(tile->rate[0], expected("rate_per_year"));
  double score = 0;
  motor_curve(p, *tile, case_.months(), &score);
  expect_close(score, expected("development"));
}

TEST_P(ModelCases, ExpectationOfTheLevel) {
  if (case_.number("z1") != 0 || case_.number("z2") != 0) return;
  const DevelopmentParameters p(values_);
  const auto tile = child();
  expect_close(p.expected(case_.level(), case_.age_years() + case_.months() / 12), expected("development"));
  double change = 0;
  expected_change(p, *tile, case_.months(), &change);
  expect_close(p.expected(case_.level(), case_.age_years()) + change, expected("development"));
}

TEST_P(ModelCases, ExposureAndModifiers) {
  if (!case_.with_cells()) return;
  const TherapyParameters p(values_);
  const TherapyPlan plan(case_.strategy(), p, {});
  const double immune = case_.flag("immune_suppressed") ? p.suppressed_factor : 1.0;
  const std::vector<double> exposures = case_.expected["exposures"];
  ASSERT_EQ(plan.infusion_months().size(), exposures.size());
  for (std::size_t j = 0; j < exposures.size(); ++j)
    expect_close(immune * plan.exposure_of_infusion(static_cast<int>(j)), exposures[j],
                 "exposure " + std::to_string(j));

  const auto& modifiers = case_.expected["modifiers"];
  const auto cell = static_cast<std::size_t>(case_.strategy().cell);
  expect_close(p.age_modifier(case_.age_years()), modifiers["age"]);
  expect_close(p.severity[cell][static_cast<std::size_t>(case_.level())], modifiers["severity"]);
  expect_close(p.injury[static_cast<std::size_t>(case_.injury())][cell], modifiers["injury"]);

  // All modifiers together, through the amplitude of a child with Z = 1 and an Emax of one.
  TherapyParameters unit = p;
  unit.emax = 1;
  const auto response = std::make_unique<Response>();
  response->responder[0] = 1;
  double modifier = 0;
  amplitude(unit, child()->patient, case_.strategy().cell, *response, &modifier);
  expect_close(modifier, expected("modifier"));
}

TEST_P(ModelCases, EffectOnTheMotorScore) {
  const DevelopmentParameters development(values_);
  const TherapyParameters p(values_);
  const Visit visit{case_.months(), 0};
  const TherapyPlan plan(case_.strategy(), p, {&visit, 1});
  const auto tile = child();
  double score = 0;
  motor_curve(development, *tile, case_.months(), &score);
  double gain = 0;
  if (plan.effective()) {
    const auto response = std::make_unique<Response>();
    response->responder[0] = case_.number("responder_z");
    response->idiosyncratic[0] = case_.number("idiosyncratic");
    double strength = 0;
    amplitude(p, tile->patient, case_.strategy().cell, *response, &strength);
    const auto category = static_cast<std::uint16_t>(
        plan.categories().index(case_.flag("immune_suppressed"), plan.categories().unchanged));
    const auto saturation = plan.saturation(Domain::gross_motor, 0);
    effect_in_points(1, &strength, response->idiosyncratic.data(), &category, saturation, &gain);

    const double c = expected("concentration");
    expect_close(saturation[category].linear, c / (c + p.ec50), "linear saturation");
    expect_close(saturation[category].hill, c > 0 ? 1 / (1 + std::pow(p.ec50 / c, p.hill)) : 0, "Hill saturation");
    for (int d = 1; d < static_cast<int>(Domain::drooling); ++d) {  // those of the oracle
      const auto domain = static_cast<Domain>(d);
      const std::string name(domain_names[static_cast<std::size_t>(d)]);
      const double c_d = case_.expected["domains"][name]["concentration"];
      expect_close(plan.saturation(domain, 0)[category].linear, c_d / (c_d + p.ec50), name);
      double of_domain = 0;
      effect_in_points(1, &strength, response->idiosyncratic.data(), &category, plan.saturation(domain, 0), &of_domain);
      expect_close(p.ratio[static_cast<std::size_t>(d)] * of_domain / p.sigma_ref,
                   case_.expected["domains"][name]["effect_sds"], name);
    }
  }
  expect_close(gain, expected("effect"));
  double held = score;
  if (plan.effective()) bounded(1, &score, &gain, &held);
  expect_close(held, expected("bounded"));

  double shifted = expected("latent") + case_.number("gmfm88_residual"), gmfm88 = 0;
  crosswalk_to_gmfm88(development, 1, &shifted, &gmfm88);
  expect_close(gmfm88, expected("gmfm88"));
}

INSTANTIATE_TEST_SUITE_P(Oracle, ModelCases, testing::ValuesIn(test::model_cases()),
                         [](const testing::TestParamInfo<ModelCase>& parameter) {
                           return std::regex_replace(parameter.param.name, std::regex("[^A-Za-z0-9]+"), "_");
                         });

}  // namespace
}  // namespace vcohort
