#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/numeric/tally.hpp"
#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// The part of a question's tally that belongs to one stage, to add to or to read from.
struct TallyRegion {
  std::span<std::int64_t> counts;
  std::span<ExactSum> sums;
};
struct TallyView {
  std::span<const std::int64_t> counts;
  std::span<const ExactSum> sums;
};

/// What the probabilistic analysis found, which every stage can build on when it delivers.
struct PolicyOutcome {
  Psa psa;  // all patients, patient noise included
};

/// An analysis that belongs to the policy question and runs behind its parameter draws: a tornado, Sobol indices, the
/// value of sampling. It has blocks of its own, numbered from 0, and a part of the question's tally of its own.
///
/// Thread safety: as for Question: `simulate_block` is a pure function of the block; what it needs was prepared in the
/// constructor. No block sees the result of another one: what depends on several is done when delivering.
class PolicyStage {
 public:
  virtual ~PolicyStage() = default;

  virtual std::string name() const = 0;                            // "tornado", "sobol", "evsi"
  virtual std::int64_t blocks() const = 0;                         // does not depend on threads
  virtual std::int64_t patients_in(std::int64_t block) const = 0;  // virtual patients simulated, for the progress
  virtual std::size_t counts() const = 0;                          // size of its region
  virtual std::size_t sums() const = 0;

  virtual void simulate_block(std::int64_t block, TallyRegion) const = 0;
  virtual std::vector<Table> deliver(TallyView, const PolicyOutcome&) const = 0;
};

/// Stages one behind the other. Their blocks and regions follow in the order in which they were added.
class StageSequence {
 public:
  void add(std::unique_ptr<PolicyStage>);

  std::int64_t blocks() const { return places_.empty() ? 0 : places_.back().end_block; }
  std::size_t counts() const { return counts_; }
  std::size_t sums() const { return sums_; }
  std::int64_t patients_in(std::int64_t block) const;

  /// Adds a block to the stage's part of `region`, which has the size of the whole sequence.
  void simulate_block(std::int64_t block, TallyRegion region) const;

  /// The tables of all stages, in their order.
  std::vector<Table> deliver(TallyView region, const PolicyOutcome&) const;

 private:
  struct Place {
    std::unique_ptr<PolicyStage> stage;
    std::int64_t first_block = 0, end_block = 0;
    std::size_t first_count = 0, first_sum = 0;
  };
  const Place& place_of(std::int64_t block) const;

  std::vector<Place> places_;
  std::size_t counts_ = 0, sums_ = 0;
};

}  // namespace vcohort
