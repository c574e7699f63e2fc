#include "engine/study/names.hpp"

#include "engine/study/study.hpp"
#include "engine/study/word.hpp"

namespace vcohort {

const char* name_of(Cell cell) {
  return word(cell_names, cell).data();
}
const char* name_of(Route route) {
  return word(route_names, route).data();
}
const char* name_of(DoseUnit unit) {
  return word(dose_unit_names, unit).data();
}
const char* name_of(CellSource source) {
  return word(cell_source_names, source).data();
}
const char* name_of(Regimen::Tolerance tolerance) {
  return word(tolerance_names, tolerance).data();
}
const char* name_of(Marker marker) {
  return word(marker_names, marker).data();
}
const char* name_of(ClaimNumber::Table table) {
  return word(claim_table_names, table).data();
}
const char* name_of(Distribution::Kind kind) {
  return word(distribution_names, kind).data();
}
const char* name_of(MotorType type) {
  return word(motor_type_names, type).data();
}
const char* name_of(Topography topography) {
  return word(topography_names, topography).data();
}
const char* name_of(Procedure procedure) {
  return word(procedure_names, procedure).data();
}
const char* gmfcs_name(int level) {
  return word(gmfcs_names, level).data();
}

}  // namespace vcohort
