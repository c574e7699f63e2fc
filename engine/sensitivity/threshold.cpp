#include "engine/sensitivity/threshold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

namespace {

constexpr double tenth = 0.1, tenfold = 10;

/// From low to high in equal steps, or in equal ratios where the range spans a factor of ten.
std::vector<double> scan(double low, double high) {
  const bool ratios = low > 0 && high >= tenfold * low;
  const double rate = ratios ? log_of(high / low) : 0;
  std::vector<double> values;
  for (std::int64_t i = 0; i < Threshold::scan_points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(Threshold::scan_points - 1);
    values.push_back(ratios ? low * exp_of(rate * share) : low + share * (high - low));
  }
  values.back() = high;
  return values;
}

}  // namespace

/// Finds the switches of one question along one parameter.
class Threshold::Seeker {
 public:
  Seeker(const Threshold& threshold, const Search& search)
      : model_(threshold.model_), points_(threshold.points_), search_(search), values_(scan(search.low, search.high)) {
    for (const double value : values_) found_.push_back(evaluate(value));
  }

  std::vector<Switch> switches(double k, const std::vector<std::size_t>& strategies) const {
    std::vector<Switch> switches;
    for (std::size_t right = 1; right < values_.size(); ++right) {
      const Side low{values_[right - 1], found_[right - 1].best_among(k, strategies)};
      const Side high{values_[right], found_[right].best_among(k, strategies)};
      close_in(k, strategies, low, high, 0, switches);
    }
    return switches;
  }

  std::size_t best_at_low_end(double k, const std::vector<std::size_t>& strategies) const {
    return found_.front().best_among(k, strategies);
  }

 private:
  struct Side {
    double value;
    std::size_t best;
  };

  Evaluation evaluate(double value) const {
    ParameterValues values = points_;
    search_.move.apply(value, values);
    return model_.evaluate(values);
  }

  /// Appends the switches between two values. Where a third strategy is best at the point at which the two on the sides
  /// are equal, there is one switch on each side of it.
  void close_in(double k, const std::vector<std::size_t>& strategies, Side low, Side high, std::size_t depth,
                std::vector<Switch>& switches) const {
    if (low.best == high.best || depth > strategies.size()) return;
    const double root = root_between(k, low, high);
    const Evaluation here = evaluate(root);
    const std::size_t best = here.best_among(k, strategies);
    if (best != low.best && best != high.best && here.nmb(k, best) > here.nmb(k, low.best)) {
      close_in(k, strategies, low, {root, best}, depth + 1, switches);
      close_in(k, strategies, {root, best}, high, depth + 1, switches);
      return;
    }
    const double error = here.increment(k, low.best, high.best).mcse;
    const double steepness = std::abs(slope(k, low, high));
    switches.push_back({root, steepness > 0 ? error / steepness : 0.0, low.best, high.best});
  }

  double difference(double k, double value, const Side& low, const Side& high) const {
    return evaluate(value).increment(k, low.best, high.best).value;
  }

  double slope(double k, const Side& low, const Side& high) const {
    return (difference(k, high.value, low, high) - difference(k, low.value, low, high)) / (high.value - low.value);
  }

  double root_between(double k, const Side& low, const Side& high) const {
    const double at_low = difference(k, low.value, low, high);
    const double at_high = difference(k, high.value, low, high);
    if (!(at_low > 0)) return low.value;  // equal there, up to rounding
    if (!(at_high < 0)) return high.value;
    constexpr double precision = 1e-12;  // of the value
    std::uintmax_t steps = 100;          // halving alone would need 40
    const auto bracket = boost::math::tools::toms748_solve(
        [&](double value) { return difference(k, value, low, high); }, low.value, high.value, at_low, at_high,
        [&](double a, double b) { return b - a <= precision * std::max(std::abs(a), std::abs(b)); }, steps);
    return bracket.first + (bracket.second - bracket.first) / 2;
  }

  const MovableModel& model_;
  const ParameterValues& points_;
  const Search& search_;
  std::vector<double> values_;
  std::vector<Evaluation> found_;
};

Threshold::Threshold(MovableModel model, const Evidence& evidence, const std::vector<ThresholdSearch>& searches)
    : model_(std::move(model)), points_(point_values(evidence)) {
  for (const ThresholdSearch& search : searches) searches_.push_back(search_of(search, evidence));
}

Threshold::Search Threshold::search_of(const ThresholdSearch& asked, const Evidence& evidence) const {
  ParameterMove move(evidence, asked.name);
  if ((!asked.low || !asked.high) && !(move.point() > 0))
    throw InvalidInput(
        explain(fmt::format("{} has no range to search", asked.name),
                fmt::format("its value is {}, so that a tenth and ten times of it say nothing", move.point()),
                "add range = [low, high] to its threshold"));
  const double low = asked.low ? *asked.low : move.clamped(tenth * move.point());
  const double high = asked.high ? *asked.high : move.clamped(tenfold * move.point());
  move.require_allowed(low);
  move.require_allowed(high);
  if (!(low < high))
    throw InvalidInput(explain(fmt::format("the range of {} is empty", asked.name),
                               fmt::format("from {} to {}", low, high), "add range = [low, high] to its threshold"));
  return {std::move(move), low, high};
}

std::vector<std::size_t> Threshold::strategies_of(std::size_t question) const {
  const std::size_t set = question % model_.strategies.size();
  std::vector<std::size_t> strategies{model_.reference};
  for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy)
    if (strategy != model_.reference && (set == model_.reference || set == strategy)) strategies.push_back(strategy);
  return strategies;
}

double Threshold::willingness_of(std::size_t question) const {
  return model_.willingness_to_pay[question / model_.strategies.size()];
}

void Threshold::simulate_block(std::int64_t block, TallyRegion region) const {
  const auto place = static_cast<std::size_t>(block);
  const Seeker seeker(*this, searches_[place]);
  for (std::size_t question = 0; question < questions(); ++question) {
    const std::vector<std::size_t> strategies = strategies_of(question);
    const double k = willingness_of(question);
    const std::vector<Switch> switches = seeker.switches(k, strategies);
    auto counts = region.counts.subspan((place * questions() + question) * counts_per_question, counts_per_question);
    auto sums = region.sums.subspan((place * questions() + question) * sums_per_question, sums_per_question);
    counts[0] += static_cast<std::int64_t>(switches.size());
    counts[1] += static_cast<std::int64_t>(seeker.best_at_low_end(k, strategies));
    for (std::size_t i = 0; i < std::min(switches.size(), most_switches); ++i) {
      counts[2 + 2 * i] += static_cast<std::int64_t>(switches[i].below);
      counts[3 + 2 * i] += static_cast<std::int64_t>(switches[i].above);
      sums[2 * i].add(switches[i].value);
      sums[2 * i + 1].add(switches[i].mcse);
    }
  }
}

std::vector<Table> Threshold::deliver(TallyView region, const PolicyOutcome&) const {
  TableRows table("/sensitivity/threshold",
                  "Threshold analysis: the values of a parameter at which another strategy becomes the best one, the "
                  "others at their point values, the same patients throughout");
  table.texts("scenario", "stance of the evidence")
      .texts("parameter", "what moves; the beginning of several names is a factor on all of them")
      .texts("unit", "of its values; empty for a pure number and for a factor")
      .numbers("point_value", "of the parameter", "its value in the evidence; 1 for a factor")
      .numbers("low", "of the parameter", "where the search begins")
      .numbers("high", "of the parameter", "where it ends")
      .numbers("threshold", model_.currency, "willingness to pay for a unit of effect")
      .texts("among", "the strategy that is compared with the reference, or all")
      .counts("switches", "how often the best strategy changes from low to high; none has one row, without value")
      .counts("switch", "which of them; the first four are given")
      .numbers("value", "of the parameter", "where the best strategies below and above it are equal")
      .numbers("mcse", "of the parameter", "Monte Carlo standard error of it, of the patients")
      .texts("below", "best strategy below the value")
      .texts("above", "best strategy above the value");
  for (std::size_t place = 0; place < searches_.size(); ++place)
    for (std::size_t question = 0; question < questions(); ++question) {
      const Search& search = searches_[place];
      const auto counts =
          region.counts.subspan((place * questions() + question) * counts_per_question, counts_per_question);
      const auto sums = region.sums.subspan((place * questions() + question) * sums_per_question, sums_per_question);
      const std::size_t set = question % model_.strategies.size();
      const auto append = [&](std::int64_t which, double value, double mcse, std::int64_t below, std::int64_t above) {
        table.row(model_.scenario, search.move.name(), search.move.unit(), search.move.point(), search.low, search.high,
                  willingness_of(question), set == model_.reference ? std::string("all") : model_.strategies[set],
                  counts[0], which, value, mcse, model_.strategies[static_cast<std::size_t>(below)],
                  model_.strategies[static_cast<std::size_t>(above)]);
      };
      constexpr double none = std::numeric_limits<double>::quiet_NaN();
      if (counts[0] == 0) append(0, none, none, counts[1], counts[1]);
      for (std::size_t i = 0; i < std::min<std::size_t>(counts[0], most_switches); ++i)
        append(static_cast<std::int64_t>(i) + 1, sums[2 * i].value(), sums[2 * i + 1].value(), counts[2 + 2 * i],
               counts[3 + 2 * i]);
    }
  return {table.take()};
}

}  // namespace vcohort
