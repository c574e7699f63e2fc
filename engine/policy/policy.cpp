#include "engine/policy/policy.hpp"

#include <algorithm>
#include <span>

#include "engine/evidence/registry.hpp"
#include "engine/policy/base_case.hpp"
#include "engine/policy/policy_hot.hpp"
#include "engine/study/reported_strata.hpp"

namespace vcohort {

Evidence evidence_for_draws(const Evidence& evidence, const PolicyQuestion& question) {
  Evidence drawn = evidence;
  if (question.uncertain_prices) return drawn;
  for (Parameter& parameter : drawn.parameters)
    if (find_parameter(parameter.name)->kind == ParameterKind::price) parameter.uncertainty = {};
  return drawn;
}

StrataMap policy_strata(const Study& study) {
  std::vector<Stratification> all = reported_stratifications(study);
  StratumDimension level;
  level.variable = StratumDimension::Variable::gmfcs;
  for (int g = 0; g < gmfcs_levels; ++g) {
    level.groups.push_back({g});
    level.names.emplace_back(gmfcs_name(g));
  }
  all.push_back({"severity", {level}});
  return StrataMap(all);
}

Policy::Policy(const Study& study, const Evidence& evidence)
    : evidence_(evidence_for_draws(evidence, *study.policy)),
      simulator_(study),
      draws_(evidence_),
      strata_(policy_strata(study)),
      layout_(static_cast<std::size_t>(study.policy->parameter_draws), strata_.leaves(), study.strategies.size(),
              study.policy->thresholds.size(), static_cast<std::size_t>(simulator_.cycles().years)) {
  stages_.add(std::make_unique<BaseCase>(study, evidence_));
  PolicySimulator::Workspace workspace(simulator_);
  simulator_.simulate_patients(point_values(evidence_), 0, {0, 0}, workspace,
                               [](const TileConsequences&) {});  // or throw now
}

std::int64_t Policy::blocks_per_draw() const {
  return (question().patients_per_draw + block_size - 1) / block_size;
}

std::int64_t Policy::blocks() const {
  return blocks_of_draws() + stages_.blocks();
}

std::int64_t Policy::patients_in(std::int64_t block) const {
  if (block >= blocks_of_draws()) return stages_.patients_in(block - blocks_of_draws());
  const std::int64_t before = block % blocks_per_draw() * block_size;
  return std::min(block_size, question().patients_per_draw - before);
}

Tally Policy::empty_tally() const {
  return Tally(layout_.counts() + stages_.counts(), layout_.sums() + stages_.sums());
}

std::int64_t Policy::blocks_kept(const Question& smaller) const {
  return dynamic_cast<const Policy&>(smaller).blocks_of_draws();
}

Tally Policy::tally_kept(const Question& smaller, const Tally& tally) const {
  using Layout = PolicyLayout;
  const Layout& old = dynamic_cast<const Policy&>(smaller).layout_;
  Tally kept = empty_tally();
  const auto copy = [](const auto& from, std::size_t first, std::size_t end, auto& to, std::size_t at) {
    std::copy(from.begin() + static_cast<std::ptrdiff_t>(first), from.begin() + static_cast<std::ptrdiff_t>(end),
              to.begin() + static_cast<std::ptrdiff_t>(at));
  };
  const std::size_t gains = old.gain(0, 0, Layout::benefited);
  copy(tally.counts, 0, gains, kept.counts, 0);
  copy(tally.counts, gains, old.counts(), kept.counts, layout_.gain(0, 0, Layout::benefited));
  const std::size_t products = old.product(0, 0), best = old.best(0, 0), money = old.money(0, 0, Layout::treatment);
  copy(tally.sums, 0, products, kept.sums, 0);
  copy(tally.sums, products, best, kept.sums, layout_.product(0, 0));
  copy(tally.sums, best, money, kept.sums, layout_.best(0, 0));
  copy(tally.sums, money, old.sums(), kept.sums, layout_.money(0, 0, Layout::treatment));
  return kept;
}

/// Adds tiles to the tally; memory of a block in work.
class Policy::Gatherer {
 public:
  Gatherer(const Policy& policy, std::size_t draw, Tally& tally)
      : policy_(policy),
        layout_(policy.layout_),
        draw_(draw),
        tally_(tally),
        leaf_(static_cast<std::size_t>(tile_size)),
        grouped_(static_cast<std::size_t>(tile_size)),
        end_(layout_.leaves()),
        values_(layout_.columns()),
        products_(layout_.pairs()),
        best_(layout_.thresholds()) {}

  void add(const TileConsequences& tile) {
    add_totals(tile);
    add_best(tile);
    for (std::size_t k = 0; k < policy_.strata_.stratifications(); ++k) {
      group(tile, k);
      std::size_t begin = 0;
      for (std::size_t leaf = policy_.strata_.first_leaf(k); leaf < policy_.strata_.first_leaf(k + 1); ++leaf) {
        if (end_[leaf] > begin) add_leaf(leaf, begin, end_[leaf]);
        begin = end_[leaf];
      }
    }
  }

 private:
  void add_totals(const TileConsequences& tile) {
    for (std::size_t s = 0; s < layout_.strategies(); ++s)
      for (std::size_t year = 0; year < layout_.years(); ++year) {
        const std::size_t at = s * layout_.years() + year;
        tally_.sums[layout_.money(s, year, PolicyLayout::treatment)].add(tile.treatment_cost[at]);
        tally_.sums[layout_.money(s, year, PolicyLayout::care)].add(tile.care_cost[at]);
      }
    for (std::size_t year = 0; year < layout_.years(); ++year)
      tally_.sums[layout_.person_years(year)].add(tile.person_years[year]);
    for (std::size_t year = 0; year < layout_.years(); ++year)
      tally_.sums[layout_.care_without(year)].add(tile.care_without[year]);
    static_assert(PolicyLayout::component_undiscounted == cost_components &&
                  PolicyLayout::effect_undiscounted == 2 * cost_components);
    for (std::size_t s = 0; s < layout_.strategies(); ++s) {
      for (std::size_t part = 0; part < cost_components; ++part) {
        const std::size_t at = s * cost_components + part;
        tally_.sums[layout_.total(s, PolicyLayout::component + part)].add(tile.component[at]);
        tally_.sums[layout_.total(s, PolicyLayout::component_undiscounted + part)].add(tile.component_undiscounted[at]);
      }
      tally_.sums[layout_.total(s, PolicyLayout::effect_undiscounted)].add(tile.effect_undiscounted[s]);
    }
    tally_.sums[layout_.life_years_discounted()].add(tile.life_years_discounted);
  }

  /// What every child would gain over the reference if it got the strategy that is best for it.
  void add_best(const TileConsequences& tile) {
    const int lanes = tile.lanes();
    const auto reference = static_cast<std::size_t>(policy_.question().reference);
    for (std::size_t t = 0; t < layout_.thresholds(); ++t) {
      double* best = best_[t].data();
      std::fill_n(best, lanes, 0.0);  // the reference itself
      for (std::size_t s = 0; s < layout_.strategies(); ++s)
        if (s != reference)
          net_benefit_kernel(lanes, policy_.question().thresholds[t], tile.cost[s].data(), tile.effect[s].data(),
                             tile.cost[reference].data(), tile.effect[reference].data(), best);
      double sum = 0;
      for (int i = 0; i < lanes; ++i) sum += best[i];
      tally_.sums[layout_.best(draw_, t)].add(sum);
    }
  }

  /// Sorts lanes by leaf and takes costs and effects into that order, as increments but for the reference.
  void group(const TileConsequences& tile, std::size_t stratification) {
    const StrataMap& strata = policy_.strata_;
    const int lanes = tile.lanes();
    strata.assign(stratification, *tile.child, leaf_.data());
    const std::size_t first = strata.first_leaf(stratification), last = strata.first_leaf(stratification + 1);
    std::fill(end_.begin() + first, end_.begin() + last, std::size_t{0});
    for (int i = 0; i < lanes; ++i) ++end_[leaf_[i]];
    std::size_t begin = 0;
    for (std::size_t leaf = first; leaf < last; ++leaf) {
      const std::size_t count = end_[leaf];
      end_[leaf] = begin;
      begin += count;
    }
    for (int i = 0; i < lanes; ++i) grouped_[end_[leaf_[i]]++] = static_cast<std::uint16_t>(i);
    const auto reference = static_cast<std::size_t>(policy_.question().reference);
    const auto take = [&](const std::vector<Lanes<double>>& from, std::size_t s, Lanes<double>& to) {
      const double* own = from[s].data();
      const double* other = from[reference].data();
      if (s == reference)
        for (int i = 0; i < lanes; ++i) to[i] = own[grouped_[i]];
      else
        for (int i = 0; i < lanes; ++i) to[i] = own[grouped_[i]] - other[grouped_[i]];
    };
    for (std::size_t s = 0; s < layout_.strategies(); ++s) {
      take(tile.cost, s, values_[s]);
      take(tile.effect, s, values_[layout_.strategies() + s]);
    }
  }

  void add_leaf(std::size_t leaf, std::size_t begin, std::size_t end) {
    const std::size_t strategies = layout_.strategies();
    const auto reference = static_cast<std::size_t>(policy_.question().reference);
    tally_.counts[layout_.children(draw_, leaf)] += static_cast<std::int64_t>(end - begin);
    const double cost_of_reference = sum(values_[reference], begin, end);
    const double effect_of_reference = sum(values_[strategies + reference], begin, end);
    for (std::size_t s = 0; s < strategies; ++s) {
      const bool is_reference = s == reference;
      ExactSum& cost = tally_.sums[layout_.consequence(draw_, leaf, s, PolicyLayout::cost)];
      ExactSum& effect = tally_.sums[layout_.consequence(draw_, leaf, s, PolicyLayout::effect)];
      cost.add(cost_of_reference);
      effect.add(effect_of_reference);
      if (is_reference) continue;
      cost.add(sum(values_[s], begin, end));
      effect.add(sum(values_[strategies + s], begin, end));
      count_gains(leaf, s, begin, end);
    }
    cross_products_kernel(static_cast<int>(end - begin), static_cast<int>(layout_.columns()), tile_size,
                          values_.front().data() + begin, products_.data());
    for (std::size_t pair = 0; pair < layout_.pairs(); ++pair)
      tally_.sums[layout_.product(leaf, pair)].add(products_[pair]);
  }

  void count_gains(std::size_t leaf, std::size_t s, std::size_t begin, std::size_t end) {
    const double* cost = values_[s].data();
    const double* effect = values_[layout_.strategies() + s].data();
    std::int64_t benefited = 0, harmed = 0;
    for (std::size_t i = begin; i < end; ++i) {
      benefited += effect[i] > 0;
      harmed += effect[i] < 0;
    }
    tally_.counts[layout_.gain(leaf, s, PolicyLayout::benefited)] += benefited;
    tally_.counts[layout_.gain(leaf, s, PolicyLayout::harmed)] += harmed;
    for (std::size_t t = 0; t < layout_.thresholds(); ++t) {
      const double threshold = policy_.question().thresholds[t];
      std::int64_t worth = 0;
      for (std::size_t i = begin; i < end; ++i) worth += threshold * effect[i] > cost[i];
      tally_.counts[layout_.worth(leaf, s, t)] += worth;
    }
  }

  static double sum(const Lanes<double>& values, std::size_t begin, std::size_t end) {
    double total = 0;
    for (std::size_t i = begin; i < end; ++i) total += values[i];
    return total;
  }

  const Policy& policy_;
  const PolicyLayout& layout_;
  std::size_t draw_;
  Tally& tally_;
  std::vector<std::uint32_t> leaf_;
  std::vector<std::uint16_t> grouped_;  // lanes by leaf
  std::vector<std::size_t> end_;        // [leaf]: where its lanes end in that order
  std::vector<Lanes<double>> values_;   // [cost of each strategy, then effect], in that order
  std::vector<double> products_;
  std::vector<Lanes<double>> best_;  // [threshold]
};

void Policy::simulate_block(std::int64_t block, Tally& tally, std::vector<Table>&) const {
  if (block >= blocks_of_draws()) {
    stages_.simulate_block(block - blocks_of_draws(), {std::span(tally.counts).subspan(layout_.counts()),
                                                       std::span(tally.sums).subspan(layout_.sums())});
    return;
  }
  const auto number = static_cast<std::uint32_t>(block / blocks_per_draw());
  const PatientSpan span{block % blocks_per_draw() * block_size, patients_in(block)};
  PolicySimulator::Workspace workspace(simulator_);
  Gatherer gatherer(*this, number, tally);
  simulator_.simulate_patients(draw(number), number, span, workspace,
                               [&](const TileConsequences& tile) { gatherer.add(tile); });
}

}  // namespace vcohort
