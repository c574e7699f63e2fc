#include <algorithm>
#include <cmath>

#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/net_benefit.hpp"
#include "engine/policy/deliver.hpp"
#include "engine/policy/table_rows.hpp"

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

/// Share of the children of some leaves, and its error as if children were independent.
double share_of(std::int64_t count, std::int64_t children) {
  return children > 0 ? static_cast<double>(count) / static_cast<double>(children) : std::nan("");
}

}  // namespace

Table deliver_strata(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  const Layout& layout = policy.layout();
  const std::string effect_units = units_of(question.effect);
  TableRows table("/policy/strata", "Which strategy is best for whom: the decision within every stratum");
  table.texts("scenario", "stance of the evidence")
      .texts("stratification", "which list of strata; empty for the overall stratum, severity for the GMFCS levels")
      .texts("stratum", "which children")
      .numbers("threshold", money_per_effect(question), "willingness to pay")
      .texts("strategy", "what the children receive")
      .counts("n", "children, over all draws")
      .numbers("cost_increment", question.currency, "mean of strategy - reference")
      .numbers("effect_increment", effect_units, "mean of strategy - reference")
      .numbers("inb", question.currency, "mean net benefit of strategy - reference at the threshold")
      .numbers("inb_mcse", question.currency, "Monte Carlo standard error of it")
      .numbers("inb_lower", question.currency,
               "2.5 % quantile of it over parameter draws, the noise of patients taken out")
      .numbers("inb_upper", question.currency, "97.5 % quantile of it, likewise")
      .truths("best", "whether the strategy has the smallest expected loss")
      .numbers("ceac", "share", "share of parameter draws in which it is best, the noise of patients taken out")
      .numbers("evpi", question.currency, "expected value of perfect information per child of the stratum")
      .numbers("benefited_share", "share", "children whose effect is above that of their twin under the reference")
      .numbers("harmed_share", "share", "children whose effect is below it")
      .numbers("worth_share", "share", "children whose net benefit at the threshold is above that of their twin");
  for (const Stratum& stratum : policy.strata().strata()) {
    const std::int64_t children = children_of(policy, tally, stratum.leaves);
    const Psa psa = psa_of(policy, tally, stratum.leaves);
    if (psa.draws() < 2) continue;
    const NoiseRemoval removal = remove_patient_noise(psa);
    for (std::size_t t = 0; t < question.thresholds.size(); ++t) {
      const NetBenefit found = net_benefit_at(question.thresholds[t], psa, removal.psa);
      for (Eigen::Index s = 0; s < psa.cost.cols(); ++s) {
        const auto strategy = static_cast<std::size_t>(s);
        const auto increment = [&](const Eigen::MatrixXd& values) {
          return draw_mean(psa.draws(),
                           [&](Eigen::Index draw) { return values(draw, s) - values(draw, psa.reference); });
        };
        const auto share = [&](auto&& place) { return share_of(count_over(tally, stratum.leaves, place), children); };
        table.row(policy.scenario(), stratum.stratification, stratum.name, question.thresholds[t],
                  psa.strategies[strategy], children, increment(psa.cost), increment(psa.effect), found.inb[s],
                  found.inb_mcse[s], found.inb_lower[s], found.inb_upper[s], truth_of(s == found.best), found.ceac[s],
                  found.evpi, share([&](std::size_t leaf) { return layout.gain(leaf, strategy, Layout::benefited); }),
                  share([&](std::size_t leaf) { return layout.gain(leaf, strategy, Layout::harmed); }),
                  share([&](std::size_t leaf) { return layout.worth(leaf, strategy, t); }));
      }
    }
  }
  return table.take();
}

Table deliver_equity(const Policy& policy, const Tally& tally) {
  const PolicyQuestion& question = policy.question();
  TableRows table("/policy/equity", "Who gains and for whom money is spent, by GMFCS level");
  table.texts("scenario", "stance of the evidence")
      .texts("strategy", "compared with the reference")
      .texts("gmfcs", "GMFCS level")
      .numbers("children_share", "share", "of all children who are at this level")
      .numbers("effect_without", units_of(question.effect),
               "mean effect under the reference: what the level has anyway")
      .numbers("effect_increment", units_of(question.effect), "mean gain of a child of the level")
      .numbers("cost_increment", question.currency, "mean further cost of a child of the level")
      .numbers("gain_share", "share", "of the whole gain that falls to the level; missing where there is none")
      .numbers("cost_share", "share", "of the whole further cost that is spent on the level");
  const auto strata = policy.strata().strata();
  const double everybody = static_cast<double>(children_of(policy, tally, strata.front().leaves));
  const Psa all = psa_of(policy, tally, strata.front().leaves);
  for (const Stratum& stratum : strata) {
    if (stratum.stratification != "severity") continue;
    const Psa psa = psa_of(policy, tally, stratum.leaves);
    if (psa.draws() == 0) continue;
    const double share = static_cast<double>(children_of(policy, tally, stratum.leaves)) / everybody;
    const auto increment = [](const Psa& of, const Eigen::MatrixXd& values, Eigen::Index s) {
      return draw_mean(of.draws(), [&](Eigen::Index draw) { return values(draw, s) - values(draw, of.reference); });
    };
    for (Eigen::Index s = 0; s < psa.cost.cols(); ++s) {
      if (s == psa.reference) continue;
      const double gain = increment(psa, psa.effect, s), cost = increment(psa, psa.cost, s);
      const double whole_gain = increment(all, all.effect, s), whole_cost = increment(all, all.cost, s);
      const double without = draw_mean(psa.draws(), [&](Eigen::Index draw) { return psa.effect(draw, psa.reference); });
      constexpr std::string_view label = "GMFCS ";
      table.row(policy.scenario(), psa.strategies[static_cast<std::size_t>(s)], stratum.name.substr(label.size()),
                share, without, gain, cost, whole_gain != 0 ? share * gain / whole_gain : std::nan(""),
                whole_cost != 0 ? share * cost / whole_cost : std::nan(""));
    }
  }
  return table.take();
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
  TableRows table("/policy/individualised",
                  "What is lost when everybody gets the strategy that is best on average: net benefit when more is "
                  "known about parameters or child");
  table.texts("scenario", "stance of the evidence")
      .numbers("threshold", money_per_effect(question), "willingness to pay")
      .texts("known",
             "what the choice may depend on: nothing (one strategy for all), stratum (name of the stratification), "
             "parameters (perfect information, EVPI), child (parameters and the child's own twin outcomes: an upper "
             "bound that no test can reach)")
      .texts("stratification", "whose strata are known")
      .texts("strategy", "that all get; empty where it differs")
      .numbers("inb", money, "net benefit per child over the reference for all")
      .numbers("inb_mcse", money, "Monte Carlo standard error of it")
      .numbers("value", money, "net benefit per child over the one strategy that is best on average")
      .numbers("value_mcse", money, "Monte Carlo standard error of it");
  const Psa& psa = draws.psa;
  for (std::size_t t = 0; t < question.thresholds.size(); ++t) {
    const double threshold = question.thresholds[t];
    const NetBenefit found = net_benefit_at(threshold, psa, draws.without_noise.psa);
    const auto benefit = [&](Eigen::Index draw, Eigen::Index s) {
      return threshold * (psa.effect(draw, s) - psa.effect(draw, psa.reference)) -
             (psa.cost(draw, s) - psa.cost(draw, psa.reference));
    };
    const auto row = [&](const std::string& known, const std::string& stratification, const std::string& strategy,
                         auto&& of_draw) {
      const auto over = [&](Eigen::Index s) {
        return [&, s](Eigen::Index draw) { return of_draw(draw) - benefit(draw, s); };
      };
      const double inb = draw_mean(psa.draws(), over(psa.reference));
      const double value = draw_mean(psa.draws(), over(found.best));
      table.row(policy.scenario(), threshold, known, stratification, strategy, inb,
                draw_error(psa.draws(), inb, over(psa.reference)), value,
                draw_error(psa.draws(), value, over(found.best)));
    };
    row("nothing", "", psa.strategies[static_cast<std::size_t>(found.best)],
        [&](Eigen::Index draw) { return benefit(draw, found.best); });
    for (std::size_t k = 0; k < policy.strata().stratifications(); ++k) {
      const bool severity = k + 1 == policy.strata().stratifications();
      const std::vector<double> chosen = chosen_by_leaf(policy, tally, k, threshold);
      row("stratum", severity ? "severity" : policy.study().stratifications[k].name, "",
          [&](Eigen::Index draw) { return chosen[static_cast<std::size_t>(draw)]; });
    }
    table.row(policy.scenario(), threshold, std::string("parameters"), std::string(), std::string(),
              found.inb[found.best] + found.evpi,
              std::sqrt(found.inb_mcse[found.best] * found.inb_mcse[found.best] + found.evpi_mcse * found.evpi_mcse),
              found.evpi, found.evpi_mcse);
    row("child", "", "", [&](Eigen::Index draw) {
      return tally.sums[layout.best(static_cast<std::size_t>(draw), t)].value() /
             static_cast<double>(question.patients_per_draw);
    });
  }
  return table.take();
}

}  // namespace vcohort
