#pragma once
#include "engine/trial/closed_form.hpp"

namespace vcohort {

/// closed_forms() of a trial whose units cross over or are clusters; without looks.
std::vector<ClosedForm> closed_forms_of_units(const PreparedTrial&, std::size_t analysis, std::size_t contrast,
                                              std::int64_t sample_size);

/// The variance of the effect in a stepped wedge by generalised least squares with known variances: as many clusters in
/// each group, one group crossing over before each period but the first; the same number of patients in each cluster
/// and period (Hussey and Hughes 2007; with an autocorrelation Hooper, Teerenstra, de Hoop and Eldridge 2016).
double stepped_wedge_variance(double clusters, int groups, double patients, double sd, double icc,
                              double autocorrelation);

}  // namespace vcohort
