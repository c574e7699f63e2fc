#include "engine/therapy/choice.hpp"

#include <cmath>

#include "engine/random/tile_draws.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// A choice between two strategies by a noisy marker: its law, the address of its draw, and what becomes of harm.
namespace vcohort {
namespace {

using namespace test;

constexpr int n = 100'000;

Choice choice_by(Marker marker, double error_sd, double threshold) {
  return {
      marker, error_sd, threshold, {cells(Cell::msc, Route::intravenous, 4), cells(Cell::nsc, Route::intranasal, 2)}};
}

struct Shares {
  double chosen = 0, with_marker = 0, chosen_with_marker = 0;
};

Shares shares_of(const Choice& choice) {
  Shares shares;
  const PatientParameters parameters(values_of("sceptical"));
  each_tile_of_patients(n, register_population(), parameters, [&](const PatientTile& tile) {
    Lanes<std::uint8_t> chosen;
    choose(seed, 0, choice, tile, chosen.data());
    for (int i = 0; i < tile.lanes; ++i) {
      const bool marked = static_cast<Injury>(tile.injury[i]) == Injury::white_matter;
      shares.chosen += chosen[i] == 0;
      shares.with_marker += marked;
      shares.chosen_with_marker += marked && chosen[i] == 0;
    }
  });
  return shares;
}

// The measured marker is N(0, 1 + 0.5^2): P(above 0.8) = 1 - Phi(0.8 / sqrt(1.25)) = 0.237138.
TEST(Choice, ANoisyMarkerHasItsLaw) {
  expect_share(shares_of(choice_by(Marker::inflammation, 0.5, 0.8)).chosen, n, 0.2371378);
}

// With error SD 0.35 a child with white matter injury is read as such with Phi(0.5 / 0.35) = 0.923436.
TEST(Choice, AnImagingMarkerMisreads) {
  const Shares shares = shares_of(choice_by(Marker::white_matter, 0.35, 0.5));
  expect_share(shares.chosen_with_marker, shares.with_marker, 0.9234363);
  expect_share(shares.chosen - shares.chosen_with_marker, n - shares.with_marker, 1 - 0.9234363);
}

TEST(Choice, APerfectMarkerNeverErrs) {
  const Shares shares = shares_of(choice_by(Marker::white_matter, 0, 0.5));
  EXPECT_EQ(shares.chosen, shares.with_marker);
  EXPECT_EQ(shares.chosen_with_marker, shares.with_marker);
}

// At the threshold itself a child has the first option: carriers of a marker of 1.
TEST(Choice, TheThresholdBelongsToTheFirstOption) {
  PatientTile tile;
  tile.lanes = 2;
  for (int i = 0; i < tile.lanes; ++i) {
    tile.patient[i] = static_cast<std::uint64_t>(i);
    tile.attempt[i] = 0;
    tile.carrier[i] = static_cast<std::uint8_t>(i);
  }
  Lanes<std::uint8_t> chosen;
  choose(seed, 0, choice_by(Marker::genotype, 0, 1), tile, chosen.data());
  EXPECT_EQ(chosen[0], 1);
  EXPECT_EQ(chosen[1], 0);
}

// One normal per child, at the address that the documentation names: block = marker, occasion = attempt.
TEST(Choice, DrawsWhereItSays) {
  PatientTile tile;
  tile.lanes = 5;
  for (int i = 0; i < tile.lanes; ++i) {
    tile.patient[i] = static_cast<std::uint64_t>(17 * i);
    tile.attempt[i] = static_cast<std::uint16_t>(i);
    tile.inflammation[i] = 0.1 * i;
    tile.carrier[i] = static_cast<std::uint8_t>(i % 2);
  }
  for (const Marker marker : {Marker::inflammation, Marker::genotype})
    for (const double threshold : {-0.7, 0.0, 0.4}) {
      Lanes<std::uint8_t> chosen;
      choose(seed, 3, choice_by(marker, 0.9, threshold), tile, chosen.data());
      for (int i = 0; i < tile.lanes; ++i) {
        Address address;
        address.replicate = 3;
        address.patient = tile.patient[i];
        address.purpose = Purpose::marker;
        address.occasion = tile.attempt[i];
        address.block = static_cast<std::uint16_t>(marker);
        const double truth = marker == Marker::inflammation ? tile.inflammation[i] : tile.carrier[i];
        EXPECT_EQ(chosen[i] == 0, truth + 0.9 * normals_at(seed, address)[0] >= threshold) << i;
      }
    }
}

TEST(Choice, HarmIsThatOfTheChosenStrategy) {
  const ParameterValues values = values_of("sceptical");
  const TherapyParameters therapy(values);
  const HarmParameters harm(values);
  const std::vector<Visit> visits{visit_at(12)};
  Strategy by_marker;
  by_marker.name = "by marker";
  by_marker.choice = choice_by(Marker::inflammation, 0.5, 0);
  by_marker.choice->options[0].regimen.tolerance = Regimen::Tolerance::stop;
  const TherapyPlan chosen(by_marker, therapy, visits);
  const TherapyPlan above(by_marker.choice->options[0], therapy, visits);
  const TherapyPlan below(by_marker.choice->options[1], therapy, visits);
  const TherapyPlan* const plans[] = {&above, &chosen, &below};
  std::size_t events = 0;
  each_tile_of_patients(2000, register_population(), PatientParameters(values), [&](const PatientTile& tile) {
    Lanes<std::uint8_t> option;
    choose(seed, 0, *by_marker.choice, tile, option.data());
    std::vector<TileHarm> out;
    draw_adverse_events(seed, 0, harm, tile, plans, 12, out);
    std::vector<double> days(tile_size, 0.0), expected(tile_size, 0.0);
    for (const AdverseEvent& event : out[1].events) days[event.lane] += event.days;
    for (const int k : {0, 1})
      for (const AdverseEvent& event : out[k == 0 ? 0 : 2].events)
        if (option[event.lane] == k) expected[event.lane] += event.days;
    for (int i = 0; i < tile.lanes; ++i) {
      EXPECT_DOUBLE_EQ(days[i], expected[i]);
      EXPECT_EQ(out[1].infusions_before_change[i], out[option[i] == 0 ? 0 : 2].infusions_before_change[i]);
    }
    for (std::size_t k = 1; k < out[1].events.size(); ++k)
      EXPECT_LE(out[1].events[k - 1].infusion, out[1].events[k].infusion);
    events += out[1].events.size();
  });
  EXPECT_GT(events, 100u);
}

}  // namespace
}  // namespace vcohort
