#include "engine/study/names.hpp"

#include "engine/study/study.hpp"

namespace vcohort {

namespace {

// The names are string literals, so that data() ends in a zero.
template <typename Names, typename Enum>
const char* word(const Names& names, Enum value) {
  return names.at(static_cast<std::size_t>(value)).data();
}

}  // namespace

const char* name_of(Cell cell) {
  return word(cell_names, cell);
}
const char* name_of(Route route) {
  return word(route_names, route);
}
const char* name_of(DoseUnit unit) {
  return word(dose_unit_names, unit);
}
const char* name_of(CellSource source) {
  return word(cell_source_names, source);
}
const char* name_of(Regimen::Tolerance tolerance) {
  return word(tolerance_names, tolerance);
}
const char* name_of(Marker marker) {
  return word(marker_names, marker);
}
const char* name_of(ClaimNumber::Table table) {
  return word(claim_table_names, table);
}
const char* name_of(Distribution::Kind kind) {
  return word(distribution_names, kind);
}
const char* gmfcs_name(int level) {
  return word(gmfcs_names, level);
}

}  // namespace vcohort
