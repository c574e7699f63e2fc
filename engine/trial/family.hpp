#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/analysis.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The claims of a trial that together keep its level, made ready: co-primary analyses, which are claimed together or
/// not at all; or several primaries, each alone by Bonferroni's weights or Holm's steps (Holm, Scandinavian Journal of
/// Statistics 6 (1979) 65); then a fixed sequence of others, as long as all before them were claimed (Maurer, Hothorn
/// and Lehmacher 1995; as a serial gatekeeper Westfall and Krishen 2001).
///
/// A claim is a rejection in the better direction. The family of false claims has the level of such a rejection: alpha
/// of one side, alpha / 2 where tests have two.
class Family {
 public:
  explicit Family(const TrialQuestion&);

  /// The steps are the primaries, and then the sequence.
  std::size_t steps() const { return steps_.size(); }
  std::size_t primaries() const { return primaries_; }
  std::size_t analysis(std::size_t step) const { return steps_[step].analysis; }
  Multiplicity::Rule rule() const { return rule_; }

  /// Whether decisions need the p-values of the analyses.
  bool needs_p_values() const { return rule_ != Multiplicity::Rule::all; }

  /// Which steps are claimed, from the results of a contrast, [step]. Holds until the next call.
  std::span<const std::uint8_t> claim(std::span<const analysis::Result> of_step);

 private:
  struct Step {
    std::size_t analysis = 0;
    double weight = 1;
    double level = 0.05;  // at which the test rejects, on the scale of its p
  };
  bool rejects(std::size_t step, const analysis::Result&, double share_of_level) const;
  void claim_by_holm(std::span<const analysis::Result> of_step);

  Multiplicity::Rule rule_;
  std::size_t primaries_;
  std::vector<Step> steps_;
  std::vector<std::uint8_t> claimed_;
};

}  // namespace vcohort
