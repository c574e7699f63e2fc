#pragma once
#include "engine/evidence/evidence.hpp"
#include "engine/study/study.hpp"
#include "io/study/study_reader.hpp"

namespace vcohort {

/// What only a study and its evidence together show. Call it once for each evidence of the study.
///
///   * an override replaces or supplies a parameter of the model, with a value in its range
///   * a pair of cell and route has a delivery factor and a reference dose: nothing is invented
///   * a group of [policy.evppi] has draws enough for its uncertain parameters
///   * what [policy.sensitivity] moves is in the evidence, and the model allows where to
///   * a dose is in the unit of its reference dose: cells per kg (nucleated or not), cells, or published doses
///
/// Returns the evidence with the study's overrides applied. Errors: one InvalidInput with all problems, located by
/// `places`.
Evidence check_against_evidence(const Study& study, const Evidence& evidence, const StudyPlaces& places);

/// A sentence for each strategy whose dose per infusion is a hundred times away from the reference dose of its pair, or
/// further: the curve of dose and effect was never seen there, and a unit may have been mistaken.
std::vector<std::string> unusual_doses(const Study& study, const Evidence& evidence, const StudyPlaces& places);

/// A sentence for each arm of a trial whose strategy is not for all who are enrolled.
std::vector<std::string> diluted_arms(const Study&, const Evidence&, const StudyPlaces&);

/// A sentence for each procedure that is given to children outside of the indication that the evidence states.
std::vector<std::string> beyond_indications(const Study&, const Evidence&, const StudyPlaces&);

/// The pairs that have a delivery factor and a reference dose: "MSC/intravenous", ...
std::vector<std::string> pairs_of(const Evidence& evidence);

/// A sentence for the strategies that have fewer hours of rehabilitation than the evidence's usual care: nobody
/// measured what is lost then.
std::vector<std::string> hours_below_usual(const Study&, const Evidence&, const StudyPlaces&);

/// Notices of cells that are compared with a reference at other hours of rehabilitation.
std::vector<std::string> unequal_hours(const Study&);

}  // namespace vcohort
