#include "engine/trial/count_information.hpp"

#include <algorithm>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"

namespace vcohort {

double count_information(const DataModel::DataArm& of, double follow_up_months,
                         const std::optional<DropoutModel>& dropout, std::size_t place) {
  const auto at = [&](double months) { return of.rate * months / (1 + of.dispersion * of.rate * months); };
  double sum = 0, staying = 1, from = 0;
  for (std::size_t k = 0; dropout && k < dropout->intervals() && from < follow_up_months; ++k) {
    const double to = std::min(dropout->end(k), follow_up_months), hazard = dropout->hazard(place, k);
    sum += integral_of([&](double months) { return at(months) * staying * hazard * exp_of(-hazard * (months - from)); },
                       from, to);
    staying *= exp_of(-hazard * (to - from));
    from = to;
  }
  return sum + staying * at(follow_up_months);
}

}  // namespace vcohort
