#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// What a visit records around the latent outcome.
namespace vcohort {
namespace {

using namespace test;
using Setting = TileOutcomes::Setting;

const std::vector<std::string> scores = {"gmfm66",      "gmfm88",       "standing",
                                         "walking",     "adl",          "fine_motor",
                                         "sociability", "adaptability", "expressive_language",
                                         "sleep"};

TEST(Measurement, ErrorsAreNewAtEveryVisitAndEndpoint) {
  ParameterValues values = values_of("sceptical");
  open_scales(values);
  const std::vector<double> months = {1, 12};
  const OutcomeModel model(values, months, scores);
  std::vector<std::vector<double>> errors(scores.size() * months.size());
  evaluate_children(
      60'000, one_kind(2, 5), values, model, {rehabilitation()}, Setting::cohort,
      [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
        for (std::size_t e = 0; e < scores.size(); ++e)
          for (std::size_t v = 0; v < months.size(); ++v)
            for (int i = 0; i < child.patient.lanes; ++i)
              errors[e * months.size() + v].push_back(outcomes.observed(e, v)[i] - outcomes.latent(e, v)[i]);
      });
  std::vector<double> sd = {1.25, 1.6};
  sd.insert(sd.end(), model.domain.retest_sd.begin() + 1, model.domain.retest_sd.begin() + 9);
  for (std::size_t k = 0; k < errors.size(); ++k) {
    SCOPED_TRACE(scores[k / months.size()]);
    const double of_endpoint = sd[k / months.size()];
    expect_mean(errors[k], 0);
    expect_sd(errors[k], of_endpoint);
    expect_distribution(errors[k], [&](double x) { return normal_distribution(x / of_endpoint); });
    for (std::size_t other = 0; other < k; ++other) expect_correlation(errors[k], errors[other], 0);
  }
}

TEST(Measurement, DomainsAtBaselineFollowTheMotorLimit) {
  ParameterValues values = values_of("sceptical");
  open_scales(values);
  const std::vector<double> months = {12};
  const OutcomeModel model(values, months, scores);
  for (int level : {1, 4}) {
    std::vector<double> limit_score;
    std::vector<std::vector<double>> baseline(9);
    evaluate_children(60'000, one_kind(level, 5), values, model, {rehabilitation()}, Setting::cohort,
                      [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
                        for (int i = 0; i < child.patient.lanes; ++i) limit_score.push_back(child.limit_score[i]);
                        for (std::size_t d = 1; d < 9; ++d)
                          for (int i = 0; i < child.patient.lanes; ++i)
                            baseline[d].push_back(outcomes.baseline(d + 1)[i]);
                      });
    for (std::size_t d = 1; d < 9; ++d) {
      SCOPED_TRACE(scores[d + 1]);
      const double of_child = model.domain.sd[d][level];
      const double sd = std::hypot(of_child, model.domain.retest_sd[d]);
      expect_mean(baseline[d], model.domain.mean[d][level]);
      expect_sd(baseline[d], sd);
      const double rho = model.domain.motor_correlation[d] * of_child / sd;
      expect_correlation(baseline[d], limit_score, rho);
      // Beyond the motor limit the domains have nothing in common.
      for (std::size_t other = 1; other < d; ++other) {
        const double of_other = model.domain.motor_correlation[other] * model.domain.sd[other][level] /
                                std::hypot(model.domain.sd[other][level], model.domain.retest_sd[other]);
        expect_correlation(baseline[d], baseline[other], rho * of_other);
      }
    }
  }
}

TEST(Measurement, ObservedScoresStayInsideTheirScales) {
  const ParameterValues values = values_of("published");
  const std::vector<double> months = {1, 24};
  const OutcomeModel model(values, months, every_endpoint);
  evaluate_children(20'000, register_population(), values, model,
                    {rehabilitation(), cells(Cell::msc, Route::intrathecal, 4)}, Setting::cohort,
                    [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
                      for (std::size_t e = 0; e < every_endpoint.size(); ++e)
                        for (std::size_t v = 0; v < months.size(); ++v)
                          for (int i = 0; i < child.patient.lanes; ++i) {
                            const Endpoint& endpoint = model.recorded[e];
                            for (double value : {outcomes.observed(e, v)[i], outcomes.baseline(e)[i]}) {
                              if (endpoint.measure == Measure::drooling && !child.patient.drools[i] && value != value)
                                continue;
                              ASSERT_GE(value, endpoint.minimum) << endpoint.name;
                              ASSERT_LE(value, endpoint.maximum) << endpoint.name;
                            }
                          }
                    });
}

// An added visit or endpoint moves no other visit's error; before the added visit nothing moves at all.
TEST(Measurement, ErrorsDoNotMoveWhenAVisitOrAnEndpointIsAdded) {
  ParameterValues values = values_of("sceptical");
  open_scales(values);
  const std::vector<double> few_months = {3, 12}, many_months = {3, 6, 12};
  const std::vector<std::string> few = {"adl", "gmfm66"};
  const OutcomeModel small(values, few_months, few), large(values, many_months, every_endpoint);
  const Population population = one_kind(2, 5);
  const std::vector<Strategy> strategies = {cells(Cell::msc, Route::intrathecal)};
  const auto collect = [&](const OutcomeModel& model, std::size_t adl, std::size_t gmfm66) {
    std::vector<double> at_first, errors;
    const std::size_t last = model.visits.size() - 1;
    evaluate_children(2000, population, values, model, strategies, Setting::cohort,
                      [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
                        for (std::size_t e : {adl, gmfm66})
                          for (int i = 0; i < child.patient.lanes; ++i) {
                            at_first.push_back(outcomes.observed(e, 0)[i]);
                            at_first.push_back(outcomes.baseline(e)[i]);
                            errors.push_back(outcomes.observed(e, last)[i] - outcomes.latent(e, last)[i]);
                          }
                      });
    return std::pair(at_first, errors);
  };
  const auto [first_small, errors_small] = collect(small, 0, 1);
  const auto [first_large, errors_large] = collect(large, 4, 0);
  EXPECT_EQ(first_small, first_large);
  for (std::size_t k = 0; k < errors_small.size(); ++k) EXPECT_NEAR(errors_small[k], errors_large[k], 1e-12);
}

TEST(Measurement, ATrialGainsUntilTheDriftIsComplete) {
  ParameterValues values = values_of("sceptical");
  open_scales(values);
  const std::vector<double> months = {4, 12, 24};
  const OutcomeModel model(values, months, scores);
  std::vector<double> cohort, trial;
  for (const auto setting : {Setting::cohort, Setting::trial})
    evaluate_children(300, register_population(), values, model, {rehabilitation()}, setting,
                      [&](const ChildTile&, const TileOutcomes& outcomes, std::size_t) {
                        for (std::size_t v = 0; v < months.size(); ++v)
                          for (std::size_t e : {0, 4})
                            (setting == Setting::cohort ? cohort : trial).push_back(outcomes.latent(e, v)[0]);
                      });
  for (std::size_t k = 0; k < cohort.size(); ++k) {
    const double drift = std::vector{0.5, 1.5, 1.5}[k / 2 % 3];
    EXPECT_NEAR(trial[k] - cohort[k],
                k % 2 ? model.domain.development[static_cast<std::size_t>(Domain::adl)] * drift : drift, 1e-12);
  }
}

}  // namespace
}  // namespace vcohort
