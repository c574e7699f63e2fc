#include "engine/analysis/boundaries/panels.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

namespace vcohort::boundaries {

Panels panels(double low, double high, double width) {
  using Rule = boost::math::quadrature::gauss<double, 20>;  // even: all its points come in pairs
  Panels made;
  if (!(low < high)) return made;
  const auto count = static_cast<std::size_t>(std::ceil((high - low) / width));
  const double half = (high - low) / (2 * static_cast<double>(count));
  const auto& points = Rule::abscissa();
  const auto& weights = Rule::weights();
  const std::size_t pairs = points.size();
  made.place.reserve(2 * pairs * count);
  made.weight.reserve(2 * pairs * count);
  for (std::size_t panel = 0; panel < count; ++panel) {
    const double middle = low + half * (2 * static_cast<double>(panel) + 1);
    for (std::size_t k = pairs; k-- > 0;) {
      made.place.push_back(middle - half * points[k]);
      made.weight.push_back(half * weights[k]);
    }
    for (std::size_t k = 0; k < pairs; ++k) {
      made.place.push_back(middle + half * points[k]);
      made.weight.push_back(half * weights[k]);
    }
  }
  return made;
}

}  // namespace vcohort::boundaries
