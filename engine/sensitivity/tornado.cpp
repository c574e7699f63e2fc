#include "engine/sensitivity/tornado.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/columns.hpp"

namespace vcohort {

struct Tornado::Bar {
  std::size_t place = 0;  // in moved_
  Estimate low, high, span;
  std::int64_t rank = 0;
};

namespace {

std::vector<std::size_t> sources_that_move(const ParameterDraws& draws) {
  std::vector<std::size_t> moved;
  for (std::size_t coordinate = 0; coordinate < draws.coordinates().size(); ++coordinate)
    if (!draws.coordinates()[coordinate].parameters.empty()) moved.push_back(coordinate);
  return moved;
}

bool is_truth(const Coordinate& coordinate) {
  return std::all_of(coordinate.parameters.begin(), coordinate.parameters.end(), [](const Parameter& parameter) {
    return parameter.uncertainty.kind == Uncertainty::Kind::bernoulli;
  });
}

}  // namespace

std::pair<ParameterValues, ParameterValues> ends_of_bar(const ParameterDraws& draws, std::size_t coordinate,
                                                        std::pair<double, double> quantiles) {
  if (is_truth(draws.coordinates()[coordinate])) quantiles = {0, 1};
  return {draws.at_quantile(coordinate, quantiles.first), draws.at_quantile(coordinate, quantiles.second)};
}

Tornado::Tornado(MovableModel model, const Evidence& evidence, std::pair<double, double> quantiles)
    : model_(std::move(model)),
      draws_(evidence),
      moved_(sources_that_move(draws_)),
      quantiles_(quantiles),
      tally_(points(), model_.strategies.size(), model_.patients) {}

ParameterValues Tornado::values_at(std::size_t bar, End end) const {
  auto [low, high] = ends_of_bar(draws_, moved_[bar], quantiles_);
  return end == End::low ? std::move(low) : std::move(high);
}

void Tornado::simulate_block(std::int64_t block, TallyRegion region) const {
  const auto place = static_cast<std::size_t>(block);
  const std::size_t bar = (place - 1) / 2;
  const ParameterValues values =
      place == 0 ? draws_.at_points() : values_at(bar, place == point(bar, End::low) ? End::low : End::high);
  tally_.add(place, model_.evaluate(values), region);
}

std::vector<Tornado::Bar> Tornado::bars(const std::vector<Evaluation>& found, double k, std::size_t strategy) const {
  std::vector<Bar> bars;
  for (std::size_t place = 0; place < moved_.size(); ++place) {
    const Evaluation& low = found[point(place, End::low)];
    const Evaluation& high = found[point(place, End::high)];
    Bar bar;
    bar.place = place;
    bar.low = low.increment(k, strategy, model_.reference);
    bar.high = high.increment(k, strategy, model_.reference);
    bar.span = high.change_of_increment(low, k, strategy, model_.reference);
    bar.span.value = std::abs(bar.span.value);
    bars.push_back(bar);
  }
  // By length; what is as long stays in the order of ids and shares its rank.
  std::sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) {
    return a.span.value != b.span.value ? a.span.value > b.span.value : a.place < b.place;
  });
  for (std::size_t place = 0; place < bars.size(); ++place) {
    const bool tied = place > 0 && bars[place].span.value == bars[place - 1].span.value;
    bars[place].rank = tied ? bars[place - 1].rank : static_cast<std::int64_t>(place) + 1;
  }
  return bars;
}

std::vector<Table> Tornado::deliver(TallyView region, const PolicyOutcome&) const {
  std::vector<Evaluation> found;
  for (std::size_t place = 0; place < points(); ++place) found.push_back(tally_.read(place, region));
  struct Row {
    double k;
    std::size_t strategy;
    Bar bar;
    const Coordinate& coordinate;
    Estimate base;
    std::size_t best, best_low, best_high;

    const Parameter& member() const { return coordinate.parameters.front(); }
  };
  std::vector<Row> rows;
  for (const double k : model_.willingness_to_pay)
    for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy) {
      if (strategy == model_.reference) continue;
      const auto best = [&](std::size_t point) { return found[point].best(k, model_.reference); };
      for (const Bar& bar : bars(found, k, strategy))
        rows.push_back({k, strategy, bar, draws_.coordinates()[moved_[bar.place]],
                        found[0].increment(k, strategy, model_.reference), best(0), best(point(bar.place, End::low)),
                        best(point(bar.place, End::high))});
    }
  const std::string& money = model_.currency;
  Table table{"/sensitivity/tornado",
              "One-way sensitivity: each uncertain parameter alone at a low and a high quantile of its law, the "
              "others at their point values, the same patients throughout; longest bar first",
              {}};
  const Columns column(table, rows);
  const auto best = [&](const char* name, const char* text, std::size_t Row::*which) {
    column(name, "", text, [&](const Row& row) { return model_.strategies[row.*which]; });
  };
  const auto value_at = [&](End end) {
    return [this, end](const Row& row) { return values_at(row.bar.place, end).at(row.member().name); };
  };
  column("scenario", "", "stance of the evidence", model_.scenario);
  column("threshold", money, "willingness to pay for a unit of effect", &Row::k);
  best("strategy", "compared with the reference", &Row::strategy);
  column("rank", "1", "of the length of the bar; 1 is the longest", [](const Row& row) { return row.bar.rank; });
  column("parameter", "", "what moves: a parameter, or the parameters of a shared draw together",
         [](const Row& row) { return row.coordinate.name; });
  column("moved", "1", "number of parameters that move together",
         [](const Row& row) { return row.coordinate.parameters.size(); });
  column("member", "", "the parameter that value, low and high belong to",
         [](const Row& row) { return row.member().name; });
  column("kind", "", "knowledge, or a price, which is decided",
         [](const Row& row) { return name_of(find_parameter(row.member().name)->kind); });
  column("strength", "", "where its value comes from: found, derived, recalled or assumed",
         [](const Row& row) { return name_of(row.member().strength); });
  column("value", "of the parameter", "point value", [](const Row& row) { return row.member().value; });
  column("low", "of the parameter", "value at the low quantile", value_at(End::low));
  column("high", "of the parameter", "value at the high quantile", value_at(End::high));
  column("inb", money, "incremental net benefit per child with all parameters at their point values",
         [](const Row& row) { return row.base.value; });
  column("inb_mcse", money, "Monte Carlo standard error of it, from batches of patients",
         [](const Row& row) { return row.base.mcse; });
  column("inb_low", money, "incremental net benefit at the low value",
         [](const Row& row) { return row.bar.low.value; });
  column("inb_high", money, "incremental net benefit at the high value",
         [](const Row& row) { return row.bar.high.value; });
  column("span", money, "length of the bar: the distance between the two",
         [](const Row& row) { return row.bar.span.value; });
  column("span_mcse", money, "Monte Carlo standard error of it; the patients are the same at both ends",
         [](const Row& row) { return row.bar.span.mcse; });
  best("best", "best strategy of all at the point values", &Row::best);
  best("best_low", "best strategy of all at the low value", &Row::best_low);
  best("best_high", "best strategy of all at the high value", &Row::best_high);
  column("flips", "1", "whether the best strategy is another one at either end",
         [](const Row& row) { return row.best_low != row.best || row.best_high != row.best; });
  return {table};
}

}  // namespace vcohort
