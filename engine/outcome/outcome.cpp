#include "engine/outcome/outcome.hpp"

#include <algorithm>

#include "engine/random/tile_draws.hpp"
#include "engine/therapy/choice.hpp"

namespace vcohort {

namespace {

constexpr int normals_per_block = 4;

bool is_domain(const Endpoint& endpoint) {
  return endpoint.measure == Measure::domain_score;
}

std::size_t domain_index(const Endpoint& endpoint) {
  return static_cast<std::size_t>(endpoint.domain);
}

/// Gain of every arm of a trial above the curve: linear until it is complete.
double drift_at(const OutcomeModel& model, double drift, double months) {
  return drift * std::min(months, model.drift_months) / model.drift_months;
}

}  // namespace

OutcomeModel::OutcomeModel(const ParameterValues& values, std::span<const double> visits_months,
                           std::span<const std::string> endpoint_names)
    : development(values), therapy(values), beside(values), domain(values), impression(values), drooling(values) {
  for (int level = 0; level < gmfcs_levels; ++level) mcid[level] = values.at(std::string("mcid.") + gmfcs_name(level));
  drift = values.at("trial.drift");
  drift_months = values.at("trial.drift_months");
  for (double months : visits_months) visits.push_back(visit_at(months));
  for (const std::string& name : endpoint_names) recorded.push_back(endpoint_named(name, values));
}

bool OutcomeModel::records(Measure measure) const {
  return std::any_of(recorded.begin(), recorded.end(), [&](const Endpoint& e) { return e.measure == measure; });
}

OutcomePlan::OutcomePlan(const Strategy& strategy, const OutcomeModel& model, std::span<const Rehabilitation> everybody)
    : therapy(strategy, model.therapy, model.visits), beside(strategy, everybody, model.beside, model.visits) {
  if (strategy.choice)
    for (const Strategy& option : strategy.choice->options) options.emplace_back(option, model, everybody);
  if (model.records(Measure::drooling)) drooling = DroolingPlan(strategy, model.therapy, model.drooling);
}

TileOutcomes::TileOutcomes(const OutcomeModel& model)
    : model_(model),
      motor_(model.visits.size()),
      expected_(model.visits.size()),
      motor_error_(model.visits.size()),
      error_(model.recorded.size() * model.visits.size()),
      impression_noise_(model.visits.size()),
      domain_baseline_(model.recorded.size()),
      baseline_(model.recorded.size()),
      beside_points_(model.visits.size()),
      observed_(model.recorded.size() * model.visits.size()),
      latent_(model.recorded.size() * model.visits.size()),
      motor_latent_(model.visits.size()),
      motor_observed_(model.visits.size()),
      above_expectation_(model.visits.size()),
      impression_score_(model.visits.size()) {
  needs_motor_observed_ = model.records(Measure::motor_score) || model.records(Measure::impression);
}

void TileOutcomes::prepare(std::uint64_t seed, std::uint32_t replicate, const ChildTile& child, Setting setting) {
  seed_ = seed;
  replicate_ = replicate;
  drift_ = setting == Setting::trial ? model_.drift : 0.0;
  for (std::size_t v = 0; v < model_.visits.size(); ++v) {
    motor_curve(model_.development, child, model_.visits[v].months, motor_[v].data());
    if (needs_motor_observed_) expected_change(model_.development, child, model_.visits[v].months, expected_[v].data());
  }
  draw_disturbances(seed, replicate, model_.development, child, model_.visits, disturbance_);
  draw_domain_levels(seed, replicate, child);
  draw_errors(seed, replicate, child);
  if (model_.records(Measure::drooling)) draw_drooling(seed, replicate, child.patient, luck_);
  if (model_.therapy.any_effect()) draw_response(seed, replicate, model_.therapy, child.patient, response_);
  amplitude_known_.fill(false);
  beside_drawn_ = {};
}

/// What rehabilitation and a procedure add at every visit.
void TileOutcomes::load_beside(const BesidePlan& plan, const PatientTile& patient) {
  const BesideNeeds needs = plan.needs();
  const BesideNeeds missing = {needs.rehabilitation && !beside_drawn_.rehabilitation,
                               needs.procedure && !beside_drawn_.procedure};
  draw_beside_response(seed_, replicate_, missing, patient, beside_response_);
  beside_drawn_.rehabilitation |= needs.rehabilitation;
  beside_drawn_.procedure |= needs.procedure;
  plan.load(patient, beside_response_, beside_load_);
  for (std::size_t v = 0; v < model_.visits.size(); ++v)
    plan.points(patient.lanes, beside_load_, v, beside_points_[v].data());
}

/// Errors stand at (visit's day, endpoint), so that no other visit or endpoint moves when one is added.
void TileOutcomes::draw_errors(std::uint64_t seed, std::uint32_t replicate, const ChildTile& child) {
  const int lanes = child.patient.lanes;
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  Lanes<double> normals[normals_per_block];
  double* const out[] = {normals[0].data(), normals[1].data(), normals[2].data(), normals[3].data()};
  const auto has_own_error = [](const Endpoint& endpoint) {  // that of GMFM-66 serves the impression too
    return is_domain(endpoint) || endpoint.measure == Measure::crosswalk;
  };

  const auto draw_visit = [&](std::uint16_t day, const auto& keep) {
    for (int block = 0; block * normals_per_block < static_cast<int>(all_endpoints().size()); ++block) {
      int count = 0;
      for (const Endpoint& endpoint : model_.recorded)
        if (has_own_error(endpoint) && static_cast<int>(endpoint.id) / normals_per_block == block)
          count = std::max(count, static_cast<int>(endpoint.id) % normals_per_block + 1);
      if (block == 0 && needs_motor_observed_) count = std::max(count, 1);
      if (count == 0) continue;
      address.purpose = Purpose::measurement;
      address.occasion = day;
      address.block = static_cast<std::uint16_t>(block);
      tile_normals(address, child.patient.patient.data(), lanes, count, out);
      keep(block);
    }
  };
  const auto error_sd = [&](const Endpoint& endpoint) {
    return is_domain(endpoint) ? model_.domain.retest_sd[domain_index(endpoint)]
                               : model_.development.gmfm88_measurement_sd;
  };

  for (std::size_t v = 0; v < model_.visits.size(); ++v) {
    draw_visit(model_.visits[v].day, [&](int block) {
      if (block == 0 && needs_motor_observed_)
        for (int i = 0; i < lanes; ++i) motor_error_[v][i] = model_.development.measurement_sd * normals[0][i];
      for (std::size_t e = 0; e < model_.recorded.size(); ++e) {
        const Endpoint& endpoint = model_.recorded[e];
        const int id = static_cast<int>(endpoint.id);
        if (!has_own_error(endpoint) || id / normals_per_block != block) continue;
        for (int i = 0; i < lanes; ++i) error_[at(e, v)][i] = error_sd(endpoint) * normals[id % normals_per_block][i];
      }
    });
  }
  if (model_.records(Measure::impression)) {
    address.purpose = Purpose::global_impression;
    address.block = 0;
    for (std::size_t v = 0; v < model_.visits.size(); ++v) {
      address.occasion = model_.visits[v].day;
      double* const noise[] = {impression_noise_[v].data()};
      tile_normals(address, child.patient.patient.data(), lanes, 1, noise);
    }
  }

  // The baseline assessment: motor scores were taken at screening; the domains are measured on day 0.
  if (model_.records(Measure::domain_score))
    draw_visit(0, [&](int block) {
      for (std::size_t e = 0; e < model_.recorded.size(); ++e) {
        const Endpoint& endpoint = model_.recorded[e];
        const int id = static_cast<int>(endpoint.id);
        if (!is_domain(endpoint) || id / normals_per_block != block) continue;
        for (int i = 0; i < lanes; ++i)
          baseline_[e][i] = std::clamp(domain_baseline_[e][i] + error_sd(endpoint) * normals[id % normals_per_block][i],
                                       endpoint.minimum, endpoint.maximum);
      }
    });
  for (std::size_t e = 0; e < model_.recorded.size(); ++e) {
    const Endpoint& endpoint = model_.recorded[e];
    if (endpoint.measure == Measure::motor_score) baseline_[e] = child.baseline_gmfm66;
    if (endpoint.measure == Measure::crosswalk) baseline_[e] = child.baseline_gmfm88;
    if (endpoint.measure == Measure::drooling) baseline_[e].fill(0.0);
    if (endpoint.measure == Measure::impression) baseline_[e].fill(4.0);  // "no change"
  }
}

void TileOutcomes::draw_domain_levels(std::uint64_t seed, std::uint32_t replicate, const ChildTile& child) {
  const PatientTile& patient = child.patient;
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::domain_level;
  address.occasions = patient.attempt.data();
  Lanes<double> normals[normals_per_block];
  double* const out[] = {normals[0].data(), normals[1].data(), normals[2].data(), normals[3].data()};
  int drawn = -1;
  for (std::size_t e = 0; e < model_.recorded.size(); ++e) {
    if (!is_domain(model_.recorded[e])) continue;
    const std::size_t d = domain_index(model_.recorded[e]);
    const int normal_of_domain = static_cast<int>(d) - 1;  // the motor score, the first domain, has a model of its own
    const int block = normal_of_domain / normals_per_block;
    if (block != drawn) {
      address.block = static_cast<std::uint16_t>(block);
      tile_normals(address, patient.patient.data(), patient.lanes, normals_per_block, out);
      drawn = block;
    }
    const double rho = model_.domain.motor_correlation[d];
    const double own = __builtin_sqrt(1 - rho * rho);
    const Lanes<double>& normal = normals[normal_of_domain % normals_per_block];
    for (int i = 0; i < patient.lanes; ++i)
      domain_baseline_[e][i] = model_.domain.mean[d][patient.gmfcs[i]] +
                               model_.domain.sd[d][patient.gmfcs[i]] * (rho * child.limit_score[i] + own * normal[i]);
  }
}

void TileOutcomes::evaluate(const OutcomePlan& plan, const ChildTile& child,
                            const std::uint16_t* infusions_before_change) {
  if (plan.options.empty())
    evaluate_regimen(plan, child, infusions_before_change);
  else
    evaluate_choice(plan, child, infusions_before_change);
}

/// A child's outcome under a choice is its potential outcome under the option that is chosen for it.
void TileOutcomes::evaluate_choice(const OutcomePlan& plan, const ChildTile& child,
                                   const std::uint16_t* infusions_before_change) {
  std::vector<Lanes<double>>* const results[] = {&observed_, &latent_, &above_expectation_, &impression_score_};
  evaluate_regimen(plan.options.front(), child, infusions_before_change);
  first_option_.clear();
  for (const auto* result : results) first_option_.insert(first_option_.end(), result->begin(), result->end());
  evaluate_regimen(plan.options.back(), child, infusions_before_change);
  Lanes<std::uint8_t> chosen;
  choose(seed_, replicate_, *plan.therapy.strategy().choice, child.patient, chosen.data());
  auto first = first_option_.cbegin();
  for (auto* result : results)
    for (Lanes<double>& values : *result) {
      for (int i = 0; i < child.patient.lanes; ++i) values[i] = chosen[i] == 0 ? (*first)[i] : values[i];
      ++first;
    }
}

void TileOutcomes::evaluate_regimen(const OutcomePlan& plan, const ChildTile& child,
                                    const std::uint16_t* infusions_before_change) {
  const PatientTile& patient = child.patient;
  const ExposureCategories& categories = plan.therapy.categories();
  for (int i = 0; i < patient.lanes; ++i)
    category_[i] =
        static_cast<std::uint16_t>(categories.index(patient.immune_suppressed[i], infusions_before_change[i]));
  if (plan.therapy.effective()) {
    const auto cell = static_cast<std::size_t>(plan.therapy.strategy().cell);
    const double start = plan.therapy.strategy().regimen.start_months;
    if (!amplitude_known_[cell] || amplitude_start_[cell] != start) {
      amplitude(model_.therapy, patient, plan.therapy.strategy().cell, response_, amplitude_[cell].data(), start);
      amplitude_known_[cell] = true;
      amplitude_start_[cell] = start;
    }
  }
  if (plan.beside.effective()) load_beside(plan.beside, patient);
  for (std::size_t v = 0; v < model_.visits.size(); ++v) {
    evaluate_motor(plan, child, v);
    for (std::size_t e = 0; e < model_.recorded.size(); ++e) {
      const Endpoint& endpoint = model_.recorded[e];
      if (endpoint.measure == Measure::motor_score) {
        std::copy_n(motor_latent_[v].begin(), patient.lanes, latent_[at(e, v)].begin());
        std::copy_n(motor_observed_[v].begin(), patient.lanes, observed_[at(e, v)].begin());
      } else if (endpoint.measure == Measure::crosswalk) {
        evaluate_gmfm88(child, e, v);
      } else if (is_domain(endpoint)) {
        evaluate_domain(plan, child, e, v);
      } else if (endpoint.measure == Measure::impression) {
        evaluate_impression(child, e, v);
      } else {
        drooling_at(model_.drooling, plan.drooling, luck_, patient, category_.data(), model_.visits[v].months,
                    endpoint.variant, observed_[at(e, v)].data());
        std::copy_n(observed_[at(e, v)].begin(), patient.lanes, latent_[at(e, v)].begin());
      }
    }
  }
}

void TileOutcomes::effect_on(Domain domain, std::size_t visit, const OutcomePlan& plan, int lanes, double* out) const {
  const auto cell = static_cast<std::size_t>(plan.therapy.strategy().cell);
  effect_in_points(lanes, amplitude_[cell].data(), response_.idiosyncratic.data(), category_.data(),
                   plan.therapy.saturation(domain, visit), out);
}

void TileOutcomes::evaluate_motor(const OutcomePlan& plan, const ChildTile& child, std::size_t visit) {
  const int lanes = child.patient.lanes;
  const double drift = drift_at(model_, drift_, model_.visits[visit].months);
  Lanes<double>& latent = motor_latent_[visit];
  if (plan.therapy.effective() || plan.beside.effective()) {
    Lanes<double> motor_effect{};
    if (plan.therapy.effective()) effect_on(Domain::gross_motor, visit, plan, lanes, motor_effect.data());
    if (plan.beside.effective())
      for (int i = 0; i < lanes; ++i) motor_effect[i] += beside_points_[visit][i];
    bounded(lanes, motor_[visit].data(), motor_effect.data(), latent.data());
  } else {
    std::copy_n(motor_[visit].begin(), lanes, latent.begin());
  }
  for (int i = 0; i < lanes; ++i) latent[i] += drift + disturbance_[visit][i];
  if (!needs_motor_observed_) return;
  for (int i = 0; i < lanes; ++i) {
    motor_observed_[visit][i] = std::clamp(latent[i] + motor_error_[visit][i], 0.0, 100.0);
    above_expectation_[visit][i] = motor_observed_[visit][i] - child.baseline_gmfm66[i] - expected_[visit][i];
  }
}

void TileOutcomes::evaluate_gmfm88(const ChildTile& child, std::size_t endpoint, std::size_t visit) {
  const int lanes = child.patient.lanes;
  Lanes<double> shifted{};
  for (int i = 0; i < lanes; ++i) shifted[i] = motor_latent_[visit][i] + child.crosswalk_residual[i];
  Lanes<double>& latent = latent_[at(endpoint, visit)];
  crosswalk_to_gmfm88(model_.development, lanes, shifted.data(), latent.data());
  for (int i = 0; i < lanes; ++i)
    observed_[at(endpoint, visit)][i] = std::clamp(latent[i] + error_[at(endpoint, visit)][i], 0.0, 100.0);
}

void TileOutcomes::evaluate_domain(const OutcomePlan& plan, const ChildTile& child, std::size_t e, std::size_t visit) {
  const Endpoint& endpoint = model_.recorded[e];
  const std::size_t d = domain_index(endpoint);
  const int lanes = child.patient.lanes;
  const double drift = drift_at(model_, drift_, model_.visits[visit].months);
  Lanes<double>& latent = latent_[at(e, visit)];
  for (int i = 0; i < lanes; ++i)
    latent[i] =
        domain_baseline_[e][i] + model_.domain.development[d] * (motor_[visit][i] - child.baseline_motor[i] + drift);
  if (plan.beside.effective())  // as far as motor development moves the domain
    for (int i = 0; i < lanes; ++i) latent[i] += model_.domain.development[d] * beside_points_[visit][i];
  if (plan.therapy.effective()) {
    const double points = model_.therapy.ratio[d] * model_.domain.reference_sd[d] / model_.therapy.sigma_ref *
                          (endpoint.lower_is_better ? -1 : 1);
    Lanes<double> domain_effect{};
    effect_on(endpoint.domain, visit, plan, lanes, domain_effect.data());
    for (int i = 0; i < lanes; ++i) latent[i] += points * domain_effect[i];
  }
  for (int i = 0; i < lanes; ++i)
    observed_[at(e, visit)][i] = std::clamp(latent[i] + error_[at(e, visit)][i], endpoint.minimum, endpoint.maximum);
}

void TileOutcomes::evaluate_impression(const ChildTile& child, std::size_t endpoint, std::size_t visit) {
  const ImpressionParameters& p = model_.impression;
  for (int i = 0; i < child.patient.lanes; ++i) {
    const double score = p.slope * above_expectation_[visit][i] / p.change_sd + impression_noise_[visit][i];
    impression_score_[visit][i] = score;
    observed_[at(endpoint, visit)][i] = p.category_of(score);
  }
  std::copy_n(observed_[at(endpoint, visit)].begin(), child.patient.lanes, latent_[at(endpoint, visit)].begin());
}

}  // namespace vcohort
