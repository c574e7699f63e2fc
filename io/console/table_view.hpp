#pragma once
#include <iosfwd>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// How a verb shows a table: aligned for a reader, or exact for a program.
enum class TableFormat : std::uint8_t { table, csv, json };

/// Prints a table. Aligned: numbers with four significant digits, at most `rows` rows (0: all), and how many were left
/// out. CSV and JSON are exact and complete.
void print(const Table&, TableFormat, std::ostream&, std::size_t rows = 0);

}  // namespace vcohort
