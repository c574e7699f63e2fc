#include "engine/study/effect_scale.hpp"

#include <array>

#include "engine/study/word.hpp"

namespace vcohort {

std::string_view name_of(EffectScale scale) {
  static constexpr std::array<std::string_view, 11> names = {
      "mean difference",        "risk difference",
      "log odds ratio",         "log hazard ratio",
      "log rate ratio",         "win probability minus 1/2",
      "log win ratio",          "difference of restricted means",
      "difference of survival", "log subdistribution hazard ratio",
      "difference of incidence"};
  return word(names, scale);
}

}  // namespace vcohort
