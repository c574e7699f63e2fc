#include "engine/policy/decision/regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/draw_mean.hpp"
#include "engine/policy/decision/regression_terms.hpp"
#include "engine/policy/decision/variance_components.hpp"

namespace vcohort {

namespace {

/// Draws that are worked on at once. Library products over so few rows are never cut by the size of the processor's
/// cache, so that their bits are the same everywhere.
constexpr Eigen::Index block_draws = 128;

/// Functions of a regression at most; with few draws a fifth of them.
constexpr Eigen::Index most_functions = 150;
constexpr Eigen::Index draws_per_function = 5;

template <class Work>
void for_each_block(Eigen::Index draws, Work&& work) {
  for (Eigen::Index first = 0; first < draws; first += block_draws) work(first, std::min(block_draws, draws - first));
}

Eigen::VectorXd means_of(const Eigen::MatrixXd& responses) {
  Eigen::VectorXd means(responses.cols());
  for (Eigen::Index response = 0; response < responses.cols(); ++response)
    means[response] = draw_mean(responses.rows(), [&](Eigen::Index draw) { return responses(draw, response); });
  return means;
}

RegressionSums sum_over_draws(const RegressionTerms& terms, const Eigen::MatrixXd& responses) {
  RegressionSums sums;
  sums.draws = responses.rows();
  const auto draws = static_cast<double>(sums.draws);
  sums.response_mean = means_of(responses);
  sums.function_mean = Eigen::VectorXd::Zero(terms.size());
  sums.functions = Eigen::MatrixXd::Zero(terms.size(), terms.size());
  sums.products = Eigen::MatrixXd::Zero(terms.size(), responses.cols());
  sums.response_squares = Eigen::VectorXd::Zero(responses.cols());
  for_each_block(sums.draws, [&](Eigen::Index first, Eigen::Index count) {
    const Eigen::MatrixXd functions = terms.evaluate(first, count);
    const Eigen::MatrixXd centred = responses.middleRows(first, count).rowwise() - sums.response_mean.transpose();
    sums.function_mean += functions.colwise().sum();
    sums.functions.noalias() += functions.transpose() * functions;
    sums.products.noalias() += functions.transpose() * centred;
    sums.response_squares += centred.colwise().squaredNorm().transpose();
  });
  sums.function_mean /= draws;
  sums.functions -= draws * sums.function_mean * sums.function_mean.transpose();
  return sums;
}

Eigen::MatrixXd fit(const RegressionTerms& terms, const Eigen::MatrixXd& responses) {
  const RegressionSums sums = sum_over_draws(terms, responses);
  Eigen::MatrixXd coefficients(terms.size(), responses.cols());
  for (Eigen::Index response = 0; response < responses.cols(); ++response)
    coefficients.col(response) = fit_components(terms, sums, response);
  const Eigen::RowVectorXd constant = sums.response_mean.transpose() - sums.function_mean.transpose() * coefficients;
  Eigen::MatrixXd fitted(responses.rows(), responses.cols());
  for_each_block(responses.rows(), [&](Eigen::Index first, Eigen::Index count) {
    const Eigen::MatrixXd functions = terms.evaluate(first, count);
    // A product with one vector is never cut by the size of the processor's cache, however many functions there are.
    for (Eigen::Index response = 0; response < responses.cols(); ++response)
      fitted.col(response).segment(first, count) =
          (functions * coefficients.col(response)).array() + constant[response];
  });
  return fitted;
}

std::vector<std::vector<std::size_t>> all_pairs(std::size_t parameters) {
  std::vector<std::vector<std::size_t>> pairs;
  for (std::size_t one = 0; one < parameters; ++one)
    for (std::size_t other = one + 1; other < parameters; ++other) pairs.push_back({one, other});
  return pairs;
}

/// The pairs whose product of lines explains most of what single parameters leave, summed over responses.
std::vector<std::vector<std::size_t>> strongest_pairs(const RegressionTerms& terms, const Eigen::MatrixXd& responses,
                                                      std::size_t count) {
  const Eigen::MatrixXd rest = responses - fit(terms, responses);
  std::vector<std::vector<std::size_t>> pairs = all_pairs(terms.parameters());
  std::vector<Eigen::Index> line(terms.parameters(), -1);
  for (Eigen::Index column = 0; column < terms.size(); ++column) {
    const TermFunction::Factor& factor = terms.functions()[static_cast<std::size_t>(column)].factors.front();
    if (factor.function == 0) line[factor.parameter] = column;
  }
  Eigen::MatrixXd shared = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(pairs.size()), responses.cols());
  for_each_block(responses.rows(), [&](Eigen::Index first, Eigen::Index count_here) {
    const Eigen::MatrixXd functions = terms.evaluate(first, count_here);
    for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
      const Eigen::VectorXd product =
          functions.col(line[pairs[pair][0]]).cwiseProduct(functions.col(line[pairs[pair][1]]));
      shared.row(static_cast<Eigen::Index>(pair)) += product.transpose() * rest.middleRows(first, count_here);
    }
  });
  std::vector<double> strength(pairs.size(), 0.0);
  for (Eigen::Index response = 0; response < responses.cols(); ++response) {
    const double squares = rest.col(response).squaredNorm();
    for (std::size_t pair = 0; pair < pairs.size() && squares > 0; ++pair) {
      const double product = shared(static_cast<Eigen::Index>(pair), response);
      strength[pair] += product * product / squares;
    }
  }
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
    return strength[one] != strength[other] ? strength[one] > strength[other] : one < other;
  });
  order.resize(std::min(order.size(), count));
  std::vector<std::vector<std::size_t>> chosen;
  for (const std::size_t place : order) chosen.push_back(pairs[place]);
  return chosen;
}

/// Interactions as the room for functions allows: all pairs as rough as fits, three at a time for three parameters, the
/// strongest pairs alone where there are many parameters.
void add_interactions(RegressionTerms& terms, const Eigen::MatrixXd& responses, Eigen::Index most) {
  constexpr Eigen::Index roughest_pair = 8;
  constexpr Eigen::Index roughest_three = 5;
  const Eigen::Index room = most - terms.size();
  const std::vector<std::vector<std::size_t>> pairs = all_pairs(terms.parameters());
  if (pairs.empty() || room < 1) return;
  const auto count = static_cast<Eigen::Index>(pairs.size());
  const auto functions_up_to = [](Eigen::Index order) { return order * (order - 1) / 2; };
  if (count > room) {
    for (const auto& pair : strongest_pairs(terms, responses, static_cast<std::size_t>(room)))
      terms.add_interaction(pair, 2);
    return;
  }
  Eigen::Index order = 2;
  while (order < roughest_pair && functions_up_to(order + 1) * count <= room) ++order;
  for (const auto& pair : pairs) terms.add_interaction(pair, order);
  constexpr std::size_t three = 3;
  if (terms.parameters() == three && terms.size() + functions_up_to(roughest_three) <= most)
    terms.add_interaction({0, 1, 2}, roughest_three);
}

}  // namespace

Eigen::MatrixXd expected_given(const Eigen::MatrixXd& parameters, const Eigen::MatrixXd& responses) {
  const Eigen::Index draws = responses.rows();
  std::vector<Eigen::Index> varying;
  for (Eigen::Index parameter = 0; parameter < parameters.cols(); ++parameter)
    if ((parameters.col(parameter).array() != parameters(0, parameter)).any()) varying.push_back(parameter);
  const auto count = static_cast<Eigen::Index>(varying.size());
  if (count == 0) return means_of(responses).transpose().replicate(draws, 1);
  if (2 * count > draws) throw InternalError(fmt::format("{} draws cannot tell {} parameters apart", draws, count));
  const Eigen::Index most = std::max(count, std::min(most_functions, draws / draws_per_function));
  // A single parameter may bend as it likes; several share half of the room, the other half is for interactions.
  constexpr Eigen::Index most_bends = 29;
  constexpr Eigen::Index most_bends_of_several = 9;
  const Eigen::Index bends =
      count == 1 ? std::min(most_bends, most) : std::clamp(most / 2 / count, Eigen::Index{1}, most_bends_of_several);
  const Eigen::MatrixXd known = parameters(Eigen::all, varying);
  RegressionTerms terms(known, bends);
  add_interactions(terms, responses, most);
  return fit(terms, responses);
}

}  // namespace vcohort
