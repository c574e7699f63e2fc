#pragma once
#include <ostream>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// One JSON object: path, description, columns (name, units, description, type) and rows, an array of objects in the
/// order of columns. A double is written so that it reads back as the same double; NaN and infinities, which JSON has
/// not, are null. StorageFailure where the stream fails.
void write_json(const Table& table, std::ostream& out);

}  // namespace vcohort
