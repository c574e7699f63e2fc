#pragma once
#include <istream>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// One JSON object: path, description, columns (name, units, description, type) and rows, an array of objects in the
/// order of columns. A double is written so that it reads back as the same double; NaN and infinities, which JSON has
/// not, are null. StorageFailure where the stream fails.
void write_json(const Table& table, std::ostream& out);

/// The table that write_json wrote; `name` is that of its file. A null is NaN. InvalidInput, with line and column where
/// the text is no JSON, where it is no such table.
Table read_json(std::istream& in, const std::string& name);

/// Those rows alone.
nlohmann::ordered_json json_rows(const Table& table);

/// A text that is not UTF-8 must not stop an export; the bytes that are wrong become the replacement character.
/// Negative `indent`: one line.
std::string json_text(const nlohmann::ordered_json&, int indent = -1);

}  // namespace vcohort
