#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vcohort {

/// What replicates of a design came to: how many rejected, and the sum of what is to be small, its cost for short.
struct RaceCount {
  std::int64_t replicates = 0, rejections = 0, failures = 0;
  double cost = 0;
};

/// A design that takes part in a race: its trials of a size, a multiple of `multiple`, replicates [from, to). A pure
/// function; the same replicates of all designs share their random numbers.
struct RaceEntry {
  std::function<RaceCount(std::int64_t size, std::int64_t from, std::int64_t to)> simulate;
  std::int64_t smallest = 2, multiple = 1;
};

struct RaceGoal {
  double power = 0.9;
  double alpha = 0.05;  // of each rejecting side together
  int sides = 2;
  std::int64_t largest = 100'000;            // size that is tried
  std::int64_t first_stage = 2'000;          // replicates of the first stage; each later one has four times as many
  std::int64_t most_replicates = 2'000'000;  // of a stage
  double precise = 0.001;                    // relative standard error of a difference at which the race ends
};

/// Where a design stood when it left the race.
struct Raced {
  bool reaches = true;               // some size up to the largest has the power
  bool in_last_stage = false;        // nothing told it from the best before
  double size = 0;                   // at which the power is reached, between the multiples
  std::int64_t whole_size = 0;       // rounded up to one
  double cost = 0, cost_se = 0;      // at `size`
  double power = 0;                  // simulated in its last stage, at the multiple nearest to `size` as known then
  double behind = 0, behind_se = 0;  // relative to the best; the error from the same replicates of both
  double chance_best = 0;            // see race()
  std::int64_t replicates = 0;       // of its last stage
  std::int64_t failures = 0;
};

/// The designs that reach the power at the smallest cost, by racing: in each stage every design that is left is
/// simulated on the same fresh replicates, at the size that the stages before suggest, and left out where its cost is
/// further than 3.5 standard errors of the difference above the best one. The size between the multiples comes from the
/// probit of the power, a line in the square root of the size with the intercept of a normal test; cost is taken to
/// grow with the size. Errors of differences are those of 40 batches of replicates that all designs share.
/// `chance_best`: in how many of 4,000 Bayesian bootstraps of the batches of the last stage a design of that stage is
/// the cheapest.
///
/// Source: racing after Maron and Moore (1997), common random numbers after Law and Kelton.
/// Thread safety: simulates in parallel; results do not depend on the number of threads.
std::vector<Raced> race(const RaceGoal& goal, const std::vector<RaceEntry>& entries,
                        const std::function<void(const std::string&)>& say = {});

}  // namespace vcohort
