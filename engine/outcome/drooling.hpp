#pragma once
#include <array>
#include <vector>

#include "engine/therapy/therapy.hpp"

namespace vcohort {

/// Drooling after Peng 2017: a response that lasts, and cures that relapse.
struct DroolingParameters {
  double response = 0;           // probability under the reference regimen
  std::array<double, 3> cure{};  // among responders: frequency, saliva weight, quotient
  double relapse_months = 1;     // mean, exponential
  double cure_months = 0;        // after the last infusion
  double effective_months = 0;   // for certain
  double effective_waning_months = 1;
  int reference_infusions = 1;
  double reference_interval_days = 0;

  explicit DroolingParameters(const ParameterValues&);
};

/// A strategy's effect on drooling: response probabilities by exposure category, scaled from the reference regimen by
/// the ratio of saturated exposures, at most one; zero without effective cells.
class DroolingPlan {
 public:
  DroolingPlan() = default;  // nobody responds
  DroolingPlan(const Strategy&, const TherapyParameters&, const DroolingParameters&);

  double response(int category) const {
    return response_.empty() ? 0.0 : response_[static_cast<std::size_t>(category)];
  }
  double cured_from_months() const { return cured_from_; }
  double last_infusion_months() const { return last_infusion_; }

 private:
  std::vector<double> response_;
  double last_infusion_ = 0;
  double cured_from_ = 0;
};

/// A child's luck, shared by all strategies. Shape [lane]; four uniforms from drooling_response.
struct DroolingLuck {
  Lanes<double> response, cure, relapse, waning;
};
void draw_drooling(std::uint64_t seed, std::uint32_t replicate, const PatientTile&, DroolingLuck&);

/// State at a visit: 1 or 0, NaN for children who do not drool at baseline. Measures 0..2 are cures, 3 is "effective".
void drooling_at(const DroolingParameters&, const DroolingPlan&, const DroolingLuck&, const PatientTile&,
                 const std::uint16_t* category, double months, int measure, double* out);

}  // namespace vcohort
