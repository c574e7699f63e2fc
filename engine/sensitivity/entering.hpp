#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/values.hpp"
#include "engine/sensitivity/influence.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// The evidence with all parameters certain, at these values.
Evidence certain_at(Evidence, const ParameterValues&);

/// The increments of a cohort in the patients of the draws [from, to), 256 each, at a point of the parameters.
std::vector<DrawOutput> outputs_of_cohort(Study, const Evidence& point, std::uint32_t from, std::uint32_t to);

/// Answers of the same patients at a point of the parameters, one list of numbers per output that is asked about.
using AnswersAt = std::function<std::vector<std::vector<double>>(const Evidence& point, std::uint32_t draw)>;

/// The outputs of a study as functions of the parameters: a cohort's increments in the patients of the draw, a trial's
/// simulated data, in the order of `outputs`.
AnswersAt answers_of(const Study&, const std::vector<DrawOutput>& outputs);

/// Whether an uncertain input can enter an output at all, [output][input]: in one of a few parameter draws, that input
/// alone is set to its value in another draw, and the answers change in at least one bit. What this does not find, some
/// rare patient may still feel; it moves no mean.
std::vector<std::vector<bool>> entering_inputs(const Evidence&, std::uint64_t seed,
                                               const std::vector<UncertainInput>& inputs, const AnswersAt&);

}  // namespace vcohort
