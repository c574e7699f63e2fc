#include "engine/replication/assessment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/study/word.hpp"

namespace vcohort {

namespace {

constexpr double tail = 0.025;  // of a 95 % interval

/// The smallest simulated value that at least a share p of them does not exceed: counts stay counts.
double order_statistic(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const auto place = static_cast<std::size_t>(std::max(1.0, std::ceil(p * n)));
  return sorted[place - 1];
}

/// Standard error of a share of n. One more on either side (Agresti & Coull 1998), so that 0 and 1 are never certain.
double share_error(double share, double n) {
  const double p = (share * n + 1) / (n + 2);
  return std::sqrt(p * (1 - p) / n);
}

/// Whether a share of n simulated figures is within two Monte Carlo standard errors of a limit.
bool near(double share, double limit, double n) {
  return std::fabs(share - limit) <= 2 * share_error(share, n);
}

}  // namespace

const char* name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 5> names = {"inside", "known misfit", "MISFIT", "not modelled", "calibrated"};
  return word(names, verdict).data();
}

FigureAssessment assess(const PublishedFigure& figure, std::span<const double> simulated, std::string_view stance) {
  constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
  FigureAssessment result;
  result.median = result.lower = result.upper = result.expected = result.expected_mcse = undefined;
  result.position = result.position_mcse = undefined;
  if (!figure.modelled()) {
    result.reason = figure.not_modelled;
    return result;
  }
  std::vector<double> sorted;
  std::copy_if(simulated.begin(), simulated.end(), std::back_inserter(sorted), [](double x) { return !std::isnan(x); });
  result.defined = static_cast<std::int64_t>(sorted.size());
  if (sorted.empty())
    throw InvalidInput(explain("the figure '" + figure.name + "' is defined in no simulated dataset",
                               "nobody of its arms is observed there", "check arms, visit and n"));
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  result.median = order_statistic(sorted, 0.5);
  result.lower = order_statistic(sorted, tail);
  result.upper = order_statistic(sorted, 1 - tail);
  double sum = 0, squares = 0;
  for (const double value : sorted) sum += value;
  result.expected = sum / n;
  for (const double value : sorted) squares += (value - result.expected) * (value - result.expected);
  result.expected_mcse = sorted.size() < 2 ? undefined : std::sqrt(squares / (n - 1) / n);

  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), figure.value);
  const auto below = static_cast<double>(first - sorted.begin());
  const auto equal = static_cast<double>(last - first);
  using Bound = PublishedFigure::Bound;
  result.position = figure.bound == Bound::lower   ? (n - below) / n
                    : figure.bound == Bound::upper ? (below + equal) / n
                                                   : (below + equal / 2) / n;
  result.position_mcse = share_error(result.position, n);
  result.at_edge = figure.bound == Bound::exact ? near(below / n, 1 - tail, n) || near((below + equal) / n, tail, n)
                                                : near(result.position, tail, n);

  const bool inside = figure.bound == Bound::exact ? result.lower <= figure.value && figure.value <= result.upper
                                                   : result.position >= tail;
  if (inside) {
    result.verdict = figure.calibrated.empty() ? Verdict::inside : Verdict::calibrated;
    result.reason = figure.calibrated;
  } else {
    result.reason = figure.misfit_reason(stance);
    result.verdict = result.reason.empty() ? Verdict::misfit : Verdict::known_misfit;
  }
  return result;
}

}  // namespace vcohort
