#include "engine/sensitivity/sobol_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/elementary.hpp"

namespace vcohort {

namespace {

constexpr Address shift_address{0, Address::whole_replicate, Purpose::sobol_shift, 0, 0};
constexpr Address resample_address{0, Address::whole_replicate, Purpose::sobol_resample, 0, 0};
constexpr int resamples = 1000;
constexpr double confidence = 0.95;

bool names_any(const EvppiGroup& group, const Coordinate& coordinate) {
  return std::any_of(coordinate.parameters.begin(), coordinate.parameters.end(), [&](const Parameter& parameter) {
    return std::find(group.parameters.begin(), group.parameters.end(), parameter.name) != group.parameters.end();
  });
}

}  // namespace

std::vector<SobolFactor> sobol_factors(const ParameterDraws& draws, const std::vector<EvppiGroup>& groups) {
  const std::vector<Coordinate>& coordinates = draws.coordinates();
  std::vector<bool> taken(coordinates.size());
  std::vector<SobolFactor> factors;
  const auto take = [&](SobolFactor& factor, std::size_t place) {
    if (!taken[place]) factor.coordinates.push_back(place);
    taken[place] = true;
  };
  for (const EvppiGroup& group : groups) {
    SobolFactor factor{group.name, {}};
    for (std::size_t place = 0; place < coordinates.size(); ++place) {
      if (taken[place] || !names_any(group, coordinates[place])) continue;
      take(factor, place);
      if (!coordinates[place].joint) continue;
      for (std::size_t other = 0; other < coordinates.size(); ++other)
        if (coordinates[other].joint == coordinates[place].joint) take(factor, other);
    }
    factors.push_back(std::move(factor));
  }
  SobolFactor rest{"everything else", {}};
  for (std::size_t place = 0; place < coordinates.size(); ++place) take(rest, place);
  if (!rest.coordinates.empty()) factors.push_back(std::move(rest));
  return factors;
}

SobolStage::SobolStage(MovableModel model, const Evidence& evidence, const std::vector<EvppiGroup>& groups,
                       std::int64_t points, std::uint64_t seed)
    : model_(std::move(model)), draws_(evidence), points_(points), seed_(seed) {
  if (draws_.coordinates().empty()) return;  // nothing is uncertain
  factors_ = sobol_factors(draws_, groups);
  design_ = sobol_design(points, static_cast<Eigen::Index>(draws_.coordinates().size()), seed, shift_address);
}

std::int64_t SobolStage::patients_in(std::int64_t) const {
  return model_.patients * static_cast<std::int64_t>(evaluations());
}

void SobolStage::evaluate(const Eigen::RowVectorXd& at, std::size_t place, TallyRegion region) const {
  std::vector<double> normals;
  for (const double p : at) normals.push_back(normal_quantile(p));
  const Evaluation found = model_.evaluate(draws_.at_normals(std::move(normals)));
  for (std::size_t strategy = 0; strategy < model_.strategies.size(); ++strategy)
    for (std::size_t batch = 0; batch < Evaluation::batches; ++batch) {
      region.sums[(place * model_.strategies.size() + strategy) * 2].add(found.cost(batch, strategy));
      region.sums[(place * model_.strategies.size() + strategy) * 2 + 1].add(found.effect(batch, strategy));
    }
}

void SobolStage::simulate_block(std::int64_t block, TallyRegion region) const {
  const std::size_t first = static_cast<std::size_t>(block) * evaluations();
  const Eigen::RowVectorXd a = design_.a.row(block), b = design_.b.row(block);
  evaluate(a, first, region);
  evaluate(b, first + 1, region);
  for (std::size_t factor = 0; factor < factors_.size(); ++factor) {
    Eigen::RowVectorXd swapped = a;
    for (const std::size_t coordinate : factors_[factor].coordinates) {
      const auto column = static_cast<Eigen::Index>(coordinate);
      swapped[column] = b[column];
    }
    evaluate(swapped, first + 2 + factor, region);
  }
}

double SobolStage::increment(std::size_t place, double k, std::size_t strategy, TallyView region) const {
  const auto benefit = [&](std::size_t s) {
    const std::size_t at = (place * model_.strategies.size() + s) * 2;
    return k * region.sums[at + 1].value() - region.sums[at].value();
  };
  return (benefit(strategy) - benefit(model_.reference)) / static_cast<double>(model_.patients);
}

SobolOutputs SobolStage::outputs(double k, std::size_t strategy, TallyView region) const {
  SobolOutputs found{Eigen::VectorXd(points_), Eigen::VectorXd(points_),
                     Eigen::MatrixXd(points_, static_cast<Eigen::Index>(factors_.size()))};
  for (Eigen::Index point = 0; point < points_; ++point) {
    const std::size_t first = static_cast<std::size_t>(point) * evaluations();
    found.a[point] = increment(first, k, strategy, region);
    found.b[point] = increment(first + 1, k, strategy, region);
    for (std::size_t factor = 0; factor < factors_.size(); ++factor)
      found.swapped(point, static_cast<Eigen::Index>(factor)) = increment(first + 2 + factor, k, strategy, region);
  }
  return found;
}

std::vector<Table> SobolStage::deliver(TallyView region, const PolicyOutcome&) const {
  struct Row {
    double k;
    std::size_t strategy;
    std::int64_t rank;
    const SobolFactor& factor;
    SobolIndex first, total;
    double mean, sd;
  };
  std::vector<Row> rows;
  for (const double k : model_.willingness_to_pay)
    for (std::size_t strategy = 0; strategy < model_.strategies.size() && !factors_.empty(); ++strategy) {
      if (strategy == model_.reference) continue;
      const SobolIndices found =
          sobol_indices(outputs(k, strategy, region), {resamples, confidence, seed_, resample_address});
      for (std::size_t factor = 0; factor < factors_.size(); ++factor) {
        const SobolIndex& total = found.total[factor];
        const auto larger = std::count_if(found.total.begin(), found.total.end(),
                                          [&](const SobolIndex& other) { return other.value > total.value; });
        rows.push_back({k, strategy, larger + 1, factors_[factor], found.first[factor], total, found.mean,
                        std::sqrt(found.variance)});
      }
    }
  const std::string& money = model_.currency;
  Table table{"/sensitivity/sobol",
              "Variance-based sensitivity: shares of the variance of the incremental net benefit that come from "
              "groups of parameters, with 95 % confidence intervals; the same patients throughout",
              {}};
  const Columns column(table, rows);
  const auto index = [&](const std::string& name, const char* text, SobolIndex Row::*which) {
    const auto part = [&](double SobolIndex::*number) { return [=](const Row& row) { return row.*which.*number; }; };
    column(name, "share", text, part(&SobolIndex::value));
    column(name + "_mcse", "share", "its bootstrap standard error, over points", part(&SobolIndex::mcse));
    column(name + "_lower", "share", "lower end of its interval", part(&SobolIndex::lower));
    column(name + "_upper", "share", "upper end", part(&SobolIndex::upper));
  };
  column("scenario", "", "stance of the evidence", model_.scenario);
  column("threshold", money, "willingness to pay for a unit of effect", &Row::k);
  column("strategy", "", "compared with the reference",
         [&](const Row& row) { return model_.strategies[row.strategy]; });
  column("rank", "1", "of the total index; 1 is the largest", &Row::rank);
  column("group", "", "parameters that vary together; what a joint prior correlates is in one group",
         [](const Row& row) { return row.factor.name; });
  column("sources", "1", "number of parameters in it, those of a shared draw counting once",
         [](const Row& row) { return row.factor.coordinates.size(); });
  index("first", "first-order index: variance that is gone, on average, once the group is known", &Row::first);
  index("total", "total index: variance that is left, on average, when everything else is known", &Row::total);
  column("inb", money, "mean incremental net benefit over the points", &Row::mean);
  column("inb_sd", money, "its standard deviation over the points, of which the indices are shares", &Row::sd);
  return {table};
}

}  // namespace vcohort
