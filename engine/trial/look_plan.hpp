#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/analysis/boundaries/design.hpp"
#include "engine/trial/data_cut.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

/// The looks of a trial of a planned size: when each is due, and what it decides. Read by all threads.
///
/// A look is due when a count reaches its fraction of the planned maximum, rounded up: of patients whose primary visit
/// is due (the maximum is all of them), or of events (Looks::maximum). The last look is when the maximum is reached,
/// or where events run out when everybody's follow-up has ended. The bounds are those of the rounded fractions; a
/// last look that has fewer events than planned has bounds of its own, by Looks::last_spends.
class LookPlan {
 public:
  /// `design` has looks; a trial of `patients` has at least one more to count at each of them than at the one before.
  LookPlan(const TrialQuestion& design, std::int64_t patients);

  /// The size from which on every trial has news at every look.
  static std::int64_t smallest_size(const TrialQuestion& design);

  /// Whether such a trial has news at every look, and patients enough for the planned events.
  static bool fits(const TrialQuestion& design, std::int64_t patients);

  std::size_t looks() const { return counts_.size(); }
  const boundaries::Bounds& bounds() const { return calibrated_.bounds; }

  /// The day of a look, or of the end where the trial ends without it.
  struct Due {
    DataCut cut;
    std::int64_t count = 0;  // outcomes or events at the cut
    bool last = false;
  };
  /// `months` is working memory.
  Due due(std::size_t look, const TrialData&, const Protocol&, std::vector<double>& months) const;

  /// What decides at a look; nothing where a trial ends before anything is known.
  std::optional<boundaries::Bound> bound(std::size_t look, const Due&) const;

 private:
  const boundaries::Bounds& bounds_of_ended(std::size_t looks_before, std::int64_t count) const;

  boundaries::Design design_;
  boundaries::Calibrated calibrated_;
  std::vector<std::int64_t> counts_;  // of each look; the last is the maximum
  std::size_t patients_;
  bool of_events_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::size_t, std::int64_t>, boundaries::Bounds> ended_;  // by looks before, and count
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
