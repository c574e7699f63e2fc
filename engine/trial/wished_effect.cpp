#include "engine/trial/wished_effect.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/trial/sized_effect.hpp"

namespace vcohort {

namespace {

constexpr const char* efficacy = "effect.emax";

Parameter& efficacy_of(Evidence& evidence) {
  const auto found = std::find_if(evidence.parameters.begin(), evidence.parameters.end(),
                                  [](const Parameter& parameter) { return parameter.name == efficacy; });
  if (found == evidence.parameters.end())
    throw InvalidInput(explain("trial.effect has no efficacy to scale", evidence.name + " has no parameter effect.emax",
                               "add it, or remove trial.effect"));
  return *found;
}

bool has_cells(const Study& study, const Arm& arm) {
  const Strategy& strategy = study.strategies[static_cast<std::size_t>(arm.strategy)];
  if (!strategy.choice) return strategy.cells;
  return std::ranges::any_of(strategy.choice->options, &Strategy::cells);
}

}  // namespace

Evidence with_efficacy_times(Evidence evidence, double factor) {
  efficacy_of(evidence).value *= factor;
  return evidence;
}

ScaledEfficacy scale_to_wish(const Study& study, const Evidence& evidence) {
  Study primary_alone = to_be_counted(study);
  primary_alone.trial->analyses.resize(1);
  const auto difference = [&](double scale) {
    const PreparedTrial trial(primary_alone, with_efficacy_times(evidence, scale));
    return TrueValues(trial).fixed().front().value;
  };
  const double wished = study.trial->wished_effect->points;
  const auto refuse = [&](const std::string& why, const char* what_to_do) {
    std::ostringstream problem;
    problem << evidence.name << ": the wished effect of " << wished << " on " << study.trial->wished_effect->endpoint
            << " is out of reach";
    throw InvalidInput(explain(problem.str(), why, what_to_do));
  };
  ScaledEfficacy found{1, difference(1), {}};
  if (std::ranges::none_of(study.trial->arms, [&](const Arm& arm) { return has_cells(study, arm); }))
    refuse("no arm of the trial receives cells, whose efficacy is what is scaled", "give an arm a strategy with cells");
  if (found.own == 0 || std::isnan(found.own))
    refuse("its efficacy is nothing, which no factor changes", "leave this evidence out, or override effect.emax");
  if ((found.own > 0) != (wished > 0)) {
    std::ostringstream why;
    why << "the evidence's own difference is " << found.own;
    refuse(why.str(), "write a difference in that direction");
  }
  const double sign = wished > 0 ? 1 : -1;
  constexpr double most = 1000;
  double low = 0, high = 1, of_low = 0, of_high = found.own;
  while (sign * of_high < sign * wished) {
    low = high;
    of_low = of_high;
    high *= 2;
    if (high > most)
      refuse("a thousandfold efficacy does not reach it: the scale of the endpoint ends", "wish for less");
    of_high = difference(high);
  }
  constexpr int bits = 20;  // a millionth: far below the error of the twins
  std::uintmax_t steps = 40;
  const auto bracket = boost::math::tools::toms748_solve([&](double scale) { return difference(scale) - wished; }, low,
                                                         high, of_low - wished, of_high - wished,
                                                         boost::math::tools::eps_tolerance<double>(bits), steps);
  found.scale = 0.5 * (bracket.first + bracket.second);
  found.evidence = with_efficacy_times(evidence, found.scale);
  return found;
}

}  // namespace vcohort
