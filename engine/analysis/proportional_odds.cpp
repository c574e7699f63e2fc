#include "engine/analysis/proportional_odds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/analysis/design.hpp"
#include "engine/analysis/elementary.hpp"
#include "engine/analysis/newton.hpp"

namespace vcohort::analysis {
namespace {

/// Each row's category and how often each occurs.
struct Categories {
  std::vector<int> of_row;
  std::vector<double> counts;
  int number() const { return static_cast<int>(counts.size()); }
};

Categories categories_of(const Dataset& data, const Design& design) {
  std::vector<double> values;
  for (const int i : design.patient) values.push_back(data.outcome[i]);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  Categories categories;
  categories.counts.assign(values.size(), 0);
  for (const int i : design.patient) {
    const auto position = std::lower_bound(values.begin(), values.end(), data.outcome[i]) - values.begin();
    categories.of_row.push_back(static_cast<int>(position));
    categories.counts[static_cast<std::size_t>(position)] += 1;
  }
  return categories;
}

/// One limit of a category's interval on the latent scale: probability below and above it, density and slope of the
/// density.
struct Limit {
  double below = 0;
  double above = 0;
  double density = 0;
  double slope = 0;
};

Limit limit_at(double z) {
  const double e = exp_of(-std::fabs(z));
  const double large = 1 / (1 + e), small = e / (1 + e);
  const double below = z < 0 ? small : large, above = z < 0 ? large : small;
  return {below, above, below * above, below * above * (above - below)};
}

constexpr Limit no_lower_limit{.below = 0, .above = 1};
constexpr Limit no_upper_limit{.below = 1, .above = 0};

/// The probability between two limits, from the tails in which they lie, so that nothing cancels.
double probability_between(const Limit& lower, const Limit& upper) {
  return lower.below + upper.below > lower.above + upper.above ? lower.above - upper.above : upper.below - lower.below;
}

/// Log-likelihood in (zeta_1 .. zeta_{J-1}, beta). With a and b the limits of the row's category, a = zeta_j - x'beta
/// and b = zeta_{j-1} - x'beta, the derivatives of log(F(a) - F(b)) in a and b are carried to zeta and beta.
double likelihood(const Design& design, const Categories& categories, const Eigen::VectorXd& at,
                  Eigen::VectorXd& gradient, Eigen::MatrixXd& information) {
  const Eigen::Index cuts = categories.number() - 1;
  const Eigen::Index slopes = design.columns();
  gradient.setZero();
  information.setZero();
  double log_likelihood = 0;
  for (Eigen::Index row = 0; row < design.rows(); ++row) {
    const auto x = design.x.row(row);
    const double predictor = x.dot(at.tail(slopes));
    const Eigen::Index category = categories.of_row[static_cast<std::size_t>(row)];
    const bool has_upper = category<cuts, has_lower = category> 0;
    const Limit upper = has_upper ? limit_at(at[category] - predictor) : no_upper_limit;
    const Limit lower = has_lower ? limit_at(at[category - 1] - predictor) : no_lower_limit;
    const double p = probability_between(lower, upper);
    if (!(p > 0)) return -std::numeric_limits<double>::infinity();
    log_likelihood += log_of(p);
    const double da = upper.density / p, db = -lower.density / p;
    const double daa = upper.slope / p - da * da, dbb = -lower.slope / p - db * db, dab = -da * db;
    if (has_upper) {
      gradient[category] += da;
      information(category, category) -= daa;
    }
    if (has_lower) {
      gradient[category - 1] += db;
      information(category - 1, category - 1) -= dbb;
    }
    if (has_upper && has_lower) information(category, category - 1) -= dab;
    for (Eigen::Index j = 0; j < slopes; ++j) {
      gradient[cuts + j] -= (da + db) * x[j];
      if (has_upper) information(cuts + j, category) += (daa + dab) * x[j];
      if (has_lower) information(cuts + j, category - 1) += (dbb + dab) * x[j];
      const double weighted = (daa + 2 * dab + dbb) * x[j];
      for (Eigen::Index k = 0; k <= j; ++k) information(cuts + j, cuts + k) -= weighted * x[k];
    }
  }
  information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
  return log_likelihood;
}

/// No slopes, and the cut points at the logits of the observed shares.
Eigen::VectorXd start_at(const Design& design, const Categories& categories) {
  const Eigen::Index cuts = categories.number() - 1;
  Eigen::VectorXd start = Eigen::VectorXd::Zero(cuts + design.columns());
  const auto n = static_cast<double>(design.rows());
  double below = 0;
  for (Eigen::Index j = 0; j < cuts; ++j) {
    below += categories.counts[static_cast<std::size_t>(j)];
    start[j] = log_of(below / (n - below));
  }
  return start;
}

}  // namespace

void proportional_odds(const Dataset& data, const Inference& inference, Workspace& workspace,
                       std::span<Estimate> contrasts) {
  const auto design = build_design(data, {data.outcome}, false);
  if (design.failure != Failure::none) return fill_failure(design.failure, design, contrasts);
  const auto categories = categories_of(data, design);
  if (categories.number() < 2) return fill_failure(Failure::no_variation, design, contrasts);
  const Eigen::Index cuts = categories.number() - 1;
  const auto maximum =
      maximise(start_at(design, categories), cuts, [&](const auto& at, auto& gradient, auto& information) {
        return likelihood(design, categories, at, gradient, information);
      });
  if (maximum.failure != Failure::none) return fill_failure(maximum.failure, design, contrasts);
  fill_contrasts(design, maximum.at, maximum.covariance, cuts, maximum.iterations, inference, workspace, contrasts);
}

void fit_proportional_odds(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                           std::span<Estimate> contrasts) {
  proportional_odds(data, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
