#pragma once
#include <cstdint>

#include "engine/random/address.hpp"

namespace vcohort {

/// A gamma variable of mean one and this variance: what a patient's rate of events is multiplied by, so that counts are
/// negative binomial. Marsaglia and Tsang's rejection (ACM Transactions on Mathematical Software 26 (2000) 363),
/// about 1.05 attempts. Attempt k draws one normal and one uniform from Purpose::data_model at occasion 1 + k, blocks 0
/// and 1; variances above one another uniform at block 2 of occasion 1. Throws NumericalFailure when 1000 attempts
/// fail.
double gamma_frailty(double variance, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient);

/// The same from another purpose.
double gamma_variable(double variance, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient, Purpose);

/// How many of a patient's `events`, each of which comes at a uniform time of a period, come in its first part: the
/// counts of all parts belong to one process. One uniform per event from Purpose::event_time, four to a block; above
/// 4,096 events the normal approximation of their binomial number, from the first uniform alone.
double events_within(double part, double events, std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient);

/// The number of Poisson events whose cumulative probability first exceeds `uniform`, so that a higher mean never gives
/// fewer. Means above 500 use the normal approximation with continuity correction (error of the CDF below 0.006).
double poisson_events(double mean, double uniform);

}  // namespace vcohort
