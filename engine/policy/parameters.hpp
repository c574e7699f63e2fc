#pragma once
#include <array>
#include <span>
#include <vector>

#include "engine/evidence/values.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// Death rate of the general population, constant within bands of age.
struct LifeTable {
  static constexpr std::array<double, 11> from_age_years = {0,  1,  5,  15, 25, 35,
                                                            45, 55, 65, 75, 85};  // of the registry
  std::array<double, from_age_years.size()> rate_per_year{};

  explicit LifeTable(const ParameterValues&);
};

/// What a procedure costs, each time that it is done, and its complications.
struct ProcedureCosts {
  double cost = 0, family = 0;
  double harm = 0;          // probability of a complication
  double harm_loss = 0;     // QALYs
  double complication = 0;  // cost
};

/// Utilities, money and survival of one parameter draw, in the study's currency and under its perspective.
struct PolicyParameters {
  std::array<double, gmfcs_levels> utility{};
  double utility_slope = 0;  // per GMFM-66 point
  double utility_minimum = 0, utility_maximum = 1;
  std::array<double, 3> event_loss{}, event_cost{};  // by grade
  std::array<double, cell_types> product_price{};
  double dose_share = 0;
  std::array<double, routes> procedure_cost{};
  std::array<double, routes> family_cost{};  // of an infusion to the family; zero for the health system
  std::array<double, 2> preparation_cost{};  // by source of the cells
  double visit_cost = 0;
  double visits_per_infusion = 0;
  double trip_cost = 0;                            // of a visit to the family; zero for the health system
  std::array<double, gmfcs_levels> care_cost{};    // per year
  double care_change = 0;                          // relative, per GMFM-66 point; zero unless the study asks for it
  std::array<double, gmfcs_levels> excess_rate{};  // of death, per year
  LifeTable background;
  double therapy_hour_cost = 0;         // of an hour of rehabilitation
  double therapy_hour_family_cost = 0;  // journeys and carers' time; zero for the health system
  std::array<ProcedureCosts, procedures> procedure{};

  PolicyParameters(const ParameterValues&, const PolicyQuestion&);

 private:
  void read_beside(const ParameterValues&, double exchange, bool societal);
};

/// Share of children alive `years` after baseline, S = exp(-(H(a + t) - H(a)) - excess t), where H is the cumulative
/// rate of the life table; a probability, not an event. Shape [lane]. `baseline` is H(a) of each lane.
void survival(const PolicyParameters&, int lanes, const double* age_years, const std::uint8_t* gmfcs,
              const double* baseline, double years, double* out);

/// H(age) of each lane.
void cumulative_rate(const LifeTable&, int lanes, const double* age_years, double* out);

}  // namespace vcohort
