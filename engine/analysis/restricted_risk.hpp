#pragma once

namespace vcohort::analysis {

/// The active arm's risk that maximises the likelihood of the observed risks when it exceeds the reference's by `null`:
/// a root of a cubic, in the trigonometric form of Farrington and Manning (1990). `theta`: reference patients per
/// active patient.
double restricted_risk(double risk, double reference_risk, double theta, double null);

}  // namespace vcohort::analysis
