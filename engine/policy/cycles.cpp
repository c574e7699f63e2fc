#include "engine/policy/cycles.hpp"

#include <algorithm>
#include <cmath>

#include "engine/policy/decision/discount.hpp"

namespace vcohort {

Cycles::Cycles(const PolicyQuestion& question) : years(static_cast<int>(std::ceil(question.horizon_years))) {
  const auto node_at = [&](double time) {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.years == time; });
    if (found != nodes.end()) return static_cast<std::size_t>(found - nodes.begin());
    nodes.push_back({time, 0, 0, 0});
    return nodes.size() - 1;
  };
  const auto weigh = [&](int year, double time, double length, double cost_weight, double effect_weight) {
    const std::size_t node = node_at(time);
    nodes[node].cost_weight += cost_weight;
    nodes[node].effect_weight += effect_weight;
    nodes[node].length += length;
    shares.push_back({node, year, length});
  };
  for (int year = 0; year < years; ++year) {
    const double from = year, to = std::min(from + 1, question.horizon_years), length = to - from;
    const auto weight = [&](double rate, FlowTiming timing) { return discounted_span(rate, from, to, timing); };
    const auto weigh_once = [&](double time) {
      weigh(year, time, length, weight(question.discount_costs, question.timing),
            weight(question.discount_effects, question.timing));
    };
    switch (question.timing) {
      case FlowTiming::start:
        weigh_once(from);
        break;
      case FlowTiming::mid:
      case FlowTiming::continuous:
        weigh_once(from + length / 2);
        break;
      case FlowTiming::end:
        weigh_once(to);
        break;
      case FlowTiming::trapezoid:
        for (const auto& [time, timing] : {std::pair(from, FlowTiming::start), std::pair(to, FlowTiming::end)})
          weigh(year, time, length / 2, weight(question.discount_costs, timing) / 2,
                weight(question.discount_effects, timing) / 2);
        break;
    }
  }
}

}  // namespace vcohort
