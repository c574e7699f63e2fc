#include "engine/analysis/proportional_odds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/design.hpp"
#include "engine/analysis/elementary.hpp"
#include "engine/analysis/penalised.hpp"

namespace vcohort::analysis {
namespace {

/// Each row's category and how often each occurs.
struct Categories {
  std::span<const int> of_row;
  std::span<const double> counts;
  int number() const { return static_cast<int>(counts.size()); }
};

Categories categories_of(const Dataset& data, const Design& design, Workspace& workspace) {
  constexpr std::size_t own = Design::slots;
  const auto rows = design.patient.size();
  auto values = workspace.reals(own, rows);
  for (std::size_t row = 0; row < rows; ++row) values[row] = data.outcome[design.patient[row]];
  std::sort(values.begin(), values.end());
  values = values.first(static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin()));
  const auto of_row = workspace.integers(own, rows);
  const auto counts = workspace.reals(own + 1, values.size());
  std::fill(counts.begin(), counts.end(), 0.0);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto found = std::lower_bound(values.begin(), values.end(), data.outcome[design.patient[row]]);
    of_row[row] = static_cast<int>(found - values.begin());
    counts[static_cast<std::size_t>(of_row[row])] += 1;
  }
  return {of_row, counts};
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
class CumulativeLogit final : public Likelihood {
 public:
  CumulativeLogit(const Design& design, const Categories& categories) : design_(design), categories_(categories) {}

  double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient, Eigen::MatrixXd& information) override {
    const Eigen::Index cuts = categories_.number() - 1;
    const Eigen::Index slopes = design_.columns();
    gradient.setZero();
    information.setZero();
    double log_likelihood = 0;
    for (Eigen::Index row = 0; row < design_.rows(); ++row) {
      const auto x = design_.x.row(row);
      const double predictor = x.dot(at.tail(slopes));
      const Eigen::Index observed = categories_.of_row[static_cast<std::size_t>(row)];
      // The expected information is the mean over what might have been observed.
      const Eigen::Index first = expected ? 0 : observed, last = expected ? cuts : observed;
      for (Eigen::Index category = first; category <= last; ++category) {
        const bool has_upper = category<cuts, has_lower = category> 0;
        const Limit upper = has_upper ? limit_at(at[category] - predictor) : no_upper_limit;
        const Limit lower = has_lower ? limit_at(at[category - 1] - predictor) : no_lower_limit;
        const double p = probability_between(lower, upper);
        if (!(p > 0) && category != observed) continue;
        if (!(p > 0)) return -std::numeric_limits<double>::infinity();
        const double da = upper.density / p, db = -lower.density / p;
        if (category == observed) {
          log_likelihood += log_of(p);
          if (has_upper) gradient[category] += da;
          if (has_lower) gradient[category - 1] += db;
          for (Eigen::Index j = 0; j < slopes; ++j) gradient[cuts + j] -= (da + db) * x[j];
        }
        const double weight = expected ? p : 1;
        const double daa = weight * (upper.slope / p - da * da), dbb = weight * (-lower.slope / p - db * db),
                     dab = weight * (-da * db);
        if (has_upper) information(category, category) -= daa;
        if (has_lower) information(category - 1, category - 1) -= dbb;
        if (has_upper && has_lower) information(category, category - 1) -= dab;
        for (Eigen::Index j = 0; j < slopes; ++j) {
          if (has_upper) information(cuts + j, category) += (daa + dab) * x[j];
          if (has_lower) information(cuts + j, category - 1) += (dbb + dab) * x[j];
          const double weighted = (daa + 2 * dab + dbb) * x[j];
          for (Eigen::Index k = 0; k <= j; ++k) information(cuts + j, cuts + k) -= weighted * x[k];
        }
      }
    }
    information.triangularView<Eigen::StrictlyUpper>() = information.transpose();
    return log_likelihood;
  }

  /// No slopes, and the cut points at the logits of the observed shares.
  void start(Eigen::VectorXd& at) const {
    const Eigen::Index cuts = categories_.number() - 1;
    at.setZero(cuts + design_.columns());
    const auto n = static_cast<double>(design_.rows());
    double below = 0;
    for (Eigen::Index j = 0; j < cuts; ++j) {
      below += categories_.counts[static_cast<std::size_t>(j)];
      at[j] = log_of(below / (n - below));
    }
  }

 private:
  const Design& design_;
  const Categories& categories_;
};

}  // namespace

void fit_proportional_odds(const Dataset& data, const Options& options, const Inference& inference,
                           Workspace& workspace, std::span<Estimate> contrasts) {
  const auto design = build_design(data, {data.outcome}, false, workspace);
  if (design.failure != Failure::none) return fill_failure(design.failure, design, contrasts);
  const auto categories = categories_of(data, design, workspace);
  if (categories.number() < 2) return fill_failure(Failure::no_variation, design, contrasts);
  CumulativeLogit likelihood(design, categories);
  likelihood.start(workspace.newton().at);
  fit_likelihood(design, likelihood, categories.number() - 1, options.firth, inference, workspace, contrasts);
}

}  // namespace vcohort::analysis
