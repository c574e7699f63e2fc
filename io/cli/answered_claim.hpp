#pragma once
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// What a claim comes to under every stance of its study.
struct AnsweredClaim {
  Claim claim;
  Table answers;  // /claims
};

/// The names of the claims that ship.
std::vector<std::string> shipped_claims();

/// Of a claim that ships, or of a study file with a [claim]; `settings` replace values as in --set. InvalidInput where
/// the study makes no claim.
AnsweredClaim answer_claim_of(const std::string& name, const std::vector<std::string>& settings, int threads);

}  // namespace vcohort
