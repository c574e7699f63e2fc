#include "engine/data_model/covariate_law.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <functional>

#include "engine/data_model/correlation.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

using Matrix = std::vector<std::vector<double>>;

constexpr double never_beyond = 8.5;  // SDs: a share of 2e-17

bool counts_for_something(const DataCovariate& covariate) {
  const auto something = [](const std::vector<double>& numbers) {
    return std::any_of(numbers.begin(), numbers.end(), [](double number) { return number != 0; });
  };
  return covariate.effect_sd > 0 || something(covariate.effect) ||
         std::any_of(covariate.interaction.begin(), covariate.interaction.end(), something);
}

std::vector<bool> with_effects(const DataModel& model) {
  std::vector<bool> counts;
  for (const DataCovariate& covariate : model.covariates) counts.push_back(counts_for_something(covariate));
  return counts;
}

double correlation_of(const DataModel& model, std::size_t c, std::size_t d) {
  if (c == d) return 1;
  return model.covariate_correlation.empty() ? 0.0 : model.covariate_correlation[c][d];
}

/// The covariates that count: those with levels first.
std::vector<std::size_t> in_order(const DataModel& model, const std::vector<bool>& counts) {
  std::vector<std::size_t> order;
  for (const bool normal : {false, true})
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c] && !model.covariates[c].is_site() && model.covariates[c].is_normal() == normal) order.push_back(c);
  return order;
}

Matrix factor_of(const DataModel& model, const std::vector<std::size_t>& order) {
  Matrix correlation(order.size(), std::vector<double>(order.size()));
  for (std::size_t k = 0; k < order.size(); ++k)
    for (std::size_t m = 0; m < order.size(); ++m) correlation[k][m] = correlation_of(model, order[k], order[m]);
  return correlation_factor(correlation);
}

/// Whether those behind column k depend on where within its interval it is.
bool matters_later(const Matrix& factor, std::size_t k) {
  for (std::size_t m = k + 1; m < factor.size(); ++m)
    if (factor[m][k] != 0) return true;
  return false;
}

struct Point {
  double share, place;
};

/// Gauss's rule for the standard normal between two places.
std::vector<Point> points_between(double from, double to) {
  using Rule = boost::math::quadrature::gauss<double, 7>;
  constexpr double longest = 1.5, per_root_two_pi = 0.398942280401432678;
  from = std::clamp(from, -never_beyond, never_beyond);
  to = std::clamp(to, -never_beyond, never_beyond);
  std::vector<Point> points;
  const int pieces = std::max(1, static_cast<int>((to - from) / longest) + 1);
  const double half = (to - from) / pieces / 2;
  const auto add = [&](double x, double weight) {
    points.push_back({half * weight * per_root_two_pi * exp_of(-0.5 * x * x), x});
  };
  for (int piece = 0; piece < pieces; ++piece) {
    const double middle = from + half * (2 * piece + 1);
    for (std::size_t k = 0; k < Rule::abscissa().size(); ++k) {
      const double away = half * Rule::abscissa()[k], weight = Rule::weights()[k];
      add(middle + away, weight);
      if (away != 0) add(middle - away, weight);
    }
  }
  return points;
}

}  // namespace

CovariateTerms covariate_terms(const DataModel& model, std::size_t arm, std::size_t visit) {
  const bool after_baseline = model.visits_months.empty() || model.visits_months[visit] > 0;
  CovariateTerms terms;
  for (const DataCovariate& covariate : model.covariates) {
    const double factor = covariate.by_visit.empty() ? 1.0 : covariate.by_visit[visit];
    if (covariate.is_site()) {
      terms.push_back(covariate.effect_sd > 0 && factor != 0 ? std::vector<double>{factor} : std::vector<double>{});
      continue;
    }
    std::vector<double> own(covariate.is_normal() ? 1 : covariate.levels.size());
    for (std::size_t k = 0; k < own.size(); ++k) {
      if (!covariate.effect.empty()) own[k] += covariate.effect[k];
      if (!covariate.interaction.empty() && after_baseline && !covariate.interaction[arm].empty())
        own[k] += covariate.interaction[arm][k];
      own[k] *= factor;
    }
    const bool nothing = std::all_of(own.begin(), own.end(), [](double number) { return number == 0; });
    terms.push_back(nothing ? std::vector<double>{} : own);
  }
  return terms;
}

bool has_covariate_effects(const DataModel& model) {
  return std::any_of(model.covariates.begin(), model.covariates.end(), counts_for_something);
}

bool has_interactions(const DataModel& model) {
  return std::any_of(model.covariates.begin(), model.covariates.end(), [](const DataCovariate& covariate) {
    return std::any_of(covariate.interaction.begin(), covariate.interaction.end(), [](const auto& of_arm) {
      return std::any_of(of_arm.begin(), of_arm.end(), [](double number) { return number != 0; });
    });
  });
}

std::size_t CovariateLaw::correlated_levels(const DataModel& model, const std::vector<bool>& counts) {
  const std::vector<std::size_t> order = in_order(model, counts);
  const Matrix factor = factor_of(model, order);
  std::size_t found = 0;
  for (std::size_t k = 0; k < order.size(); ++k)
    found += !model.covariates[order[k]].is_normal() && matters_later(factor, k);
  return found;
}

CovariateLaw::CovariateLaw(const DataModel& model) : CovariateLaw(model, with_effects(model)) {}

CovariateLaw::CovariateLaw(const DataModel& model, const std::vector<bool>& counts) {
  const std::size_t size = model.covariates.size();
  for (const DataCovariate& covariate : model.covariates) {
    sd_.push_back(covariate.is_site() ? covariate.effect_sd : covariate.sd);
    site_.push_back(covariate.is_site());
    normal_.push_back(covariate.is_normal());
  }
  const std::vector<std::size_t> order = in_order(model, counts);
  const Matrix factor = factor_of(model, order);
  std::size_t levels = 0;
  while (levels < order.size() && !normal_[order[levels]]) ++levels;
  const bool keeps_places = levels < order.size();
  std::vector<double> place(order.size());
  Node node{1, std::vector<int>(size, 0), std::vector<double>(size, 0.0)};
  const std::function<void(std::size_t)> place_of = [&](std::size_t k) {
    if (k == levels) {
      for (std::size_t m = levels; m < order.size(); ++m) {
        node.normal[order[m]] = 0;
        for (std::size_t j = 0; j < levels; ++j) node.normal[order[m]] += factor[m][j] * place[j];
      }
      const auto same = std::find_if(nodes_.begin(), nodes_.end(),
                                     [&](const Node& other) { return !keeps_places && other.level == node.level; });
      if (same == nodes_.end())
        nodes_.push_back(node);
      else
        same->share += node.share;
      return;
    }
    double mean = 0;
    for (std::size_t j = 0; j < k; ++j) mean += factor[k][j] * place[j];
    const DataCovariate& covariate = model.covariates[order[k]];
    const double share = node.share;
    double below = 0, from = -never_beyond;
    for (std::size_t level = 0; level < covariate.shares.size(); ++level) {
      below += covariate.shares[level];
      const bool last = level + 1 == covariate.shares.size();
      const double to = last ? never_beyond : (normal_quantile(std::clamp(below, 0.0, 1.0)) - mean) / factor[k][k];
      node.level[order[k]] = static_cast<int>(level);
      if (matters_later(factor, k)) {
        for (const Point& point : points_between(from, to)) {
          node.share = share * point.share;
          place[k] = point.place;
          place_of(k + 1);
        }
      } else {
        node.share = share * (normal_cdf(to) - normal_cdf(from));
        place[k] = 0;
        place_of(k + 1);
      }
      from = to;
    }
    node.share = share;
  };
  place_of(0);
  double all = 0;
  for (const Node& found : nodes_) all += found.share;
  for (Node& found : nodes_) found.share /= all;
  rest_.assign(size, std::vector<double>(size));
  for (std::size_t k = levels; k < order.size(); ++k)
    for (std::size_t m = levels; m < order.size(); ++m)
      for (std::size_t j = levels; j <= std::min(k, m); ++j) rest_[order[k]][order[m]] += factor[k][j] * factor[m][j];
}

double CovariateLaw::at(const Node& node, const CovariateTerms& terms) const {
  double sum = 0;
  for (std::size_t c = 0; c < terms.size(); ++c) {
    if (terms[c].empty() || site_[c]) continue;
    sum += normal_[c] ? terms[c][0] * sd_[c] * node.normal[c] : terms[c][static_cast<std::size_t>(node.level[c])];
  }
  return sum;
}

double CovariateLaw::spread(const CovariateTerms& a, const CovariateTerms& b) const {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) {
    if (site_[c] && !a[c].empty() && !b[c].empty()) sum += a[c][0] * b[c][0] * sd_[c] * sd_[c];
    for (std::size_t d = 0; d < b.size(); ++d)
      if (normal_[c] && normal_[d] && !a[c].empty() && !b[d].empty())
        sum += a[c][0] * sd_[c] * b[d][0] * sd_[d] * rest_[c][d];
  }
  return sum;
}

double CovariateLaw::mean(const CovariateTerms& terms) const {
  double sum = 0;
  for (const Node& node : nodes_) sum += node.share * at(node, terms);
  return sum;
}

double CovariateLaw::covariance(const CovariateTerms& a, const CovariateTerms& b) const {
  const double mean_a = mean(a), mean_b = mean(b);
  double sum = spread(a, b);
  for (const Node& node : nodes_) sum += node.share * (at(node, a) - mean_a) * (at(node, b) - mean_b);
  return sum;
}

std::vector<CovariateLaw::Part> CovariateLaw::parts(const CovariateTerms& terms) const {
  const double variance = spread(terms, terms), sd = variance > 0 ? __builtin_sqrt(variance) : 0.0;
  std::vector<Part> found;
  for (const Node& node : nodes_) found.push_back({node.share, at(node, terms), sd});
  return found;
}

}  // namespace vcohort
