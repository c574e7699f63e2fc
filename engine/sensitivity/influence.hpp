#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/table.hpp"

namespace vcohort {

/// What a question answers in each parameter draw.
struct DrawOutput {
  std::string question;  // "cohort", "trial"
  std::string strategy;  // or the arm
  std::string output;    // "increment of gmfm66 at 12 months"
  std::vector<std::uint32_t> draw;
  std::vector<double> value;  // [draw]
};

/// An uncertain parameter, or several that share one draw and are ranked as one.
struct UncertainInput {
  std::string parameter;    // its name; of a shared draw the name of that
  std::size_t members = 1;  // parameters that move with it
  std::size_t index = 0;    // in the registry, of the first of them
  Strength strength = Strength::assumed;
};

/// The uncertain inputs of an evidence, in the order of their ids. A parameter of a shared draw counts by its first
/// member, whose law need not be increasing in the draw: the sign of a rank correlation is that of this member.
std::vector<UncertainInput> uncertain_inputs(const Evidence&);

/// Which parameter moves the answer most: the rank correlation of every uncertain input with every output over the
/// parameter draws, which are drawn again from their addresses. One row per output and input, the strongest first; an
/// output that no draw moves has none. What a draw's answer owes to its own patients weakens all correlations alike; it
/// does not change their order. With `enters`, [output][input], only inputs that can enter an output are listed.
/// `beyond_chance` says whether a correlation is stronger than what the strongest of as many inputs without any effect
/// reaches in one answer of twenty.
Table influence(const Evidence&, std::uint64_t seed, const std::vector<DrawOutput>&,
                const std::vector<std::vector<bool>>& enters = {});

/// |rank correlation| that the strongest of `inputs` inputs without effect exceeds with 5 % probability over n draws:
/// under independence rho has variance 1 / (n - 1), and the level is shared between them.
double chance_limit(std::size_t inputs, std::int64_t n);

/// The outputs out of the rows that a study with uncertain parameters leaves: /cohort/draws and /trial/replicates, for
/// one scenario. Of a trial: of one analysis at one sample size, the estimate (missing where the fit failed), or
/// whether the null hypothesis was rejected, whose mean is the power.
enum class TrialColumn : std::uint8_t { estimate, power };
std::vector<DrawOutput> outputs_of_draws(const Table& cohort_draws, const std::string& scenario);
std::vector<DrawOutput> outputs_of_replicates(const Table& trial_replicates, const std::string& scenario,
                                              const std::string& analysis, std::int64_t sample_size,
                                              TrialColumn = TrialColumn::estimate);

}  // namespace vcohort
