#pragma once
#include <iosfwd>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// How a verb shows a table: aligned for a reader, or exact for a program.
enum class TableFormat : std::uint8_t { table, csv, json };

/// Prints a table. Aligned: numbers with four significant digits, at most `rows` rows (0: all), and how many were left
/// out. CSV and JSON are exact and complete.
void print(const Table&, TableFormat, std::ostream&, std::size_t rows = 0);

/// How an aligned table fits the screen.
struct TableView {
  std::size_t rows = 0;   // at most; 0: all
  std::size_t width = 0;  // of the screen; 0: of this one
  bool wide = false;      // everything, however wide: no column is left out, joined or lifted
  bool units = false;     // below the names
};

/// Aligned, so that no line is wider than the screen: a column with its standard error is one (`0.81 ± 0.02`), columns
/// that never change stand in a line above, long names are broken at their words, long texts cut, the rows of a
/// scenario stand below its name, and columns that still do not fit are named below the table.
void print(const Table&, const TableView&, std::ostream&);

}  // namespace vcohort
