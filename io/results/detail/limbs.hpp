#pragma once
#include <string>
#include <vector>

#include "engine/numeric/exact_sum.hpp"
#include "engine/numeric/table.hpp"

/// Tallies as tables. An exact sum is a fixed-point number of 128 bits; it is stored as four int64 columns that hold 32
/// bits each, because every reader has int64 and none has 128 bits:
///     sum = (limb_0 + limb_1 * 2^32 + limb_2 * 2^64 + limb_3 * 2^96) * quantum
/// limb_0 to limb_2 are 0 to 2^32 - 1, limb_3 carries the sign.
namespace vcohort::detail {

inline constexpr int limbs = 4;

Table counts_table(std::string path, const std::vector<std::int64_t>& counts);
Table sums_table(std::string path, const std::vector<ExactSum>& sums);

/// The sums of such a table. InvalidInput where a limb is out of its range.
std::vector<ExactSum> sums_from(const Table& table);

}  // namespace vcohort::detail
