#pragma once
#include "engine/analysis/design.hpp"
#include "engine/analysis/fit.hpp"

namespace vcohort::analysis {

/// Fills the contrasts from the maximum of the likelihood, as fill_contrasts, or of Firth's penalised likelihood, which
/// always has one: L + log det I / 2 with the expected information I. Newton starts at `Newton::at`.
///
/// Of the penalised likelihood the tests and the intervals are those of its profile (Heinze & Schemper 2001, 2002):
/// `statistic` is the signed root of twice its fall, Reference::score; the standard error is from I. Of an outcome of
/// more than two categories the penalty is Jeffreys', which removes less of the bias. As a fallback it takes the place
/// of a likelihood that could not be maximised, and says so in Estimate::fallback.
void fit_likelihood(const Design&, Likelihood&, Eigen::Index offset, AnalysisPlan::Firth, const Inference&, Workspace&,
                    std::span<Estimate> contrasts);

}  // namespace vcohort::analysis
