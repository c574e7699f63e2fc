#pragma once
#include <string>
#include <vector>

#include "engine/numeric/exact_sum.hpp"
#include "engine/numeric/table.hpp"
#include "io/results/named_tally.hpp"

/// Tallies as tables: one says whose they are and how long, two have their counts and sums one after the other, so that
/// a sweep has as many datasets as a study of one scenario. An exact sum is a fixed-point number of 128 bits; it is
/// stored as four int64 columns that hold 32 bits each, because every reader has int64 and none has 128 bits:
///     sum = (limb_0 + limb_1 * 2^32 + limb_2 * 2^64 + limb_3 * 2^96) * quantum
/// limb_0 to limb_2 are 0 to 2^32 - 1, limb_3 carries the sign.
namespace vcohort::detail {

inline constexpr int limbs = 4;

inline constexpr const char* tallies_path = "/tallies";
inline constexpr const char* counts_path = "/tallies/counts";
inline constexpr const char* sums_path = "/tallies/sums";

Table tallies_table(const std::vector<NamedTally>& tallies);
Table counts_table(const std::vector<std::int64_t>& counts);
Table sums_table(const std::vector<ExactSum>& sums);

/// The tallies of such tables. InvalidInput where their lengths do not fit, or a limb is out of its range.
std::vector<NamedTally> tallies_from(const Table& tallies, const Table& counts, const Table& sums);

}  // namespace vcohort::detail
