#include "engine/study/endpoints.hpp"

#include <array>

namespace vcohort {

std::span<const std::string_view> endpoint_names() {
  static constexpr std::array<std::string_view, 15> names = {"gmfm66",
                                                             "gmfm88",
                                                             "standing",
                                                             "walking",
                                                             "adl",
                                                             "fine_motor",
                                                             "sociability",
                                                             "adaptability",
                                                             "expressive_language",
                                                             "sleep",
                                                             "drooling_frequency_cured",
                                                             "drooling_weight_cured",
                                                             "drooling_quotient_cured",
                                                             "drooling_effective",
                                                             "cgi_i"};
  return names;
}

}  // namespace vcohort
