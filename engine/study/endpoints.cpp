#include "engine/study/endpoints.hpp"

#include <algorithm>

namespace vcohort {

namespace {

constexpr Endpoint drooling(std::uint8_t id, std::string_view name, std::uint8_t variant,
                            std::string_view description) {
  return {.id = id,
          .name = name,
          .kind = OutcomeKind::binary,
          .measure = Measure::drooling,
          .domain = Domain::drooling,
          .units = "share",
          .maximum = 1,
          .variant = variant,
          .description = description};
}

constexpr auto table = std::to_array<Endpoint>({
    {.id = 0,
     .name = "gmfm66",
     .measure = Measure::motor_score,
     .description = "Gross Motor Function Measure, 66 items, observed at the visit"},
    {.id = 1,
     .name = "gmfm88",
     .measure = Measure::crosswalk,
     .description = "Gross Motor Function Measure, 88 items, by the crosswalk from GMFM-66"},
    {.id = 2, .name = "standing", .domain = Domain::standing, .description = "GMFM dimension D, standing, raw score"},
    {.id = 3, .name = "walking", .domain = Domain::walking, .description = "GMFM dimension E, walking, raw score"},
    {.id = 4, .name = "adl", .domain = Domain::adl, .description = "activities of daily living"},
    {.id = 5, .name = "fine_motor", .domain = Domain::fine_motor, .description = "Fine Motor Function Measure"},
    {.id = 6, .name = "sociability", .domain = Domain::sociability, .description = "social skills"},
    {.id = 7, .name = "adaptability", .domain = Domain::adaptability, .description = "life adaptability"},
    {.id = 8,
     .name = "expressive_language",
     .domain = Domain::expressive_language,
     .description = "expressive ability"},
    {.id = 9,
     .name = "sleep",
     .domain = Domain::sleep,
     .lower_is_better = true,
     .description = "Sleep Disturbance Scale for Children; lower is better"},
    drooling(10, "drooling_frequency_cured", 0,
             "no drooling by frequency and severity, among children who drool at baseline"),
    drooling(11, "drooling_weight_cured", 1, "no drooling by weight of saliva, among children who drool at baseline"),
    drooling(12, "drooling_quotient_cured", 2,
             "no drooling by drooling quotient, among children who drool at baseline"),
    drooling(13, "drooling_effective", 3, "less drooling, among children who drool at baseline"),
    {.id = 14,
     .name = "cgi_i",
     .kind = OutcomeKind::ordinal,
     .measure = Measure::impression,
     .lower_is_better = true,
     .units = "category",
     .minimum = 1,
     .maximum = 7,
     .description = "Clinical Global Impression of improvement, 1 very much improved to 7; lower is better"},
});

}  // namespace

std::span<const Endpoint> all_endpoints() {
  return table;
}

const Endpoint* find_endpoint(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Endpoint& e) { return e.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::span<const std::string_view> endpoint_names() {
  static constexpr auto names = [] {
    std::array<std::string_view, table.size()> of_table;
    std::transform(table.begin(), table.end(), of_table.begin(), [](const Endpoint& e) { return e.name; });
    return of_table;
  }();
  return names;
}

}  // namespace vcohort
