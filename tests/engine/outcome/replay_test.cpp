#include "engine/random/tile_draws.hpp"
#include "tests/engine/outcome/evaluation.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// One child, every endpoint, from the addresses of its draws and the model's page.
namespace vcohort {
namespace {

using namespace test;

TEST(Replay, EveryEndpointOfAChildUnderCells) {
  const ParameterValues values = values_of("sceptical");
  const std::vector<double> months = {3, 12};
  const OutcomeModel model(values, months, every_endpoint);
  const Strategy strategy = cells(Cell::msc, Route::intrathecal, 4);
  const OutcomePlan plan(strategy, model);
  constexpr std::uint32_t replicate = 7;
  const auto check = [&](const ChildTile& child, const TileOutcomes& outcomes, std::size_t) {
    const PatientTile& patient = child.patient;
    Lanes<double> strength;
    const auto response = std::make_unique<Response>();
    draw_response(seed, replicate, model.therapy, patient, *response);
    amplitude(model.therapy, patient, strategy.cell, *response, strength.data());
    for (int i = 0; i < patient.lanes; i += 3) {
      const int level = patient.gmfcs[i];
      const auto normals = [&](Purpose purpose, std::uint16_t occasion, std::size_t block = 0) {
        return normals_at(seed, {replicate, patient.patient[i], purpose, occasion, static_cast<std::uint16_t>(block)});
      };
      double disturbance = child.disturbance[i], before = 0;
      for (std::size_t v = 0; v < months.size(); ++v) {
        const std::uint16_t day = model.visits[v].day;
        const double kept = std::exp(-(months[v] - before) / 12);
        disturbance = kept * disturbance + 2.5 * std::sqrt(1 - kept * kept) * normals(Purpose::disturbance, day)[0];
        before = months[v];
        const double curve = child.limit[i] * (1 - std::exp(-child.rate[i] * (patient.age_years[i] + months[v] / 12)));
        const auto effect_of = [&](Domain domain) {
          const Saturation s =
              plan.therapy.saturation(domain, v)[static_cast<std::size_t>(patient.immune_suppressed[i])];
          return strength[i] * s.hill + response->idiosyncratic[i] * s.linear;
        };
        double gain = effect_of(Domain::gross_motor), held = 0;
        bounded(1, &curve, &gain, &held);
        const double motor = held + disturbance;
        const double observed66 = std::clamp(motor + 1.25 * normals(Purpose::measurement, day)[0], 0.0, 100.0);
        EXPECT_NEAR(outcomes.latent(0, v)[i], motor, 1e-11);
        EXPECT_NEAR(outcomes.observed(0, v)[i], observed66, 1e-11);
        double shifted = motor + child.crosswalk_residual[i], gmfm88 = 0;
        crosswalk_to_gmfm88(model.development, 1, &shifted, &gmfm88);
        EXPECT_NEAR(outcomes.latent(1, v)[i], gmfm88, 1e-10);
        EXPECT_NEAR(outcomes.observed(1, v)[i],
                    std::clamp(gmfm88 + 1.6 * normals(Purpose::measurement, day)[1], 0.0, 100.0), 1e-10);

        for (std::size_t d = 1; d <= 8; ++d) {
          const std::size_t e = d + 1;
          const Endpoint& endpoint = model.recorded[e];
          const double rho = model.domain.motor_correlation[d];
          const double own = normals(Purpose::domain_level, patient.attempt[i], (d - 1) / 4)[(d - 1) % 4];
          const double baseline =
              model.domain.mean[d][level] +
              model.domain.sd[d][level] * (rho * child.limit_score[i] + std::sqrt(1 - rho * rho) * own);
          const auto domain = static_cast<Domain>(d);
          const double sds = model.therapy.ratio[d] * effect_of(domain) / 15.2;
          const double latent = baseline + model.domain.development[d] * (curve - child.baseline_motor[i]) +
                                sds * model.domain.reference_sd[d] * (domain == Domain::sleep ? -1 : 1);
          EXPECT_NEAR(outcomes.latent(e, v)[i], latent, 1e-10) << endpoint.name;
          const auto seen = [&](double score, std::uint16_t occasion) {
            return std::clamp(score + model.domain.retest_sd[d] * normals(Purpose::measurement, occasion, e / 4)[e % 4],
                              endpoint.minimum, endpoint.maximum);
          };
          EXPECT_NEAR(outcomes.observed(e, v)[i], seen(latent, day), 1e-10) << endpoint.name;
          EXPECT_NEAR(outcomes.baseline(e)[i], seen(baseline, 0), 1e-10) << endpoint.name;
        }

        const double expected = model.development.expected(level, patient.age_years[i] + months[v] / 12) -
                                model.development.expected(level, patient.age_years[i]);
        EXPECT_NEAR(outcomes.above_expectation(v)[i], observed66 - child.baseline_gmfm66[i] - expected, 1e-10);
        const double impression = 0.69 * (observed66 - child.baseline_gmfm66[i] - expected) / 3.3 +
                                  normals(Purpose::global_impression, day)[0];
        int category = 7;
        for (double cut : {-2.97, -1.59, -0.21, 0.21, 1.59, 2.97}) category -= impression > cut;
        EXPECT_EQ(outcomes.observed(14, v)[i], category);
      }
      EXPECT_EQ(outcomes.baseline(0)[i], child.baseline_gmfm66[i]);
      EXPECT_EQ(outcomes.baseline(1)[i], child.baseline_gmfm88[i]);
      EXPECT_EQ(outcomes.baseline(14)[i], 4);
    }
  };
  evaluate_children(2 * tile_size, register_population(), values, model, {strategy}, TileOutcomes::Setting::cohort,
                    check, replicate);
}

}  // namespace
}  // namespace vcohort
