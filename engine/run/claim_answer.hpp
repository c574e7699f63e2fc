#pragma once
#include <span>
#include <string>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/table.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// A simulated number with its Monte Carlo standard error.
struct Measured {
  double value = 0;
  double mcse = 0;
};

/// What a contrast says about the claim, judged at two Monte Carlo standard errors: it lies beyond what matters on the
/// side that the claim wants, or on the other side; it lies within; or the simulation is too small to tell. NaN, a
/// share of an effect that is not there, has vanished.
enum class ClaimVerdict : std::uint8_t { holds, reversed, vanishes, undecided };
const char* name_of(ClaimVerdict);
ClaimVerdict judge(const ClaimContrast&, Measured);

/// The difference of two measured numbers. Where they are of the same children, or of the same parameter draws, their
/// covariance is not known and the errors add up, which is an upper bound; else their squares do.
Measured difference(Measured, Measured, bool dependent);

/// A number as a share of another one of the same children; relative errors add up, likewise.
Measured share(Measured part, Measured whole);

/// Answers the claim of a study: one row per contrast and scenario, with value, MCSE, verdict, and the same once more
/// with every premise at its neutral value, which shows whether the claim rests on them; and how strong the evidence
/// behind the premises is. Simulates the study once for each reference that the contrasts name, and as often with
/// neutral premises. The same bits for any number of threads.
/// @throws InvalidInput where a contrast names a row or a column that the result does not have
Table answer_claim(const Study&, std::span<const Evidence>, const std::string& name, int threads);

}  // namespace vcohort
