#include <map>
#include <set>
#include <tuple>

#include "engine/random/tile_draws.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "tests/engine/patient/patients.hpp"
#include "tests/engine/patient/stances.hpp"
#include "tests/engine/patient/statistics.hpp"
#include "tests/engine/therapy/strategies.hpp"

// Regimens that change after an adverse event, against a plain replay of each child from the addresses of its draws.
namespace vcohort {
namespace {

using namespace test;
using Tolerance = Regimen::Tolerance;
using Key = std::tuple<int, int, int>;  // lane, infusion, type

struct Replay {
  std::map<Key, std::pair<int, double>> events;  // grade and days
  std::vector<int> before_change;
};

/// One child after the other, one infusion after the other.
Replay replay(const HarmParameters& harm, const PatientTile& tile, const Strategy& strategy, double doses) {
  Replay result;
  const auto route = static_cast<std::size_t>(strategy.route);
  const int infusions = strategy.regimen.total_infusions();
  for (int i = 0; i < tile.lanes; ++i) {
    Address address{.patient = tile.patient[i], .purpose = Purpose::frailty};
    const double frailty = std::exp(harm.frailty_sd * normals_at(seed, address)[0]);
    int before = infusions;
    for (int k = 0; k < infusions; ++k) {
      if (k >= before && strategy.regimen.tolerance == Tolerance::stop) break;
      const double dose = k >= before ? doses / 2 : doses;
      bool not_tolerated = false;
      for (int type = 0; type < event_types; ++type) {
        const double p = harm.per_infusion[type][route];
        if (p == 0 || (static_cast<EventType>(type) == EventType::seizure && !tile.epilepsy[i])) continue;
        const double odds =
            p / (1 - p) * std::pow(2.0, harm.dose_log_odds[type] * std::log2(dose) / std::log(2.0)) * frailty;
        address = {.patient = tile.patient[i],
                   .purpose = Purpose::adverse_event,
                   .occasion = static_cast<std::uint16_t>(k),
                   .block = static_cast<std::uint16_t>(type / 4)};
        if (uniforms_at(seed, address)[type % 4] >= odds / (1 + odds)) continue;
        address.purpose = Purpose::adverse_event_detail;
        address.block = static_cast<std::uint16_t>(type);
        const auto detail = uniforms_at(seed, address);
        const int grade = static_cast<EventType>(type) == EventType::serious ? 3
                          : detail[0] < harm.grade2_share[type]              ? 2
                                                                             : 1;
        result.events[{i, k, type}] = {grade, -harm.duration_days[type] * std::log(detail[1])};
        not_tolerated = not_tolerated || grade >= 2;
      }
      if (not_tolerated && before == infusions && strategy.regimen.tolerance != Tolerance::ignore) before = k + 1;
    }
    result.before_change.push_back(before);
  }
  return result;
}

class ByTolerance : public testing::TestWithParam<std::tuple<Tolerance, double>> {};

TEST_P(ByTolerance, EventsAndChangesAreThoseOfTheReplay) {
  const auto [rule, doses] = GetParam();
  ParameterValues values = values_of("sceptical");
  // Large enough that the dose decides: log-odds of 0.3 per doubling is what the evidence says of fever.
  values.set("ae.fever.intrathecal", 0.5);
  values.set("ae.dose_log_odds.fever", 0.9);
  values.set("ae.dose_log_odds.headache", -0.6);
  const HarmParameters harm(values);
  Strategy strategy = cells(Cell::msc, Route::intrathecal, 6, 7, doses);
  strategy.regimen.tolerance = rule;
  const Visit visit = visit_at(12);
  const TherapyPlan plan(strategy, TherapyParameters(values), {&visit, 1});
  const TherapyPlan* const plans[] = {&plan};
  std::vector<TileHarm> out;
  std::size_t changed = 0;
  each_tile_of_patients(4 * tile_size, register_population(), PatientParameters(values), [&](const PatientTile& tile) {
    draw_adverse_events(seed, 0, harm, tile, plans, 12, out);
    const Replay expected = replay(harm, tile, strategy, doses);
    ASSERT_EQ(out[0].events.size(), expected.events.size());
    int last = 0;
    for (const AdverseEvent& event : out[0].events) {
      const auto found = expected.events.find({event.lane, event.infusion, static_cast<int>(event.type)});
      ASSERT_NE(found, expected.events.end());
      EXPECT_EQ(event.grade, found->second.first);
      EXPECT_NEAR(event.days, found->second.second, 1e-12 * std::max(1.0, event.days));
      EXPECT_GE(event.infusion, last) << "in order of infusion";
      last = event.infusion;
    }
    for (int i = 0; i < tile.lanes; ++i) {
      EXPECT_EQ(out[0].infusions_before_change[i], expected.before_change[static_cast<std::size_t>(i)]);
      changed += out[0].infusions_before_change[i] < 6;
    }
  });
  if (rule == Tolerance::ignore) {
    EXPECT_EQ(changed, 0u);
  } else {
    EXPECT_GT(changed, 500u);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, ByTolerance,
                         testing::Combine(testing::Values(Tolerance::ignore, Tolerance::stop, Tolerance::halve),
                                          testing::Values(1.0, 2.0)));

TEST(Tolerance, StoppingSparesWhatFollowsAndHalvingLightensIt) {
  const ParameterValues values = values_of("sceptical");
  const HarmParameters harm(values);
  const TherapyParameters therapy(values);
  const Visit visit = visit_at(12);
  std::vector<TherapyPlan> plans;
  for (Tolerance rule : {Tolerance::ignore, Tolerance::stop, Tolerance::halve}) {
    Strategy strategy = cells(Cell::msc, Route::intrathecal, 8);
    strategy.regimen.tolerance = rule;
    plans.emplace_back(strategy, therapy, std::span(&visit, 1));
  }
  const TherapyPlan* const all[] = {&plans[0], &plans[1], &plans[2]};
  std::vector<TileHarm> out;
  each_tile_of_patients(8 * tile_size, register_population(), PatientParameters(values), [&](const PatientTile& tile) {
    draw_adverse_events(seed, 0, harm, tile, all, 12, out);
    const auto set_of = [](const TileHarm& one) {
      std::set<Key> events;
      for (const AdverseEvent& event : one.events)
        events.insert({event.lane, event.infusion, static_cast<int>(event.type)});
      return events;
    };
    const std::set<Key> ignored = set_of(out[0]), stopped = set_of(out[1]), halved = set_of(out[2]);
    EXPECT_TRUE(std::includes(halved.begin(), halved.end(), stopped.begin(), stopped.end()));
    EXPECT_TRUE(std::includes(ignored.begin(), ignored.end(), halved.begin(), halved.end()));
    for (const auto& [lane, infusion, type] : stopped) EXPECT_LT(infusion, out[1].infusions_before_change[lane]);
  });
}

}  // namespace
}  // namespace vcohort
