#include "engine/sensitivity/sobol_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/policy/table_rows.hpp"
#include "engine/study/size.hpp"

namespace vcohort {

namespace {

constexpr Address shift_address{0, Address::whole_replicate, Purpose::sobol_shift, 0, 0};
constexpr Address resample_address{0, Address::whole_replicate, Purpose::sobol_resample, 0, 0};
constexpr int resamples = 1000;
constexpr double confidence = 0.95;

bool names_any(const EvppiGroup& group, const UncertaintySource& source) {
  return std::any_of(source.parameters.begin(), source.parameters.end(), [&](const Parameter& parameter) {
    return std::find(group.parameters.begin(), group.parameters.end(), parameter.name) != group.parameters.end();
  });
}

TableRows empty_table(const std::string& money) {
  TableRows table("/sensitivity/sobol",
                  "Variance-based sensitivity: shares of the variance of the incremental net benefit that come from "
                  "groups of parameters, with 95 % confidence intervals; the same patients throughout");
  table.texts("scenario", "stance of the evidence")
      .numbers("threshold", money, "willingness to pay for a unit of effect")
      .texts("strategy", "compared with the reference")
      .counts("rank", "of the total index; 1 is the largest")
      .texts("group", "parameters that vary together; what a joint prior correlates is in one group")
      .counts("sources", "number of parameters in it, those of a shared draw counting once")
      .numbers("first", "share", "first-order index: variance that is gone, on average, once the group is known")
      .numbers("first_mcse", "share", "its bootstrap standard error, over points")
      .numbers("first_lower", "share", "lower end of its interval")
      .numbers("first_upper", "share", "upper end")
      .numbers("total", "share", "total index: variance that is left, on average, when everything else is known")
      .numbers("total_mcse", "share", "its bootstrap standard error, over points")
      .numbers("total_lower", "share", "lower end of its interval")
      .numbers("total_upper", "share", "upper end")
      .numbers("inb", money, "mean incremental net benefit over the points")
      .numbers("inb_sd", money, "its standard deviation over the points, of which the indices are shares");
  return table;
}

}  // namespace

std::vector<SobolFactor> sobol_factors(const ParameterDraws& draws, const std::vector<EvppiGroup>& groups) {
  const std::vector<UncertaintySource>& sources = draws.sources();
  std::vector<bool> taken(sources.size());
  std::vector<SobolFactor> factors;
  const auto take = [&](SobolFactor& factor, std::size_t place) {
    if (!taken[place]) factor.sources.push_back(place);
    taken[place] = true;
  };
  for (const EvppiGroup& group : groups) {
    SobolFactor factor{group.name, {}};
    for (std::size_t place = 0; place < sources.size(); ++place) {
      if (taken[place] || !names_any(group, sources[place])) continue;
      take(factor, place);
      if (!sources[place].joint) continue;
      for (std::size_t other = 0; other < sources.size(); ++other)
        if (sources[other].joint == sources[place].joint) take(factor, other);
    }
    factors.push_back(std::move(factor));
  }
  SobolFactor rest{"everything else", {}};
  for (std::size_t place = 0; place < sources.size(); ++place) take(rest, place);
  if (!rest.sources.empty()) factors.push_back(std::move(rest));
  return factors;
}

SobolStage::SobolStage(MovableModel model, const Evidence& evidence, const std::vector<EvppiGroup>& groups,
                       std::int64_t points, std::uint64_t seed)
    : model_(std::move(model)), draws_(evidence), points_(points), seed_(seed) {
  if (draws_.sources().empty()) return;  // nothing is uncertain
  factors_ = sobol_factors(draws_, groups);
  const auto numbers = static_cast<double>(points) * static_cast<double>(sums_per_point());
  if (numbers > largest_policy_tally)
    throw InvalidInput(explain(fmt::format("the Sobol indices would keep {} numbers in memory", numbers),
                               fmt::format("{} points x {} evaluations x {} strategies, twice; at most {} are allowed",
                                           points, evaluations(), model_.strategies.size(), largest_policy_tally),
                               "ask for fewer points or groups in policy.sensitivity.sobol"));
  design_ = sobol_design(points, static_cast<Eigen::Index>(draws_.sources().size()), seed, shift_address);
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
    for (const std::size_t source : factors_[factor].sources) {
      const auto column = static_cast<Eigen::Index>(source);
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
  TableRows table = empty_table(model_.currency);
  for (const double k : model_.willingness_to_pay)
    for (std::size_t strategy = 0; strategy < model_.strategies.size() && !factors_.empty(); ++strategy) {
      if (strategy == model_.reference) continue;
      const SobolIndices found =
          sobol_indices(outputs(k, strategy, region), {resamples, confidence, seed_, resample_address});
      for (std::size_t factor = 0; factor < factors_.size(); ++factor) {
        const SobolIndex& first = found.first[factor];
        const SobolIndex& total = found.total[factor];
        const auto larger = std::count_if(found.total.begin(), found.total.end(),
                                          [&](const SobolIndex& other) { return other.value > total.value; });
        table.row(model_.scenario, k, model_.strategies[strategy], static_cast<std::int64_t>(larger) + 1,
                  factors_[factor].name, static_cast<std::int64_t>(factors_[factor].sources.size()), first.value,
                  first.mcse, first.lower, first.upper, total.value, total.mcse, total.lower, total.upper, found.mean,
                  std::sqrt(found.variance));
      }
    }
  return {table.take()};
}

}  // namespace vcohort
