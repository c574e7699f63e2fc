#include "engine/data_model/correlation.hpp"

#include <cmath>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr double printed_digits = 1e-9;  // by which a written matrix may fail to be symmetric

void check_shape(const std::vector<std::vector<double>>& correlation) {
  for (std::size_t v = 0; v < correlation.size(); ++v) {
    if (correlation[v].size() != correlation.size())
      throw InvalidInput(explain("data_model.correlation is not square", "", "give one row and one column per visit"));
    for (std::size_t w = 0; w < v; ++w)
      if (!(std::fabs(correlation[v][w] - correlation[w][v]) <= printed_digits))
        throw InvalidInput(explain("data_model.correlation is not symmetric", "", "correct one of the two entries"));
    if (correlation[v][v] != 1)
      throw InvalidInput(explain("data_model.correlation has a diagonal that is not one", "it holds correlations",
                                 "give standard deviations as `sd` of the arms"));
  }
}

}  // namespace

std::vector<std::vector<double>> correlation_factor(const std::vector<std::vector<double>>& correlation) {
  check_shape(correlation);
  std::vector<std::vector<double>> factor(correlation.size());
  for (std::size_t v = 0; v < correlation.size(); ++v) {
    factor[v].resize(v + 1);
    for (std::size_t w = 0; w <= v; ++w) {
      double rest = correlation[v][w];
      for (std::size_t k = 0; k < w; ++k) rest -= factor[v][k] * factor[w][k];
      if (w < v) {
        factor[v][w] = rest / factor[w][w];
      } else {
        if (!(rest > 0))
          throw InvalidInput(explain("data_model.correlation is not positive definite",
                                     "no set of outcomes can have these correlations", "bring them nearer to zero"));
        factor[v][v] = __builtin_sqrt(rest);
      }
    }
  }
  return factor;
}

}  // namespace vcohort
