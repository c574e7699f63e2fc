#pragma once
#include <span>

#include "engine/study/looks.hpp"

namespace vcohort::boundaries {

/// The probability that is spent by information fraction t, of `total` that is spent at t = 1 and beyond; 0 < total
/// < 1. O'Brien-Fleming type 2 (1 - Phi(z / sqrt t)) with z the 1 - total / 2 quantile, Pocock type total log(1 + (e -
/// 1) t) (Lan and DeMets, Biometrika 70 (1983) 659-663); total (1 - e^(-gamma t)) / (1 - e^-gamma) (Hwang, Shih and De
/// Cani, Statistics in Medicine 9 (1990) 1439-1445); total t^rho (Kim and DeMets, Biometrika 74 (1987) 149-154); a
/// table is scaled to end at `total`, and linear between the `planned` looks that it belongs to, from 0 at t = 0.
double spent(const Spending&, std::span<const double> planned, double total, double t);

}  // namespace vcohort::boundaries
