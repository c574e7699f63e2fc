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
