#include "engine/random/tile_draws.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// How strongly children respond.
namespace vcohort {
namespace {

using namespace test;

constexpr int n = 400'000;

struct Sample {
  std::vector<double> responder, idiosyncratic, responders_only;

  explicit Sample(const TherapyParameters& p) {
    const auto response = std::make_unique<Response>();
    each_tile_of_patients(n, register_population(), PatientParameters(values_of("sceptical")),
                          [&](const PatientTile& tile) {
                            draw_response(seed, 0, p, tile, *response);
                            for (int i = 0; i < tile.lanes; ++i) {
                              responder.push_back(response->responder[i]);
                              idiosyncratic.push_back(response->idiosyncratic[i]);
                              if (response->responder[i] > 0) responders_only.push_back(response->responder[i]);
                            }
                          });
  }
};

TEST(Response, ResponderShareMeanAndSpread) {
  const Sample s{TherapyParameters(values_of("sceptical"))};
  expect_share(static_cast<double>(s.responders_only.size()), n, 0.65);
  expect_mean(s.responder, 1);
  expect_mean(s.responders_only, 1 / 0.65);
  expect_sd(s.responders_only, 0.6 / 0.65);
  const double sigma = std::sqrt(std::log(1 + 0.36));
  const double mu = std::log(1 / 0.65) - sigma * sigma / 2;
  expect_distribution(s.responders_only, [&](double z) { return normal_distribution((std::log(z) - mu) / sigma); });
}

TEST(Response, IdiosyncraticPartIsNormalAndIndependent) {
  const Sample s{TherapyParameters(values_of("sceptical"))};
  expect_distribution(s.idiosyncratic, [](double h) { return normal_distribution(h / 3); });
  expect_sd(s.idiosyncratic, 3);
  expect_mean(s.idiosyncratic, 0);
  expect_correlation(s.responder, s.idiosyncratic, 0);
}

TEST(Response, PublishedEvidenceHasNoIdiosyncraticPart) {
  const Sample s{TherapyParameters(values_of("published"))};
  for (double h : s.idiosyncratic) ASSERT_EQ(h, 0);
}

TEST(Response, EveryDrawCanBeReplayedFromItsAddress) {
  const TherapyParameters p(values_of("sceptical"));
  const auto response = std::make_unique<Response>();
  const double variance = std::log(1.36);
  each_tile_of_patients(
      tile_size, register_population(), PatientParameters(values_of("sceptical")),
      [&](const PatientTile& tile) {
        draw_response(seed, 4, p, tile, *response);
        for (int i = 0; i < tile.lanes; ++i) {
          Address address{.replicate = 4, .patient = tile.patient[i], .purpose = Purpose::responder};
          const double normal = normals_at(seed, address)[0];
          address.block = 1;
          const bool responds = uniforms_at(seed, address)[0] < 0.65;
          EXPECT_NEAR(response->responder[i],
                      responds ? std::exp(-std::log(0.65) - variance / 2 + std::sqrt(variance) * normal) : 0, 1e-13);
          address = {.replicate = 4, .patient = tile.patient[i], .purpose = Purpose::idiosyncratic};
          EXPECT_EQ(response->idiosyncratic[i], 3 * normals_at(seed, address)[0]);
        }
      },
      4);
}

// A covariate moves the amplitude by its own factor and by nothing else.
TEST(Amplitude, IsAProductOfModifiers) {
  const TherapyParameters p(values_of("published"));
  const auto response = std::make_unique<Response>();
  each_tile_of_patients(
      4 * tile_size, register_population(), PatientParameters(values_of("published")), [&](const PatientTile& tile) {
        draw_response(seed, 0, p, tile, *response);
        for (int c = 0; c < cell_types; ++c) {
          Lanes<double> out;
          amplitude(p, tile, static_cast<Cell>(c), *response, out.data());
          for (int i = 0; i < tile.lanes; ++i) {
            const double time = tile.postneonatal[i] ? 1 + 0.5 * std::exp(-tile.months_since_injury[i] / 6) : 1;
            const double wanted = 20 * response->responder[i] * p.age_modifier(tile.age_years[i]) *
                                  p.severity[c][tile.gmfcs[i]] * time * (tile.carrier[i] ? 1.3 : 1) *
                                  std::exp(p.inflammation[c] * tile.inflammation[i]) * p.injury[tile.injury[i]][c];
            EXPECT_NEAR(out[i], wanted, 1e-13 * std::max(1.0, wanted));
          }
        }
      });
}

/// Who is first treated a year after baseline is a year older then, and its injury a year back: b exp(-(t + 12) / 6).
TEST(Amplitude, CountsAgeAndInjuryAtTheFirstInfusion) {
  const TherapyParameters p(values_of("published"));
  PatientTile tile;
  tile.lanes = 2;
  Response response;
  for (int i = 0; i < 2; ++i) {
    tile.age_years[i] = 5;
    tile.gmfcs[i] = tile.injury[i] = tile.carrier[i] = 0;
    tile.inflammation[i] = 0;
    tile.months_since_injury[i] = 3;
    tile.postneonatal[i] = i == 1;
    response.responder[i] = 1;
  }
  Lanes<double> now, later;
  amplitude(p, tile, Cell::msc, response, now.data());
  amplitude(p, tile, Cell::msc, response, later.data(), 12);
  EXPECT_NEAR(now[1] / now[0], 1 + 0.5 * std::exp(-3.0 / 6), 1e-13);
  EXPECT_NEAR(later[1] / later[0], 1 + 0.5 * std::exp(-15.0 / 6), 1e-13);
  EXPECT_NEAR(later[0] / now[0], p.age_modifier(6) / p.age_modifier(5), 1e-13);
}

}  // namespace
}  // namespace vcohort
