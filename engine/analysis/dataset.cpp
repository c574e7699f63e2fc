#include "engine/analysis/dataset.hpp"

#include <algorithm>
#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort::analysis {
namespace {

void check_length(std::size_t length, std::size_t patients, const std::string& column, bool may_be_empty = true) {
  if (length == patients || (may_be_empty && length == 0)) return;
  throw InvalidInput(explain("column " + column + " has " + std::to_string(length) + " entries",
                             "there are " + std::to_string(patients) + " patients", "give one entry per patient"));
}

void check_codes(std::span<const int> codes, int levels, const std::string& column) {
  for (const int code : codes) {
    if (code < levels) continue;
    throw InvalidInput(explain("column " + column + " contains the code " + std::to_string(code),
                               "it declares " + std::to_string(levels) + " levels", "Codes run from 0."));
  }
}

using Marks = std::span<std::uint8_t>;

/// Column by column, so that the loops have no branch.
void require(std::span<const double> column, Marks complete) {
  for (std::size_t i = 0; i < column.size(); ++i) complete[i] &= static_cast<std::uint8_t>(column[i] == column[i]);
}

void require(std::span<const int> codes, Marks complete) {
  for (std::size_t i = 0; i < codes.size(); ++i) complete[i] &= static_cast<std::uint8_t>(codes[i] >= 0);
}

/// `value(k, i)` of column k is not missing for one column at least.
template <class Value>
void require_one(std::size_t columns, Value value, Marks complete) {
  if (columns == 0) return;
  for (std::size_t i = 0; i < complete.size(); ++i) {
    bool any = false;
    for (std::size_t k = 0; k < columns && !any; ++k) any = value(k, i) == value(k, i);
    complete[i] &= static_cast<std::uint8_t>(any);
  }
}

}  // namespace

void Dataset::mark_complete(Marks complete) const {
  std::fill(complete.begin(), complete.end(), std::uint8_t{1});
  for (const auto& codes : {arm, stratum}) require(codes, complete);
  for (const auto& column : {outcome, time, exposure}) require(column, complete);
  for (const auto& columns : {covariates, covariates_by_visit})
    for (const auto& column : columns) require(column, complete);
  for (const auto& columns : {factors, factors_by_visit})
    for (const Factor& factor : columns) require(factor.codes, complete);
  require_one(
      hierarchy.size(), [&](std::size_t k, std::size_t i) { return hierarchy[k].value[i]; }, complete);
  const std::size_t n = arm.size();
  require_one(
      repeated.empty() ? 0 : repeated.size() / n, [&](std::size_t k, std::size_t i) { return repeated[k * n + i]; },
      complete);
}

void check(const Dataset& data) {
  const auto patients = data.arm.size();
  if (data.arms < 2) throw InvalidInput(explain("a comparison needs two arms", "", "add an arm"));
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
