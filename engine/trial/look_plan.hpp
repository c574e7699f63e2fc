#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine/analysis/boundaries/design.hpp"
#include "engine/trial/data_cut.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// What Looks::timing counts, at each look of a trial with this maximum; patients and events are rounded up.
std::vector<double> counts_of(const Looks&, double maximum);

/// The looks of a trial of a planned size: when each is due, and what it decides. Read by all threads.
///
/// A look is due when what Looks::timing counts reaches its fraction of the planned maximum (whole numbers are rounded
/// up):
///
///   primary outcome  patients whose primary visit is due; the maximum is all of them
///   enrolled         patients randomised; the last look waits for their primary visits
///   events           of Looks::maximum; where they run out, the last look is at the end of everybody's follow-up
///   months           of Looks::maximum, since the first day of accrual
///   information      1 / SE^2 of the primary estimate, of Looks::maximum, as it is seen outcome by outcome, or of
///   counts
///                    64 times a month; where it is not reached, the last look is at the end
///
/// The information of a look is the share of the maximum that the trial has then: of primary outcomes where they, the
/// enrolled or months are counted. Where it is not the planned one (enrolled, months, a last look with too little) the
/// bounds are those of the information that the looks really had, see boundaries::running.
class LookPlan {
 public:
  /// `design` has looks that fit.
  LookPlan(const TrialQuestion& design, std::int64_t patients);

  /// The size from which on every trial has news at every look.
  static std::int64_t smallest_size(const TrialQuestion& design);

  /// Whether such a trial has news at every look, and patients enough for the planned events.
  static bool fits(const TrialQuestion& design, std::int64_t patients);

  std::size_t looks() const { return planned_.size(); }
  const boundaries::Bounds& bounds() const { return calibrated_.bounds; }
  bool by_information() const { return timing_ == Looks::Timing::information; }

  /// The day of a look, or of the end where the trial ends without it.
  struct Due {
    DataCut cut;
    std::int64_t count = 0;  // primary outcomes that are due, or events
    bool last = false;
    double information = 0;  // share of the planned maximum
  };
  /// Of any timing but information. `months` is working memory.
  Due due(std::size_t look, const TrialData&, const Protocol&, std::vector<double>& months) const;

  /// By information a look is due at the first of these steps, 1, 2, ..., at which `seen`, 1 / SE^2, is enough. What
  /// comes later is not known to who asks.
  std::int64_t steps(const TrialData&, const Protocol&) const;
  Due at_step(std::int64_t step, const TrialData&, const Protocol&) const;
  bool may_ask(const Due&) const;  // whether enough patients count
  bool enough(std::size_t look, double seen) const { return seen >= planned_[look] * maximum_; }
  double planned(std::size_t look) const { return planned_[look]; }
  /// Of 1 / SE^2: a share of the maximum, 1 at most, to three digits.
  double share_of(double seen) const;

  /// What decides at a look, given the information of the looks before it; nothing where a trial ends before anything
  /// is known.
  std::optional<boundaries::Bound> bound(std::size_t look, std::span<const double> before, const Due&) const;

  /// Whether a look has news after those before it; the last look is taken without, too.
  static bool has_news(std::span<const double> before, const Due&);

 private:
  const boundaries::Bounds& bounds_of(std::span<const double> before, double information, bool last) const;

  boundaries::Design design_;
  boundaries::Calibrated calibrated_;
  Looks::Timing timing_;
  double maximum_;               // of what is counted
  std::vector<double> planned_;  // information of each look
  std::size_t patients_;
  mutable std::mutex mutex_;
  mutable std::map<std::vector<double>, boundaries::Bounds>
      of_path_;  // by the information of all looks and whether last
};

/// The plans of a design, each made when it is first asked for. Read by all threads.
class LookPlans {
 public:
  explicit LookPlans(const TrialQuestion& design) : design_(design) {}

  /// Nothing without looks.
  std::shared_ptr<const LookPlan> of(std::int64_t patients) const;

 private:
  const TrialQuestion& design_;
  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, std::shared_ptr<const LookPlan>> plans_;
};

}  // namespace vcohort
