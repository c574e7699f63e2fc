#pragma once

namespace vcohort {

/// The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22): I_x(a, b) is
/// x^a (1 - x)^b / (a B(a, b)) times it. It converges quickly for x < (a + 1) / (a + b + 2), within some root of
/// max(a, b) steps. It ends where a step changes the value by `close` at most (relative), or after `most_steps`.
/// The same bits on every processor.
double incomplete_beta_fraction(double a, double b, double x, double close, int most_steps);

}  // namespace vcohort
