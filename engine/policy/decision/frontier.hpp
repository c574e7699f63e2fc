#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vcohort {

/// Where a strategy stands when costs and effects are compared.
enum class FrontierStatus : std::uint8_t {
  frontier,              // the best buy at some willingness to pay
  strongly_dominated,    // another costs no more and achieves no less, and is better in one of the two
  extendedly_dominated,  // a mixture of two others costs no more and achieves no less
  tied                   // costs and achieves the same as a strategy on the frontier that stands before it
};

std::string_view name_of(FrontierStatus);

struct FrontierPlace {
  FrontierStatus status = FrontierStatus::frontier;
  double icer = 0;  // over the next cheaper strategy on the frontier; NaN for the cheapest and for all others
  Eigen::Index compared_to = -1;  // that strategy; -1 for none
};

/// Two numbers are equal when they differ by less than 1e-12 of their size: sums of the same terms in another order.
bool equal_up_to_rounding(double one, double other, double size);

/// Cost-effectiveness frontier of mean costs and effects [strategy]. Strong dominance first; then, among the others in
/// the order of cost, extended dominance: an incremental ratio that is higher than the next one. Equal ratios stay,
/// where rounding is 1e-12 of the costs and effects that a ratio's differences are made of. Of strategies that agree in
/// cost and effect the one that `preferred` names, or else the first, stands for them.
std::vector<FrontierPlace> frontier_of(const Eigen::VectorXd& cost, const Eigen::VectorXd& effect,
                                       Eigen::Index preferred);

}  // namespace vcohort
