#include <array>
#include <map>

#include "engine/random/tile_draws.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// Who the children are: every covariate against its law, and every draw at the address that the documentation names.
namespace vcohort {
namespace {

using namespace test;

constexpr int n = 200'000;

/// Everything of n children, field by field.
struct Sample {
  std::vector<double> age, log_weight_ratio, inflammation, injury_age_u;
  std::vector<int> gmfcs, injury, motor, male, carrier, suppressed, postneonatal, epilepsy, drools;
  PatientParameters parameters{values_of("sceptical")};

  Sample() {
    each_tile_of_patients(n, register_population(), parameters, [&](const PatientTile& tile) {
      for (int i = 0; i < tile.lanes; ++i) {
        age.push_back(tile.age_years[i]);
        log_weight_ratio.push_back(
            std::log(tile.weight_kg[i] / parameters.median_weight_kg(tile.gmfcs[i], tile.age_years[i])));
        inflammation.push_back(tile.inflammation[i]);
        gmfcs.push_back(tile.gmfcs[i]);
        injury.push_back(tile.injury[i]);
        motor.push_back(tile.motor_type[i]);
        male.push_back(tile.male[i]);
        carrier.push_back(tile.carrier[i]);
        suppressed.push_back(tile.immune_suppressed[i]);
        postneonatal.push_back(tile.postneonatal[i]);
        epilepsy.push_back(tile.epilepsy[i]);
        drools.push_back(tile.drools[i]);
        if (tile.postneonatal[i]) {
          // Distribution function of the truncated exponential at the age of injury: uniform if the law holds.
          const double months = 12 * tile.age_years[i] - tile.months_since_injury[i];
          const double latest = std::min(parameters.injury_age_maximum_months, 12 * tile.age_years[i]);
          const auto mass = [&](double until) {
            return 1 - std::exp(-(until - parameters.injury_age_minimum_months) / parameters.injury_age_mean_months);
          };
          injury_age_u.push_back(mass(months) / mass(latest));
          EXPECT_GE(tile.months_since_injury[i], 0);
        } else {
          EXPECT_EQ(tile.months_since_injury[i], 0);
        }
      }
    });
  }
};

const Sample& sample() {
  static const Sample drawn;
  return drawn;
}

double count(const std::vector<int>& values, int value) {
  return static_cast<double>(std::count(values.begin(), values.end(), value));
}

TEST(Covariates, AgeIsUniform) {
  expect_distribution(sample().age, [](double age) { return (age - 1) / 11; });
}

TEST(Covariates, Shares) {
  const Sample& s = sample();
  const std::array<double, 5> levels = register_population().gmfcs;
  for (int level = 0; level < gmfcs_levels; ++level) expect_share(count(s.gmfcs, level), n, levels[level]);
  for (int type = 0; type < injury_types; ++type)
    expect_share(count(s.injury, type), n, s.parameters.injury_share[type]);
  expect_share(count(s.male, 1), n, 0.578);
  expect_share(count(s.carrier, 1), n, 0.3);
  expect_share(count(s.suppressed, 1), n, 0.05);
  expect_share(count(s.postneonatal, 1), n, 0.0625);
}

TEST(Covariates, MotorTypeDependsOnTheInjury) {
  const Sample& s = sample();
  std::map<std::pair<int, int>, double> both;
  for (int i = 0; i < n; ++i) ++both[{s.injury[i], s.motor[i]}];
  for (int injury = 0; injury < injury_types; ++injury)
    for (int motor = 0; motor < motor_types; ++motor) {
      const double p = s.parameters.motor_type_share[injury][motor];
      if (p > 0) {
        expect_share(both[{injury, motor}], count(s.injury, injury), p);
      } else {
        EXPECT_EQ((both[{injury, motor}]), 0);
      }
    }
}

TEST(Covariates, EpilepsyAndDroolingDependOnTheLevel) {
  const Sample& s = sample();
  for (int level = 0; level < gmfcs_levels; ++level) {
    double children = 0, epilepsy = 0, drools = 0;
    for (int i = 0; i < n; ++i) {
      if (s.gmfcs[i] != level) continue;
      ++children;
      epilepsy += s.epilepsy[i];
      drools += s.drools[i];
    }
    expect_share(epilepsy, children, s.parameters.epilepsy_share[level]);
    expect_share(drools, children, s.parameters.drooling_share[level]);
  }
}

TEST(Covariates, WeightIsLogNormalAroundTheMedian) {
  const Sample& s = sample();
  expect_distribution(s.log_weight_ratio, [&](double x) { return normal_distribution(x / 0.18); });
  // 8 kg + 2 kg a year to 10 years, 4 kg a year from there to 18; level III at 0.93 of it.
  EXPECT_DOUBLE_EQ(s.parameters.median_weight_kg(0, 4), 16);
  EXPECT_DOUBLE_EQ(s.parameters.median_weight_kg(0, 14), 8 + 20 + 16);
  EXPECT_DOUBLE_EQ(s.parameters.median_weight_kg(2, 40), 0.93 * (8 + 20 + 32));
}

TEST(Covariates, InflammationIsStandardNormal) {
  expect_distribution(sample().inflammation, normal_distribution);
}

TEST(Covariates, AgeAtPostneonatalInjuryIsATruncatedExponential) {
  expect_distribution(sample().injury_age_u, [](double u) { return u; });
}

TEST(Covariates, AreIndependentWhereTheModelSaysSo) {
  const Sample& s = sample();
  const auto as_doubles = [](const std::vector<int>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  const std::vector<std::vector<double>> all = {s.age,
                                                s.log_weight_ratio,
                                                s.inflammation,
                                                as_doubles(s.gmfcs),
                                                as_doubles(s.injury),
                                                as_doubles(s.male),
                                                as_doubles(s.carrier),
                                                as_doubles(s.suppressed),
                                                as_doubles(s.postneonatal)};
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) expect_correlation(all[a], all[b], 0);
}

TEST(Covariates, InjuryYoungerThanTheMinimumIsTheAge) {
  Population infants = register_population();
  infants.age_years = {};
  infants.age_years.value = 0.05;  // 0.6 months, before the earliest postneonatal injury
  each_tile_of_patients(20'000, infants, PatientParameters(values_of("sceptical")), [](const PatientTile& tile) {
    for (int i = 0; i < tile.lanes; ++i) EXPECT_EQ(tile.months_since_injury[i], 0);
  });
}

// The address of every draw, replayed alone. A draw that moves would change every stored result.
TEST(Covariates, EveryDrawCanBeReplayedFromItsAddress) {
  const PatientParameters p(values_of("sceptical"));
  const Population population = register_population();
  const auto tile = std::make_unique<PatientTile>();
  tile->lanes = 300;
  for (int i = 0; i < tile->lanes; ++i) {
    tile->patient[i] = 1'000'000 + 7 * i;
    tile->attempt[i] = static_cast<std::uint16_t>(i % 5);
  }
  constexpr std::uint32_t replicate = 3;
  draw_patients(seed, replicate, population, p, *tile);
  for (int i = 0; i < tile->lanes; ++i) {
    const auto address = [&](Purpose purpose) {
      return Address{
          .replicate = replicate, .patient = tile->patient[i], .purpose = purpose, .occasion = tile->attempt[i]};
    };
    const auto uniform = [&](Purpose purpose) { return uniforms_at(seed, address(purpose))[0]; };
    const auto normal = [&](Purpose purpose) { return normals_at(seed, address(purpose))[0]; };
    const int level = tile->gmfcs[i];
    EXPECT_EQ(tile->age_years[i], invert(population.age_years, uniform(Purpose::age)));
    EXPECT_EQ(tile->male[i], uniform(Purpose::sex) < p.male_share);
    EXPECT_EQ(tile->carrier[i], uniform(Purpose::genotype) < p.carrier_share);
    EXPECT_EQ(tile->immune_suppressed[i], uniform(Purpose::immune_suppression) < p.immune_suppressed_share);
    EXPECT_EQ(tile->epilepsy[i], uniform(Purpose::epilepsy) < p.epilepsy_share[level]);
    EXPECT_EQ(tile->drools[i], uniform(Purpose::drooling_at_baseline) < p.drooling_share[level]);
    EXPECT_EQ(tile->inflammation[i], normal(Purpose::inflammation));
    EXPECT_NEAR(std::log(tile->weight_kg[i] / p.median_weight_kg(level, tile->age_years[i])),
                p.weight_log_sd * normal(Purpose::weight), 1e-13);
    double below = 0;
    for (int lower = 0; lower < level; ++lower) below += population.gmfcs[lower];
    EXPECT_GE(uniform(Purpose::gmfcs), below);
    EXPECT_LT(uniform(Purpose::gmfcs), below + population.gmfcs[level] + (level == gmfcs_levels - 1 ? 1 : 0));
    double injury_below = 0;
    for (int lower = 0; lower < tile->injury[i]; ++lower) injury_below += p.injury_share[lower];
    EXPECT_GE(uniform(Purpose::injury_type), injury_below);
    const auto timing = uniforms_at(seed, address(Purpose::injury_timing));
    EXPECT_EQ(tile->postneonatal[i], timing[0] < p.postneonatal_share);
  }
}

TEST(Covariates, AgreeWhateverTheTile) {
  const PatientParameters p(values_of("sceptical"));
  const auto one = std::make_unique<PatientTile>();
  each_tile_of_patients(2 * tile_size, register_population(), p, [&](const PatientTile& tile) {
    for (int i : {0, 17, 511}) {
      one->lanes = 1;
      one->patient[0] = tile.patient[i];
      one->attempt[0] = 0;
      draw_patients(seed, 0, register_population(), p, *one);
      EXPECT_EQ(one->age_years[0], tile.age_years[i]);
      EXPECT_EQ(one->weight_kg[0], tile.weight_kg[i]);
      EXPECT_EQ(one->gmfcs[0], tile.gmfcs[i]);
      EXPECT_EQ(one->months_since_injury[0], tile.months_since_injury[i]);
    }
  });
}

TEST(Covariates, CopyLaneCopiesEveryField) {
  const auto from = std::make_unique<PatientTile>();
  const auto to = std::make_unique<PatientTile>();
  from->lanes = to->lanes = 2;
  from->patient = {5, 6};
  from->attempt = {2, 3};
  to->patient = {0, 0};
  to->attempt = {0, 0};
  const PatientParameters p(values_of("sceptical"));
  draw_patients(seed, 0, register_population(), p, *from);
  draw_patients(seed, 0, register_population(), p, *to);
  to->copy_lane(*from, 1, 0);
  EXPECT_EQ(to->patient[0], 6u);
  EXPECT_EQ(to->attempt[0], 3);
  const auto again = std::make_unique<PatientTile>();
  again->lanes = 1;
  again->patient[0] = 6;
  again->attempt[0] = 3;
  draw_patients(seed, 0, register_population(), p, *again);
  EXPECT_EQ(to->age_years[0], again->age_years[0]);
  EXPECT_EQ(to->weight_kg[0], again->weight_kg[0]);
  EXPECT_EQ(to->months_since_injury[0], again->months_since_injury[0]);
  EXPECT_EQ(to->inflammation[0], again->inflammation[0]);
  for (auto field :
       {&PatientTile::gmfcs, &PatientTile::injury, &PatientTile::motor_type, &PatientTile::male, &PatientTile::carrier,
        &PatientTile::immune_suppressed, &PatientTile::postneonatal, &PatientTile::epilepsy, &PatientTile::drools})
    EXPECT_EQ(((*to).*field)[0], ((*again).*field)[0]);
}

}  // namespace
}  // namespace vcohort
