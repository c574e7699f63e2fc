#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// Which parameters of a PSA table are wanted.
struct PsaColumns {
  std::string reference;                // strategy over which increments are taken; empty: the first of the file
  std::vector<std::string> parameters;  // that must be there, as numbers
  bool all_parameters = false;          // every further column that holds numbers, too
};

/// The PSA of every scenario of a table, in the order of their first row, and what a reader must know of the reading.
struct PsaFile {
  struct Part {
    std::string scenario;  // empty where the table has no such column
    Psa psa;
  };
  std::vector<Part> parts;
  std::vector<std::string> notes;
};

/// Reads a PSA, long or wide. Long: columns draw, strategy, cost and effect in any order, one row per draw and strategy
/// in any order. Wide: one row per draw, a column draw (without it rows are numbered from 1), and columns cost_NAME and
/// effect_NAME for every strategy (also with a point, a blank or a hyphen in place of the underscore). A column
/// `scenario` makes a PSA of each of its values. A column without a name, as R writes row numbers into, is passed over
/// with a note. Every further column is a parameter, which has one value per draw. Draws and strategies stand in the
/// order of their first row. Memory grows with draws x (strategies + parameters), some 40 bytes each, not with the
/// text. Errors are InvalidInput with file, line and column: a column that is missing, a cost, effect or wanted
/// parameter that is no finite number or too large, a parameter that differs within a draw, a draw and strategy that
/// stand twice or are missing, a reference that no row has.
PsaFile read_psa_file(std::istream&, const std::string& file_name, const PsaColumns&);

/// The same where the table has one scenario.
Psa read_psa(std::istream&, const std::string& file_name, const PsaColumns&);

}  // namespace vcohort
