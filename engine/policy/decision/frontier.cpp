#include "engine/policy/decision/frontier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vcohort {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// -1, 0 or 1 as `one` is smaller than, equal to or larger than `other`.
int compare(double one, double other) {
  if (equal_up_to_rounding(one, other, std::max(std::abs(one), std::abs(other)))) return 0;
  return one < other ? -1 : 1;
}

/// Whether `rival` makes `strategy` pointless, and how.
FrontierStatus against(const Eigen::VectorXd& cost, const Eigen::VectorXd& effect, Eigen::Index strategy,
                       Eigen::Index rival, Eigen::Index preferred) {
  const int dearer = compare(cost[strategy], cost[rival]);
  const int better = compare(effect[strategy], effect[rival]);
  if (dearer == 0 && better == 0) {
    const bool rival_first = rival == preferred || (strategy != preferred && rival < strategy);
    return rival_first ? FrontierStatus::tied : FrontierStatus::frontier;
  }
  return dearer >= 0 && better <= 0 ? FrontierStatus::strongly_dominated : FrontierStatus::frontier;
}

}  // namespace

std::string_view name_of(FrontierStatus status) {
  constexpr std::string_view names[] = {"frontier", "strongly dominated", "extendedly dominated", "tied"};
  return names[static_cast<std::size_t>(status)];
}

bool equal_up_to_rounding(double one, double other, double size) {
  constexpr double rounding = 1e-12;
  return std::abs(one - other) <= rounding * size;
}

std::vector<FrontierPlace> frontier_of(const Eigen::VectorXd& cost, const Eigen::VectorXd& effect,
                                       Eigen::Index preferred) {
  const Eigen::Index strategies = cost.size();
  std::vector<FrontierPlace> places(static_cast<std::size_t>(strategies));
  std::vector<Eigen::Index> left;
  for (Eigen::Index strategy = 0; strategy < strategies; ++strategy) {
    FrontierStatus& status = places[static_cast<std::size_t>(strategy)].status;
    for (Eigen::Index rival = 0; rival < strategies && status != FrontierStatus::strongly_dominated; ++rival) {
      if (rival == strategy) continue;
      const FrontierStatus found = against(cost, effect, strategy, rival, preferred);
      if (found != FrontierStatus::frontier) status = found;
    }
    if (status == FrontierStatus::frontier) left.push_back(strategy);
  }
  std::sort(left.begin(), left.end(), [&](Eigen::Index one, Eigen::Index other) { return cost[one] < cost[other]; });

  const auto ratio = [&](Eigen::Index from, Eigen::Index to) {
    return (cost[to] - cost[from]) / (effect[to] - effect[from]);
  };
  // How far a ratio may be off: rounding of a difference grows with its operands, not with the difference.
  const auto error = [&](Eigen::Index from, Eigen::Index to) {
    const auto relative = [&](const Eigen::VectorXd& of) {
      return std::max(std::abs(of[to]), std::abs(of[from])) / std::abs(of[to] - of[from]);
    };
    return ratio(from, to) * (relative(cost) + relative(effect));
  };
  std::vector<Eigen::Index> hull;
  for (const Eigen::Index strategy : left) {
    while (hull.size() > 1) {
      const Eigen::Index before = hull[hull.size() - 2], last = hull.back();
      const double here = ratio(before, last), next = ratio(last, strategy);
      if (here <= next || equal_up_to_rounding(here, next, std::max(error(before, last), error(last, strategy)))) break;
      places[static_cast<std::size_t>(hull.back())].status = FrontierStatus::extendedly_dominated;
      hull.pop_back();
    }
    hull.push_back(strategy);
  }
  for (FrontierPlace& place : places) place.icer = none;
  for (std::size_t step = 1; step < hull.size(); ++step) {
    FrontierPlace& place = places[static_cast<std::size_t>(hull[step])];
    place.icer = ratio(hull[step - 1], hull[step]);
    place.compared_to = hull[step - 1];
  }
  return places;
}

}  // namespace vcohort
