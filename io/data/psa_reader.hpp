#pragma once
#include <iosfwd>
#include <string>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// Which parameters of a PSA table are wanted.
struct PsaColumns {
  std::string reference;                // strategy over which increments are taken; empty: the first of the file
  std::vector<std::string> parameters;  // that must be there, as numbers
  bool all_parameters = false;          // every further column that holds numbers, too
};

/// Reads a PSA in long form: columns draw, strategy, cost and effect in any order, one row per draw and strategy in any
/// order; every further column is a parameter, which has one value per draw. Draws and strategies stand in the order of
/// their first row. Memory grows with draws x (strategies + parameters), some 40 bytes each, not with the text.
/// Errors are InvalidInput with file, line and column: a column that is missing, a cost, effect or wanted parameter
/// that is no finite number, a parameter that differs within a draw, a draw and strategy that stand twice or are
/// missing, a reference that no row has.
Psa read_psa(std::istream&, const std::string& file_name, const PsaColumns&);

}  // namespace vcohort
