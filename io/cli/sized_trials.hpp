#pragma once
#include <map>
#include <memory>

#include "engine/trial/sample_size.hpp"

namespace vcohort {

/// The trials of the numbers that a search looks at: one trial of any size, or of a fixed size one for each number of
/// events that ends it, made when it is first asked for.
class SizedTrials {
 public:
  SizedTrials(const Study& study, const Evidence& evidence, bool by_events)
      : study_(study), evidence_(evidence), by_events_(by_events), whole_(study_, evidence_) {}
  SizedTrials(const SizedTrials&) = delete;
  SizedTrials& operator=(const SizedTrials&) = delete;

  const Trial& at(std::int64_t number) {
    if (!by_events_) return whole_;
    std::unique_ptr<const Trial>& known = at_events_[number];
    if (!known) known = std::make_unique<const Trial>(with_events(study_, number), evidence_);
    return *known;
  }

  /// Of the trial at that number.
  std::int64_t patients(std::int64_t number) const { return by_events_ ? study_.trial->sample_size.back() : number; }

  const Trial& whole() const { return whole_; }

 private:
  Study study_;
  Evidence evidence_;
  bool by_events_;
  Trial whole_;
  std::map<std::int64_t, std::unique_ptr<const Trial>> at_events_;
};

}  // namespace vcohort
