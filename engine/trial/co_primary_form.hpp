#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/trial/closed_form.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

/// P(X > x and Y > y) of standard normal variables with a correlation strictly between -1 and 1. Absolute error below
/// 1e-12.
double both_exceed(double x, double y, double correlation);

/// The same of three, with the correlations of the first with the second and third, and of these; the matrix is
/// positive definite. Absolute error below 1e-10.
double three_exceed(const std::array<double, 3>& bound, double first_second, double first_third, double second_third);

/// What the normal distribution says of the power to show all of two or three co-primary endpoints: their statistics
/// are normal, each with the power that its own formula has, and correlated as means and shares of the endpoints are:
/// that of the normals behind both for t-tests, of one normal and a yes rho phi(c) / sqrt(p (1 - p)), of two yes their
/// phi coefficient, averaged over the arms by their variances. For t-tests of normal endpoints and tests of shares of
/// binary ones without missing values of their own; else an entry that says why there is none. The trial has a family;
/// `model` is that of its study, null without one. Sources: Sozu, Sugimoto and Hamasaki, Journal of Biopharmaceutical
/// Statistics 21 (2011) 650; of shares Statistics in Medicine 29 (2010) 2169; of both Biometrical Journal 54 (2012)
/// 716.
ClosedForm co_primary_form(const Trial&, const DataModel* model, std::size_t contrast, std::int64_t sample_size);

}  // namespace vcohort
