#include "engine/outcome/drooling.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/elementary.hpp"
#include "engine/random/tile_draws.hpp"

namespace vcohort {

DroolingParameters::DroolingParameters(const ParameterValues& values) {
  response = values.at("drooling.response");
  cure = {values.at("drooling.cure.frequency"), values.at("drooling.cure.weight"), values.at("drooling.cure.quotient")};
  relapse_months = values.at("drooling.relapse_months");
  cure_months = values.at("drooling.cure_months");
  effective_months = values.at("drooling.effective_months");
  effective_waning_months = values.at("drooling.effective_waning_months");
  reference_infusions = static_cast<int>(values.at("drooling.reference_infusions"));
  reference_interval_days = values.at("drooling.reference_interval_days");
}

namespace {

/// The plan seen at the one time that decides: when cure is reached after the last infusion.
TherapyPlan at_cure(const Strategy& strategy, const TherapyParameters& therapy, const DroolingParameters& drooling) {
  const Visit visit{infusion_months(strategy.regimen).back() + drooling.cure_months, 0};
  return TherapyPlan(strategy, therapy, {&visit, 1});
}

Strategy reference_strategy(const TherapyParameters& therapy, const DroolingParameters& drooling) {
  Strategy reference;
  reference.name = "reference regimen of drooling";
  reference.cells = true;
  reference.cell = Cell::msc;
  reference.route = Route::intrathecal;
  reference.regimen.dose =
      therapy.reference_dose[static_cast<std::size_t>(Cell::msc)][static_cast<std::size_t>(Route::intrathecal)]
          .value_or(1);
  reference.regimen.infusions = drooling.reference_infusions;
  reference.regimen.interval_days = drooling.reference_interval_days;
  return reference;
}

}  // namespace

DroolingPlan::DroolingPlan(const Strategy& strategy, const TherapyParameters& therapy,
                           const DroolingParameters& drooling) {
  if (!strategy.cells || !therapy.any_effect()) return;
  last_infusion_ = infusion_months(strategy.regimen).back();
  cured_from_ = last_infusion_ + drooling.cure_months;
  const TherapyPlan plan = at_cure(strategy, therapy, drooling);
  const TherapyPlan reference = at_cure(reference_strategy(therapy, drooling), therapy, drooling);
  const double reference_hill = reference.saturation(Domain::drooling, 0)[0].hill;
  for (const Saturation& saturation : plan.saturation(Domain::drooling, 0))
    response_.push_back(reference_hill > 0 ? std::min(1.0, drooling.response * saturation.hill / reference_hill) : 0.0);
}

void draw_drooling(std::uint64_t seed, std::uint32_t replicate, const PatientTile& patient, DroolingLuck& luck) {
  double* const out[] = {luck.response.data(), luck.cure.data(), luck.relapse.data(), luck.waning.data()};
  TileAddress address;
  address.seed = seed;
  address.replicate = replicate;
  address.purpose = Purpose::drooling_response;
  tile_uniforms(address, patient.patient.data(), patient.lanes, 4, out);
}

void drooling_at(const DroolingParameters& p, const DroolingPlan& plan, const DroolingLuck& luck,
                 const PatientTile& patient, const std::uint16_t* category, double months, int measure, double* out) {
  constexpr int effective = 3;
  const double since_cure = months - plan.cured_from_months();
  const double since_last = months - plan.last_infusion_months();
  for (int i = 0; i < patient.lanes; ++i) {
    if (!patient.drools[i]) {
      out[i] = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    bool state = since_cure >= 0 && luck.response[i] < plan.response(category[i]);
    if (state && measure == effective)
      state = since_last <= p.effective_months - p.effective_waning_months * log_of(luck.waning[i]);
    else if (state)
      state = luck.cure[i] < p.cure[static_cast<std::size_t>(measure)] &&
              since_cure < -p.relapse_months * log_of(luck.relapse[i]);
    out[i] = state ? 1.0 : 0.0;
  }
}

}  // namespace vcohort
