#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/trial/accrual.hpp"
#include "engine/trial/dropout.hpp"
#include "engine/trial/intercurrent.hpp"
#include "engine/trial/randomisation.hpp"
#include "engine/trial/source.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// A trial made ready: everything that its replicates share. Immutable, read by all threads.
struct PreparedTrial {
  Protocol protocol;
  std::vector<DataModel> stated;    // [slot]: the endpoints of a data model; empty of the disease model
  std::vector<DataModel> marginal;  // [slot]: the same without covariates: covariate_effects.hpp
  std::unique_ptr<TrialModel> model;
  Randomiser randomiser;
  std::vector<std::size_t> balanced;  // factors of the protocol that the randomisation balances
  AccrualProfile accrual;
  std::optional<DropoutModel> dropout;
  std::vector<double> expected_dropout;  // [arm]: share lost by the end, of patients with point values of parameters
  std::vector<std::vector<double>>
      slope;  // [arm][slot * visits + visit]: points per month of the mean; visit windows only

  bool has_data_model() const { return !stated.empty(); }

  PreparedTrial(const Study&, const Evidence&);
  PreparedTrial(const PreparedTrial&) = delete;
  PreparedTrial& operator=(const PreparedTrial&) = delete;

  /// Replicates from this one on are reserved for reference patients: those that calibrate drop-out, and the twins of
  /// true values.
  static constexpr std::uint32_t first_reserved_replicate = most_replicates;
  static constexpr std::uint32_t calibration_replicate = first_reserved_replicate;
  static constexpr std::uint32_t twin_replicate = first_reserved_replicate + 1;
  static constexpr std::uint32_t description_replicate = first_reserved_replicate + 2;  // SDs in words

 private:
  void calibrate();
};

/// Simulates whole trials, one replicate at a time, and keeps its memory. One object per thread. What a replicate is
/// depends on nothing but seed and number; the trial of n patients is the beginning of every larger one.
class TrialSimulator {
 public:
  TrialSimulator(const PreparedTrial&, bool p_values);

  /// What the trial of `patients` recorded. The reference holds until the next call.
  const TrialData& simulate_replicate(std::uint32_t replicate, std::int64_t patients) {
    return simulate_replicate(replicate, replicate, patients);
  }

  /// The same with the parameters of another draw than the replicate's own, where parameters are uncertain.
  const TrialData& simulate_replicate(std::uint32_t replicate, std::uint32_t parameter_draw, std::int64_t patients);

  /// Makes the counts of a cut known to analyses and to those who look at the data; nothing where there are no counts.
  void know_counts(const DataCut&);

  /// Analyses what was known of the trial simulated last.
  std::span<const TrialResult> analyse(std::size_t analysis, const DataCut&);
  std::span<const TrialResult> analyse(std::size_t analysis, std::size_t n) {
    return analyse(analysis, {.enrolled = n});
  }

  /// The events that the analysis looked at when it was asked last; see TrialAnalysis::events().
  double events_of(std::size_t analysis) const { return analyses_[analysis]->events(); }

  /// What an estimate of an analysis decides at a look.
  boundaries::Decision decide(std::size_t analysis, const boundaries::Bound&, const analysis::Estimate&);

  /// Whether the interval of an estimate of an analysis contains a value.
  bool covers(std::size_t analysis, const analysis::Estimate&, double value);

  /// From the first day of accrual to the day of a cut or, of one of everything, to the last visit that any of its
  /// patients attends [months].
  double duration_months(const DataCut&) const;

  const TrialData& data() const { return data_; }
  TrialSource& source() { return *source_; }
  IntercurrentEvents& events() { return events_; }
  const PreparedTrial& trial() const { return trial_; }

 private:
  void observe_visits(std::uint32_t replicate);
  void step_clusters();
  void inflate_open_label(int arm, const ArmOutcomes&);
  void shift_visits(std::uint32_t replicate);
  void lose_patients(std::uint32_t replicate);
  void leave_unrecorded(std::uint32_t replicate);
  void observe_events();
  void observe_counts();
  void count_until(const std::vector<double>& exposure, std::vector<double>& counts);
  const double* change_since_baseline(std::size_t visit);

  const PreparedTrial& trial_;
  std::unique_ptr<TrialSource> source_;
  IntercurrentEvents events_;
  TrialData data_;
  Allocation allocation_;
  Randomiser::Memory allocation_memory_;
  DropoutModel::Loss loss_;
  std::vector<std::vector<int>> levels_;
  ArmOutcomes reference_, arm_;
  IntercurrentEvents::Months event_months_;  // [event][patient], under the allocated arm
  std::vector<double> change_, shift_, ended_, uniform_;
  std::vector<std::unique_ptr<TrialAnalysis>> analyses_;
};

}  // namespace vcohort
