#pragma once
#include "engine/evidence/evidence.hpp"

namespace vcohort {

/// What a trial runs under whose outcomes come from a data model: a name, and no parameters.
inline Evidence evidence_of_data_model() {
  Evidence evidence;
  evidence.name = "data model";
  evidence.title = "outcomes drawn directly; no evidence enters";
  return evidence;
}

}  // namespace vcohort
