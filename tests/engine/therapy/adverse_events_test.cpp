#include "engine/therapy/adverse_events.hpp"

#include <array>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <map>
#include <tuple>

#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Related adverse events against closed forms: the child's frailty multiplies the odds by exp(0.5 z) and is integrated
// out.
namespace vcohort {
namespace {

using namespace test;

double over_frailty(double sd, const std::function<double(double)>& p) {
  constexpr double tails = 9;  // standard deviations; what lies beyond is 1e-19
  const auto integrand = [&](double z) { return p(std::exp(sd * z)) * std::exp(-z * z / 2) / std::sqrt(2 * M_PI); };
  return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(integrand, -tails, tails, 10, 1e-12);
}

/// Probability of an event at one infusion of a child whose odds are multiplied by `frailty`.
double of_child(double p, double slope, double doses, double frailty) {
  const double odds = p / (1 - p) * std::pow(doses, slope / std::log(2.0)) * frailty;
  return odds / (1 + odds);
}

struct Result {
  double children = 0, epilepsy = 0, any_infusion = 0;
  std::array<double, event_types> events{}, grade2{}, grade3{}, children_with{};
  std::array<std::vector<double>, event_types> days;
};

Result simulate(const HarmParameters& harm, const TherapyParameters& therapy, const Strategy& strategy, int n,
                double follow_up = 24) {
  const Visit visit = visit_at(follow_up);
  const TherapyPlan plan(strategy, therapy, {&visit, 1});
  const TherapyPlan* const plans[] = {&plan};
  std::vector<TileHarm> out;
  Result result;
  each_tile_of_patients(n, register_population(), PatientParameters(values_of("sceptical")),
                        [&](const PatientTile& tile) {
                          draw_adverse_events(seed, 0, harm, tile, plans, follow_up, out);
                          std::map<std::pair<int, int>, int> of_child_and_type;
                          for (const AdverseEvent& event : out[0].events) {
                            const auto type = static_cast<std::size_t>(event.type);
                            ++result.events[type];
                            result.grade2[type] += event.grade == 2;
                            result.grade3[type] += event.grade == 3;
                            result.days[type].push_back(event.days);
                            if (++of_child_and_type[{event.lane, static_cast<int>(type)}] == 1)
                              ++result.children_with[type];
                            if (event.type == EventType::seizure) {
                              EXPECT_TRUE(tile.epilepsy[event.lane]);
                            }
                          }
                          result.children += tile.lanes;
                          for (int i = 0; i < tile.lanes; ++i) result.epilepsy += tile.epilepsy[i];
                        });
  return result;
}

struct RouteCase {
  Cell cell;
  Route route;
  double doses;
};

class ByRoute : public testing::TestWithParam<RouteCase> {};

TEST_P(ByRoute, EventsOfOneInfusion) {
  const auto& [cell, route, doses] = GetParam();
  const HarmParameters harm(values_of("sceptical"));
  const TherapyParameters therapy(values_of("sceptical"));
  const Result found = simulate(harm, therapy, cells(cell, route, 1, 7, doses), 400'000);
  int kinds = 0;
  for (std::size_t type = 0; type < event_types; ++type) {
    const double p = harm.per_infusion[type][static_cast<std::size_t>(route)];
    const char* name = name_of(static_cast<EventType>(type));
    SCOPED_TRACE(name);
    if (p == 0) {
      EXPECT_EQ(found.events[type], 0);
      continue;
    }
    ++kinds;
    const double expected =
        over_frailty(0.5, [&, d = doses](double frailty) { return of_child(p, harm.dose_log_odds[type], d, frailty); });
    const bool seizure = static_cast<EventType>(type) == EventType::seizure;
    expect_share(found.events[type], seizure ? found.epilepsy : found.children, expected);
    if (static_cast<EventType>(type) == EventType::serious) {
      EXPECT_EQ(found.grade3[type], found.events[type]);
    } else {
      EXPECT_EQ(found.grade3[type], 0);
      expect_share(found.grade2[type], found.events[type], harm.grade2_share[type]);
    }
    expect_mean(found.days[type], harm.duration_days[type]);
    expect_distribution(found.days[type], [&](double days) { return 1 - std::exp(-days / harm.duration_days[type]); });
  }
  EXPECT_GE(kinds, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Routes, ByRoute,
    testing::Values(RouteCase{Cell::msc, Route::intravenous, 1}, RouteCase{Cell::msc, Route::intrathecal, 1},
                    RouteCase{Cell::nsc, Route::intranasal, 1}, RouteCase{Cell::nsc, Route::intraventricular, 1},
                    RouteCase{Cell::msc, Route::intravenous, 4}, RouteCase{Cell::msc, Route::intrathecal, 0.25}));

// The frailty is the child's: events of its infusions are correlated, and fewer children have any.
TEST(AdverseEvents, AnyEventInFourInfusions) {
  const HarmParameters harm(values_of("sceptical"));
  const Result found =
      simulate(harm, TherapyParameters(values_of("sceptical")), cells(Cell::msc, Route::intrathecal, 4), 200'000);
  for (EventType type : {EventType::fever, EventType::headache, EventType::back_pain}) {
    const auto t = static_cast<std::size_t>(type);
    const double p = harm.per_infusion[t][1];
    expect_share(found.children_with[t], found.children,
                 over_frailty(0.5, [&](double frailty) { return 1 - std::pow(1 - of_child(p, 0, 1, frailty), 4); }));
  }
}

TEST(AdverseEvents, OnlyInfusionsBeforeTheEndOfFollowUpCount) {
  const HarmParameters harm(values_of("sceptical"));
  const TherapyParameters therapy(values_of("sceptical"));
  const Strategy monthly = cells(Cell::msc, Route::intrathecal, 6, 30.4375);
  const Result three = simulate(harm, therapy, monthly, 50'000, 3);  // those of months 0, 1 and 2
  const Result same = simulate(harm, therapy, cells(Cell::msc, Route::intrathecal, 3, 30.4375), 50'000, 24);
  EXPECT_EQ(three.events, same.events);
  EXPECT_GT(same.events[0], 0);
}

using EventKey = std::tuple<int, int, int, int, double>;
std::vector<EventKey> keys(const TileHarm& harm, int infusions) {
  std::vector<EventKey> all;
  for (const AdverseEvent& event : harm.events)
    if (event.infusion < infusions)
      all.emplace_back(event.lane, event.infusion, static_cast<int>(event.type), event.grade, event.days);
  std::sort(all.begin(), all.end());
  return all;
}

TEST(AdverseEvents, TwinsHaveTheSameLuckAtTheSameInfusion) {
  const HarmParameters harm(values_of("sceptical"));
  const TherapyParameters sceptical(values_of("sceptical")), null(values_of("null"));
  const Visit visit = visit_at(24);
  const auto plan = [&](const Strategy& strategy, const TherapyParameters& p) {
    return TherapyPlan(strategy, p, {&visit, 1});
  };
  const std::vector<TherapyPlan> plans = {
      plan(cells(Cell::msc, Route::intrathecal, 4), sceptical), plan(rehabilitation(), sceptical),
      plan(cells(Cell::mnc, Route::intrathecal, 8, 30), sceptical),
      plan(cells(Cell::msc, Route::intrathecal, 1), sceptical), plan(cells(Cell::msc, Route::intrathecal, 4), null)};
  std::vector<const TherapyPlan*> all;
  for (const TherapyPlan& one : plans) all.push_back(&one);
  std::vector<TileHarm> out, alone;
  std::size_t events = 0;
  each_tile_of_patients(8 * tile_size, register_population(), PatientParameters(values_of("sceptical")),
                        [&](const PatientTile& tile) {
                          draw_adverse_events(seed, 0, harm, tile, all, 24, out);
                          EXPECT_TRUE(out[1].events.empty());
                          EXPECT_EQ(keys(out[0], 4), keys(out[2], 4));
                          EXPECT_EQ(keys(out[0], 1), keys(out[3], 1));
                          EXPECT_EQ(keys(out[0], 4), keys(out[4], 4)) << "harms remain where efficacy is null";
                          for (std::size_t k = 0; k < all.size(); ++k) {
                            draw_adverse_events(seed, 0, harm, tile, {&all[k], 1}, 24, alone);
                            EXPECT_EQ(keys(alone[0], 100), keys(out[k], 100)) << "company changes nothing";
                          }
                          events += out[0].events.size();
                        });
  EXPECT_GT(events, 1000u);
}

}  // namespace
}  // namespace vcohort
