#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/study/trial_design.hpp"

namespace vcohort {

/// The correlation of two standard normals that are cut into yes, the share `share`, and no, so that the yes and no
/// have the correlation `icc`; by quadrature and a search, to 1e-10. 0 <= icc < 1; 0 for a share of 0 or 1.
double latent_correlation(double share, double icc);

/// How probable each size of a cluster is, [size] from 0; sizes beyond a probability of 1e-12 are left out.
std::vector<double> cluster_size_shares(const UnitDesign&);

/// Outcomes of patients in clusters, drawn directly. Patients of a cluster share luck at a visit; two of one visit are
/// correlated as the model's `intracluster_correlation` says, on the scale of the outcome, and the mean, SD or share of
/// an arm are those of its patients, whatever the clusters:
///
///   g       = sqrt(r) u_v + sqrt(1 - r) e, where u_v = sqrt(c) u + sqrt(1 - c) w_v is the cluster's at the visit and e
///             the patient's; u, w and e are standard normal, c is the `cluster_autocorrelation`
///   normal  mean + shift + sd g, r the intracluster correlation
///   binary  1 where g > -quantile(share), r from latent_correlation(); c is that of the luck, not of yes and no
///
/// Every visit sees other patients. A cluster has `cluster_size` patients at each visit; with a coefficient of
/// variation cv the number is the nearest whole one to cluster_size times a gamma variable of mean 1 and variance cv^2,
/// at least 1.
///
/// Potential outcomes: the same luck serves every arm. Draws per cluster, all shared (tile_draws.hpp), addressed by the
/// cluster as the patient: u and, where c < 1, w_v (Purpose::cluster_effect), e (Purpose::cluster_member, two patients
/// a block), and those of gamma_frailty().
class ClusterOutcomes {
 public:
  /// `arms`: those of the model that units receive, in the order of codes.
  ClusterOutcomes(const DataModel&, const UnitDesign&, std::span<const int> arms);

  void prepare(std::uint64_t seed, std::uint32_t replicate, std::span<const std::uint64_t> clusters);

  /// The most patients that any of the clusters has.
  int largest() const { return largest_; }

  /// Of all patients of a visit: each cluster under the arm of its code, with the arm's shift. Rows [member][cluster],
  /// largest() of them; NaN where a cluster has fewer.
  void outcome(std::size_t visit, std::span<const int> code, std::span<const double> shifts,
               std::span<std::vector<double>> rows);

 private:
  void draw_sizes();
  void share_luck(std::size_t visit);

  DataModel model_;
  UnitDesign design_;
  std::vector<int> arms_;
  std::vector<std::vector<double>> correlation_, cut_;  // [visit][code]: latent
  std::uint64_t seed_ = 0;
  std::uint32_t replicate_ = 0;
  std::vector<std::uint64_t> clusters_;
  std::vector<int> sizes_;
  int largest_ = 0;
  std::vector<double> common_, luck_;       // [cluster]: u, and u_v
  std::vector<double> mean_, own_, spare_;  // [cluster]: of the visit at hand
};

}  // namespace vcohort
