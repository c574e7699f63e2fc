#pragma once
#include <string>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// One value as text, the same everywhere and in every locale: the shortest decimal that reads back as the same double,
/// NaN as NA, infinities as inf and -inf, truth values as true and false, texts as they are.
std::string shown_value(const ColumnValues& values, std::size_t row);

}  // namespace vcohort
