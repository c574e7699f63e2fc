#pragma once
#include <cstddef>
#include <string>

#include "engine/evidence/evidence.hpp"
#include "engine/study/study.hpp"

namespace vcohort {

/// A study under one stance, with what a sweep sets: all that a question is made from. The evidence has the name of the
/// scenario, "published" or, of a sweep, "published#0007".
struct Scenario {
  Study study;
  Evidence evidence;
};

/// The scenarios of a study that sweeps: each of its settings under each of its stances. They are made anew whenever
/// they are asked for, because there may be more of them than fit into memory.
class Scenarios {
 public:
  virtual ~Scenarios() = default;

  virtual std::size_t stances() const = 0;
  virtual const std::vector<SweepAxis>& sweep() const = 0;
  std::size_t settings() const { return static_cast<std::size_t>(settings_of(sweep())); }

  /// Thread safety: a pure function.
  virtual Scenario make(std::size_t stance, std::size_t setting) const = 0;
};

}  // namespace vcohort
