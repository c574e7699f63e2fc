#pragma once
#include <vector>

#include "engine/study/policy_question.hpp"

namespace vcohort {

/// When yearly flows of money and health are taken, and what each node counts for. A flow f counts as
/// sum over nodes of weight * S(t) * f(t), where the weights hold the length of the cycle and its discount.
struct Cycles {
  struct Node {
    double years = 0;                           // since baseline
    double cost_weight = 0, effect_weight = 0;  // discounted
    double length = 0;                          // not discounted [years]
  };
  struct Share {  // of a node in a year's undiscounted flow
    std::size_t node = 0;
    int year = 0;
    double years = 0;
  };
  std::vector<Node> nodes;
  std::vector<Share> shares;
  int years = 0;  // begun within the horizon

  explicit Cycles(const PolicyQuestion&);
};

}  // namespace vcohort
