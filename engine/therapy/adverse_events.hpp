#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/therapy/therapy.hpp"

namespace vcohort {

enum class EventType : std::uint8_t {
  fever,
  infusion_reaction,
  headache,
  vomiting,
  back_pain,
  epistaxis,
  facial_palsy,
  seizure,
  serious,
  upper_respiratory_infection,
  diarrhoea
};
inline constexpr int event_types = 11;
inline constexpr int grades = 3;  // 1, 2, and "3 or more"
inline constexpr std::array<std::string_view, event_types> event_type_names = {
    "fever",     "infusion_reaction", "headache", "vomiting", "back_pain",
    "epistaxis", "facial_palsy",      "seizure",  "serious",  "upper_respiratory_infection",
    "diarrhoea"};
const char* name_of(EventType);

/// Harm by infusion and route, and the events that every arm has. `docs/model.md`, section 3.
struct HarmParameters {
  std::array<std::array<double, routes>, event_types>
      per_infusion{};                                     // probability at the reference dose; 0 where none
  std::array<double, event_types> dose_log_odds{};        // per doubling of the dose
  std::array<double, event_types> grade2_share{};         // among grades 1 and 2; serious events are grade 3
  std::array<double, event_types> duration_days{};        // mean, exponential
  std::array<double, event_types> background_per_year{};  // seizure: in children with epilepsy
  double frailty_sd = 0;

  explicit HarmParameters(const ParameterValues&);
};

/// An event that an infusion caused.
struct AdverseEvent {
  std::uint16_t lane = 0;
  std::uint16_t infusion = 0;  // the first is 0
  EventType type = EventType::fever;
  std::uint8_t grade = 1;
  double days = 0;
};

/// What one strategy does to a tile: its events in order of infusion, and after how many infusions each child's regimen
/// was changed for an event (all of them where it was not).
struct TileHarm {
  std::vector<AdverseEvent> events;
  Lanes<std::uint16_t> infusions_before_change;
};

/// Related events of a tile under every plan, up to the last day of follow-up. Inverse CDF at (type, infusion), so that
/// twins stay twins: the same child has the same luck at its third infusion whatever the strategy. Draws per lane:
/// frailty (one normal); adverse_event (one uniform per infusion and type: occasion = infusion, block = type / 4);
/// adverse_event_detail for events that happen (grade and duration: occasion = infusion, block = type).
void draw_adverse_events(std::uint64_t seed, std::uint32_t replicate, const HarmParameters&, const PatientTile&,
                         std::span<const TherapyPlan* const>, double months_of_follow_up, std::vector<TileHarm>& out);

/// Background events of a tile up to the end of follow-up, the same under every strategy: counts, shape
/// [type][grade - 1][lane]. Poisson by inverse CDF, one uniform per year, type and grade from background_event
/// (occasion = year, block = type).
using BackgroundEvents = std::array<std::array<Lanes<std::uint16_t>, grades>, event_types>;
void draw_background_events(std::uint64_t seed, std::uint32_t replicate, const HarmParameters&, const PatientTile&,
                            double months_of_follow_up, BackgroundEvents& out);

}  // namespace vcohort
