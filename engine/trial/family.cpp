#include "engine/trial/family.hpp"

#include <algorithm>
#include <limits>

#include "engine/numeric/require.hpp"

namespace vcohort {

using Rule = Multiplicity::Rule;

namespace {

/// Of the p of an analysis, see analysis::Decision.
double level_of(const AnalysisPlan& plan, const TrialQuestion& design) {
  const bool both = plan.hypothesis == AnalysisPlan::Hypothesis::superiority && plan.margin == 0 && design.sides == 2;
  return both ? design.alpha : design.alpha / design.sides;
}

}  // namespace

Family::Family(const TrialQuestion& design)
    : rule_(design.multiplicity.value().rule), primaries_(design.multiplicity->primaries.size()) {
  const Multiplicity& asked = *design.multiplicity;
  require(primaries_ > 0 && (rule_ == Rule::all || asked.weights.size() == primaries_), "primaries have weights");
  require(!design.looks, "a family of claims has no looks");
  const auto add = [&](const std::string& name, double weight) {
    const auto found = std::find_if(design.analyses.begin(), design.analyses.end(),
                                    [&](const AnalysisPlan& plan) { return plan.name == name; });
    require(found != design.analyses.end(), "a claim is that of an analysis");
    steps_.push_back({static_cast<std::size_t>(found - design.analyses.begin()), weight, level_of(*found, design)});
  };
  for (std::size_t k = 0; k < primaries_; ++k) add(asked.primaries[k], rule_ == Rule::all ? 1.0 : asked.weights[k]);
  for (const std::string& name : asked.sequence) add(name, 1);
}

/// Where the whole level is there, the analysis has decided.
bool Family::rejects(std::size_t step, const analysis::Result& result, double share_of_level) const {
  if (!result.ok() || !result.favourable) return false;
  return share_of_level >= 1 || result.p <= share_of_level * steps_[step].level;
}

void Family::claim_by_holm(std::span<const analysis::Result> of_step) {
  double left = 1;
  for (std::size_t round = 0; round < primaries_; ++round) {
    std::size_t next = primaries_;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < primaries_; ++k) {
      if (claimed_[k] || !of_step[k].ok()) continue;
      const double p = of_step[k].p / steps_[k].level / steps_[k].weight;
      if (p < smallest) smallest = p, next = k;
    }
    if (next == primaries_ || !rejects(next, of_step[next], round + 1 == primaries_ ? 1 : steps_[next].weight / left))
      return;
    claimed_[next] = 1;
    left -= steps_[next].weight;
  }
}

std::span<const std::uint8_t> Family::claim(std::span<const analysis::Result> of_step) {
  claimed_.assign(steps_.size(), 0);
  const auto primary = claimed_.begin() + static_cast<std::ptrdiff_t>(primaries_);
  if (rule_ == Rule::holm) {
    claim_by_holm(of_step);
  } else {
    for (std::size_t k = 0; k < primaries_; ++k) claimed_[k] = rejects(k, of_step[k], steps_[k].weight);
    const bool all = std::find(claimed_.begin(), primary, 0) == primary;
    if (rule_ == Rule::all && !all) std::fill(claimed_.begin(), primary, 0);
  }
  bool open = std::find(claimed_.begin(), primary, 0) == primary;
  for (std::size_t k = primaries_; k < steps_.size() && open; ++k) claimed_[k] = open = rejects(k, of_step[k], 1);
  return claimed_;
}

}  // namespace vcohort
