#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/policy/research/after_trial.hpp"
#include "engine/policy/stage.hpp"
#include "engine/study/study.hpp"
#include "engine/trial/simulator.hpp"
#include "engine/trial/true_value.hpp"

namespace vcohort {

/// Whether the trial of the study is worth its cost, and at which size: simulates, under every parameter draw of the
/// policy question, one trial of every sample size, and joins what they find with the draws' costs and effects.
///
/// The trial of draw d has the parameters of draw d and replicate first_replicate + d: children, allocation and
/// measurements of its own. With those of replicate d it would see the very children whose mean the draw's net benefit
/// is, and its noise would look like knowledge. Blocks hold 32 draws; the smaller trial is the beginning of the larger.
class Research final : public PolicyStage {
 public:
  /// `study` has [trial], [policy] and policy.research. Throws InvalidInput where draws cannot be reweighted by the
  /// primary analysis.
  Research(const Study& study, const Evidence&);

  std::string name() const override { return "research"; }
  std::int64_t blocks() const override;
  std::int64_t patients_in(std::int64_t block) const override;
  std::size_t counts() const override;
  std::size_t sums() const override;
  void simulate_block(std::int64_t block, TallyRegion) const override;

  /// /policy/research and /policy/research_answer.
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;

  /// What the trials of the sample size at this place of trial.sample_size found.
  TrialFindings findings(TallyView, std::size_t size) const;

  static constexpr std::int64_t block_size = 32;
  static constexpr std::uint32_t first_replicate = std::uint32_t{1} << 31;
  static constexpr std::int64_t most_draws = PreparedTrial::first_reserved_replicate - first_replicate;

 private:
  std::size_t draws() const { return static_cast<std::size_t>(study_.policy->parameter_draws); }
  std::size_t sizes() const { return study_.trial->sample_size.size(); }
  std::size_t contrasts() const { return study_.trial->arms.size() - 1; }
  std::size_t failed(std::size_t draw, std::size_t size) const { return draw * sizes() + size; }
  std::size_t duration(std::size_t draw, std::size_t size) const;
  std::size_t estimate(std::size_t draw, std::size_t size, std::size_t contrast) const;
  std::size_t true_value(std::size_t draw, std::size_t contrast) const;
  void keep(std::size_t draw, std::size_t size, std::span<const TrialResult>, double months, TallyRegion) const;
  AfterTrial after(TallyView, std::size_t size, const Psa&) const;
  double mean_duration(TallyView, std::size_t size) const;

  std::string scenario_;
  Study study_;  // with uncertain parameters
  std::shared_ptr<const PreparedTrial> trial_;
  std::shared_ptr<const TrueValues> truth_;  // where draws are reweighted, else null
};

}  // namespace vcohort
