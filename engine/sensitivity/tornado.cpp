#include "engine/sensitivity/tornado.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "engine/evidence/registry.hpp"
#include "engine/policy/table_rows.hpp"

namespace vcohort {

struct Tornado::Bar {
  std::size_t place = 0;  // in moved_
  Estimate low, high, span;
  std::int64_t rank = 0;
};

namespace {

std::vector<std::size_t> sources_that_move(const ParameterDraws& draws) {
  std::vector<std::size_t> moved;
  for (std::size_t source = 0; source < draws.sources().size(); ++source)
    if (!draws.sources()[source].parameters.empty()) moved.push_back(source);
  return moved;
}

bool is_truth(const UncertaintySource& source) {
  return std::all_of(source.parameters.begin(), source.parameters.end(), [](const Parameter& parameter) {
    return parameter.uncertainty.kind == Uncertainty::Kind::bernoulli;
  });
}

TableRows empty_table(const std::string& money) {
  TableRows table("/sensitivity/tornado",
                  "One-way sensitivity: each uncertain parameter alone at a low and a high quantile of its law, the "
                  "others at their point values, the same patients throughout; longest bar first");
  table.texts("scenario", "stance of the evidence")
      .numbers("threshold", money, "willingness to pay for a unit of effect")
      .texts("strategy", "compared with the reference")
      .counts("rank", "of the length of the bar; 1 is the longest")
      .texts("parameter", "what moves: a parameter, or the parameters of a shared draw together")
      .counts("moved", "number of parameters that move together")
      .texts("member", "the parameter that value, low and high belong to")
      .texts("kind", "knowledge, or a price, which is decided")
      .texts("strength", "where its value comes from: found, derived, recalled or assumed")
      .numbers("value", "of the parameter", "point value")
      .numbers("low", "of the parameter", "value at the low quantile")
      .numbers("high", "of the parameter", "value at the high quantile")
      .numbers("inb", money, "incremental net benefit per child with all parameters at their point values")
      .numbers("inb_mcse", money, "Monte Carlo standard error of it, from batches of patients")
      .numbers("inb_low", money, "incremental net benefit at the low value")
      .numbers("inb_high", money, "incremental net benefit at the high value")
      .numbers("span", money, "length of the bar: the distance between the two")
      .numbers("span_mcse", money, "Monte Carlo standard error of it; the patients are the same at both ends")
      .texts("best", "best strategy of all at the point values")
      .texts("best_low", "best strategy of all at the low value")
      .texts("best_high", "best strategy of all at the high value")
      .truths("flips", "whether the best strategy is another one at either end");
  return table;
}

}  // namespace

Tornado::Tornado(MovableModel model, const Evidence& evidence, std::pair<double, double> quantiles)
    : model_(std::move(model)),
      draws_(evidence),
      moved_(sources_that_move(draws_)),
      quantiles_(quantiles),
      tally_(points(), model_.strategies.size(), model_.patients) {}

ParameterValues Tornado::values_at(std::size_t bar, End end) const {
  const std::size_t source = moved_[bar];
  if (is_truth(draws_.sources()[source])) return draws_.at_quantile(source, end == End::low ? 0 : 1);
  return draws_.at_quantile(source, end == End::low ? quantiles_.first : quantiles_.second);
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
  TableRows table = empty_table(model_.currency);
  for (const double k : model_.willingness_to_pay)
    for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy) {
      if (strategy == model_.reference) continue;
      const Estimate base = found[0].increment(k, strategy, model_.reference);
      const std::size_t best = found[0].best(k, model_.reference);
      for (const Bar& bar : bars(found, k, strategy)) {
        const UncertaintySource& source = draws_.sources()[moved_[bar.place]];
        const Parameter& first = source.parameters.front();
        const std::size_t best_low = found[point(bar.place, End::low)].best(k, model_.reference);
        const std::size_t best_high = found[point(bar.place, End::high)].best(k, model_.reference);
        table.row(model_.scenario, k, model_.strategies[strategy], bar.rank, source.name,
                  static_cast<std::int64_t>(source.parameters.size()), first.name,
                  std::string(name_of(find_parameter(first.name)->kind)), std::string(name_of(first.strength)),
                  first.value, values_at(bar.place, End::low).at(first.name),
                  values_at(bar.place, End::high).at(first.name), base.value, base.mcse, bar.low.value, bar.high.value,
                  bar.span.value, bar.span.mcse, model_.strategies[best], model_.strategies[best_low],
                  model_.strategies[best_high], truth_of(best_low != best || best_high != best));
      }
    }
  return {table.take()};
}

}  // namespace vcohort
