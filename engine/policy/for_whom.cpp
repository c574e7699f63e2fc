#include <algorithm>
#include <cmath>
#include <deque>

#include "engine/numeric/columns.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/deliver.hpp"

namespace vcohort {

namespace {

using Layout = PolicyLayout;

std::int64_t count_over(const Tally& tally, const std::vector<std::size_t>& leaves, auto&& place_of) {
  std::int64_t total = 0;
  for (std::size_t leaf : leaves) total += tally.counts[place_of(leaf)];
  return total;
}

std::int64_t children_of(const Policy& policy, const Tally& tally, const std::vector<std::size_t>& leaves) {
  std::int64_t children = 0;
  for (std::size_t draw = 0; draw < policy.layout().draws(); ++draw)
    children += count_over(tally, leaves, [&](std::size_t leaf) { return policy.layout().children(draw, leaf); });
  return children;
}

/// Mean over draws of what a strategy has over the reference.
double mean_increment(const Psa& psa, const Eigen::MatrixXd& values, Eigen::Index strategy) {
  return draw_mean(psa.draws(),
                   [&](Eigen::Index draw) { return values(draw, strategy) - values(draw, psa.reference); });
}

}  // namespace

Table deliver_strata(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const Layout& layout = policy.layout();
  struct Row {
    const Stratum& stratum;
    std::int64_t children;
    std::size_t threshold, strategy;
    double cost_increment, effect_increment;
    const NetBenefit& found;

    double of_strategy(const Eigen::VectorXd& values) const { return values[static_cast<Eigen::Index>(strategy)]; }
  };
  std::deque<NetBenefit> benefits;
  std::vector<Row> rows;
  for (const Stratum& stratum : policy.strata().strata()) {
    const Psa psa = psa_of(policy, tally, stratum.leaves);
    if (psa.draws() < 2) continue;
    const std::int64_t children = children_of(policy, tally, stratum.leaves);
    const NoiseRemoval removal = remove_patient_noise(psa);
    for (std::size_t t = 0; t < question.thresholds.size(); ++t) {
      const NetBenefit& found = benefits.emplace_back(net_benefit_at(question.thresholds[t], psa, removal.psa));
      for (Eigen::Index s = 0; s < psa.cost.cols(); ++s)
        rows.push_back({stratum, children, t, static_cast<std::size_t>(s), mean_increment(psa, psa.cost, s),
                        mean_increment(psa, psa.effect, s), found});
    }
  }

  Table table{"/policy/strata", "Which strategy is best for whom: the decision within every stratum", {}};
  const Columns column(table, rows);
  const auto net_benefit = [&](const char* name, const std::string& units, const char* text,
                               Eigen::VectorXd NetBenefit::*values) {
    column(name, units, text, [&](const Row& row) { return row.of_strategy(row.found.*values); });
  };
  const auto share = [&](const char* name, const char* text, const auto& place) {
    column(name, "share", text, [&](const Row& row) {
      const std::int64_t count =
          count_over(tally, row.stratum.leaves, [&](std::size_t leaf) { return place(leaf, row); });
      return row.children > 0 ? static_cast<double>(count) / static_cast<double>(row.children) : std::nan("");
    });
  };
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("stratification", "", "which list of strata; empty for the overall stratum, severity for the GMFCS levels",
         [](const Row& row) { return row.stratum.stratification; });
  column("stratum", "", "which children", [](const Row& row) { return row.stratum.name; });
  column("threshold", money_per_effect(question), "willingness to pay",
         [&](const Row& row) { return question.thresholds[row.threshold]; });
  column("strategy", "", "what the children receive",
         [&](const Row& row) { return policy.study().strategies[row.strategy].name; });
  column("n", "1", "children, over all draws", &Row::children);
  column("cost_increment", question.currency, "mean of strategy - reference", &Row::cost_increment);
  column("effect_increment", units_of(question.effect), "mean of strategy - reference", &Row::effect_increment);
  net_benefit("inb", question.currency, "mean net benefit of strategy - reference at the threshold", &NetBenefit::inb);
  net_benefit("inb_mcse", question.currency, "Monte Carlo standard error of it", &NetBenefit::inb_mcse);
  net_benefit("inb_lower", question.currency,
              "2.5 % quantile of it over parameter draws, the noise of patients taken out", &NetBenefit::inb_lower);
  net_benefit("inb_upper", question.currency, "97.5 % quantile of it, likewise", &NetBenefit::inb_upper);
  column("best", "1", "whether the strategy has the smallest expected loss",
         [](const Row& row) { return row.strategy == static_cast<std::size_t>(row.found.best); });
  net_benefit("ceac", "share", "share of parameter draws in which it is best, the noise of patients taken out",
              &NetBenefit::ceac);
  column("evpi", question.currency, "expected value of perfect information per child of the stratum",
         [](const Row& row) { return row.found.evpi; });
  share("benefited_share", "children whose effect is above that of their twin under the reference",
        [&](std::size_t leaf, const Row& row) { return layout.gain(leaf, row.strategy, Layout::benefited); });
  share("harmed_share", "children whose effect is below it",
        [&](std::size_t leaf, const Row& row) { return layout.gain(leaf, row.strategy, Layout::harmed); });
  share("worth_share", "children whose net benefit at the threshold is above that of their twin",
        [&](std::size_t leaf, const Row& row) { return layout.worth(leaf, row.strategy, row.threshold); });
  return table;
}

Table deliver_equity(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const auto strata = policy.strata().strata();
  const double everybody = static_cast<double>(children_of(policy, tally, strata.front().leaves));
  const Psa all = psa_of(policy, tally, strata.front().leaves);
  struct Row {
    const Stratum& stratum;
    std::string strategy;
    double share, without, gain, cost, whole_gain, whole_cost;
  };
  std::vector<Row> rows;
  for (const Stratum& stratum : strata) {
    if (stratum.stratification != "severity") continue;
    const Psa psa = psa_of(policy, tally, stratum.leaves);
    if (psa.draws() == 0) continue;
    const double share = static_cast<double>(children_of(policy, tally, stratum.leaves)) / everybody;
    const double without = draw_mean(psa.draws(), [&](Eigen::Index draw) { return psa.effect(draw, psa.reference); });
    for (Eigen::Index s = 0; s < psa.cost.cols(); ++s)
      if (s != psa.reference)
        rows.push_back({stratum, psa.strategies[static_cast<std::size_t>(s)], share, without,
                        mean_increment(psa, psa.effect, s), mean_increment(psa, psa.cost, s),
                        mean_increment(all, all.effect, s), mean_increment(all, all.cost, s)});
  }
  Table table{"/policy/equity", "Who gains and for whom money is spent, by GMFCS level", {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("strategy", "", "compared with the reference", &Row::strategy);
  column("gmfcs", "", "GMFCS level", [](const Row& row) {
    constexpr std::string_view label = "GMFCS ";
    return row.stratum.name.substr(label.size());
  });
  column("children_share", "share", "of all children who are at this level", &Row::share);
  column("effect_without", units_of(question.effect), "mean effect under the reference: what the level has anyway",
         &Row::without);
  column("effect_increment", units_of(question.effect), "mean gain of a child of the level", &Row::gain);
  column("cost_increment", question.currency, "mean further cost of a child of the level", &Row::cost);
  column("gain_share", "share", "of the whole gain that falls to the level; missing where there is none",
         [](const Row& row) { return row.whole_gain != 0 ? row.share * row.gain / row.whole_gain : std::nan(""); });
  column("cost_share", "share", "of the whole further cost that is spent on the level",
         [](const Row& row) { return row.whole_cost != 0 ? row.share * row.cost / row.whole_cost : std::nan(""); });
  return table;
}

namespace {

/// Net benefit per child over the reference when each leaf gets the strategy with the best mean over draws: per draw.
std::vector<double> chosen_by_leaf(const Policy& policy, const Tally& tally, std::size_t stratification,
                                   double threshold) {
  const Layout& layout = policy.layout();
  const auto reference = static_cast<std::size_t>(policy.question().reference);
  const auto benefit = [&](std::size_t draw, std::size_t leaf, std::size_t s) {
    const auto increment = [&](Layout::Consequence which) {
      return tally.sums[layout.consequence(draw, leaf, s, which)].value() -
             tally.sums[layout.consequence(draw, leaf, reference, which)].value();
    };
    return threshold * increment(Layout::effect) - increment(Layout::cost);
  };
  std::vector<double> of_draw(layout.draws(), 0.0);
  const std::size_t first = policy.strata().first_leaf(stratification);
  for (std::size_t leaf = first; leaf < policy.strata().first_leaf(stratification + 1); ++leaf) {
    std::size_t best = reference;
    double highest = 0;
    for (std::size_t s = 0; s < layout.strategies(); ++s) {
      double total = 0;
      for (std::size_t draw = 0; draw < layout.draws(); ++draw) total += benefit(draw, leaf, s);
      if (!(total > highest)) continue;
      best = s;
      highest = total;
    }
    for (std::size_t draw = 0; draw < layout.draws(); ++draw)
      of_draw[draw] += benefit(draw, leaf, best) / static_cast<double>(policy.question().patients_per_draw);
  }
  return of_draw;
}

}  // namespace

Table deliver_individualised(const Policy& policy, const Tally& tally, const PolicyDraws& draws) {
  const PolicyQuestion& question = policy.question();
  const Layout& layout = policy.layout();
  const std::string money = question.currency;
  struct Row {
    double threshold;
    const char* known;
    std::string stratification, strategy;
    double inb, inb_mcse, value, value_mcse;
  };
  std::vector<Row> rows;
  const Psa& psa = draws.psa;
  for (std::size_t t = 0; t < question.thresholds.size(); ++t) {
    const double threshold = question.thresholds[t];
    const NetBenefit found = net_benefit_at(threshold, psa, draws.without_noise.psa);
    const auto benefit = [&](Eigen::Index draw, Eigen::Index s) {
      return threshold * (psa.effect(draw, s) - psa.effect(draw, psa.reference)) -
             (psa.cost(draw, s) - psa.cost(draw, psa.reference));
    };
    const auto add = [&](const char* known, const std::string& stratification, const std::string& strategy,
                         auto&& of_draw) {
      const auto over = [&](Eigen::Index s) {
        return [&, s](Eigen::Index draw) { return of_draw(draw) - benefit(draw, s); };
      };
      const double inb = draw_mean(psa.draws(), over(psa.reference));
      const double value = draw_mean(psa.draws(), over(found.best));
      rows.push_back({threshold, known, stratification, strategy, inb,
                      draw_error(psa.draws(), inb, over(psa.reference)), value,
                      draw_error(psa.draws(), value, over(found.best))});
    };
    add("nothing", "", psa.strategies[static_cast<std::size_t>(found.best)],
        [&](Eigen::Index draw) { return benefit(draw, found.best); });
    for (std::size_t k = 0; k < policy.strata().stratifications(); ++k) {
      const std::string& name = policy.strata().name_of(k);
      if (name.empty()) continue;  // all children, of whom nothing is known
      const std::vector<double> chosen = chosen_by_leaf(policy, tally, k, threshold);
      add("stratum", name, "", [&](Eigen::Index draw) { return chosen[static_cast<std::size_t>(draw)]; });
    }
    rows.push_back(
        {threshold, "parameters", "", "", found.inb[found.best] + found.evpi,
         std::sqrt(found.inb_mcse[found.best] * found.inb_mcse[found.best] + found.evpi_mcse * found.evpi_mcse),
         found.evpi, found.evpi_mcse});
    add("child", "", "", [&](Eigen::Index draw) {
      return tally.sums[layout.best(static_cast<std::size_t>(draw), t)].value() /
             static_cast<double>(question.patients_per_draw);
    });
  }
  Table table{"/policy/individualised",
              "What is lost when everybody gets the strategy that is best on average: net benefit when more is known "
              "about parameters or child",
              {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", policy.scenario());
  column("threshold", money_per_effect(question), "willingness to pay", &Row::threshold);
  column("known", "",
         "what the choice may depend on: nothing (one strategy for all), stratum (name of the stratification), "
         "parameters (perfect information, EVPI), child (parameters and the child's own twin outcomes: an upper "
         "bound that no test can reach)",
         &Row::known);
  column("stratification", "", "whose strata are known", &Row::stratification);
  column("strategy", "", "that all get; empty where it differs", &Row::strategy);
  column("inb", money, "net benefit per child over the reference for all", &Row::inb);
  column("inb_mcse", money, "Monte Carlo standard error of it", &Row::inb_mcse);
  column("value", money, "net benefit per child over the one strategy that is best on average", &Row::value);
  column("value_mcse", money, "Monte Carlo standard error of it", &Row::value_mcse);
  return table;
}

}  // namespace vcohort
