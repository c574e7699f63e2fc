#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace vcohort {

/// What somebody says of a first study; the rest has values to begin with.
struct NewStudy {
  enum class Kind : std::uint8_t { trial, cohort, policy } kind = Kind::trial;
  std::string
      endpoint;  // of a trial continuous, binary, count or survival; of a cohort a score; of policy what is gained
  std::optional<double> control, active;  // mean, share, events a month, or median months
  std::optional<double> sd, dispersion;   // of continuous outcomes, of counts
  std::optional<bool> lower_is_better;    // of times: whether the event is unwanted
  double power = 0.9, alpha = 0.05, months = 12;
};

/// What stands in for the endpoint, the values and the direction that are not given. InvalidInput where what is given
/// contradicts itself, or belongs to another kind.
NewStudy completed(NewStudy);

/// A commented study file. A trial has the smallest sample size that reaches the power, found by simulation;
/// InvalidInput where none up to 10,000 does.
std::string text_of(const NewStudy& completed_study, int threads);

/// What its two numbers are: "mean", "share who have it".
std::string meaning_of_values(const std::string& endpoint);

}  // namespace vcohort
