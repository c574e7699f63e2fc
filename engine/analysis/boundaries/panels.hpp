#pragma once
#include <vector>

namespace vcohort::boundaries {

/// Points of a quadrature rule, ascending, and their weights.
struct Panels {
  std::vector<double> place, weight;
};

/// Gauss-Legendre rules of 20 points on panels of equal width, at most `width`, that cover [low, high]; nothing where
/// that is empty. A normal density of standard deviation s is integrated to rounding for a width of 4 s.
Panels panels(double low, double high, double width);

}  // namespace vcohort::boundaries
