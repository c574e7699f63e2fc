#pragma once
#include <cstdint>
#include <span>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/table.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// How many are simulated at every point of the parameters, the same ones.
struct MovedSizes {
  std::int64_t patients = 2048;   // of [cohort] and [policy]; a multiple of Cohort::draw_size
  std::int64_t replicates = 256;  // of [trial]
};

/// How far single uncertain inputs move what a study answers: each alone at a low and a high quantile of its law (those
/// of [policy.sensitivity], or 0.025 and 0.975), all others at their point values. `inputs`: coordinates of
/// ParameterDraws(evidence). One row per answer and input.
///
/// Answers are the increments of a cohort (first endpoint, last visit), the estimate and the power of the first
/// analysis of a trial at its largest sample size, and the incremental net benefits of a policy at its thresholds.
/// Patients, with their random numbers, are the same at all points, so that the errors of distances are small; an
/// answer that is missing at one point (a failed fit) is left out at all, and counted.
Table moved_answers(const Study&, const Evidence&, std::span<const std::size_t> inputs, const MovedSizes& = {});

}  // namespace vcohort
