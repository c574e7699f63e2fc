#pragma once
#include <memory>
#include <span>
#include <vector>

#include "engine/trial/look_plan.hpp"
#include "engine/trial/simulator.hpp"

namespace vcohort {

/// What was known at a look.
struct LookTaken {
  std::size_t look = 0;  // from 0; one without news is not taken
  DataCut cut;
  std::int64_t count = 0;  // outcomes that were due, or events
  double information = 0;  // share of the planned maximum
  bool ok = false;         // whether the primary analysis had an estimate
};

/// How a replicate went, from its first patient to the decision.
struct Course {
  std::size_t look = 0;  // at which it ended, from 0; a trial without looks has one, at its end
  DataCut cut;           // what was known then
  boundaries::Decision reason = boundaries::Decision::futility;  // of a trial with looks
  std::span<const TrialResult> primary;                          // of each contrast; as the bounds decide
  std::span<const LookTaken> looks;  // of a trial with looks, the one that ended it included
};

/// Conducts trials of one planned size. One object per thread; keeps its memory, and what a course refers to until the
/// next one.
class Conduct {
 public:
  /// Without a plan the trial is analysed once, at its end.
  Conduct(std::int64_t patients, std::shared_ptr<const LookPlan> plan) : patients_(patients), plan_(std::move(plan)) {}

  /// Of the trial that was simulated last, which has as many patients at least. The primary analysis decides. A look
  /// whose analysis fails lets the trial go on.
  Course conduct_replicate(TrialSimulator&);

 private:
  void look_until_it_ends(TrialSimulator&, Course&);

  std::int64_t patients_;
  std::shared_ptr<const LookPlan> plan_;
  LookPlan::Due search_by_information(std::size_t look, std::int64_t after, TrialSimulator&);

  std::vector<double> months_, information_;  // information_: of the looks taken
  std::int64_t step_ = 0;                     // of the last of them, where they are due by information
  std::vector<TrialResult> decided_;
  std::vector<LookTaken> taken_;
};

}  // namespace vcohort
