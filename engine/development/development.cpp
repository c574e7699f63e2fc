#include "engine/development/development.hpp"

#include <algorithm>
#include <string>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/vector_math.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

Visit visit_at(double months) {
  const std::int64_t day = scheduled_day(months);
  if (day < 0 || day > largest_occasion)
    throw NumericalFailure("a visit lies outside the 65,535 days that an address can hold");
  return {months, static_cast<std::uint16_t>(day)};
}

DevelopmentParameters::DevelopmentParameters(const ParameterValues& values) {
  constexpr double ln10 = 2.302585092994045684;  // age90 is the age at which 90 % of the limit is reached
  for (int level = 0; level < gmfcs_levels; ++level) {
    const std::string suffix = std::string(".") + gmfcs_name(level);
    limit_logit[level] = logit_of(values.at("motor.limit" + suffix) / 100);
    limit_sd[level] = values.at("motor.limit_logit_sd" + suffix);
    rate[level] = ln10 / values.at("motor.age90" + suffix);
    rate_log_sd[level] = values.at("motor.age90_log_sd" + suffix);
    decline_per_year[level] = values.at("motor.decline_per_year" + suffix);
    peak_age[level] = values.at("motor.peak_age" + suffix);
    disturbance_sd[level] = values.at("motor.disturbance_sd" + suffix);
  }
  decline_end_age = values.at("motor.decline_end_age");
  limit_rate_correlation = values.at("motor.limit_rate_correlation");
  decline = values.at("development.decline") > 0;
  disturbance_months = values.at("motor.disturbance_time_months");
  measurement_sd = values.at("motor.measurement_sd");
  crosswalk_intercept = values.at("gmfm88.crosswalk_intercept");
  crosswalk_slope = values.at("gmfm88.crosswalk_slope");
  crosswalk_residual_sd = values.at("gmfm88.residual_sd");
  crosswalk_low = values.at("gmfm88.logit_clip_low");
  crosswalk_high = values.at("gmfm88.logit_clip_high");
  gmfm88_measurement_sd = values.at("gmfm88.measurement_sd");
}

namespace {

/// Points lost to late decline by this age.
double declined(const DevelopmentParameters& p, int level, double age_years) {
  return p.decline_per_year[level] * std::max(0.0, std::min(age_years, p.decline_end_age) - p.peak_age[level]);
}

}  // namespace

double DevelopmentParameters::expected(int gmfcs, double age_years) const {
  const double curve = 100 * ilogit_of(limit_logit[gmfcs]) * (1 - exp_of(-rate[gmfcs] * age_years));
  return decline ? curve - declined(*this, gmfcs, age_years) : curve;
}

void ChildTile::copy_lane(const ChildTile& from, int from_lane, int to_lane) {
  patient.copy_lane(from.patient, from_lane, to_lane);
  limit_score[to_lane] = from.limit_score[from_lane];
  limit[to_lane] = from.limit[from_lane];
  rate[to_lane] = from.rate[from_lane];
  disturbance[to_lane] = from.disturbance[from_lane];
  crosswalk_residual[to_lane] = from.crosswalk_residual[from_lane];
  baseline_motor[to_lane] = from.baseline_motor[from_lane];
  baseline_gmfm66[to_lane] = from.baseline_gmfm66[from_lane];
  baseline_gmfm88[to_lane] = from.baseline_gmfm88[from_lane];
}

void motor_curve(const DevelopmentParameters& p, const ChildTile& child, double months, double* out) {
  const PatientTile& patient = child.patient;
  const double years = months / 12;
  for (int i = 0; i < patient.lanes; ++i) out[i] = -child.rate[i] * (patient.age_years[i] + years);
  exp_of(first_lanes(out, patient.lanes), first_lanes(out, patient.lanes));
  for (int i = 0; i < patient.lanes; ++i) out[i] = child.limit[i] * (1 - out[i]);
  if (!p.decline) return;
  for (int i = 0; i < patient.lanes; ++i) out[i] -= declined(p, patient.gmfcs[i], patient.age_years[i] + years);
}

void expected_change(const DevelopmentParameters& p, const ChildTile& child, double months, double* out) {
  const PatientTile& patient = child.patient;
  const double years = months / 12;
  std::array<double, gmfcs_levels> limit{};
  std::array<double, gmfcs_levels> covered{};  // 1 - exp(-k t): share of the distance to the limit
  for (int level = 0; level < gmfcs_levels; ++level) {
    limit[level] = 100 * ilogit_of(p.limit_logit[level]);
    covered[level] = 1 - exp_of(-p.rate[level] * years);
  }
  for (int i = 0; i < patient.lanes; ++i) out[i] = -p.rate[patient.gmfcs[i]] * patient.age_years[i];
  exp_of(first_lanes(out, patient.lanes), first_lanes(out, patient.lanes));
  for (int i = 0; i < patient.lanes; ++i) out[i] *= limit[patient.gmfcs[i]] * covered[patient.gmfcs[i]];
  if (!p.decline) return;
  for (int i = 0; i < patient.lanes; ++i)
    out[i] -= declined(p, patient.gmfcs[i], patient.age_years[i] + years) -
              declined(p, patient.gmfcs[i], patient.age_years[i]);
}

void crosswalk_to_gmfm88(const DevelopmentParameters& p, int lanes, const double* gmfm66, double* out) {
  // logit(x / 100) = log(x / (100 - x))
  for (int i = 0; i < lanes; ++i) {
    const double clipped = std::clamp(gmfm66[i], p.crosswalk_low, p.crosswalk_high);
    out[i] = clipped / (100 - clipped);
  }
  log_of(first_lanes(out, lanes), first_lanes(out, lanes));
  const double per_logit = 1 / p.crosswalk_slope;
  for (int i = 0; i < lanes; ++i) out[i] = -(out[i] - p.crosswalk_intercept) * per_logit;
  exp_of(first_lanes(out, lanes), first_lanes(out, lanes));
  for (int i = 0; i < lanes; ++i) out[i] = 100 / (1 + out[i]);
}

void draw_growth(std::uint64_t seed, std::uint32_t replicate, const DevelopmentParameters& p, ChildTile& child) {
  PatientTile& patient = child.patient;
  const int lanes = patient.lanes;
  Lanes<double> scratch[3];
  double* const out[] = {scratch[0].data(), scratch[1].data(), scratch[2].data()};
  const auto normals = [&](Purpose purpose, int count) {
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = purpose;
    address.occasions = patient.attempt.data();
    tile_normals(address, patient.patient.data(), lanes, count, out);
  };

  normals(Purpose::growth, 2);
  const double own = __builtin_sqrt(1 - p.limit_rate_correlation * p.limit_rate_correlation);
  Lanes<double>& argument = child.limit;  // -logit(L_i / 100), then exp of it, then the limit
  for (int i = 0; i < lanes; ++i) {
    const int level = patient.gmfcs[i];
    child.limit_score[i] = scratch[0][i];
    argument[i] = -(p.limit_logit[level] + p.limit_sd[level] * scratch[0][i]);
    child.rate[i] = -p.rate_log_sd[level] * (p.limit_rate_correlation * scratch[0][i] + own * scratch[1][i]);
  }
  exp_of(first_lanes(argument, lanes), first_lanes(argument, lanes));
  exp_of(first_lanes(child.rate, lanes), first_lanes(child.rate, lanes));
  for (int i = 0; i < lanes; ++i) {
    child.limit[i] = 100 / (1 + argument[i]);
    child.rate[i] *= p.rate[patient.gmfcs[i]];
  }
  motor_curve(p, child, 0, child.baseline_motor.data());

  normals(Purpose::crosswalk, 1);
  for (int i = 0; i < lanes; ++i) child.crosswalk_residual[i] = p.crosswalk_residual_sd * scratch[0][i];

  normals(Purpose::screening_measurement, 3);
  Lanes<double> latent{};
  for (int i = 0; i < lanes; ++i) {
    child.disturbance[i] = p.disturbance_sd[patient.gmfcs[i]] * scratch[0][i];
    latent[i] = child.baseline_motor[i] + child.disturbance[i];
    child.baseline_gmfm66[i] = std::clamp(latent[i] + p.measurement_sd * scratch[1][i], 0.0, 100.0);
  }
  for (int i = 0; i < lanes; ++i) latent[i] += child.crosswalk_residual[i];
  crosswalk_to_gmfm88(p, lanes, latent.data(), child.baseline_gmfm88.data());
  for (int i = 0; i < lanes; ++i)
    child.baseline_gmfm88[i] =
        std::clamp(child.baseline_gmfm88[i] + p.gmfm88_measurement_sd * scratch[2][i], 0.0, 100.0);
}

void draw_disturbances(std::uint64_t seed, std::uint32_t replicate, const DevelopmentParameters& p,
                       const ChildTile& child, std::span<const Visit> visits, std::vector<Lanes<double>>& out) {
  out.resize(visits.size());
  const PatientTile& patient = child.patient;
  const Lanes<double>* before = &child.disturbance;
  double months_before = 0;
  for (std::size_t v = 0; v < visits.size(); ++v) {
    TileAddress address;
    address.seed = seed;
    address.replicate = replicate;
    address.purpose = Purpose::disturbance;
    address.occasion = visits[v].day;
    double* const innovation[] = {out[v].data()};
    tile_normals(address, patient.patient.data(), patient.lanes, 1, innovation);
    const double kept = exp_of(-(visits[v].months - months_before) / p.disturbance_months);
    const double fresh = __builtin_sqrt(1 - kept * kept);
    for (int i = 0; i < patient.lanes; ++i)
      out[v][i] = kept * (*before)[i] + fresh * p.disturbance_sd[patient.gmfcs[i]] * out[v][i];
    before = &out[v];
    months_before = visits[v].months;
  }
}

}  // namespace vcohort
