#pragma once
#include "engine/run/scenarios.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// The scenarios of a study that sweeps, read from its text. It points into the study.
class SweptScenarios final : public Scenarios {
 public:
  explicit SweptScenarios(const LoadedStudy& study) : study_(study) {}

  std::size_t stances() const override { return study_.stances.size(); }
  const std::vector<SweepAxis>& sweep() const override { return study_.reading.study.sweep; }
  Scenario make(std::size_t stance, std::size_t setting) const override;

  /// What a setting that has been read believes under a stance, by the name of the scenario.
  Evidence evidence_of(const StudyReading&, std::size_t stance) const;

  /// Reads all of them. Errors: one InvalidInput with all problems, each with the first setting that has it; a key that
  /// has an effect in no setting is one. Returns the notices that the study itself does not give.
  std::vector<std::string> check(LoadFor) const;

 private:
  struct Found;

  const LoadedStudy& study_;
};

}  // namespace vcohort
