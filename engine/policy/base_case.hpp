#pragma once
#include <memory>

#include "engine/evidence/values.hpp"
#include "engine/policy/simulator.hpp"
#include "engine/policy/stage.hpp"

namespace vcohort {

/// The deterministic base case: costs and effects with every parameter at its point value, in the patients of replicate
/// 0. It is no mean over draws: where costs or effects bend with a parameter the two differ.
class BaseCase final : public PolicyStage {
 public:
  BaseCase(const Study&, const Evidence&);  // of a study that has [policy]

  std::string name() const override { return "base case"; }
  std::int64_t blocks() const override { return 1; }
  std::int64_t patients_in(std::int64_t) const override { return patients_; }
  std::size_t counts() const override { return 0; }
  std::size_t sums() const override { return simulator_.strategies() * sums_per_strategy; }
  void simulate_block(std::int64_t block, TallyRegion) const override;
  std::vector<Table> deliver(TallyView, const PolicyOutcome&) const override;  // /policy/base_case

  static constexpr std::int64_t most_patients = 16384;

 private:
  enum Sum : std::size_t { cost, effect, cost_increment, effect_increment, cost_squares, effect_squares };
  static constexpr std::size_t sums_per_strategy = 6;

  std::string scenario_;
  PolicySimulator simulator_;
  ParameterValues points_;
  std::int64_t patients_;
};

}  // namespace vcohort
