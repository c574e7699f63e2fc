#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/study/study.hpp"

namespace vcohort {

/// Days in a month, everywhere that a study's months become scheduled days: 365.25 / 12.
inline constexpr double days_per_month = 30.4375;

/// The largest scheduled day and infusion number: the occasion field of an address has 16 bits.
inline constexpr std::int64_t largest_occasion = 65535;

/// The replicate field of an address has 32 bits; the last 256 replicates belong to the program.
inline constexpr std::int64_t most_replicates = 0xffffff00;

/// The most cells of a summary table that a study may ask for.
inline constexpr double largest_summary = 1e6;

/// The scheduled day of a visit: months since baseline, rounded to whole days.
std::int64_t scheduled_day(double visit_months);

/// Months since baseline of each infusion, over all courses, ascending.
std::vector<double> infusion_months(const Regimen&);

/// The regimen with only the infusions that are given before `months`, perhaps none. Nothing where these are no whole
/// courses.
std::optional<Regimen> regimen_before(const Regimen&, double months);

/// Strata of one stratification: the product of its bins and all margins, that is the product of (bins + 1).
double strata_of(const Stratification&);

/// Strata of the whole study, those of eligibilities too: the sum over stratifications, with the overall stratum
/// counted once; 1 where there are none.
double strata_of(const Study&);

/// Cells of the summary under one scenario: strategies x strata x endpoints x visits. A double, so that it cannot
/// overflow.
double summary_cells(const Study&);

/// The finest strata, over all stratifications: the product of (bins + 1), the rest of the children being a bin; 1
/// where there are none.
double leaves_of(const Study&);

/// Sums that [policy] keeps: cost and effect per draw, leaf and strategy; 0 without the section.
double policy_numbers(const Study&);

/// The most that are allowed: 16 bytes each, per thread.
inline constexpr double largest_policy_tally = 4e6;

}  // namespace vcohort
