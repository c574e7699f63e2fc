#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/replication/figure.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// How often, and with what, a published study is simulated.
struct ReplicationOptions {
  std::int64_t replicates = 2000;
  std::int64_t first = 0;             // number of the first replicate
  bool uncertain_parameters = true;   // replicate d runs with parameter draw d; else all with the point values
  std::int64_t patients_factor = 1;   // arms, and the n of figures, so many times as large: less sampling error
  std::optional<std::uint64_t> seed;  // instead of the study's
};

/// Simulated figures, one per replicate; NaN where a figure is not modelled, or not defined in a dataset.
struct FigureMatrix {
  std::int64_t replicates = 0;
  std::vector<double> values;  // [figure][replicate]

  std::span<const double> of(std::size_t figure) const {
    const auto n = static_cast<std::size_t>(replicates);
    return {values.data() + figure * n, n};
  }
};

/// Simulates a published study at its own size and design and computes every figure as the publication did, once per
/// replicate. Replicate d is that of `ParameterDraws(evidence).draw(seed, d)`: studies of the same seed share their
/// parameter draws. The first sample size of the study's [trial] is simulated.
///
/// A figure of n patients looks at the first n of its arms, in the order of randomisation, that were observed: patients
/// are exchangeable, so that these are as good as any.
///
/// Runs on all threads that oneTBB may use; what comes out does not depend on them.
/// Draws, beside those of the trial: one uniform per patient from Purpose::global_impression, occasion 0, for
/// severe_share only.
/// The reader of figures has seen to it that they fit the study.
FigureMatrix replicate_figures(const Study&, const Evidence&, std::span<const PublishedFigure>,
                               const ReplicationOptions&);

}  // namespace vcohort
