#include "engine/policy/simulator.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "engine/numeric/elementary.hpp"
#include "engine/policy/decision/discount.hpp"
#include "engine/policy/parameters.hpp"
#include "engine/policy/policy_hot.hpp"
#include "engine/therapy/adverse_events.hpp"
#include "engine/therapy/choice.hpp"
#include "engine/therapy/therapy.hpp"

namespace vcohort {

namespace {

constexpr double months_per_year = 12;
constexpr std::size_t place_of(CostComponent component) {
  return static_cast<std::size_t>(component);
}
constexpr double days_per_year = days_per_month * months_per_year;

/// Sum of the lanes in use, in their order.
double sum_of(const Lanes<double>& values, int lanes) {
  double sum = 0;
  for (int i = 0; i < lanes; ++i) sum += values[i];
  return sum;
}

/// What is left of an effect so long after the follow-up that is believed.
double extrapolated(const PolicyQuestion& question, double months_beyond) {
  constexpr double ln2 = 0.693147180559945309;
  switch (question.extrapolation) {
    case Extrapolation::model:
    case Extrapolation::hold:
      return 1;
    case Extrapolation::wane:
      return exp_of(-ln2 * months_beyond / question.half_life_months);
    case Extrapolation::stop:
      return 0;
  }
  return 1;
}

}  // namespace

const char* name_of(CostComponent component) {
  constexpr std::array<const char*, cost_components> names = {
      "product", "procedure", "infusion", "preparation", "visits", "family", "measurement", "adverse events", "care"};
  return names[place_of(component)];
}

/// An infusion within the horizon, with what it costs.
struct PolicySimulator::Infusion {
  std::size_t time = 0;  // place in infusion_times_
  int year = 0;
  double discount_cost = 1, discount_effect = 1;
  double in_full = 0, changed = 0;  // cost before and after the regimen was changed for an adverse event
  std::array<double, cost_components> parts_in_full{}, parts_changed{};  // what they are made of
};

/// A strategy made ready for one parameter point.
struct PolicySimulator::Plan {
  TherapyPlan therapy;            // saturation at the nodes, then at the visit of the effect
  std::vector<double> remaining;  // [node, then visit]: factor of the effect by extrapolation
  std::vector<Infusion> infusions;
};

struct PolicySimulator::Model {
  PatientParameters patient;
  DevelopmentParameters development;
  HarmParameters harm;
  TherapyParameters therapy;
  PolicyParameters policy;
  std::array<double, gmfcs_levels> mcid{};
  std::vector<Plan> plans;
  std::vector<const TherapyPlan*> therapies;

  Model(const PolicySimulator& simulator, const ParameterValues& values)
      : patient(values), development(values), harm(values), therapy(values), policy(values, *simulator.study_.policy) {
    for (int level = 0; level < gmfcs_levels; ++level)
      mcid[level] = values.at(std::string("mcid.") + gmfcs_name(level));
    plans.reserve(simulator.strategies());
    for (std::size_t s = 0; s < simulator.strategies(); ++s) plans.push_back(simulator.plan_of(s, *this));
    for (const Plan& plan : plans) therapies.push_back(&plan.therapy);
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
  Lanes<double> strength, effect, scratch;
  Lanes<std::uint16_t> category;
  Lanes<std::uint8_t> chosen;
  Response response;
  std::vector<TileHarm> harm;
};

PolicySimulator::Workspace::Workspace(const PolicySimulator& simulator)
    : memory_(std::make_unique<Memory>(simulator)) {}
PolicySimulator::Workspace::~Workspace() = default;
PolicySimulator::Workspace::Workspace(Workspace&&) noexcept = default;

PolicySimulator::PolicySimulator(const Study& study) : study_(study), cycles_(*study.policy) {
  const double horizon_months = study_.policy->horizon_years * months_per_year;
  const auto years_of = [&](const Strategy& strategy) {
    std::vector<double> years;
    if (strategy.cells)
      for (double months : infusion_months(strategy.regimen))
        if (months < horizon_months) years.push_back(months / months_per_year);
    return years;
  };
  for (const Strategy& strategy : study_.strategies)
    for (double years : years_of(strategy)) infusion_times_.push_back(years);
  std::sort(infusion_times_.begin(), infusion_times_.end());
  infusion_times_.erase(std::unique(infusion_times_.begin(), infusion_times_.end()), infusion_times_.end());
  for (const Strategy& strategy : study_.strategies) {
    auto& places = infusion_time_.emplace_back();
    for (double years : years_of(strategy))
      places.push_back(static_cast<std::size_t>(
          std::lower_bound(infusion_times_.begin(), infusion_times_.end(), years) - infusion_times_.begin()));
  }
  for (const Strategy& strategy : study_.strategies) {
    auto& options = options_.emplace_back();
    if (!strategy.choice) continue;
    for (const Strategy& option : strategy.choice->options)
      options.push_back(
          static_cast<std::size_t>(std::find_if(study_.strategies.begin(), study_.strategies.end(),
                                                [&](const Strategy& other) { return other.name == option.name; }) -
                                   study_.strategies.begin()));
  }
}

/// What the study knows better than the evidence about the cost of a strategy; empty where it says nothing.
StrategyCost PolicySimulator::cost_of(std::size_t s) const {
  for (const StrategyCost& cost : study_.policy->costs)
    if (cost.strategy == static_cast<int>(s)) return cost;
  return {};
}

PolicySimulator::Plan PolicySimulator::plan_of(std::size_t s, const Model& model) const {
  const PolicyQuestion& question = *study_.policy;
  const Strategy& strategy = study_.strategies[s];
  std::vector<double> months;
  for (const Cycles::Node& node : cycles_.nodes) months.push_back(node.years * months_per_year);
  months.push_back(question.visit_months);
  std::vector<double> remaining(months.size(), 1.0);
  if (strategy.cells && question.extrapolation != Extrapolation::model) {
    const double believed = infusion_months(strategy.regimen).back() + question.extrapolate_after_months;
    for (std::size_t k = 0; k < months.size(); ++k) {
      if (months[k] <= believed) continue;
      remaining[k] = extrapolated(question, months[k] - believed);
      months[k] = believed;
    }
  }
  std::vector<Visit> visits;
  for (double at : months) visits.push_back({at, 0});  // nothing is drawn there, so that days do not matter
  Plan plan{TherapyPlan(strategy, model.therapy, visits, 1), std::move(remaining), {}};
  schedule_costs(s, model, plan);
  return plan;
}

void PolicySimulator::schedule_costs(std::size_t s, const Model& model, Plan& plan) const {
  const PolicyQuestion& question = *study_.policy;
  const Strategy& strategy = study_.strategies[s];
  if (!strategy.cells) return;
  const StrategyCost own = cost_of(s);
  const PolicyParameters& p = model.policy;
  const auto route = static_cast<std::size_t>(strategy.route);
  const double visits = own.visits_per_infusion.value_or(p.visits_per_infusion);
  const double around = visits * (own.per_visit.value_or(p.visit_cost) + p.trip_cost) + p.family_cost[route];
  const auto of_infusion = [&](double dose) {
    const double product =
        p.product_price[static_cast<std::size_t>(strategy.cell)] * (1 - p.dose_share + p.dose_share * dose);
    return own.per_infusion.value_or(product + p.procedure_cost[route]) + around;
  };
  using Part = CostComponent;
  const auto parts_of = [&](double dose) {
    std::array<double, cost_components> parts{};
    if (own.per_infusion) {
      parts[place_of(Part::infusion)] = *own.per_infusion;
    } else {
      parts[place_of(Part::product)] =
          p.product_price[static_cast<std::size_t>(strategy.cell)] * (1 - p.dose_share + p.dose_share * dose);
      parts[place_of(Part::procedure)] = p.procedure_cost[route];
    }
    parts[place_of(CostComponent::visits)] = visits * own.per_visit.value_or(p.visit_cost);
    parts[place_of(Part::family)] = visits * p.trip_cost + p.family_cost[route];
    return parts;
  };
  const double full = of_infusion(plan.therapy.relative_dose());
  const double changed =
      strategy.regimen.tolerance == Regimen::Tolerance::halve ? of_infusion(plan.therapy.relative_dose() / 2) : 0.0;
  const double preparation = own.once.value_or(p.preparation_cost[static_cast<std::size_t>(strategy.source)]);
  for (std::size_t j = 0; j < infusion_time_[s].size(); ++j) {
    Infusion infusion;
    infusion.time = infusion_time_[s][j];
    const double years = infusion_times_[infusion.time];
    infusion.year = std::min(static_cast<int>(years), cycles_.years - 1);
    infusion.discount_cost = discount_factor(question.discount_costs, years);
    infusion.discount_effect = discount_factor(question.discount_effects, years);
    infusion.in_full = full + (j == 0 ? preparation : 0.0);
    infusion.changed = changed;
    infusion.parts_in_full = parts_of(plan.therapy.relative_dose());
    if (j == 0) infusion.parts_in_full[place_of(CostComponent::preparation)] = preparation;
    if (strategy.regimen.tolerance == Regimen::Tolerance::halve)
      infusion.parts_changed = parts_of(plan.therapy.relative_dose() / 2);
    plan.infusions.push_back(infusion);
  }
}

void PolicySimulator::simulate_patients(const ParameterValues& values, std::uint32_t replicate, PatientSpan span,
                                        Workspace& workspace,
                                        const std::function<void(const TileConsequences&)>& consume) const {
  const Model model(*this, values);
  for (std::int64_t done = 0; done < span.count; done += tile_size) {
    const int lanes = static_cast<int>(std::min<std::int64_t>(tile_size, span.count - done));
    simulate_consequences(model, replicate, span.first + done, lanes, *workspace.memory_);
    consume(workspace.memory_->out);
  }
}

PolicyTotals PolicySimulator::totals(const ParameterValues& values, std::uint32_t replicate, PatientSpan span,
                                     Workspace& workspace) const {
  PolicyTotals totals{span.count, std::vector<ExactSum>(strategies()), std::vector<ExactSum>(strategies())};
  simulate_patients(values, replicate, span, workspace, [&](const TileConsequences& tile) {
    for (std::size_t s = 0; s < strategies(); ++s) {
      totals.cost[s].add(sum_of(tile.cost[s], tile.lanes()));
      totals.effect[s].add(sum_of(tile.effect[s], tile.lanes()));
    }
  });
  return totals;
}

/// (1) who the children are, (2) how they respond and what they suffer, (3) whether they live, (4) what all strategies
/// share, (5) each strategy, those that are chosen by a marker last.
void PolicySimulator::simulate_consequences(const Model& model, std::uint32_t replicate, std::int64_t first, int lanes,
                                            Workspace::Memory& work) const {
  std::array<std::uint64_t, tile_size> ids;
  std::iota(ids.begin(), ids.begin() + lanes, static_cast<std::uint64_t>(first));
  enrol(study_.seed, replicate, study_.population, model.patient, model.development,
        {ids.data(), static_cast<std::size_t>(lanes)}, work.child);
  if (model.therapy.any_effect())
    draw_response(study_.seed, replicate, model.therapy, work.child.patient, work.response);
  draw_adverse_events(study_.seed, replicate, model.harm, work.child.patient, model.therapies,
                      study_.policy->horizon_years * months_per_year, work.harm);
  std::fill(work.out.treatment_cost.begin(), work.out.treatment_cost.end(), 0.0);
  std::fill(work.out.care_cost.begin(), work.out.care_cost.end(), 0.0);
  std::fill(work.out.person_years.begin(), work.out.person_years.end(), 0.0);
  std::fill(work.out.care_without.begin(), work.out.care_without.end(), 0.0);
  std::fill(work.out.component.begin(), work.out.component.end(), 0.0);
  std::fill(work.out.component_undiscounted.begin(), work.out.component_undiscounted.end(), 0.0);
  work.out.life_years_discounted = 0;
  weigh_survival(model, work);
  start_from_no_effect(model, work);
  for (std::size_t s = 0; s < strategies(); ++s)
    if (options_[s].empty()) evaluate(model, s, work);
  for (std::size_t s = 0; s < strategies(); ++s)
    if (!options_[s].empty()) choose_between(model, replicate, s, work);
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;  // nothing else is discounted
  for (std::size_t s = 0; s < strategies(); ++s)
    work.out.effect_undiscounted[s] = sum_of(qaly ? work.undiscounted[s] : work.out.effect[s], lanes);
}

void PolicySimulator::weigh_survival(const Model& model, Workspace::Memory& work) const {
  const PatientTile& patient = work.child.patient;
  const double* age = patient.age_years.data();
  cumulative_rate(model.policy.background, patient.lanes, age, work.baseline_rate.data());
  const auto alive_at = [&](double years, Lanes<double>& alive) {
    survival(model.policy, patient.lanes, age, patient.gmfcs.data(), work.baseline_rate.data(), years, alive.data());
  };
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k) alive_at(cycles_.nodes[k].years, work.alive[k]);
  for (std::size_t t = 0; t < infusion_times_.size(); ++t) {
    alive_at(infusion_times_[t], work.alive_at_infusion[t]);
    work.sum_at_infusion[t] = sum_of(work.alive_at_infusion[t], patient.lanes);
  }
}

/// What a child costs and gains without any effect of cells: where every strategy starts from.
void PolicySimulator::start_from_no_effect(const Model& model, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const PatientTile& patient = work.child.patient;
  const int lanes = patient.lanes;
  std::fill_n(work.no_effect.begin(), lanes, 0.0);
  std::fill_n(work.cost_without.begin(), lanes, 0.0);
  std::fill_n(work.effect_without.begin(), lanes, 0.0);
  std::fill_n(work.undiscounted_without.begin(), lanes, 0.0);
  for (int i = 0; i < lanes; ++i) {
    work.utility[i] = p.utility[patient.gmfcs[i]];
    work.care[i] = p.care_cost[patient.gmfcs[i]];
  }
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k) {
    const Cycles::Node& node = cycles_.nodes[k];
    const double* alive = work.alive[k].data();
    care_kernel(lanes, alive, work.care.data(), p.care_change, work.no_effect.data(), work.scratch.data());
    add_scaled_kernel(lanes, node.cost_weight, work.scratch.data(), work.cost_without.data());
    work.care_at_node[k] = sum_of(work.scratch, lanes);
    work.out.life_years_discounted += node.effect_weight * sum_of(work.alive[k], lanes);
    for (const auto& [weight, sum] :
         {std::pair(node.effect_weight, &work.effect_without), std::pair(node.length, &work.undiscounted_without)})
      if (qaly)
        utility_kernel(lanes, weight, alive, work.utility.data(), p.utility_slope, work.no_effect.data(),
                       p.utility_minimum, p.utility_maximum, sum->data());
    if (model.therapy.any_effect() && (qaly || p.care_change != 0))
      motor_curve(model.development, work.child, node.years * months_per_year, work.motor_at_node[k].data());
  }
  for (const Cycles::Share& share : cycles_.shares) {
    const auto year = static_cast<std::size_t>(share.year);
    work.out.person_years[year] += share.years * sum_of(work.alive[share.node], lanes);
    work.out.care_without[year] += share.years * work.care_at_node[share.node];
  }
  if (qaly) return;
  motor_curve(model.development, work.child, study_.policy->visit_months, work.motor.data());
  if (study_.policy->effect == PolicyEffect::gmfm66)
    std::copy_n(work.motor.begin(), lanes, work.effect_without.begin());
}

void PolicySimulator::evaluate(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  const Plan& plan = model.plans[s];
  std::copy_n(work.cost_without.begin(), lanes, work.out.cost[s].begin());
  std::copy_n(work.effect_without.begin(), lanes, work.out.effect[s].begin());
  std::copy_n(work.undiscounted_without.begin(), lanes, work.undiscounted[s].begin());
  if (plan.therapy.effective()) {
    const ExposureCategories& categories = plan.therapy.categories();
    const auto& before = work.harm[s].infusions_before_change;
    for (int i = 0; i < lanes; ++i)
      work.category[i] =
          static_cast<std::uint16_t>(categories.index(work.child.patient.immune_suppressed[i], before[i]));
    const Strategy& strategy = plan.therapy.strategy();
    amplitude(model.therapy, work.child.patient, strategy.cell, work.response, work.strength.data(),
              strategy.regimen.start_months);
  }
  add_flows(model, s, work);
  if (study_.policy->effect != PolicyEffect::qaly) effect_at_visit(model, s, work);
  add_infusions(model, s, work);
  add_events(model, s, work);
}

/// A child gets what the chosen strategy gives it, bit for bit, and pays for the measurement of the marker.
void PolicySimulator::choose_between(const Model& model, std::uint32_t replicate, std::size_t s,
                                     Workspace::Memory& work) const {
  const int lanes = work.child.patient.lanes;
  const auto years = static_cast<std::size_t>(cycles_.years);
  const double measurement = cost_of(s).once.value_or(0);
  choose(study_.seed, replicate, *study_.strategies[s].choice, work.child.patient, work.chosen.data());
  for (int i = 0; i < lanes; ++i) {
    const std::size_t option = options_[s][work.chosen[i]];
    work.out.cost[s][i] = work.out.cost[option][i] + measurement;
    work.out.effect[s][i] = work.out.effect[option][i];
    work.undiscounted[s][i] = work.undiscounted[option][i];
  }
  // The cost of care follows the level alone here (io/study refuses the other case), so that all strategies share it.
  std::copy_n(work.out.care_cost.begin() + static_cast<std::ptrdiff_t>(options_[s][0] * years), years,
              work.out.care_cost.begin() + static_cast<std::ptrdiff_t>(s * years));
  double* treatment = work.out.treatment_cost.data() + s * years;
  treatment[0] += measurement * lanes;
  add_part(s, CostComponent::measurement, 1, measurement * lanes, work);
  const std::size_t care = place_of(CostComponent::care);
  for (auto* parts : {&work.out.component, &work.out.component_undiscounted})
    (*parts)[s * cost_components + care] = (*parts)[options_[s][0] * cost_components + care];
  for (std::size_t pick = 0; pick < options_[s].size(); ++pick) {
    const std::size_t option = options_[s][pick];
    const Plan& plan = model.plans[option];
    for (std::size_t j = 0; j < plan.infusions.size(); ++j) {
      const Infusion& infusion = plan.infusions[j];
      weigh_infusion(plan, option, j, work);
      double in_full = 0, changed = 0;
      for (int i = 0; i < lanes; ++i) {
        if (work.chosen[i] != pick) continue;
        treatment[infusion.year] += work.scratch[i];
        const bool before = !plan.therapy.categories().by_tolerance ||
                            static_cast<int>(j) < work.harm[option].infusions_before_change[i];
        (before ? in_full : changed) += work.alive_at_infusion[infusion.time][i];
      }
      add_parts(s, infusion, in_full, changed, work);
    }
    for (const AdverseEvent& event : work.harm[option].events) {
      if (work.chosen[event.lane] != pick) continue;
      const Infusion& infusion = plan.infusions[event.infusion];
      const double cost = work.alive_at_infusion[infusion.time][event.lane] *
                          model.policy.event_cost[static_cast<std::size_t>(event.grade - 1)];
      treatment[infusion.year] += cost;
      add_part(s, CostComponent::events, infusion.discount_cost, cost, work);
    }
  }
}

/// Yearly flows. A strategy without effect keeps those that all share, so that it agrees with rehabilitation exactly.
void PolicySimulator::add_flows(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const Plan& plan = model.plans[s];
  const int lanes = work.child.patient.lanes;
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  const bool moves_care = p.care_change != 0;
  const bool effective = plan.therapy.effective();
  double* care_cost = work.out.care_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  if (effective && qaly)
    for (Lanes<double>* sum : {&work.out.effect[s], &work.undiscounted[s]}) std::fill_n(sum->begin(), lanes, 0.0);
  if (effective && moves_care) std::fill_n(work.out.cost[s].begin(), lanes, 0.0);
  std::vector<double>& care_at_node = work.care_of_strategy;
  care_at_node = work.care_at_node;
  for (std::size_t k = 0; effective && (qaly || moves_care) && k < cycles_.nodes.size(); ++k) {
    const Cycles::Node& node = cycles_.nodes[k];
    const double* alive = work.alive[k].data();
    effect(lanes, work.strength.data(), work.response.idiosyncratic.data(), work.category.data(),
           plan.therapy.saturation(Domain::gross_motor, k), work.effect.data());
    if (plan.remaining[k] != 1)
      for (int i = 0; i < lanes; ++i) work.effect[i] *= plan.remaining[k];
    // Utility and care know only points that the score can gain.
    const Lanes<double>& motor = work.motor_at_node[k];
    bounded(lanes, motor.data(), work.effect.data(), work.scratch.data());
    for (int i = 0; i < lanes; ++i) work.effect[i] = work.scratch[i] - motor[i];
    for (const auto& [weight, sum] :
         {std::pair(node.effect_weight, &work.out.effect[s]), std::pair(node.length, &work.undiscounted[s])})
      if (qaly)
        utility_kernel(lanes, weight, alive, work.utility.data(), p.utility_slope, work.effect.data(),
                       p.utility_minimum, p.utility_maximum, sum->data());
    if (moves_care) {
      care_kernel(lanes, alive, work.care.data(), p.care_change, work.effect.data(), work.scratch.data());
      add_scaled_kernel(lanes, node.cost_weight, work.scratch.data(), work.out.cost[s].data());
      care_at_node[k] = sum_of(work.scratch, lanes);
    }
  }
  for (const Cycles::Share& share : cycles_.shares) {
    const double cost = share.years * care_at_node[share.node];
    care_cost[share.year] += cost;
    add_part(s, CostComponent::care, 0, cost, work);
  }
  for (std::size_t k = 0; k < cycles_.nodes.size(); ++k)
    work.out.component[s * cost_components + place_of(CostComponent::care)] +=
        cycles_.nodes[k].cost_weight * care_at_node[k];
}

void PolicySimulator::effect_at_visit(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const Plan& plan = model.plans[s];
  if (!plan.therapy.effective()) return;
  const int lanes = work.child.patient.lanes;
  const std::size_t visit = cycles_.nodes.size();
  effect(lanes, work.strength.data(), work.response.idiosyncratic.data(), work.category.data(),
         plan.therapy.saturation(Domain::gross_motor, visit), work.effect.data());
  if (plan.remaining[visit] != 1)
    for (int i = 0; i < lanes; ++i) work.effect[i] *= plan.remaining[visit];
  bounded(lanes, work.motor.data(), work.effect.data(), work.scratch.data());
  const bool responder = study_.policy->effect == PolicyEffect::responder;
  for (int i = 0; i < lanes; ++i) {
    const double mcid = model.mcid[work.child.patient.gmfcs[i]];
    work.out.effect[s][i] = responder ? double(work.scratch[i] - work.motor[i] >= mcid) : work.scratch[i];
  }
}

/// Adds an amount over the lanes to a component of the cost, as it is and times its discount.
void PolicySimulator::add_part(std::size_t s, CostComponent component, double discount, double amount,
                               Workspace::Memory& work) const {
  const std::size_t place = s * cost_components + place_of(component);
  work.out.component[place] += discount * amount;
  work.out.component_undiscounted[place] += amount;
}

/// What an infusion is made of, for so many living children who get it in full, and as it was changed.
void PolicySimulator::add_parts(std::size_t s, const Infusion& infusion, double alive_in_full, double alive_changed,
                                Workspace::Memory& work) const {
  for (std::size_t part = 0; part < cost_components; ++part)
    add_part(s, static_cast<CostComponent>(part), infusion.discount_cost,
             alive_in_full * infusion.parts_in_full[part] + alive_changed * infusion.parts_changed[part], work);
}

/// What an infusion costs each child, times its survival: in work.scratch.
void PolicySimulator::weigh_infusion(const Plan& plan, std::size_t s, std::size_t j, Workspace::Memory& work) const {
  const Infusion& infusion = plan.infusions[j];
  const Lanes<double>& alive = work.alive_at_infusion[infusion.time];
  const int lanes = work.child.patient.lanes;
  if (plan.therapy.categories().by_tolerance)
    infusion_kernel(lanes, alive.data(), work.harm[s].infusions_before_change.data(), static_cast<int>(j),
                    infusion.in_full, infusion.changed, work.scratch.data());
  else
    for (int i = 0; i < lanes; ++i) work.scratch[i] = alive[i] * infusion.in_full;
}

void PolicySimulator::add_infusions(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const Plan& plan = model.plans[s];
  const int lanes = work.child.patient.lanes;
  double* treatment = work.out.treatment_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  const bool by_tolerance = plan.therapy.categories().by_tolerance;
  for (std::size_t j = 0; j < plan.infusions.size(); ++j) {
    const Infusion& infusion = plan.infusions[j];
    if (!by_tolerance) {  // the same for all: their sum is known
      add_scaled_kernel(lanes, infusion.discount_cost * infusion.in_full, work.alive_at_infusion[infusion.time].data(),
                        work.out.cost[s].data());
      treatment[infusion.year] += infusion.in_full * work.sum_at_infusion[infusion.time];
      add_parts(s, infusion, work.sum_at_infusion[infusion.time], 0, work);
      continue;
    }
    weigh_infusion(plan, s, j, work);
    add_scaled_kernel(lanes, infusion.discount_cost, work.scratch.data(), work.out.cost[s].data());
    treatment[infusion.year] += sum_of(work.scratch, lanes);
    double in_full = 0, changed = 0;
    for (int i = 0; i < lanes; ++i)
      (static_cast<int>(j) < work.harm[s].infusions_before_change[i] ? in_full : changed) +=
          work.alive_at_infusion[infusion.time][i];
    add_parts(s, infusion, in_full, changed, work);
  }
}

/// Related adverse events. Background events are the same under every strategy: the cost of care and the utility of the
/// level contain them.
void PolicySimulator::add_events(const Model& model, std::size_t s, Workspace::Memory& work) const {
  const PolicyParameters& p = model.policy;
  const Plan& plan = model.plans[s];
  double* treatment = work.out.treatment_cost.data() + s * static_cast<std::size_t>(cycles_.years);
  const bool qaly = study_.policy->effect == PolicyEffect::qaly;
  for (const AdverseEvent& event : work.harm[s].events) {
    const Infusion& infusion = plan.infusions[event.infusion];
    const auto grade = static_cast<std::size_t>(event.grade - 1);
    const double alive = work.alive_at_infusion[infusion.time][event.lane];
    const double cost = alive * p.event_cost[grade];
    treatment[infusion.year] += cost;
    work.out.cost[s][event.lane] += infusion.discount_cost * cost;
    add_part(s, CostComponent::events, infusion.discount_cost, cost, work);
    if (!qaly) continue;
    work.out.effect[s][event.lane] -=
        infusion.discount_effect * alive * p.event_loss[grade] * (event.days / days_per_year);
    work.undiscounted[s][event.lane] -= alive * p.event_loss[grade] * (event.days / days_per_year);
  }
}

}  // namespace vcohort
