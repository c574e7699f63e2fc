#include "engine/policy/parameters.hpp"

#include <algorithm>
#include <string>

#include "engine/patient/patient.hpp"
#include "engine/policy/policy_hot.hpp"

namespace vcohort {

namespace {

constexpr std::array<const char*, 3> grade_names = {"1", "2", "3"};

}  // namespace

LifeTable::LifeTable(const ParameterValues& values) {
  for (std::size_t band = 0; band < from_age_years.size(); ++band)
    rate_per_year[band] = values.at("mortality.background." + std::to_string(static_cast<int>(from_age_years[band])));
}

PolicyParameters::PolicyParameters(const ParameterValues& values, const PolicyQuestion& question) : background(values) {
  const double exchange = question.exchange_rate.value_or(1.0);
  const auto money = [&](const std::string& name) { return exchange * values.at(name); };
  const bool societal = question.perspective == Perspective::societal;
  const std::string set = name_of(question.utility);
  double annual = money("cost.care");
  if (societal) annual += money("cost.informal_care");
  for (int level = 0; level < gmfcs_levels; ++level) {
    const std::string suffix = std::string(".") + gmfcs_name(level);
    utility[level] = values.at("utility." + set + suffix);
    care_cost[level] = annual * values.at("cost.care_ratio" + suffix);
    excess_rate[level] = values.at("mortality.excess" + suffix);
  }
  utility_slope = values.at("utility.slope." + set);
  utility_minimum = values.at("utility.minimum");
  utility_maximum = values.at("utility.maximum");
  for (std::size_t grade = 0; grade < grade_names.size(); ++grade) {
    event_loss[grade] = values.at(std::string("utility.event_loss.") + grade_names[grade]);
    event_cost[grade] = money(std::string("cost.event.") + grade_names[grade]);
  }
  for (int cell = 0; cell < cell_types; ++cell)
    product_price[cell] = money(std::string("price.product.") + name_of(static_cast<Cell>(cell)));
  dose_share = values.at("price.dose_share");
  trip_cost = societal ? money("travel.cost_per_trip") : 0;
  for (int route = 0; route < routes; ++route) {
    const std::string name = name_of(static_cast<Route>(route));
    procedure_cost[route] = money("cost.procedure." + name);
    if (societal)
      family_cost[route] = values.at("carer.days_per_infusion." + name) * money("carer.cost_per_day") + trip_cost;
  }
  for (int source = 0; source < 2; ++source)
    preparation_cost[source] = money(std::string("cost.preparation.") + name_of(static_cast<CellSource>(source)));
  visit_cost = money("cost.visit");
  visits_per_infusion = values.at("visits.per_infusion");
  if (question.care_follows_motor) care_change = values.at("cost.care_change");
  read_beside(values, exchange, societal);
}

/// Money of rehabilitation and procedures, where the evidence knows it.
void PolicyParameters::read_beside(const ParameterValues& values, double exchange, bool societal) {
  constexpr double hours_per_day = 8;  // of a carer's working day
  const auto money = [&](const std::string& name) { return exchange * values.at(name); };
  const double carer_day = societal ? money("carer.cost_per_day") : 0;
  if (values.has("cost.therapy_hour")) {
    therapy_hour_cost = money("cost.therapy_hour");
    if (societal)
      therapy_hour_family_cost = values.at("rehabilitation.carer_hours") * carer_day / hours_per_day +
                                 money("travel.cost_per_session") / values.at("rehabilitation.session_hours");
  }
  for (int k = 0; k < procedures; ++k) {
    const std::string name = name_of(static_cast<Procedure>(k));
    if (!values.has("procedure.cost." + name)) continue;
    procedure[k] = {money("procedure.cost." + name), values.at("procedure.carer_days." + name) * carer_day,
                    values.at("procedure.harm." + name), values.at("procedure.harm_loss." + name),
                    money("procedure.complication_cost." + name)};
  }
}

void cumulative_rate(const LifeTable& table, int lanes, const double* age_years, double* out) {
  cumulative_rate_kernel(lanes, age_years, 0.0, static_cast<int>(table.rate_per_year.size()),
                         LifeTable::from_age_years.data(), table.rate_per_year.data(), out);
}

void survival(const PolicyParameters& p, int lanes, const double* age_years, const std::uint8_t* gmfcs,
              const double* baseline, double years, double* out) {
  // Bands that nobody reaches are left out; the last one that is reached is then open, which changes nothing.
  const double oldest = *std::max_element(age_years, age_years + lanes) + years;
  int bands = 1;
  while (bands < static_cast<int>(LifeTable::from_age_years.size()) && LifeTable::from_age_years[bands] < oldest)
    ++bands;
  Lanes<double> cumulative, excess;
  cumulative_rate_kernel(lanes, age_years, years, bands, LifeTable::from_age_years.data(),
                         p.background.rate_per_year.data(), cumulative.data());
  for (int i = 0; i < lanes; ++i) excess[i] = p.excess_rate[gmfcs[i]];
  survival_kernel(lanes, cumulative.data(), baseline, excess.data(), years, out);
}

}  // namespace vcohort
