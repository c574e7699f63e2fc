#pragma once
#include <cstddef>
#include <cstdint>

#include "engine/trial/closed_form.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

/// P(X > x and Y > y) of standard normal variables with a correlation strictly between -1 and 1. Absolute error below
/// 1e-12.
double both_exceed(double x, double y, double correlation);

/// What the bivariate normal distribution says of the power to show both of two co-primary endpoints: their statistics
/// are normal, each with the power that its own formula has, with the correlation of the endpoints. For two t-tests of
/// normal endpoints without missing values of their own; else an entry that says why there is none. The trial has a
/// family; `model` is that of its study, null without one. Source: Sozu, Sugimoto and Hamasaki, Journal of
/// Biopharmaceutical Statistics 21 (2011) 650.
ClosedForm co_primary_form(const Trial&, const DataModel* model, std::size_t contrast, std::int64_t sample_size);

}  // namespace vcohort
