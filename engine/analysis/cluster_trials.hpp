#pragma once
#include "engine/analysis/fit.hpp"

/// Analyses of trials whose units are clusters: Dataset::members, means, squares. The `patients` of their estimates are
/// those who are analysed, and degrees of freedom count clusters.
namespace vcohort::analysis {

/// The difference of the arms' means over patients, by a t-test of cluster means with the numbers of patients as
/// weights: variance sum m (mean - arm's mean)^2 / (clusters - 2) x (1 / M_0 + 1 / M_1), M the patients of an arm;
/// df = clusters - 2. Failures: empty_arm, too_few_patients (below three clusters), no_variation, not_finite.
Estimate weighted_cluster_t(const Dataset&, int arm, const Inference&, Workspace&);

Fit fit_weighted_cluster_t;

/// A mean for each arm and a random intercept for each cluster, by restricted maximum likelihood over all arms; df =
/// clusters - arms. Failures: empty_arm, too_few_patients, no_variation, not_finite.
Fit fit_cluster_mixed;

/// A stepped wedge: a mean for each period, one effect, and a random intercept for each cluster (Hussey and Hughes
/// 2007), by restricted maximum likelihood; df = clusters - 2. Dataset::crossing says from which visit on a cluster is
/// treated. Failures: also singular_design, where the effect cannot be told from the periods.
Fit fit_stepped_wedge;

}  // namespace vcohort::analysis
