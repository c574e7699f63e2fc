#pragma once
#include <optional>
#include <span>
#include <vector>

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/boundaries/bounds.hpp"
#include "engine/trial/data_cut.hpp"
#include "engine/trial/participants.hpp"
#include "engine/trial/protocol.hpp"

namespace vcohort {

/// One contrast of one analysis of one trial.
using TrialResult = analysis::Result;

/// What the trial recorded, as its analyses see it. Values stand under the arm that the patient was allocated to.
struct TrialData {
  Participants participants;
  std::vector<int> arm;                   // [patient]: 0 is the reference; 1 for all clusters of a stepped wedge
  std::vector<int> crossing;              // [cluster] of a stepped wedge: the first visit under the other arm
  std::vector<double> randomised_months;  // [patient]: calendar time
  std::vector<double> exit_months;        // [patient]: of drop-out since randomisation; infinity for those who stay
  std::vector<int> visits_attended;       // [patient]
  std::vector<double> guessed;            // [patient]: probability that the convergence strategy guesses the arm
  ArmOutcomes observed;                   // NaN is missing; of units as their source has it (unit_source.hpp)
  std::vector<std::vector<std::uint8_t>> event;     // survival, [slot][patient]
  std::vector<std::vector<std::uint8_t>> competed;  // by an event of another slot, [slot][patient]; empty: by none
  std::size_t counted = 0;                          // the slot whose events looks and the final analysis count
  std::vector<double> exposure;                     // count
  ArmOutcomes known;                                // count: those of a cut, and
  std::vector<double> known_exposure;               // its exposures; NaN: none yet

  /// How many of the patients of a cut have come to a visit by its day; they are the first.
  std::size_t due_by(const DataCut&, double visit_months) const;
};

/// Copies of an endpoint's columns, with what was not known on the day of a cut: values of visits to come are missing,
/// times are censored.
struct KnownData {
  std::vector<std::vector<double>> values;  // [visit][patient]
  std::vector<double> time;
  std::vector<std::uint8_t> event, competed;

  void take_values(const TrialData&, const Protocol&, std::size_t slot, const DataCut&);
  void take_times(const TrialData&, std::size_t slot, const DataCut&);
};

/// One of the study's analyses of simulated trials: finds its columns. One object per thread.
class TrialAnalysis {
 public:
  /// The method fits the outcome.
  TrialAnalysis(const AnalysisPlan&, const Protocol&, bool p_values);

  /// Analyses what was known: one result per contrast of the protocol. Holds until the next call. Visits are due as
  /// scheduled, and their values known on the same day.
  std::span<const TrialResult> run(const TrialData&, const DataCut&);

  /// The events that the last run looked at, of all arms: those of its endpoint in its subgroup, up to its horizon.
  /// Missing where it is not about times to one event.
  double events() const;

  /// What an estimate decides at a look. Of an exact test each side has the p of its own, and futility the mid-p.
  boundaries::Decision decide(const boundaries::Bound&, const analysis::Estimate&);

  bool covers(const analysis::Estimate& estimate, double value) { return analysis_.covers(estimate, value); }

 private:
  /// Covariates by their place in the protocol, and views of them.
  struct Columns {
    std::vector<std::size_t> numeric, factor;
    std::vector<std::span<const double>> covariates;
    std::vector<analysis::Factor> factors;

    void find(const std::vector<std::string>& names, bool as_factors, const Protocol&);
    void view(const Participants&, const Protocol&, std::size_t n);
  };

  /// An endpoint of a hierarchy.
  struct Level {
    std::size_t slot = 0, visit = 0;  // visit: of the protocol
    bool change = false;              // from baseline
    analysis::RankedEndpoint ranked;  // without its columns
    KnownData known = {};
    std::vector<double> changes = {};
  };
  void find_hierarchy(const AnalysisPlan&);
  std::span<const analysis::RankedEndpoint> rank(const TrialData&, const DataCut&, std::size_t n);

  std::span<const TrialResult> run_in_subgroups(analysis::Records&, const Participants&);

  const Protocol& protocol_;
  std::size_t slot_ = 0, visit_ = 0;  // visit_: of those of the endpoint, as
  std::vector<double> times_;         // their months
  std::vector<Level> levels_;
  std::vector<analysis::RankedEndpoint> ranked_;
  analysis::Analysis analysis_;
  Columns adjust_, adjust_by_visit_, stratify_;
  struct Membership {
    std::size_t factor;
    std::vector<bool> in;  // [level]
  };
  std::vector<Membership> where_;
  std::optional<std::size_t> interaction_;  // factor
  std::vector<int> arm_;                    // -1 outside of the subgroup
  double horizon_;                          // months; infinite without one
  std::span<const double> counted_time_;    // of the last run; empty where it had none
  std::span<const std::uint8_t> counted_event_;
  std::vector<TrialResult> first_;  // [contrast]: of the first level
  std::vector<std::span<const double>> values_;
  KnownData known_;
  std::vector<TrialResult> nobody_;
};

/// The method of an analysis, and the endpoint that it compares.
const analysis::Method& method_of(const AnalysisPlan&);
analysis::Outcome outcome_of(const AnalysisPlan&, const Protocol&);

/// The scale on which a method estimates.
EffectScale effect_scale(const AnalysisPlan&);

/// True where the analysis looks at responders to a score.
bool analyses_responders(const AnalysisPlan&, const Protocol&);

}  // namespace vcohort
