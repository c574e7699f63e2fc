#pragma once
#include "engine/run/plan.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// What a run needs [bytes].
struct Needs {
  double memory = 0;  // the largest resident set
  double file = 0;    // the result
  double disk = 0;    // the result and the parts that it is made from, which lie beside each other at the end
};

/// From the layout of the tables and tallies. Rows of patients and replicates are counted, so that the files of studies
/// that save them are met closely; texts and tallies are compressed, at the rate of the studies that ship.
Needs needs_of(const LoadedStudy&, const Plan&, int threads);

}  // namespace vcohort
