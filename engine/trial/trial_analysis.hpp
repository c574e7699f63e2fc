#pragma once
#include <span>
#include <vector>

#include "engine/analysis/analysis.hpp"
#include "engine/trial/participants.hpp"
#include "engine/trial/protocol.hpp"

namespace vcohort {

/// One contrast of one analysis of one trial.
using TrialResult = analysis::Result;

/// What the trial recorded, as its analyses see it. Values stand under the arm that the patient was allocated to.
struct TrialData {
  Participants participants;
  std::vector<int> arm;                   // [patient]: 0 is the reference
  std::vector<double> randomised_months;  // [patient]: calendar time
  std::vector<double> exit_months;        // [patient]: of drop-out since randomisation; infinity for those who stay
  std::vector<int> visits_attended;       // [patient]
  std::vector<double> correct_guesses;    // [patient]: cumulative
  ArmOutcomes observed;                   // NaN is missing
  std::vector<std::uint8_t> event;        // survival
  std::vector<double> exposure;           // count
};

/// One of the study's analyses of simulated trials: finds its columns. One object per thread.
class TrialAnalysis {
 public:
  /// The method fits the outcome.
  TrialAnalysis(const AnalysisPlan&, const Protocol&, bool p_values);

  /// Analyses the first `n` patients: one result per contrast of the protocol. Holds until the next call.
  std::span<const TrialResult> run(const TrialData&, std::size_t n);

 private:
  /// Covariates by their place in the protocol, and views of them.
  struct Columns {
    std::vector<std::size_t> numeric, factor;
    std::vector<std::span<const double>> covariates;
    std::vector<analysis::Factor> factors;

    void find(const std::vector<std::string>& names, bool as_factors, const Protocol&);
    void view(const Participants&, const Protocol&, std::size_t n);
  };

  const Protocol& protocol_;
  std::size_t slot_ = 0, visit_ = 0;
  analysis::Analysis analysis_;
  Columns adjust_, adjust_by_visit_, stratify_;
  std::vector<std::span<const double>> values_;
};

/// The method of an analysis, and the endpoint that it compares.
const analysis::Method& method_of(const AnalysisPlan&);
analysis::Outcome outcome_of(const AnalysisPlan&, const Protocol&);

/// The scale on which a method estimates.
EffectScale effect_scale(const AnalysisPlan&);

/// True where the analysis looks at responders to a score.
bool analyses_responders(const AnalysisPlan&, const Protocol&);

}  // namespace vcohort
