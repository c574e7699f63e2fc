#include "engine/analysis/dataset.hpp"

#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort::analysis {
namespace {

void check_length(std::size_t length, std::size_t patients, const std::string& column, bool may_be_empty = true) {
  if (length == patients || (may_be_empty && length == 0)) return;
  throw InvalidInput(explain("column " + column + " has " + std::to_string(length) + " entries",
                             "there are " + std::to_string(patients) + " patients", "Give one entry per patient."));
}

void check_codes(std::span<const int> codes, int levels, const std::string& column) {
  for (const int code : codes) {
    if (code < levels) continue;
    throw InvalidInput(explain("column " + column + " contains the code " + std::to_string(code),
                               "it declares " + std::to_string(levels) + " levels", "Codes run from 0."));
  }
}

}  // namespace

void check(const Dataset& data) {
  const auto patients = data.arm.size();
  if (data.arms < 2) throw InvalidInput(explain("a comparison needs two arms", "", "Add an arm."));
  check_codes(data.arm, data.arms, "arm");
  check_length(data.outcome.size(), patients, "outcome");
  check_length(data.baseline.size(), patients, "baseline");
  for (const auto& covariate : data.covariates) check_length(covariate.size(), patients, "covariate", false);
  for (const auto& factor : data.factors) {
    check_length(factor.codes.size(), patients, "factor", false);
    check_codes(factor.codes, factor.levels, "factor");
  }
  check_length(data.stratum.size(), patients, "stratum");
  check_codes(data.stratum, data.strata, "stratum");
  check_length(data.time.size(), patients, "time");
  check_length(data.event.size(), patients, "event");
  check_length(data.exposure.size(), patients, "exposure");
  for (const auto& endpoint : data.hierarchy) {
    check_length(endpoint.value.size(), patients, "endpoint", false);
    check_length(endpoint.event.size(), patients, "event of an endpoint");
  }
}

}  // namespace vcohort::analysis
