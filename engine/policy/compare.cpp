#include <cmath>
#include <sstream>

#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/policy/deliver.hpp"
#include "engine/policy/policy.hpp"

namespace vcohort {

std::string Policy::compared_by() const {
  std::ostringstream words;
  words << question().parameter_draws << " draws, thresholds";
  for (const double threshold : question().thresholds) words << ' ' << threshold;
  words << " and the strategies";
  for (const Strategy& strategy : study().strategies) words << " '" << strategy.name << '\'';
  return words.str();
}

/// Draw by draw, as settings share parameters and children: an increment of one setting minus that of the other.
std::vector<Table> Policy::compare(const Tally& tally, const Question& other, const Tally& of_other) const {
  struct Row {
    std::string strategy;
    double threshold = 0, benefit = 0, other_benefit = 0, difference = 0, mcse = 0;
  };
  const auto& policy = dynamic_cast<const Policy&>(other);
  const std::vector<std::size_t>& everybody = strata_.strata().front().leaves;
  const Psa mine = psa_of(*this, tally, everybody),
            others = psa_of(policy, of_other, policy.strata_.strata().front().leaves);
  const auto benefit = [](const Psa& psa, Eigen::Index strategy, double threshold) -> Eigen::VectorXd {
    return threshold * (psa.effect.col(strategy) - psa.effect.col(psa.reference)) -
           (psa.cost.col(strategy) - psa.cost.col(psa.reference));
  };
  std::vector<Row> rows;
  for (Eigen::Index strategy = 0; strategy < mine.cost.cols(); ++strategy)
    for (const double threshold : question().thresholds) {
      if (strategy == mine.reference) continue;
      const Eigen::VectorXd of_mine = benefit(mine, strategy, threshold),
                            of_others = benefit(others, strategy, threshold);
      const Eigen::VectorXd difference = of_mine - of_others;
      const auto draws = static_cast<double>(difference.size());
      rows.push_back({mine.strategies[static_cast<std::size_t>(strategy)], threshold, of_mine.mean(), of_others.mean(),
                      difference.mean(),
                      standard_deviation(draws, difference.sum(), difference.squaredNorm()) / std::sqrt(draws)});
    }
  Table table{"/policy/comparison", "Differences in net benefit between settings of the sweep, draw by draw", {}};
  const Columns column(table, rows);
  column("scenario", "", "this setting", scenario());
  column("compared_with", "", "the setting with the first value of the axis that compares", other.scenario());
  column("strategy", "", "what the children receive", &Row::strategy);
  column("threshold", money_per_effect(question()), "willingness to pay for a unit of effect", &Row::threshold);
  column("net_benefit", question().currency, "increment over the reference, per child", &Row::benefit);
  column("other_net_benefit", question().currency, "that of the other setting", &Row::other_benefit);
  column("difference", question().currency, "the first minus the second", &Row::difference);
  column("difference_mcse", question().currency, "Monte Carlo standard error of it, from draws and patients together",
         &Row::mcse);
  return {table};
}

}  // namespace vcohort
