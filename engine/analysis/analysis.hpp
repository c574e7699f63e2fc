#pragma once
#include <span>
#include <vector>

#include "engine/analysis/methods.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort::analysis {

/// The endpoint that is compared.
struct Outcome {
  OutcomeKind kind = OutcomeKind::score;
  bool lower_is_better =
      false;        // of times to events and of counts: of the event, so that fewer or later ones are better
  double unit = 0;  // see difference()
};

/// What a trial recorded of an endpoint, whether it was simulated or read from a file; one entry per patient in every
/// column. Views only. Covariates are those that the plan adjusts for but the baseline, numbers and categories apart,
/// each in the order of the plan.
struct Records {
  int arms = 2;
  std::span<const int> arm = {};                         // 0 is the reference; negative: not analysed
  std::span<const std::span<const double>> values = {};  // [visit], in order; counts: one
  std::span<const double> times = {};                    // of the visits, for the spatial covariance
  std::size_t visit = 0;                                 // the one that is compared
  std::size_t members = 1;                // of clusters: how many of the values follow each other for one visit
  std::span<const int> crossing = {};     // of a stepped wedge: the first visit under the other arm
  std::span<const double> baseline = {};  // empty where there is none
  std::span<const double> time = {};
  std::span<const std::uint8_t> event = {}, competed = {};  // see Dataset
  std::span<const double> exposure = {};
  std::span<const std::span<const double>> covariates = {}, covariates_by_visit = {};
  std::span<const Factor> factors = {}, factors_by_visit = {};
  std::span<const Factor> strata = {};             // all combinations of their levels
  std::span<const RankedEndpoint> hierarchy = {};  // instead of the endpoint, for methods that compare pairs
};

/// A contrast: its estimate, whose `patients` are those of its arms, and what follows.
struct Result : Decision {
  Estimate estimate;

  bool ok() const { return failure == Failure::none; }
};

/// An analysis of a study, made ready: the one path from records to decisions. Keeps its memory; one object per thread.
class Analysis {
 public:
  /// The method must fit the kind of the outcome, and the hypothesis make sense. `p_values`: with limits of intervals
  /// too; without, the decisions are the same.
  Analysis(const AnalysisPlan&, const Outcome&, double alpha, int sides, bool p_values = true);

  /// One result per contrast; holds until the next call.
  std::span<const Result> run(const Records&);

  const Method& method() const { return *method_; }
  const Options& options() const { return options_; }
  const Hypothesis& hypothesis() const { return hypothesis_; }
  double level() const { return inference_.level; }

  /// Of the last run: what the method saw; patients analysed [arm]; the mixed model, null for other methods.
  const Dataset& dataset() const { return data_; }
  std::span<const int> analysed() const { return analysed_; }
  Mmrm* mixed_model() const { return workspace_.mixed_model.get(); }

  /// Of an estimate of the last run, and the scale on which it stands; see Workspace.
  Standing standing(const Estimate& estimate) const { return analysis::standing(estimate, hypothesis_); }
  double statistic_at(double df, double z) { return workspace_.statistic_at(df, z); }

  bool covers(const Estimate& estimate, double value) {
    return analysis::covers(estimate, value, 2 * hypothesis_.alpha / hypothesis_.sides, workspace_);
  }

  /// How much more the effect is in one group of patients than in another, from independent estimates (Altman and
  /// Bland, BMJ 326 (2003) 219), whose difference has Satterthwaite's degrees of freedom. A failure of either is one.
  Result interaction(const Result& more, const Result& than);

  /// Decides another estimate of the same scale under the hypothesis.
  Decision decide(const Estimate& estimate) { return analysis::decide(estimate, hypothesis_, workspace_); }

 private:
  void take_covariates(const Records&);
  void take_outcome(const Records&);
  void take_clusters(const Records&);
  void take_strata(const Records&);
  void count_analysed();

  const Method* method_;
  Outcome outcome_;
  Options options_;
  Hypothesis hypothesis_;
  Inference inference_;
  bool change_, baseline_, baseline_by_visit_;
  double threshold_;

  Dataset data_;
  Workspace workspace_;
  std::vector<std::span<const double>> covariates_, covariates_by_visit_;
  std::vector<double> values_;
  std::vector<double> members_, means_, squares_;
  std::vector<int> stratum_, analysed_, complete_;
  std::vector<double> counts_;
  RankedEndpoint ranked_;
  std::vector<Estimate> estimates_;
  std::vector<Result> results_;
};

/// Whether the method looks at responders to a score.
bool analyses_responders(const Method&, OutcomeKind);

/// What better means for an estimate. Responders and wins are good whatever the direction of the score.
Better better_direction(const Method&, const Outcome&);

}  // namespace vcohort::analysis
