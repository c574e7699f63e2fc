#include "engine/analysis/cluster_trials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/analysis/random_intercept.hpp"

namespace vcohort::analysis {
namespace {

constexpr double rounding = 10 * std::numeric_limits<double>::epsilon();

/// Clusters of an arm, weighted by their patients.
struct Weighted {
  double clusters = 0, patients = 0, mean = 0;
  double between = 0, within = 0;  // sums of squares
  double sizes = 0;                // mean over the patients of the size of their cluster
};

Weighted weighted_of(const Dataset& data, std::span<const int> code, int arm) {
  Weighted of;
  double sum = 0, size_squares = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] != arm) continue;
    of.clusters += 1;
    of.patients += data.members[i];
    of.within += data.squares[i];
    sum += data.members[i] * data.means[i];
    size_squares += data.members[i] * data.members[i];
  }
  of.mean = sum / of.patients;
  of.sizes = size_squares / of.patients;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const double off = data.means[i] - of.mean;
    if (code[i] == arm) of.between += data.members[i] * off * off;
  }
  return of;
}

/// Of the difference of two weighted means.
double adjusted_variance(const Weighted& a, const Weighted& b) {
  const double clusters = a.clusters + b.clusters, patients = a.patients + b.patients;
  const double between = (a.between + b.between) / (clusters - 2);
  if (patients <= clusters) return between * (1 / a.patients + 1 / b.patients);  // nobody is with another
  const double within = (a.within + b.within) / (patients - clusters);
  const double typical = (patients - a.sizes - b.sizes) / (clusters - 2);
  const double of_clusters = (between - within) / typical;
  return (within + a.sizes * of_clusters) / a.patients + (within + b.sizes * of_clusters) / b.patients;
}

double largest_size(std::span<const double> means) {
  double largest = 0;
  for (const double mean : means) largest = mean == mean ? std::max(largest, std::fabs(mean)) : largest;
  return largest;
}

}  // namespace

Estimate weighted_cluster_t(const Dataset& data, int arm, const Inference& inference, Workspace& workspace) {
  const auto code = data.completed_arms(workspace.integers(0, data.arm.size()));
  const Weighted reference = weighted_of(data, code, 0), active = weighted_of(data, code, arm);
  const int patients = static_cast<int>(reference.patients + active.patients);
  if (reference.clusters == 0 || active.clusters == 0) return failed(Failure::empty_arm, patients);
  if (!std::isfinite(reference.mean) || !std::isfinite(active.mean)) return failed(Failure::not_finite, patients);
  const double df = reference.clusters + active.clusters - 2;
  if (df < 1) return failed(Failure::too_few_patients, patients);
  const double variance = adjusted_variance(reference, active);
  const double se = std::sqrt(variance);
  if (!(se > rounding * std::max(std::fabs(reference.mean), std::fabs(active.mean))))
    return failed(Failure::no_variation, patients);
  return wald(active.mean - reference.mean, se, df, patients, inference, workspace);
}

void fit_weighted_cluster_t(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                            std::span<Estimate> contrasts) {
  each_arm(contrasts, [&](int arm) { return weighted_cluster_t(data, arm, inference, workspace); });
}

namespace {

/// The cells that have patients, in the slots 4 to 6 and integers 1, and what a fit of them says.
class Cells {
 public:
  Cells(const Dataset& data, std::size_t columns, Workspace& workspace)
      : data_(data), code_(data.completed_arms(workspace.integers(0, data.arm.size()))), workspace_(workspace) {
    const std::size_t most = data.means.size();
    members_ = workspace.reals(4, most);
    mean_ = workspace.reals(5, most);
    design_ = workspace.reals(6, most * columns);
    first_ = workspace.integers(1, data.arm.size() + 1);
    cells_.columns = columns;
  }

  /// `row(unit, visit, x)` fills in a row of the design.
  template <class Row>
  void fill(std::size_t visits, const Row& row) {
    const std::size_t n = data_.arm.size();
    std::size_t cells = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (code_[i] < 0) continue;
      first_[clusters_++] = static_cast<int>(cells);
      cells_.squares_within += data_.squares[i];
      for (std::size_t visit = 0; visit < visits; ++visit) {
        const double members = data_.members[visit * n + i];
        if (members == 0) continue;
        members_[cells] = members;
        mean_[cells] = data_.means[visit * n + i];
        patients_ += members;
        finite_ = finite_ && std::isfinite(mean_[cells]);
        row(i, visit, design_.subspan(cells * cells_.columns, cells_.columns));
        ++cells;
      }
    }
    first_[clusters_] = static_cast<int>(cells);
    cells_.members = members_.first(cells);
    cells_.mean = mean_.first(cells);
    cells_.design = design_.first(cells * cells_.columns);
    cells_.first = first_.first(clusters_ + 1);
  }

  std::size_t clusters() const { return clusters_; }
  double clusters_in(int arm) const { return static_cast<double>(std::count(code_.begin(), code_.end(), arm)); }

  /// Why there is nothing to fit.
  Failure failure(double df) const {
    if (!finite_ || !std::isfinite(cells_.squares_within)) return Failure::not_finite;
    if (df < 1 || patients_ <= static_cast<double>(cells_.columns)) return Failure::too_few_patients;
    return Failure::none;
  }

  void estimate(std::span<const std::size_t> columns, double df, const Inference& inference,
                std::span<RandomInterceptFit> fits, std::span<Estimate> out) {
    fit_random_intercept(cells_, columns, workspace_, fits);
    for (std::size_t k = 0; k < out.size(); ++k) {
      const int patients = static_cast<int>(patients_);
      if (!out[k].ok()) continue;
      if (fits[k].singular)
        out[k] = failed(Failure::singular_design, patients);
      else if (!(fits[k].se > rounding * largest_size(cells_.mean)))
        out[k] = failed(Failure::no_variation, patients);
      else
        out[k] = wald(fits[k].estimate, fits[k].se, df, patients, inference, workspace_);
      out[k].iterations = fits[k].iterations;
    }
  }

 private:
  const Dataset& data_;
  std::span<const int> code_;
  Workspace& workspace_;
  std::span<double> members_, mean_, design_;
  std::span<int> first_;
  ClusterCells cells_;
  std::size_t clusters_ = 0;
  double patients_ = 0;
  bool finite_ = true;
};

constexpr std::size_t most_contrasts = 64;

}  // namespace

/// Columns of the arms that have clusters, the reference first: those of the others are differences from it.
void fit_cluster_mixed(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                       std::span<Estimate> contrasts) {
  const auto arms = static_cast<std::size_t>(data.arms);
  if (arms > most_contrasts) return std::fill(contrasts.begin(), contrasts.end(), failed(Failure::singular_design));
  std::size_t column[most_contrasts] = {}, asked[most_contrasts], columns = 1;
  {
    const auto code = data.completed_arms(workspace.integers(0, data.arm.size()));
    for (std::size_t a = 1; a < arms; ++a) {
      const bool there = std::find(code.begin(), code.end(), static_cast<int>(a)) != code.end();
      column[a] = there ? columns++ : 0;
    }
  }
  Cells cells(data, columns, workspace);
  cells.fill(1, [&](std::size_t unit, std::size_t, std::span<double> x) {
    std::fill(x.begin(), x.end(), 0.0);
    x[0] = 1;
    if (const std::size_t k = column[static_cast<std::size_t>(data.arm[unit])]; data.arm[unit] > 0) x[k] = 1;
  });
  const double df = static_cast<double>(cells.clusters()) - static_cast<double>(columns);
  const bool reference = cells.clusters_in(0) > 0;
  const Failure failure = cells.failure(df);
  for (std::size_t k = 0; k < contrasts.size(); ++k) {
    asked[k] = column[k + 1];
    contrasts[k] = {};
    if (!reference || asked[k] == 0)
      contrasts[k] = failed(Failure::empty_arm);
    else if (failure != Failure::none)
      contrasts[k] = failed(failure);
  }
  if (!reference || failure != Failure::none) return;
  RandomInterceptFit fits[most_contrasts];
  cells.estimate(std::span(asked, contrasts.size()), df, inference, std::span(fits, contrasts.size()), contrasts);
}

void fit_stepped_wedge(const Dataset& data, const Options&, const Inference& inference, Workspace& workspace,
                       std::span<Estimate> contrasts) {
  const auto visits = static_cast<std::size_t>(data.visits);
  const std::size_t columns = visits + 1;
  Cells cells(data, columns, workspace);
  cells.fill(visits, [&](std::size_t unit, std::size_t visit, std::span<double> x) {
    std::fill(x.begin(), x.end(), 0.0);
    x[visit] = 1;
    x[visits] = static_cast<int>(visit) >= data.crossing[unit] ? 1 : 0;
  });
  const double df = static_cast<double>(cells.clusters()) - 2;
  contrasts.front() = {};
  if (const Failure failure = cells.failure(df); failure != Failure::none) {
    contrasts.front() = failed(failure);
    return;
  }
  RandomInterceptFit fit;
  cells.estimate(std::span(&visits, 1), df, inference, std::span(&fit, 1), contrasts.first(1));
}

}  // namespace vcohort::analysis
