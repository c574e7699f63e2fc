#pragma once
#include <iosfwd>
#include <string>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// Reads the covariance of a draw's means that stems from its patients, in long form: columns quantity, strategy,
/// with_quantity, with_strategy and covariance, quantities being cost or effect, one row per pair, both ways round, as
/// `export --table policy/patient_noise` writes it. Further columns are passed over. The result has the shape of
/// Psa::patient_noise. Errors are InvalidInput with file, line and column: a column that is missing, a covariance that
/// is no finite number, a strategy that the PSA has not, a pair that stands twice or is missing.
/// Of a table with a column `scenario`, the rows of `scenario` count where one is given.
Eigen::MatrixXd read_patient_noise(std::istream&, const std::string& file_name, const Psa&,
                                   const std::string& scenario = "");

}  // namespace vcohort
