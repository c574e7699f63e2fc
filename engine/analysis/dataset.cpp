#include "engine/analysis/dataset.hpp"

#include <algorithm>
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

bool is_missing(double value) {
  return value != value;
}

bool has(std::span<const double> column, std::size_t i) {
  return column.empty() || !is_missing(column[i]);
}

bool have(std::span<const std::span<const double>> covariates, std::span<const Factor> factors, std::size_t i) {
  return std::all_of(covariates.begin(), covariates.end(),
                     [i](const auto& column) { return !is_missing(column[i]); }) &&
         std::all_of(factors.begin(), factors.end(), [i](const Factor& factor) { return factor.codes[i] >= 0; });
}

}  // namespace

bool Dataset::is_complete(std::size_t i) const {
  if (arm[i] < 0 || (!stratum.empty() && stratum[i] < 0)) return false;
  if (!has(outcome, i) || !has(time, i) || !has(exposure, i)) return false;
  if (!have(covariates, factors, i) || !have(covariates_by_visit, factors_by_visit, i)) return false;
  const auto seen = [i](const RankedEndpoint& endpoint) { return !is_missing(endpoint.value[i]); };
  if (!hierarchy.empty() && std::none_of(hierarchy.begin(), hierarchy.end(), seen)) return false;
  bool any = repeated.empty();
  for (std::size_t at = i; at < repeated.size() && !any; at += arm.size()) any = !is_missing(repeated[at]);
  return any;
}

void check(const Dataset& data) {
  const auto patients = data.arm.size();
  if (data.arms < 2) throw InvalidInput(explain("a comparison needs two arms", "", "Add an arm."));
  check_codes(data.arm, data.arms, "arm");
  check_length(data.outcome.size(), patients, "outcome");
  check_length(data.repeated.size(), patients * static_cast<std::size_t>(data.visits), "repeated");
  for (const auto& covariates : {data.covariates, data.covariates_by_visit})
    for (const auto& covariate : covariates) check_length(covariate.size(), patients, "covariate", false);
  for (const auto& factors : {data.factors, data.factors_by_visit})
    for (const auto& factor : factors) {
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
