#include <algorithm>

#include "engine/policy/policy.hpp"

namespace vcohort {

namespace {

using Layout = PolicyLayout;

std::int64_t children_of(const Policy& policy, const Tally& tally, std::size_t draw,
                         const std::vector<std::size_t>& leaves) {
  std::int64_t children = 0;
  for (std::size_t leaf : leaves) children += tally.counts[policy.layout().children(draw, leaf)];
  return children;
}

double total_of(const Policy& policy, const Tally& tally, std::size_t draw, const std::vector<std::size_t>& leaves,
                std::size_t strategy, Layout::Consequence which) {
  ExactSum total;
  for (std::size_t leaf : leaves) total.add(tally.sums[policy.layout().consequence(draw, leaf, strategy, which)]);
  return total.value();
}

/// Totals of a draw in the columns of the products: the reference as it is, the others as increments over it.
Eigen::VectorXd increments_of_draw(const Policy& policy, const Tally& tally, std::size_t draw,
                                   const std::vector<std::size_t>& leaves) {
  const auto strategies = static_cast<Eigen::Index>(policy.layout().strategies());
  const Eigen::Index reference = policy.question().reference;
  Eigen::VectorXd totals(2 * strategies);
  for (const auto which : {Layout::cost, Layout::effect}) {
    const Eigen::Index first = which == Layout::cost ? 0 : strategies;
    for (Eigen::Index s = 0; s < strategies; ++s)
      totals[first + s] = total_of(policy, tally, draw, leaves, static_cast<std::size_t>(s), which);
    for (Eigen::Index s = 0; s < strategies; ++s)
      if (s != reference) totals[first + s] -= totals[first + reference];
  }
  return totals;
}

/// The products of the lower triangle as a full matrix.
Eigen::MatrixXd products_of(const Policy& policy, const Tally& tally, const std::vector<std::size_t>& leaves) {
  const auto columns = static_cast<Eigen::Index>(policy.layout().columns());
  Eigen::MatrixXd products(columns, columns);
  std::size_t pair = 0;
  for (Eigen::Index row = 0; row < columns; ++row)
    for (Eigen::Index column = 0; column <= row; ++column, ++pair) {
      ExactSum sum;
      for (std::size_t leaf : leaves) sum.add(tally.sums[policy.layout().product(leaf, pair)]);
      products(row, column) = products(column, row) = sum.value();
    }
  return products;
}

}  // namespace

Eigen::MatrixXd covariance_between_patients(const Policy& policy, const Tally& tally,
                                            const std::vector<std::size_t>& leaves) {
  Eigen::MatrixXd within = products_of(policy, tally, leaves);
  double freedom = 0;
  for (std::size_t draw = 0; draw < policy.layout().draws(); ++draw) {
    const auto children = static_cast<double>(children_of(policy, tally, draw, leaves));
    if (children == 0) continue;
    freedom += children - 1;
    const Eigen::VectorXd totals = increments_of_draw(policy, tally, draw, leaves);
    within -= totals * totals.transpose() / children;
  }
  if (freedom <= 0) return Eigen::MatrixXd::Zero(within.rows(), within.cols());
  within /= freedom;
  // What is constant between patients has rounding for a variance.
  constexpr double rounding = 1e-12;
  const Eigen::MatrixXd scale = products_of(policy, tally, leaves) / freedom;
  for (Eigen::Index column = 0; column < within.cols(); ++column) {
    if (within(column, column) > rounding * scale(column, column)) continue;
    within.row(column).setZero();
    within.col(column).setZero();
  }
  return within;
}

Psa psa_of(const Policy& policy, const Tally& tally, const std::vector<std::size_t>& leaves,
           const std::vector<std::string>& names) {
  const Layout& layout = policy.layout();
  const auto strategies = static_cast<Eigen::Index>(layout.strategies());
  std::vector<std::size_t> draws;
  for (std::size_t draw = 0; draw < layout.draws(); ++draw)
    if (children_of(policy, tally, draw, leaves) > 0) draws.push_back(draw);

  Psa psa;
  for (const Strategy& strategy : policy.study().strategies) psa.strategies.push_back(strategy.name);
  psa.reference = policy.question().reference;
  psa.cost.resize(static_cast<Eigen::Index>(draws.size()), strategies);
  psa.effect.resize(psa.cost.rows(), strategies);
  psa.parameters = names;
  psa.parameter_values.resize(psa.cost.rows(), static_cast<Eigen::Index>(names.size()));
  double per_child = 0;  // mean of one over the children of a draw
  for (Eigen::Index row = 0; row < psa.cost.rows(); ++row) {
    const std::size_t draw = draws[static_cast<std::size_t>(row)];
    const auto children = static_cast<double>(children_of(policy, tally, draw, leaves));
    per_child += 1 / children / static_cast<double>(draws.size());
    for (Eigen::Index s = 0; s < strategies; ++s) {
      const auto strategy = static_cast<std::size_t>(s);
      psa.cost(row, s) = total_of(policy, tally, draw, leaves, strategy, Layout::cost) / children;
      psa.effect(row, s) = total_of(policy, tally, draw, leaves, strategy, Layout::effect) / children;
    }
    if (names.empty()) continue;
    const ParameterValues values = policy.draw(static_cast<std::uint32_t>(draw));
    for (std::size_t k = 0; k < names.size(); ++k)
      psa.parameter_values(row, static_cast<Eigen::Index>(k)) = values.at(names[k]);
  }

  // From increments back to what each strategy costs and gains: add the reference to all others.
  Eigen::MatrixXd add_reference = Eigen::MatrixXd::Identity(2 * strategies, 2 * strategies);
  for (Eigen::Index s = 0; s < strategies; ++s) {
    if (s == psa.reference) continue;
    add_reference(s, psa.reference) = 1;
    add_reference(strategies + s, strategies + psa.reference) = 1;
  }
  const Eigen::MatrixXd within = covariance_between_patients(policy, tally, leaves);
  psa.patient_noise =
      per_child * add_reference.lazyProduct(Eigen::MatrixXd(within.lazyProduct(add_reference.transpose())));
  return psa;
}

}  // namespace vcohort
