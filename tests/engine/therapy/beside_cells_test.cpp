#include "engine/therapy/beside_cells.hpp"

#include <cmath>

#include "engine/random/tile_draws.hpp"
#include "engine/study/size.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"

// Rehabilitation and procedures: hours above usual care, their gain against numerical quadrature, who is eligible.
namespace vcohort {
namespace {

using namespace test;

struct Case {
  const char* name;
  std::array<double, 5> points;  // at the visits
};

// tests/oracles/rehabilitation.py: quadrature with 40 digits at 0.5, 3, 6, 12 and 30 months, a child of 2.75 years
// whose severity and individual factor are 0.8 and 1.3.
constexpr std::array<double, 5> visits = {0.5, 3, 6, 12, 30};
constexpr std::array<Case, 6> cases = {{
    {"ten hours for a year",
     {0.42675289215041178, 2.0564236520807788, 3.2842613823219699, 4.5618913327234189, 1.3739844367428868}},
    {"two blocks, the second later",
     {0.0, 1.2412978930209344, 0.98446186321525652, 1.4934523028332485, 0.36047375586101163}},
    {"overlapping",
     {0.14485811660348606, 1.4859268764294892, 2.9653092907101086, 2.3217470868525111, 0.58909190309807432}},
    {"same start", {0.0, 0.0, 1.4689117684236742, 1.2773716046691764, 0.30458037184525803}},
    {"nothing at all",
     {-0.048728552859550145, -0.26411600951796426, -0.46980976455224946, -0.7547637909855623, -1.0960077101827753}},
    {"a little always and more at times",
     {0.048580449223795303, 1.0120837512627723, 1.700574920782603, 2.5146084945963812, 1.6259771945410064}},
}};

Rehabilitation block(double hours, std::optional<double> weeks, int repeat, double every_weeks, double start) {
  return {hours, weeks, repeat, every_weeks, start};
}

std::vector<Rehabilitation> blocks_of(std::size_t number) {
  switch (number) {
    case 0:
      return {block(10, 52, 1, 0, 0)};
    case 1:
      return {block(12, 6, 2, 26, 1)};
    case 2:
      return {block(4, 30, 1, 0, 0), block(9, 8, 2, 12, 2)};
    case 3:
      return {block(3, 10, 1, 0, 3), block(5, 20, 1, 0, 3)};
    case 4:
      return {block(0, std::nullopt, 1, 0, 0)};
    default:
      return {block(2, std::nullopt, 1, 0, 0), block(20, 2, 5, 13, 1.5)};
  }
}

BesideParameters parameters_of_the_oracle() {
  BesideParameters p(values_of("sceptical"));
  p.rehabilitation = RehabilitationParameters{0.02, 12, 8, 1, 0.4, 0.5, 5, 1.2, 4, {1.2, 1.1, 1.0, 0.8, 0.65}};
  return p;
}

std::vector<Visit> visits_of(std::span<const double> months) {
  std::vector<Visit> list;
  for (const double at : months) list.push_back(visit_at(at));
  return list;
}

/// One child, GMFCS IV, whose individual factor is as the oracle has it.
struct Child {
  std::unique_ptr<PatientTile> tile = std::make_unique<PatientTile>();
  std::unique_ptr<BesideResponse> response = std::make_unique<BesideResponse>();
  std::unique_ptr<BesidePlan::Load> load = std::make_unique<BesidePlan::Load>();

  explicit Child(double age, double factor = 1.3, int level = 3) {
    tile->lanes = 1;
    tile->age_years[0] = age;
    tile->gmfcs[0] = static_cast<std::uint8_t>(level);
    tile->motor_type[0] = 0;
    tile->topography[0] = static_cast<std::uint8_t>(Topography::diplegia);
    const double variance = std::log(1 + 0.4 * 0.4);
    response->rehabilitation[0] = (std::log(factor) + variance / 2) / std::sqrt(variance);
    response->procedure[0] = 0;
  }

  double points(const BesidePlan& plan, std::size_t visit) const {
    double out = 0;
    plan.load(*tile, *response, *load);
    plan.points(1, *load, visit, &out);
    return out;
  }
};

TEST(BesideCells, ClosedFormIsTheIntegral) {
  const Child child(2.75);
  for (std::size_t k = 0; k < cases.size(); ++k) {
    Strategy strategy;
    strategy.rehabilitation = blocks_of(k);
    const BesidePlan plan(strategy, {}, parameters_of_the_oracle(), visits_of(visits));
    for (std::size_t v = 0; v < visits.size(); ++v)
      EXPECT_NEAR(child.points(plan, v), cases[k].points[v], 1e-12) << cases[k].name << " at " << visits[v];
  }
}

// What everybody receives and what a strategy adds are one sum: it does not matter which of them is which.
TEST(BesideCells, HoursOfEverybodyAddToThoseOfTheStrategy) {
  const Child child(2.75);
  Strategy both, own;
  both.rehabilitation = blocks_of(5);
  own.rehabilitation = {both.rehabilitation[1]};
  const std::vector<Rehabilitation> everybody = {both.rehabilitation[0]};
  const BesidePlan together(both, {}, parameters_of_the_oracle(), visits_of(visits));
  const BesidePlan apart(own, everybody, parameters_of_the_oracle(), visits_of(visits));
  for (std::size_t v = 0; v < visits.size(); ++v) EXPECT_EQ(child.points(apart, v), child.points(together, v));
}

TEST(BesideCells, UsualCareIsNothing) {
  Strategy usual, as_usual;
  as_usual.rehabilitation = {block(1, std::nullopt, 1, 0, 0)};  // the hours of usual care themselves
  EXPECT_FALSE(BesidePlan(usual, {}, parameters_of_the_oracle(), visits_of(visits)).effective());
  EXPECT_FALSE(BesidePlan(as_usual, {}, parameters_of_the_oracle(), visits_of(visits)).effective());
  EXPECT_TRUE(hours_above_usual(as_usual.rehabilitation, 1, 24).empty());
}

TEST(BesideCells, WhoIsNotEligibleHasWhatEverybodyHas) {
  Strategy strategy;
  strategy.rehabilitation = {block(20, 12, 1, 0, 0)};
  strategy.procedure = ProcedureUse{Procedure::rhizotomy, 1, 0, 0};
  strategy.eligibility.emplace().gmfcs = std::array{false, true, true, false, false};
  const std::vector<Rehabilitation> everybody = {block(3, 52, 1, 0, 0)};
  const BesidePlan plan(strategy, everybody, parameters_of_the_oracle(), visits_of(visits));
  const BesidePlan others({}, everybody, parameters_of_the_oracle(), visits_of(visits));
  const Child severe(2.75, 1.3, 3), moderate(2.75, 1.3, 2);
  for (std::size_t v = 0; v < visits.size(); ++v) {
    EXPECT_EQ(severe.points(plan, v), severe.points(others, v));
    EXPECT_GT(moderate.points(plan, v), moderate.points(others, v) + 0.01);
  }
  strategy.eligibility->topography = std::array{true, false, true, true};  // all but diplegia, which the child has
  const BesidePlan none(strategy, everybody, parameters_of_the_oracle(), visits_of(visits));
  EXPECT_EQ(moderate.points(none, 2), moderate.points(others, 2));
}

// effect (1 - exp(-t / onset)) exp(-t / waning), summed over the times that it was done.
TEST(BesideCells, AProcedureBuildsUpAndFades) {
  BesideParameters p(values_of("sceptical"));
  p.procedure[0] = ProcedureParameters{2.7, 6, 120, 0};
  Strategy strategy;
  strategy.procedure = ProcedureUse{Procedure::rhizotomy, 2, 10, 1};
  const BesidePlan plan(strategy, {}, p, visits_of(visits));
  const auto one = [](double t) { return t > 0 ? 2.7 * (1 - std::exp(-t / 6)) * std::exp(-t / 120) : 0.0; };
  const Child child(5);
  for (std::size_t v = 0; v < visits.size(); ++v)
    EXPECT_NEAR(child.points(plan, v), one(visits[v] - 1) + one(visits[v] - 11), 1e-13);
}

// The check of the search of the literature, section 8.1, to its printed digit: Gu's placebo arm at 10 and 12 hours
// above usual care gains 2.0 and 2.3, 3.1 and 3.6, 4.4 and 4.9 points at 3, 6 and 12 months, Min's at 10 hours 2.8 at 6
// months. That is a child of the arm's mean age (4.29 years as Gu printed it, 5.4 as the replication of Min assumes)
// at level III whose individual factor is one: the age factor is in it, the mix of levels and ages and the end of the
// scale are not. With all modifiers at one it would be 2.0 and 2.3, 3.2 and 3.7, 4.5 and 5.0, and 3.2.
TEST(BesideCells, TheCheckOfTheLiterature) {
  const BesideParameters p = parameters_of_the_oracle();
  const std::array<double, 3> months = {3, 6, 12};
  struct Arm {
    double age, hours_above;
    std::array<std::optional<double>, 3> points;
  };
  constexpr int level_iii = 2;
  constexpr double printed = 0.05;
  for (const Arm& arm : {Arm{4.29, 10, {{2.0, 3.1, 4.4}}}, Arm{4.29, 12, {{2.3, 3.6, 4.9}}},
                         Arm{5.4, 10, {{std::nullopt, 2.8, std::nullopt}}}}) {
    Strategy strategy;
    strategy.rehabilitation = {block(p.rehabilitation->usual_hours + arm.hours_above, 60, 1, 0, 0)};
    const BesidePlan plan(strategy, {}, p, visits_of(months));
    const Child child(arm.age, 1, level_iii);
    for (std::size_t v = 0; v < months.size(); ++v)
      if (arm.points[v]) {
        EXPECT_NEAR(child.points(plan, v), *arm.points[v], printed) << arm.age << " at " << months[v];
      }
  }
  // With modifiers of one: the closed form of the section itself.
  Strategy strategy;
  strategy.rehabilitation = {block(p.rehabilitation->usual_hours + 10, 60, 1, 0, 0)};
  const BesidePlan plan(strategy, {}, p, visits_of(months));
  for (std::size_t v = 0; v < months.size(); ++v) {
    const double sum = 0.02 * 10 * days_per_month / 7 * 12 * (1 - std::exp(-months[v] / 12));
    EXPECT_NEAR(Child(4, 1, level_iii).points(plan, v), 8 * (1 - std::exp(-sum / 8)), 0.002);  // days of visits
  }
}

struct Sample {
  std::vector<double> rehabilitation, procedure;
};

Sample responses() {
  Sample sample;
  const auto response = std::make_unique<BesideResponse>();
  each_tile_of_patients(200'000, register_population(), PatientParameters(values_of("sceptical")),
                        [&](const PatientTile& tile) {
                          draw_beside_response(seed, 0, {true, true}, tile, *response);
                          for (int i = 0; i < tile.lanes; ++i) {
                            sample.rehabilitation.push_back(response->rehabilitation[i]);
                            sample.procedure.push_back(response->procedure[i]);
                          }
                        });
  return sample;
}

TEST(BesideCells, ResponsesAreIndependentNormals) {
  const Sample s = responses();
  expect_distribution(s.rehabilitation, [](double z) { return normal_distribution(z); });
  expect_distribution(s.procedure, [](double z) { return normal_distribution(z); });
  expect_correlation(s.rehabilitation, s.procedure, 0);
}

TEST(BesideCells, EveryDrawCanBeReplayedFromItsAddressAndIsDrawnWhereItIsNeeded) {
  const auto tile = std::make_unique<PatientTile>();
  tile->lanes = 3;
  for (int i = 0; i < 3; ++i) tile->patient[i] = 41 + static_cast<std::uint64_t>(i);
  const auto response = std::make_unique<BesideResponse>();
  response->rehabilitation.fill(7);
  response->procedure.fill(7);
  draw_beside_response(seed, 5, {false, true}, *tile, *response);
  EXPECT_EQ(response->rehabilitation[0], 7) << "nobody needs it";
  draw_beside_response(seed, 5, {true, false}, *tile, *response);
  for (int i = 0; i < 3; ++i)
    for (const auto& [purpose, drawn] : {std::pair(Purpose::rehabilitation_response, response->rehabilitation[i]),
                                         std::pair(Purpose::procedure_response, response->procedure[i])}) {
      Lanes<double> normal;
      double* const out[] = {normal.data()};
      TileAddress address;
      address.seed = seed;
      address.replicate = 5;
      address.purpose = purpose;
      tile_normals(address, tile->patient.data() + i, 1, 1, out);
      EXPECT_EQ(drawn, normal[0]);
    }
}

// Shares of spastic children by level, and none in the others.
TEST(BesideCells, TopographyHasItsShares) {
  std::array<std::array<double, topographies>, 2> counts{};
  each_tile_of_patients(200'000, register_population(), PatientParameters(values_of("sceptical")),
                        [&](const PatientTile& tile) {
                          for (int i = 0; i < tile.lanes; ++i) {
                            const bool spastic = static_cast<MotorType>(tile.motor_type[i]) == MotorType::spastic;
                            const bool none = static_cast<Topography>(tile.topography[i]) == Topography::none;
                            ASSERT_EQ(spastic, !none);
                            if (spastic) ++counts[tile.gmfcs[i] > 2][tile.topography[i]];
                          }
                        });
  constexpr std::array<std::array<double, 3>, 2> shares = {{{0.517, 0.347, 0.136}, {0.015, 0.015, 0.970}}};
  for (std::size_t group = 0; group < 2; ++group) {
    const double all = counts[group][0] + counts[group][1] + counts[group][2];
    for (std::size_t k = 0; k < 3; ++k) expect_share(counts[group][k], static_cast<int>(all), shares[group][k]);
  }
}

}  // namespace
}  // namespace vcohort
