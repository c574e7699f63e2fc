#pragma once
#include <span>

/// The elementary functions over arrays, run on the active instruction set. Same bits as elementary.hpp, which a hot
/// file of its own should rather use directly. The arrays of one call are of equal length and may be the same array.
namespace vcohort {

void exp_of(std::span<const double> x, std::span<double> result);
void log_of(std::span<const double> x, std::span<double> result);
void pow_of(std::span<const double> x, std::span<const double> y, std::span<double> result);
void ilogit_of(std::span<const double> x, std::span<double> result);
void logit_of(std::span<const double> p, std::span<double> result);
void sincos_turns(std::span<const double> turns, std::span<double> sine, std::span<double> cosine);

}  // namespace vcohort
