#include <cmath>
#include <optional>

#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/deliver.hpp"
#include "engine/study/reported_strata.hpp"

/// /policy/eligible: what a strategy that is not for everybody does to the children who may have it.
namespace vcohort {

namespace {

/// Increments over the reference for some children, and the decision for them.
struct Within {
  StrategyMeans cost, effect;
  NetBenefit found;

  Within(const Psa& psa, const Psa& known, double threshold)
      : cost(means_over_draws(increments_over(psa.reference, psa.cost))),
        effect(means_over_draws(increments_over(psa.reference, psa.effect))),
        found(net_benefit_at(threshold, psa, known)) {}
};

/// The share of eligible children, each parameter draw being a cluster.
ClusterTotals share_of(const Policy& policy, const Tally& tally, const Stratum& eligible) {
  const auto children = static_cast<double>(policy.question().patients_per_draw);
  ClusterTotals totals;
  for (std::size_t draw = 0; draw < policy.layout().draws(); ++draw) {
    double inside = 0;
    for (const std::size_t leaf : eligible.leaves)
      inside += static_cast<double>(tally.counts[policy.layout().children(draw, leaf)]);
    totals.clusters += 1;
    totals.n += children;
    totals.n_squared += children * children;
    totals.total += inside;
    totals.total_squared += inside * inside;
    totals.total_times_n += inside * children;
  }
  return totals;
}

}  // namespace

Table deliver_eligible(const Policy& policy, const Tally& tally, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const Study& study = policy.study();
  struct Row {
    Eigen::Index strategy;
    double threshold;
    ClusterTotals share;
    std::optional<Within> eligible;  // absent where fewer than two draws have an eligible child
    Within all;
  };
  std::vector<Row> rows;
  for (const std::size_t s : strategies_with_eligibility(study)) {
    const std::string name = eligible_name(study, *study.strategies[s].eligibility);
    const Stratum& stratum = policy.strata().strata()[policy.strata().stratum_of_eligible(name)];
    const Psa psa = psa_of(policy, tally, stratum.leaves);
    for (const double threshold : question.thresholds) {
      std::optional<Within> eligible;
      if (psa.draws() >= 2) eligible.emplace(psa, remove_patient_noise(psa).psa, threshold);
      rows.push_back({static_cast<Eigen::Index>(s), threshold, share_of(policy, tally, stratum), eligible,
                      Within(draws.psa, draws.without_noise.psa, threshold)});
    }
  }

  Table table{"/policy/eligible",
              "What a strategy that is not for everybody does to the children who may have it, beside what it does on "
              "average over all children, of whom the others have usual care; only of studies with an eligibility",
              {}};
  const Columns column(table, rows);
  const auto within = [](auto&& value) {
    return [value](const Row& row) { return row.eligible ? value(*row.eligible)[row.strategy] : std::nan(""); };
  };
  const auto over_all = [](auto&& value) {
    return [value](const Row& row) { return double(value(row.all)[row.strategy]); };
  };
  const std::string& money = question.currency;
  const std::string effect = units_of(question.effect);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "that is not for everybody",
         [&](const Row& row) { return study.strategies[static_cast<std::size_t>(row.strategy)].name; });
  column("threshold", money_per_effect(question), "willingness to pay", &Row::threshold);
  column("n", "1", "eligible children, over all draws",
         [](const Row& row) { return static_cast<std::int64_t>(row.share.total); });
  column("share", "share", "of all children who are eligible", [](const Row& row) { return row.share.mean(); });
  column("share_mcse", "share", "Monte Carlo standard error of it", [](const Row& row) { return row.share.mcse(); });
  const auto increments = [&](const std::string& suffix, const std::string& whom, const auto& of) {
    const std::string error = "Monte Carlo standard error of it";
    const std::string mean = "mean of strategy - reference, " + whom + " (draws weigh alike)";
    column("cost_increment" + suffix, money, mean, of([](const Within& w) -> auto& { return w.cost.mean; }));
    column("cost_increment" + suffix + "_mcse", money, error, of([](const Within& w) -> auto& { return w.cost.mcse; }));
    column("effect_increment" + suffix, effect, mean, of([](const Within& w) -> auto& { return w.effect.mean; }));
    column("effect_increment" + suffix + "_mcse", effect, error,
           of([](const Within& w) -> auto& { return w.effect.mcse; }));
    column("inb" + suffix, money, "mean net benefit of strategy - reference at the threshold, " + whom,
           of([](const Within& w) -> auto& { return w.found.inb; }));
    column("inb" + suffix + "_mcse", money, error, of([](const Within& w) -> auto& { return w.found.inb_mcse; }));
  };
  increments("", "within the eligible", within);
  column("inb_lower", money, "2.5 % quantile of it over parameter draws, the noise of patients taken out",
         within([](const Within& w) -> auto& { return w.found.inb_lower; }));
  column("inb_upper", money, "97.5 % quantile of it, likewise",
         within([](const Within& w) -> auto& { return w.found.inb_upper; }));
  column("ceac", "share", "share of parameter draws in which it is best for the eligible, likewise",
         within([](const Within& w) -> auto& { return w.found.ceac; }));
  increments("_all", "over all children", over_all);
  return table;
}

}  // namespace vcohort
