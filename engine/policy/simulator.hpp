#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/development/development.hpp"
#include "engine/evidence/values.hpp"
#include "engine/policy/cycles.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Patients first, first + 1, ... of a replicate.
struct PatientSpan {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// What the cost of a child is made of. `infusion` is what a study gives in place of product and procedure, `family`
/// travel and carers' time, `measurement` that of the marker of a choice.
enum class CostComponent : std::uint8_t {
  product,
  procedure,
  infusion,
  preparation,
  visits,
  family,
  measurement,
  events,
  care
};
inline constexpr std::size_t cost_components = 9;
const char* name_of(CostComponent);  // "product", ..., "adverse events", "care"

/// What every strategy costs and gains in a tile of twins: expected values given who the child is, how it responds and
/// which adverse events it has. Survival is a weight, not an event.
struct TileConsequences {
  const ChildTile* child = nullptr;
  std::vector<Lanes<double>> cost;    // [strategy], discounted
  std::vector<Lanes<double>> effect;  // [strategy]: discounted QALYs, or the effect at a visit
  // Not discounted, sums over the lanes:
  std::vector<double> treatment_cost;          // [strategy * years + year since baseline]
  std::vector<double> care_cost;               // likewise
  std::vector<double> person_years;            // [year]
  std::vector<double> care_without;            // [year]: care of children whom nothing has an effect on
  std::vector<double> component;               // [strategy * components + component], discounted
  std::vector<double> component_undiscounted;  // likewise
  std::vector<double> effect_undiscounted;     // [strategy]
  double life_years_discounted = 0;            // at the rate of effects

  int lanes() const { return child->patient.lanes; }
};

/// The simulation of [policy]: a pure function of the seed, a parameter point, a replicate and patients.
///
///   QALY  sum over nodes of weight S(t) clamp(U[g] + slope (bounded(f(t), E(t)) - f(t)), minimum, maximum), less what
///         adverse events
///         and complications of procedures take away
///   cost  sum over nodes of weight S(t) care[g], plus hours of rehabilitation above usual care, by quarters of a year
///         in their middle, procedures and their complications, and infusions (product, procedure, visits), preparation
///         and adverse events, each at its time times S; a strategy that is chosen by a marker costs its measurement,
///         at baseline, and what the chosen strategy costs
///
/// E(t) is the motor effect, of cells, rehabilitation and procedure together, and f(t) the score without cells of
/// docs/model.md; beyond follow-up E obeys the study's rule of extrapolation. Where there is no effect, or it is not
/// discounted (an effect at a visit), nothing is multiplied by it. The same draws serve every strategy. A probabilistic
/// analysis calls it with draw d and replicate d, a sensitivity analysis with moved parameters and replicate 0.
///
/// Thread safety: immutable; each thread has a Workspace of its own.
class PolicySimulator {
 public:
  explicit PolicySimulator(const Study&);  // that has [policy]

  class Workspace {
   public:
    explicit Workspace(const PolicySimulator&);
    ~Workspace();
    Workspace(Workspace&&) noexcept;

   private:
    friend class PolicySimulator;
    struct Memory;
    std::unique_ptr<Memory> memory_;
  };

  /// Calls `consume` for each tile of 512 patients, the last one shorter, in order. Throws InvalidInput where the
  /// parameters lack what the study needs.
  void simulate_patients(const ParameterValues&, std::uint32_t replicate, PatientSpan, Workspace&,
                         const std::function<void(const TileConsequences&)>& consume) const;

  const Study& study() const { return study_; }
  const Cycles& cycles() const { return cycles_; }
  std::size_t strategies() const { return study_.strategies.size(); }

 private:
  struct Model;
  struct Infusion;
  struct Beside;
  struct Plan;
  Plan plan_of(std::size_t strategy, const Model&) const;
  void schedule_costs(std::size_t strategy, const Model&, Plan&) const;
  void schedule_hours(std::size_t strategy, const Model&, Plan&) const;
  void schedule_procedure(std::size_t strategy, const Model&, Plan&) const;
  Beside beside_at(std::size_t time) const;
  void simulate_consequences(const Model&, std::uint32_t replicate, std::int64_t first, int lanes,
                             Workspace::Memory&) const;
  void weigh_survival(const Model&, Workspace::Memory&) const;
  void start_from_no_effect(const Model&, Workspace::Memory&) const;
  void evaluate(const Model&, std::size_t strategy, Workspace::Memory&) const;
  void choose_between(const Model&, std::uint32_t replicate, std::size_t strategy, Workspace::Memory&) const;
  StrategyCost cost_of(std::size_t strategy) const;
  void add_flows(const Model&, std::size_t strategy, Workspace::Memory&) const;
  void weigh_infusion(const Plan&, std::size_t strategy, std::size_t infusion, Workspace::Memory&) const;
  void add_part(std::size_t strategy, CostComponent, double discount, double amount, Workspace::Memory&) const;
  void add_parts(std::size_t strategy, const Infusion&, double alive_in_full, double alive_changed,
                 Workspace::Memory&) const;
  void add_infusions(const Model&, std::size_t strategy, Workspace::Memory&) const;
  void add_events(const Model&, std::size_t strategy, Workspace::Memory&) const;
  void add_besides(const Plan&, std::size_t strategy, Workspace::Memory&) const;
  void motor_effect(const Plan&, std::size_t at, Workspace::Memory&) const;
  void effect_at_visit(const Model&, std::size_t strategy, Workspace::Memory&) const;

  Study study_;
  Cycles cycles_;
  std::vector<double> infusion_times_;                   // years, distinct, ascending: within the horizon
  std::vector<std::vector<std::size_t>> infusion_time_;  // [strategy][infusion]: place in infusion_times_
  std::vector<std::vector<std::size_t>> options_;        // [strategy]: the two of a choice, else none
  std::vector<std::vector<int>> quarters_;               // [strategy]: of a year, with other hours than usual
};

}  // namespace vcohort
