#pragma once
#include <memory>
#include <span>
#include <vector>

#include "engine/analysis/dataset.hpp"
#include "engine/analysis/estimate.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/trial/participants.hpp"
#include "engine/trial/protocol.hpp"

namespace vcohort {

/// Why an analysis gave no estimate: the kinds of engine/analysis, and behind them those of the mixed model alone.
/// Append-only.
enum class TrialFailure : std::uint8_t {
  singular_covariance = 11,  // mmrm
  no_information = 12        // mmrm
};
inline constexpr int trial_failure_kinds = 13;
const char* trial_failure_name(int kind);

/// One contrast of one analysis of one trial.
struct TrialResult {
  analysis::Estimate estimate;
  double p = analysis::unknown;  // of the hypothesis
  bool rejected = false;
  bool favourable = false;  // rejected in the beneficial direction
  int failure = 0;          // analysis::Failure or TrialFailure; 0: none
};

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

/// One of the study's analyses, made ready; keeps the memory of its method. One object per thread.
class TrialAnalysis {
 public:
  /// Throws InvalidInput for a method that does not fit the outcome.
  TrialAnalysis(const AnalysisPlan&, const Protocol&, bool p_values);

  /// Analyses the first `n` patients. `results`: one per contrast of the protocol.
  void run(const TrialData&, std::size_t n, analysis::Workspace&, std::span<TrialResult> results);

 private:
  void compare_scores(const analysis::Dataset&, analysis::Workspace&, std::span<TrialResult>);
  void fit_mixed_model(const TrialData&, std::size_t n, analysis::Workspace&, std::span<TrialResult>);
  void decide(analysis::Workspace&, std::span<TrialResult>) const;
  void make_mixed_model();
  std::span<const double> responders(const TrialData&, std::size_t n);
  std::span<const int> strata(const TrialData&, std::size_t n);

  const AnalysisPlan& plan_;
  const Protocol& protocol_;
  std::size_t slot_ = 0, visit_ = 0;
  analysis::Hypothesis hypothesis_;
  analysis::Inference inference_;
  bool adjusts_for_baseline_ = false;
  std::vector<std::size_t> numeric_, factors_, stratify_;  // places in the protocol
  int strata_ = 1;
  bool by_responders_ = false;

  std::unique_ptr<analysis::Mmrm> mixed_model_;
  std::vector<std::span<const double>> covariates_;
  std::vector<analysis::Factor> factor_views_;
  std::vector<int> stratum_;
  std::vector<double> responder_, outcomes_;
  std::vector<std::vector<double>> factor_values_;
  std::vector<analysis::Estimate> estimates_;
  analysis::RankedEndpoint ranked_;
};

/// The scale on which a method estimates.
EffectScale effect_scale(const AnalysisPlan&, const Protocol&);

/// True where the analysis looks at responders to a score.
bool analyses_responders(const AnalysisPlan&, const Protocol&);

/// What better means for an estimate of this analysis.
analysis::Better better_direction(const AnalysisPlan&, const Protocol&);

}  // namespace vcohort
