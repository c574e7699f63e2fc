#pragma once
#include <string>

#include "engine/trial/trial.hpp"

namespace vcohort {

/// Where a true effect stands to what an analysis wants to show.
enum class Standing : std::uint8_t {
  alternative,      // there is something to find
  null,             // on the boundary of the null hypothesis or beyond it: rejections are errors
  wrong_direction,  // a superiority test would find the opposite
  unknown           // no true value is known
};

/// `better` is the direction of benefit. With a margin a difference of zero is an alternative of non-inferiority and of
/// equivalence; of superiority the boundary is the margin.
Standing standing_of(double effect, const AnalysisPlan&, analysis::Better better);

/// The effect that a sample size is sought for.
struct SizedEffect {
  Standing standing = Standing::unknown;
  std::string words;  // "true difference 3.4 points, SD 10.2"
};

/// Of one analysis and contrast. The standard deviation is that of the reference arm, where no data model states it in
/// a simulated trial of 16,384 patients.
SizedEffect sized_effect(const Trial&, std::size_t analysis, std::size_t contrast);

/// The study of a trial that somebody else asks how many replicates to simulate, or none: its true values are as precise
/// as their fewest twins make them, and no more.
Study to_be_counted(Study);

}  // namespace vcohort
