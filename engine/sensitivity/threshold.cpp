#include "engine/sensitivity/threshold.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/require.hpp"

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
  for (const ThresholdSearch& search : searches) {
    ParameterMove move(evidence, search.name);
    const auto [low, high] = searched_range(search, move);
    move.require_allowed(low);
    move.require_allowed(high);
    require(low < high, "a search has a range");
    searches_.push_back({std::move(move), low, high});
  }
}

std::pair<double, double> searched_range(const ThresholdSearch& asked, const ParameterMove& move) {
  return {asked.low ? *asked.low : move.clamped(tenth * move.point()),
          asked.high ? *asked.high : move.clamped(tenfold * move.point())};
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
  struct Row {
    const Search& search;
    std::size_t question;
    std::int64_t switches, which;
    double value, mcse;
    std::int64_t below, above;
  };
  std::vector<Row> rows;
  for (std::size_t place = 0; place < searches_.size(); ++place)
    for (std::size_t question = 0; question < questions(); ++question) {
      const Search& search = searches_[place];
      const auto counts =
          region.counts.subspan((place * questions() + question) * counts_per_question, counts_per_question);
      const auto sums = region.sums.subspan((place * questions() + question) * sums_per_question, sums_per_question);
      constexpr double none = std::numeric_limits<double>::quiet_NaN();
      if (counts[0] == 0) rows.push_back({search, question, 0, 0, none, none, counts[1], counts[1]});
      for (std::size_t i = 0; i < std::min<std::size_t>(counts[0], most_switches); ++i)
        rows.push_back({search, question, counts[0], static_cast<std::int64_t>(i) + 1, sums[2 * i].value(),
                        sums[2 * i + 1].value(), counts[2 + 2 * i], counts[3 + 2 * i]});
    }
  Table table{"/sensitivity/threshold",
              "Threshold analysis: the values of a parameter at which another strategy becomes the best one, the "
              "others at their point values, the same patients throughout",
              {}};
  const Columns column(table, rows);
  const auto strategy = [&](std::int64_t place) { return model_.strategies[static_cast<std::size_t>(place)]; };
  column("scenario", "", "stance of the evidence", model_.scenario);
  column("parameter", "", "what moves; the beginning of several names is a factor on all of them",
         [](const Row& row) { return row.search.move.name(); });
  column("unit", "", "of its values; empty for a pure number and for a factor",
         [](const Row& row) { return row.search.move.unit(); });
  column("point_value", "of the parameter", "its value in the evidence; 1 for a factor",
         [](const Row& row) { return row.search.move.point(); });
  column("low", "of the parameter", "where the search begins", [](const Row& row) { return row.search.low; });
  column("high", "of the parameter", "where it ends", [](const Row& row) { return row.search.high; });
  column("threshold", model_.currency, "willingness to pay for a unit of effect",
         [&](const Row& row) { return willingness_of(row.question); });
  column("among", "", "the strategy that is compared with the reference, or all", [&](const Row& row) {
    const std::size_t set = row.question % model_.strategies.size();
    return set == model_.reference ? "all" : model_.strategies[set];
  });
  column("switches", "1", "how often the best strategy changes from low to high; none has one row, without value",
         &Row::switches);
  column("switch", "1", "which of them; the first four are given", &Row::which);
  column("value", "of the parameter", "where the best strategies below and above it are equal", &Row::value);
  column("mcse", "of the parameter", "Monte Carlo standard error of it, of the patients", &Row::mcse);
  column("below", "", "best strategy below the value", [&](const Row& row) { return strategy(row.below); });
  column("above", "", "best strategy above the value", [&](const Row& row) { return strategy(row.above); });
  return {table};
}

}  // namespace vcohort
