#include "engine/therapy/therapy.hpp"

#include <algorithm>
#include <cmath>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/therapy/effect_hot.hpp"

namespace vcohort {

TherapyParameters::TherapyParameters(const ParameterValues& values) {
  emax = values.at("effect.any") * values.at("effect.emax");
  ec50 = values.at("effect.ec50");
  hill = values.at("effect.hill");
  idiosyncratic_sd = values.at("effect.any") * values.at("effect.idiosyncratic_sd");
  concavity = values.at("dose.concavity");
  repeat = values.at("repeat.lambda");
  age_floor = values.at("age.floor");
  age_midpoint = values.at("age.midpoint");
  age_slope = values.at("age.slope");
  reference_age = values.at("age.reference");
  adult_age = values.at("age.adult_age");
  adult_factor = values.at("age.adult_factor");
  recent_injury = values.at("time.injury_b");
  recent_injury_months = values.at("time.injury_months");
  genotype_ratio = values.at("genotype.ratio");
  responder_share = values.at("responder.share");
  responder_cv = values.at("responder.cv");
  suppressed_factor = values.at("immune.factor");
  immunosuppression_factor = values.at("regimen.immunosuppression_factor");
  steroid_factor = values.at("regimen.steroid_factor");
  sigma_ref = values.at("effect.sigma_ref");
  for (int c = 0; c < cell_types; ++c) {
    const std::string cell = name_of(static_cast<Cell>(c));
    inflammation[c] = values.at("inflammation." + cell);
    for (int level = 0; level < gmfcs_levels; ++level)
      severity[c][level] = values.at("severity." + cell + "." + gmfcs_name(level));
    for (int type = 0; type < injury_types; ++type)
      injury[type][c] = values.at("injury." + std::string(name_of(static_cast<Injury>(type))) + "." + cell);
    for (int r = 0; r < routes; ++r) {
      const std::string pair = cell + "." + name_of(static_cast<Route>(r));
      if (values.has("delivery." + pair)) delivery[c][r] = values.at("delivery." + pair);
      if (values.has("reference_dose." + pair)) reference_dose[c][r] = values.at("reference_dose." + pair);
    }
  }
  for (std::size_t d = 0; d < domains; ++d) {
    const std::string domain(domain_names[d]);
    onset_months[d] = values.at("onset." + domain);
    waning_months[d] = values.at("waning." + domain);
  }
  ratio.fill(1);
  for (const Endpoint& endpoint : all_endpoints())
    if (endpoint.measure == Measure::domain_score)
      ratio[static_cast<std::size_t>(endpoint.domain)] = values.at("effect.ratio." + std::string(endpoint.name));
}

double TherapyParameters::age_modifier(double age_years) const {
  double modifier = 0;
  age_modifier({&age_years, 1}, {&modifier, 1});
  return modifier;
}

void TherapyParameters::age_modifier(std::span<const double> age_years, std::span<double> out) const {
  const double at_reference = age_floor + (1 - age_floor) / (1 + exp_of((reference_age - age_midpoint) / age_slope));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (age_years[i] - age_midpoint) / age_slope;
  exp_of(out, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double modifier = (age_floor + (1 - age_floor) / (1 + out[i])) / at_reference;
    out[i] = age_years[i] < adult_age ? modifier : modifier * adult_factor;
  }
}

TherapyPlan::TherapyPlan(const Strategy& strategy, const TherapyParameters& parameters, std::span<const Visit> visits,
                         int first_domains)
    : strategy_(strategy), parameters_(parameters), visits_(visits.size()), first_domains_(first_domains) {
  if (strategy.choice)
    for (const Strategy& option : strategy.choice->options)
      options_.emplace_back(option, parameters, visits, first_domains);
  if (!strategy.cells) return;
  const auto cell = static_cast<std::size_t>(strategy.cell);
  const auto route = static_cast<std::size_t>(strategy.route);
  require(parameters.delivery[cell][route] && parameters.reference_dose[cell][route],
          "the evidence knows every pair of cell and route of the study");
  months_ = vcohort::infusion_months(strategy.regimen);
  relative_dose_ = strategy.regimen.dose / *parameters.reference_dose[cell][route];
  categories_.unchanged = strategy.regimen.total_infusions();
  categories_.by_tolerance = strategy.regimen.tolerance != Regimen::Tolerance::ignore;
  effective_ = parameters.any_effect();
  if (effective_) saturate(visits);
}

namespace {

constexpr double largest_exposure = 1e100;  // far beyond saturation; its sums and products do not overflow

}  // namespace

double TherapyPlan::exposure_of_infusion(int number) const {
  const Regimen& regimen = strategy_.regimen;
  double exposure =
      *parameters_.delivery[static_cast<std::size_t>(strategy_.cell)][static_cast<std::size_t>(strategy_.route)] *
      std::min(pow_of(relative_dose_, parameters_.concavity), largest_exposure);
  if (regimen.immunosuppression) exposure *= parameters_.immunosuppression_factor;
  if (regimen.steroids) exposure *= parameters_.steroid_factor;
  if (strategy_.source == CellSource::allogeneic) exposure *= pow_of(parameters_.repeat, number);
  return exposure;
}

/// What is left of each infusion at each visit, (1 - exp(-s / onset)) exp(-s / waning) after s months and nothing
/// before it. Shape [domain][visit][infusion].
std::vector<double> TherapyPlan::progress(std::span<const Visit> visits) const {
  std::vector<double> rise, fade;
  for (std::size_t d = 0; d < static_cast<std::size_t>(first_domains_); ++d)
    for (const Visit& visit : visits)
      for (double given : months_) {
        const double since = std::max(0.0, visit.months - given);
        rise.push_back(-since / parameters_.onset_months[d]);
        fade.push_back(-since / parameters_.waning_months[d]);
      }
  exp_of(rise, rise);
  exp_of(fade, fade);
  for (std::size_t k = 0; k < rise.size(); ++k) rise[k] = (1 - rise[k]) * fade[k];
  return rise;
}

void TherapyPlan::saturate(std::span<const Visit> visits) {
  std::vector<double> exposure;
  for (std::size_t j = 0; j < months_.size(); ++j) exposure.push_back(exposure_of_infusion(static_cast<int>(j)));
  const double after_change =  // what an infusion is worth once the regimen was changed
      strategy_.regimen.tolerance == Regimen::Tolerance::halve ? pow_of(0.5, parameters_.concavity) : 0.0;
  const std::vector<double> left = progress(visits);
  const std::size_t rows = static_cast<std::size_t>(first_domains_) * visits_;
  const auto categories = static_cast<std::size_t>(categories_.size());
  std::vector<double> concentration(rows * categories);  // C_d(t), [domain][visit][category]
  for (std::size_t row = 0; row < rows; ++row)
    for (int suppressed = 0; suppressed < 2; ++suppressed)
      for (int received = categories_.by_tolerance ? 0 : categories_.unchanged; received <= categories_.unchanged;
           ++received) {
        const double immune = suppressed ? parameters_.suppressed_factor : 1.0;
        double sum = 0;
        for (std::size_t j = 0; j < months_.size(); ++j) {
          const double given = static_cast<int>(j) < received ? 1.0 : after_change;
          sum += given * immune * exposure[j] * left[row * months_.size() + j];
        }
        concentration[row * categories + static_cast<std::size_t>(categories_.index(suppressed, received))] = sum;
      }

  std::vector<double> raised(concentration.size(), parameters_.hill);
  pow_of(concentration, raised, raised);
  const double raised_ec50 = pow_of(parameters_.ec50, parameters_.hill);
  saturation_.resize(concentration.size());
  for (std::size_t k = 0; k < concentration.size(); ++k) {
    const double c = concentration[k];
    double hill = raised[k] / (raised[k] + raised_ec50);
    // Powers that over- or underflow: of their ratio alone, which does so only where the answer is 0 or 1.
    if (!std::isfinite(hill)) hill = c > 0 ? 1 / (1 + pow_of(parameters_.ec50 / c, parameters_.hill)) : 0;
    saturation_[k] = {hill, c / (c + parameters_.ec50)};
  }
}

void draw_response(std::uint64_t seed, std::uint32_t replicate, const TherapyParameters& p, const PatientTile& patient,
                   Response& response) {
  Lanes<double> uniform;
  double* const normal_out[] = {response.responder.data()};
  double* const uniform_out[] = {uniform.data()};
  double* const idiosyncratic_out[] = {response.idiosyncratic.data()};
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::responder;
  tile_normals(address, patient.patient.data(), patient.lanes, 1, normal_out);
  address.block = 1;
  tile_uniforms(address, patient.patient.data(), patient.lanes, 1, uniform_out);
  address.block = 0;
  address.purpose = Purpose::idiosyncratic;
  tile_normals(address, patient.patient.data(), patient.lanes, 1, idiosyncratic_out);

  // Log-normal of mean 1 / share and the wished coefficient of variation, so that Z has mean one over all children.
  const double variance = log_of(1 + p.responder_cv * p.responder_cv);
  const double sigma = __builtin_sqrt(variance);
  const double mu = -log_of(p.responder_share) - variance / 2;
  for (int i = 0; i < patient.lanes; ++i) response.responder[i] = mu + sigma * response.responder[i];
  exp_of(first_lanes(response.responder, patient.lanes), first_lanes(response.responder, patient.lanes));
  for (int i = 0; i < patient.lanes; ++i) {
    response.responder[i] = uniform[i] < p.responder_share ? response.responder[i] : 0.0;
    response.idiosyncratic[i] *= p.idiosyncratic_sd;
  }
}

void amplitude(const TherapyParameters& p, const PatientTile& patient, Cell cell, const Response& response, double* out,
               double start_months) {
  const auto c = static_cast<std::size_t>(cell);
  const double of_genotype[2] = {1.0, p.genotype_ratio};
  const auto lanes = static_cast<std::size_t>(patient.lanes);
  Lanes<double> recency, age, of_age;
  const double start_years = start_months / 12;
  for (int i = 0; i < patient.lanes; ++i) {
    out[i] = p.inflammation[c] * patient.inflammation[i];
    recency[i] = -(patient.months_since_injury[i] + start_months) / p.recent_injury_months;
    age[i] = patient.age_years[i] + start_years;
  }
  exp_of(first_lanes(out, patient.lanes), first_lanes(out, patient.lanes));
  exp_of(first_lanes(recency, patient.lanes), first_lanes(recency, patient.lanes));
  p.age_modifier({age.data(), lanes}, {of_age.data(), lanes});
  for (int i = 0; i < patient.lanes; ++i) {
    const double recent = patient.postneonatal[i] ? 1 + p.recent_injury * recency[i] : 1.0;
    out[i] *= p.emax * response.responder[i] * of_age[i] * p.severity[c][patient.gmfcs[i]] * recent *
              of_genotype[patient.carrier[i]] * p.injury[patient.injury[i]][c];
  }
}

void effect_in_points(int lanes, const double* amplitude_of_lane, const double* idiosyncratic,
                      const std::uint16_t* category, std::span<const Saturation> saturation, double* out) {
  static_assert(sizeof(Saturation) == 2 * sizeof(double));
  effect_kernel(lanes, amplitude_of_lane, idiosyncratic, category, &saturation.front().hill, out);
}

void bounded(int lanes, const double* motor, const double* effect_of_lane, double* out) {
  bounded_kernel(lanes, motor, effect_of_lane, out);
}

}  // namespace vcohort
