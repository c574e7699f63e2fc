#include "engine/analysis/dataset.hpp"

#include <algorithm>

namespace vcohort::analysis {
namespace {

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

}  // namespace vcohort::analysis
