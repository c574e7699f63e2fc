#pragma once
#include <cstdint>
#include <string_view>

namespace vcohort {

/// What an analysis estimates: the scale of its effect, arm against reference.
enum class EffectScale : std::uint8_t {
  mean_difference,
  risk_difference,
  log_odds_ratio,  // of the event, or of a higher category
  log_hazard_ratio,
  log_rate_ratio,
  superiority_share,                 // P(arm higher) + P(equal) / 2 - 1/2
  log_win_ratio,                     // log P(arm better) / P(reference better)
  restricted_mean_difference,        // of survival times, up to a horizon
  survival_difference,               // of the shares without the event at a time
  log_subdistribution_hazard_ratio,  // where another event competes
  incidence_difference               // of the shares with the event at a time, where another one competes
};

/// "mean difference", "log odds ratio", ...
std::string_view name_of(EffectScale);

/// Whether it is the logarithm of a ratio.
constexpr bool is_log_ratio(EffectScale scale) {
  return scale == EffectScale::log_odds_ratio || scale == EffectScale::log_hazard_ratio ||
         scale == EffectScale::log_rate_ratio || scale == EffectScale::log_win_ratio ||
         scale == EffectScale::log_subdistribution_hazard_ratio;
}

}  // namespace vcohort
