#include "engine/therapy/beside_cells.hpp"

#include <algorithm>
#include <string>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/size.hpp"
#include "engine/therapy/effect_hot.hpp"

namespace vcohort {

namespace {

constexpr double days_per_week = 7;

/// A log-normal factor of mean one, from standard normals.
void log_normal_factor(double cv, int lanes, const Lanes<double>& normal, Lanes<double>& out) {
  const double variance = log_of(1 + cv * cv);
  const double sigma = __builtin_sqrt(variance);
  for (int i = 0; i < lanes; ++i) out[i] = sigma * normal[i] - variance / 2;
  exp_of(first_lanes(out, lanes), first_lanes(out, lanes));
}

/// How much of its full effect a procedure has at `months`: the sum over the times that it was done.
double progress_of(const ProcedureUse& use, const ProcedureParameters& p, double months) {
  double sum = 0;
  for (int k = 0; k < use.times; ++k) {
    const double since = months - (use.start_months + k * use.every_months);
    if (since <= 0) break;
    sum += (1 - exp_of(-since / p.onset_months)) * exp_of(-since / p.waning_months);
  }
  return sum;
}

}  // namespace

BesideParameters::BesideParameters(const ParameterValues& values) {
  if (values.has("rehabilitation.points_per_hour")) {
    RehabilitationParameters& r = rehabilitation.emplace();
    r.points_per_hour = values.at("rehabilitation.any") * values.at("rehabilitation.points_per_hour");
    r.waning_months = values.at("rehabilitation.waning");
    r.maximum = values.at("rehabilitation.maximum");
    r.usual_hours = values.at("rehabilitation.usual_hours");
    r.cv = values.at("rehabilitation.cv");
    r.age_floor = values.at("rehabilitation.age_floor");
    r.age_midpoint = values.at("rehabilitation.age_midpoint");
    r.age_slope = values.at("rehabilitation.age_slope");
    r.reference_age = values.at("age.reference");
    for (int level = 0; level < gmfcs_levels; ++level)
      r.severity[level] = values.at(std::string("rehabilitation.severity.") + gmfcs_name(level));
  }
  for (int k = 0; k < procedures; ++k) {
    const std::string name = name_of(static_cast<Procedure>(k));
    if (!values.has("procedure.effect." + name)) continue;
    procedure[k] = ProcedureParameters{values.at("procedure.effect." + name), values.at("procedure.onset." + name),
                                       values.at("procedure.waning." + name), values.at("procedure.cv." + name)};
  }
}

BesidePlan::BesidePlan(const Strategy& strategy, std::span<const Rehabilitation> everybody,
                       const BesideParameters& parameters, std::span<const Visit> visits)
    : eligibility_(strategy.eligibility) {
  if (strategy.choice) return;  // its options have plans of their own
  if (!strategy.rehabilitation.empty() || !everybody.empty()) {
    require(parameters.rehabilitation.has_value(), "the evidence knows what the rehabilitation of the study does");
    Hours hours{*parameters.rehabilitation, {}, {}, {}};
    double until = 0;
    for (const Visit& visit : visits) until = std::max(until, visit.months);
    std::vector<Rehabilitation> all(everybody.begin(), everybody.end());
    all.insert(all.end(), strategy.rehabilitation.begin(), strategy.rehabilitation.end());
    const auto of_eligible = hours_above_usual(all, hours.parameters.usual_hours, until);
    const auto of_others = hours_above_usual(everybody, hours.parameters.usual_hours, until);
    for (const auto* pieces : {&of_eligible, &of_others})
      for (const HoursAbove& piece : *pieces) hours.start_months.push_back(piece.start_months);
    std::sort(hours.start_months.begin(), hours.start_months.end());
    hours.start_months.erase(std::unique(hours.start_months.begin(), hours.start_months.end()),
                             hours.start_months.end());
    const auto weigh = [&](const std::vector<HoursAbove>& pieces, std::vector<double>& weights) {
      weights.assign(visits.size() * hours.start_months.size(), 0.0);
      for (std::size_t v = 0; v < visits.size(); ++v)
        for (const HoursAbove& piece : pieces) {
          const auto start =
              std::lower_bound(hours.start_months.begin(), hours.start_months.end(), piece.start_months) -
              hours.start_months.begin();
          weights[v * hours.start_months.size() + static_cast<std::size_t>(start)] +=
              piece.hours_per_week * effective_months(piece, visits[v].months, hours.parameters.waning_months);
        }
    };
    weigh(of_eligible, hours.of_eligible);
    weigh(of_others, hours.of_others);
    if (!hours.start_months.empty() && hours.parameters.points_per_hour != 0) rehabilitation_ = std::move(hours);
  }
  if (strategy.procedure) {
    const auto& known = parameters.procedure[static_cast<std::size_t>(strategy.procedure->procedure)];
    require(known.has_value(), "the evidence knows what the procedure of the study does");
    Given given{*known, {}};
    for (const Visit& visit : visits) given.progress.push_back(progress_of(*strategy.procedure, *known, visit.months));
    if (known->effect != 0) procedure_ = std::move(given);
  }
}

void BesidePlan::load(const PatientTile& patient, const BesideResponse& response, Load& load) const {
  const int lanes = patient.lanes;
  eligible_lanes(eligibility_, patient, load.eligible.data());
  if (procedure_) log_normal_factor(procedure_->parameters.cv, lanes, response.procedure, load.factor);
  if (!rehabilitation_) return;
  const RehabilitationParameters& p = rehabilitation_->parameters;
  Lanes<double> factor;
  log_normal_factor(p.cv, lanes, response.rehabilitation, factor);
  load.of_start.resize(rehabilitation_->start_months.size());
  const double at_reference =
      p.age_floor + (1 - p.age_floor) / (1 + exp_of((p.reference_age - p.age_midpoint) / p.age_slope));
  const double rho = p.points_per_hour * days_per_month / days_per_week / at_reference;
  for (std::size_t k = 0; k < load.of_start.size(); ++k) {
    Lanes<double>& out = load.of_start[k];
    const double start_years = rehabilitation_->start_months[k] / 12;
    for (int i = 0; i < lanes; ++i) out[i] = (patient.age_years[i] + start_years - p.age_midpoint) / p.age_slope;
    exp_of(first_lanes(out, lanes), first_lanes(out, lanes));
    for (int i = 0; i < lanes; ++i)
      out[i] = rho * (p.age_floor + (1 - p.age_floor) / (1 + out[i])) * p.severity[patient.gmfcs[i]] * factor[i];
  }
}

void BesidePlan::points(int lanes, const Load& load, std::size_t visit, double* out) const {
  std::fill_n(out, lanes, 0.0);
  if (rehabilitation_) {
    const std::size_t starts = load.of_start.size();
    for (std::size_t k = 0; k < starts; ++k)
      hours_kernel(lanes, load.of_start[k].data(), load.eligible.data(),
                   rehabilitation_->of_eligible[visit * starts + k], rehabilitation_->of_others[visit * starts + k],
                   out);
    saturate_kernel(lanes, rehabilitation_->parameters.maximum, out);
  }
  if (procedure_) {
    const double full = procedure_->parameters.effect * procedure_->progress[visit];
    for (int i = 0; i < lanes; ++i) out[i] += load.eligible[i] ? full * load.factor[i] : 0.0;
  }
}

bool is_eligible(const StrategyEligibility& eligibility, const PatientTile& patient, int lane) {
  const auto meets = [](const auto& condition, std::size_t category) { return !condition || (*condition)[category]; };
  return meets(eligibility.gmfcs, patient.gmfcs[lane]) && meets(eligibility.motor_type, patient.motor_type[lane]) &&
         meets(eligibility.topography, patient.topography[lane]);
}

void eligible_lanes(const std::optional<StrategyEligibility>& eligibility, const PatientTile& patient,
                    std::uint8_t* out) {
  for (int i = 0; i < patient.lanes; ++i) out[i] = !eligibility || is_eligible(*eligibility, patient, i);
}

void draw_beside_response(std::uint64_t seed, std::uint32_t replicate, BesideNeeds needs, const PatientTile& patient,
                          BesideResponse& response) {
  const auto draw = [&](Purpose purpose, Lanes<double>& out) {
    double* const normals[] = {out.data()};
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = purpose;
    tile_normals(address, patient.patient.data(), patient.lanes, 1, normals);
  };
  if (needs.rehabilitation) draw(Purpose::rehabilitation_response, response.rehabilitation);
  if (needs.procedure) draw(Purpose::procedure_response, response.procedure);
}

}  // namespace vcohort
