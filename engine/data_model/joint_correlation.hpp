#pragma once
#include <cstddef>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// A standard normal behind an outcome: of which endpoint of a data model, and of which of its visits. A time to an
/// event has one, and a composite endpoint none.
struct LatentPlace {
  std::size_t endpoint = 0, visit = 0;
};

/// In the order of endpoints and visits.
std::vector<LatentPlace> latent_places(const DataModel&);

/// The correlation of all of them, in their order (Gaussian copula). Within an endpoint that of its visits. Between two
/// endpoints at one visit what the model states of them, `endpoint_correlation`; at two visits times the correlation
/// that these visits have within an endpoint, the mean of both where both are seen at them, and 1 where neither is. Of
/// endpoints with the same visits and correlation it is the Kronecker product of both matrices (Galecki, Communications
/// in Statistics 23 (1994) 3105). A time to an event has the same correlation with all visits. It may fail to be
/// positive definite.
std::vector<std::vector<double>> joint_correlation(const DataModel&);

}  // namespace vcohort
