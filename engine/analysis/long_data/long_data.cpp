#include "engine/analysis/long_data/long_data.hpp"

#include <algorithm>

#include "engine/numeric/errors.hpp"

namespace vcohort {

std::size_t LongData::visit_named(const std::string& name) const {
  const auto found = std::find(visits.begin(), visits.end(), name);
  if (found == visits.end()) {
    std::string known;
    for (const std::string& visit : visits) known += (known.empty() ? "" : ", ") + visit;
    throw InvalidInput(explain("no row is about the visit '" + name + "'", "the data have " + known,
                               "correct the visit of the analysis"));
  }
  return static_cast<std::size_t>(found - visits.begin());
}

const LongData::Covariate& LongData::covariate(const std::string& name) const {
  const auto found = std::find_if(covariates.begin(), covariates.end(), [&](const auto& c) { return c.name == name; });
  if (found == covariates.end()) throw InternalError("the covariate " + name + " was not read");
  return *found;
}

}  // namespace vcohort
