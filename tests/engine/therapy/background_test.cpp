#include "engine/random/tile_draws.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// Background events: Poisson at the rate of their type, the same in every arm.
namespace vcohort {
namespace {

using namespace test;

/// Counts of children, all grades together and grade by grade.
struct Counts {
  std::vector<std::vector<double>> total{event_types}, of_grade{event_types * grades};
  double children = 0;
};

Counts simulate(const ParameterValues& values, int n, double months) {
  const HarmParameters harm(values);
  const auto events = std::make_unique<BackgroundEvents>();
  Counts counts;
  each_tile_of_patients(n, register_population(), PatientParameters(values), [&](const PatientTile& tile) {
    draw_background_events(seed, 0, harm, tile, months, *events);
    counts.children += tile.lanes;
    for (std::size_t type = 0; type < event_types; ++type)
      for (int i = 0; i < tile.lanes; ++i) {
        const bool seizure = static_cast<EventType>(type) == EventType::seizure;
        double total = 0;
        for (std::size_t grade = 0; grade < grades; ++grade) {
          const double count = (*events)[type][grade][i];
          total += count;
          if (seizure && !tile.epilepsy[i]) {
            EXPECT_EQ(count, 0);
          } else {
            counts.of_grade[type * grades + grade].push_back(count);
          }
        }
        if (!seizure || tile.epilepsy[i]) counts.total[type].push_back(total);
      }
  });
  return counts;
}

TEST(Background, CountsArePoisson) {
  const ParameterValues values = values_of("sceptical");
  const HarmParameters harm(values);
  for (double months : {12.0, 30.0}) {
    const Counts counts = simulate(values, 60'000, months);
    for (std::size_t type = 0; type < event_types; ++type) {
      SCOPED_TRACE(name_of(static_cast<EventType>(type)));
      const double mean = harm.background_per_year[type] * months / 12;
      const std::vector<double>& found = counts.total[type];
      if (mean == 0) {
        EXPECT_EQ(moments(found).mean, 0);
        continue;
      }
      expect_mean(found, mean);
      expect_sd(found, std::sqrt(mean));
      for (int k : {0, 1, 2}) {
        const double p = std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
        expect_share(static_cast<double>(std::count(found.begin(), found.end(), k)), static_cast<double>(found.size()),
                     p);
      }
      const bool serious = static_cast<EventType>(type) == EventType::serious;
      const double shares[] = {serious ? 0 : 1 - harm.grade2_share[type], serious ? 0 : harm.grade2_share[type],
                               serious ? 1.0 : 0};
      for (std::size_t grade = 0; grade < grades; ++grade) {
        const auto& graded = counts.of_grade[type * grades + grade];
        if (shares[grade] > 0) {
          expect_mean(graded, mean * shares[grade]);
        } else {
          EXPECT_EQ(moments(graded).mean, 0);
        }
      }
    }
  }
}

TEST(Background, ALargeRateIsPoissonToo) {
  ParameterValues values = values_of("sceptical");
  values.set("background.diarrhoea", 40);
  const Counts counts = simulate(values, 20'000, 12);
  const auto& found = counts.total[static_cast<std::size_t>(EventType::diarrhoea)];
  expect_mean(found, 40);
  expect_sd(found, std::sqrt(40.0));
}

TEST(Background, CanBeReplayedFromItsAddress) {
  const ParameterValues values = values_of("sceptical");
  const HarmParameters harm(values);
  const auto events = std::make_unique<BackgroundEvents>();
  const auto type = static_cast<std::size_t>(EventType::upper_respiratory_infection);
  each_tile_of_patients(
      tile_size, register_population(), PatientParameters(values),
      [&](const PatientTile& tile) {
        draw_background_events(seed, 6, harm, tile, 18, *events);
        for (int i = 0; i < tile.lanes; ++i)
          for (std::size_t grade : {0, 1}) {
            int expected = 0;
            for (int year : {0, 1}) {
              const double u = uniforms_at(seed, {.replicate = 6,
                                                  .patient = tile.patient[i],
                                                  .purpose = Purpose::background_event,
                                                  .occasion = static_cast<std::uint16_t>(year),
                                                  .block = static_cast<std::uint16_t>(type)})[grade];
              const double mean = 1.2 * (year == 0 ? 1 : 0.5) * (grade == 0 ? 0.7 : 0.3);
              double cumulative = 0;
              for (int k = 0; (cumulative += std::exp(k * std::log(mean) - mean - std::lgamma(k + 1))) <= u; ++k)
                ++expected;
            }
            EXPECT_EQ((*events)[type][grade][i], expected);
          }
      },
      6);
}

}  // namespace
}  // namespace vcohort
