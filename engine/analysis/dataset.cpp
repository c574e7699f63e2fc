#include "engine/analysis/dataset.hpp"

#include "engine/analysis/columns_hot.hpp"
#include "engine/numeric/vector_math_hot.hpp"

namespace vcohort::analysis {
namespace {

using Codes = std::span<int>;

/// Column by column, so that the loops have no branch.
void require(std::span<const double> column, Codes code) {
  if (!column.empty()) mark_missing(column.data(), static_cast<long>(code.size()), code.data());
}

void require(std::span<const int> codes, Codes code) {
  for (std::size_t i = 0; i < codes.size(); ++i) code[i] = codes[i] < 0 ? -1 : code[i];
}

/// `value(k, i)` of column k is not missing for one column at least.
template <class Value>
void require_one(std::size_t columns, Value value, Codes code) {
  if (columns == 0) return;
  for (std::size_t i = 0; i < code.size(); ++i) {
    bool any = false;
    for (std::size_t k = 0; k < columns && !any; ++k) any = value(k, i) == value(k, i);
    if (!any) code[i] = -1;
  }
}

}  // namespace

void Dataset::complete_arms(Codes code) const {
  codes_of(arm.data(), static_cast<long>(arm.size()), code.data());
  require(stratum, code);
  for (const auto& column : {outcome, time, exposure}) require(column, code);
  for (const auto& columns : {covariates, covariates_by_visit})
    for (const auto& column : columns) require(column, code);
  for (const auto& columns : {factors, factors_by_visit})
    for (const Factor& factor : columns) require(factor.codes, code);
  require_one(
      hierarchy.size(), [&](std::size_t k, std::size_t i) { return hierarchy[k].value[i]; }, code);
  const std::size_t n = arm.size();
  require_one(
      means.empty() ? 0 : means.size() / n, [&](std::size_t k, std::size_t i) { return means[k * n + i]; }, code);
  require_one(
      repeated.empty() ? 0 : repeated.size() / n, [&](std::size_t k, std::size_t i) { return repeated[k * n + i]; },
      code);
}

}  // namespace vcohort::analysis
