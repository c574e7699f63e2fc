#pragma once
#include "engine/analysis/fit.hpp"

/// Analyses of trials whose units are clusters: Dataset::members, means, squares. The `patients` of their estimates are
/// those who are analysed, and degrees of freedom count clusters.
namespace vcohort::analysis {

/// The difference of the arms' means over patients by the adjusted t-test (Donner and Klar 2000): its variance is that
/// of a patient, times 1 + (m - 1) icc in the mean over the patients of an arm, both from the analysis of variance of
/// the two arms' clusters, whose intracluster correlation may be below 0; df = clusters - 2. Of equal sizes it is the
/// t-test of cluster means. Failures: empty_arm, too_few_patients, no_variation, not_finite.
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
