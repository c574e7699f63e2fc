#pragma once
#include <array>
#include <string>
#include <vector>

#include "engine/policy/parameters.hpp"
#include "engine/policy/simulator.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "engine/therapy/beside_cells.hpp"
#include "engine/therapy/therapy.hpp"

/// What the files of PolicySimulator share: a strategy and a model made ready, and the memory of a thread.
namespace vcohort {

inline constexpr double months_per_year = 12;
inline constexpr double months_per_quarter = 3;
inline double middle_of_quarter(int quarter) {  // [years]
  return (quarter + 0.5) * months_per_quarter / months_per_year;
}
constexpr std::size_t place_of(CostComponent component) {
  return static_cast<std::size_t>(component);
}

/// Sum of the lanes in use, in their order.
inline double sum_of(const Lanes<double>& values, int lanes) {
  double sum = 0;
  for (int i = 0; i < lanes; ++i) sum += values[i];
  return sum;
}

/// An infusion within the horizon, with what it costs.
struct PolicySimulator::Infusion {
  std::size_t time = 0;  // place in infusion_times_
  int year = 0;
  double discount_cost = 1, discount_effect = 1;
  double in_full = 0, changed = 0;  // cost before and after the regimen was changed for an adverse event
  std::array<double, cost_components> parts_in_full{}, parts_changed{};  // what they are made of
};

/// What rehabilitation in a quarter of a year, or a procedure, costs beside cells, and what its complications take
/// away.
struct PolicySimulator::Beside {
  std::size_t time = 0;  // place in infusion_times_
  int year = 0;
  double discount_cost = 1, discount_effect = 1;
  std::array<double, cost_components> of_eligible{}, of_others{};
  double loss = 0;  // QALYs of an eligible child
};

/// A strategy made ready for one parameter point.
struct PolicySimulator::Plan {
  TherapyPlan therapy;            // saturation at the nodes, then at the visit of the effect
  BesidePlan beside;              // likewise
  std::vector<double> remaining;  // [node, then visit]: factor of the effect by extrapolation
  std::vector<Infusion> infusions;
  std::vector<Beside> besides;

  bool effective() const { return therapy.effective() || beside.effective(); }
};

struct PolicySimulator::Model {
  PatientParameters patient;
  DevelopmentParameters development;
  HarmParameters harm;
  TherapyParameters therapy;
  BesideParameters beside;
  PolicyParameters policy;
  std::array<double, gmfcs_levels> mcid{};
  std::vector<Plan> plans;
  std::vector<const TherapyPlan*> therapies;
  bool any_effect = false;  // of any strategy
  BesideNeeds needs;        // of all strategies

  Model(const PolicySimulator& simulator, const ParameterValues& values)
      : patient(values),
        development(values),
        harm(values),
        therapy(values),
        beside(values),
        policy(values, *simulator.study_.policy) {
    for (int level = 0; level < gmfcs_levels; ++level)
      mcid[level] = values.at(std::string("mcid.") + gmfcs_name(level));
    plans.reserve(simulator.strategies());
    for (std::size_t s = 0; s < simulator.strategies(); ++s) plans.push_back(simulator.plan_of(s, *this));
    for (const Plan& plan : plans) {
      therapies.push_back(&plan.therapy);
      any_effect = any_effect || plan.effective();
      needs.rehabilitation = needs.rehabilitation || plan.beside.needs().rehabilitation;
      needs.procedure = needs.procedure || plan.beside.needs().procedure;
    }
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
};

/// Memory of a thread; nothing is allocated from tile to tile.
struct PolicySimulator::Workspace::Memory {
  explicit Memory(const PolicySimulator& simulator)
      : alive(simulator.cycles_.nodes.size()),
        alive_at_infusion(simulator.infusion_times_.size()),
        sum_at_infusion(simulator.infusion_times_.size()),
        care_at_node(simulator.cycles_.nodes.size()),
        motor_at_node(simulator.cycles_.nodes.size()) {
    const std::size_t strategies = simulator.strategies();
    const auto years = static_cast<std::size_t>(simulator.cycles_.years);
    out.child = &child;
    out.cost.resize(strategies);
    out.effect.resize(strategies);
    out.treatment_cost.resize(strategies * years);
    out.care_cost.resize(strategies * years);
    out.person_years.resize(years);
    out.care_without.resize(years);
    out.component.resize(strategies * cost_components);
    out.component_undiscounted.resize(strategies * cost_components);
    out.effect_undiscounted.resize(strategies);
    undiscounted.resize(strategies);
  }

  ChildTile child;
  TileConsequences out;
  std::vector<Lanes<double>> alive;              // [node]
  std::vector<Lanes<double>> alive_at_infusion;  // [time]
  std::vector<double> sum_at_infusion;           // [time]: over lanes
  std::vector<double> care_at_node;              // over lanes, without effect
  std::vector<double> care_of_strategy;          // likewise, under the strategy in work
  std::vector<Lanes<double>> motor_at_node;      // latent score without cells
  std::vector<Lanes<double>> undiscounted;       // [strategy]: QALYs
  Lanes<double> undiscounted_without;            // likewise, without effect
  Lanes<double> baseline_rate, utility, care, no_effect, cost_without, effect_without, motor;
  Lanes<double> strength, effect, beside, scratch;
  Lanes<std::uint16_t> category;
  Lanes<std::uint8_t> chosen;
  Response response;
  BesideResponse beside_response;
  BesidePlan::Load load;
  std::vector<TileHarm> harm;
};

}  // namespace vcohort
