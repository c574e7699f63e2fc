// Compiled once per instruction set; see engine/numeric/instruction_set.hpp.
#include "engine/therapy/effect_hot.hpp"

#include "engine/numeric/elementary.hpp"

namespace vcohort::VCOHORT_INSTRUCTION_SET {

void effect_kernel(int lanes, const double* amplitude, const double* idiosyncratic, const std::uint16_t* category,
                   const double* hill_and_linear, double* out) {
  for (int i = 0; i < lanes; ++i) {
    const double* pair = hill_and_linear + 2 * category[i];
    out[i] = amplitude[i] * pair[0] + idiosyncratic[i] * pair[1];
  }
}

void hours_kernel(int lanes, const double* load, const std::uint8_t* eligible, double of_eligible, double of_others,
                  double* sum) {
  for (int i = 0; i < lanes; ++i) sum[i] += load[i] * (eligible[i] ? of_eligible : of_others);
}

void saturate_kernel(int lanes, double maximum, double* points) {
  for (int i = 0; i < lanes; ++i) {
    const double gain = points[i] > 0 ? points[i] : 0.0;
    const double saturated = maximum * (1 - exp_of(-gain / maximum));
    points[i] = points[i] > 0 ? saturated : points[i];
  }
}

void bounded_kernel(int lanes, const double* motor, const double* effect, double* out) {
  for (int i = 0; i < lanes; ++i) {
    const bool gain = effect[i] >= 0;
    const double room = gain ? 100 - motor[i] : motor[i];
    const double size = gain ? effect[i] : -effect[i];
    // A score at the end of its scale has no room: the ratio is then not used.
    const double change = room > 0 ? room * (1 - exp_of(-size / (room > 0 ? room : 1.0))) : 0.0;
    out[i] = gain ? motor[i] + change : motor[i] - change;
  }
}

}  // namespace vcohort::VCOHORT_INSTRUCTION_SET
