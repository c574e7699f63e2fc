#include "engine/random/address.hpp"

namespace vcohort {

std::span<const PurposeName> purpose_names() {
  static constexpr PurposeName names[] = {
      {"age", Purpose::age},
      {"gmfcs", Purpose::gmfcs},
      {"injury_type", Purpose::injury_type},
      {"motor_type", Purpose::motor_type},
      {"sex", Purpose::sex},
      {"weight", Purpose::weight},
      {"injury_timing", Purpose::injury_timing},
      {"genotype", Purpose::genotype},
      {"immune_suppression", Purpose::immune_suppression},
      {"inflammation", Purpose::inflammation},
      {"epilepsy", Purpose::epilepsy},
      {"drooling_at_baseline", Purpose::drooling_at_baseline},
      {"marker", Purpose::marker},
      {"topography", Purpose::topography},
      {"growth", Purpose::growth},
      {"disturbance", Purpose::disturbance},
      {"measurement", Purpose::measurement},
      {"screening_measurement", Purpose::screening_measurement},
      {"domain_level", Purpose::domain_level},
      {"crosswalk", Purpose::crosswalk},
      {"responder", Purpose::responder},
      {"idiosyncratic", Purpose::idiosyncratic},
      {"adverse_event", Purpose::adverse_event},
      {"adverse_event_detail", Purpose::adverse_event_detail},
      {"background_event", Purpose::background_event},
      {"frailty", Purpose::frailty},
      {"rehabilitation_response", Purpose::rehabilitation_response},
      {"procedure_response", Purpose::procedure_response},
      {"global_impression", Purpose::global_impression},
      {"drooling_response", Purpose::drooling_response},
      {"screening", Purpose::screening},
      {"randomisation", Purpose::randomisation},
      {"accrual", Purpose::accrual},
      {"dropout", Purpose::dropout},
      {"intercurrent", Purpose::intercurrent},
      {"visit_timing", Purpose::visit_timing},
      {"data_model", Purpose::data_model},
      {"event_time", Purpose::event_time},
      {"covariate", Purpose::covariate},
      {"site", Purpose::site},
      {"cluster_effect", Purpose::cluster_effect},
      {"cluster_member", Purpose::cluster_member},
      {"endpoint", Purpose::endpoint},
      {"unrecorded", Purpose::unrecorded},
      {"parameter", Purpose::parameter},
      {"trial_drift", Purpose::trial_drift},
      {"sobol_shift", Purpose::sobol_shift},
      {"sobol_resample", Purpose::sobol_resample},
  };
  return names;
}

}  // namespace vcohort
