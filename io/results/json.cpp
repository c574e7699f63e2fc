#include "io/results/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

using Json = nlohmann::ordered_json;

/// JSON knows no infinity: it is written as a text, which no reader takes for a missing number.
Json to_json(double number) {
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}
Json to_json(std::int64_t number) {
  return number;
}
Json to_json(Truth truth) {
  return truth.value != 0;
}
Json to_json(const std::string& text) {
  return text;
}

const char* type_name(const ColumnValues& values) {
  constexpr const char* names[] = {"int64", "float64", "text", "truth"};
  return names[values.index()];
}

Json json_row(const Table& table, std::size_t row) {
  Json object = Json::object();
  for (const Column& column : table.columns)
    object[column.name] = std::visit([row](const auto& values) { return to_json(values[row]); }, column.values);
  return object;
}

}  // namespace

Json json_rows(const Table& table) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < table.rows(); ++row) rows.push_back(json_row(table, row));
  return rows;
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

void write_json(const Table& table, std::ostream& out) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    columns.push_back({{"name", column.name},
                       {"units", column.units},
                       {"description", column.description},
                       {"type", type_name(column.values)}});
  }
  out << "{\"path\": " << json_text(table.path) << ",\n \"description\": " << json_text(table.description)
      << ",\n \"columns\": " << json_text(columns) << ",\n \"rows\": [";
  for (std::size_t row = 0; row < table.rows(); ++row)
    out << (row > 0 ? ",\n  " : "\n  ") << json_text(json_row(table, row));
  out << "\n ]}\n";
  out.flush();
  if (!out) throw StorageFailure("cannot write the table (the output is full or closed) check where it goes");
}

}  // namespace vcohort
