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

/// A text that is not UTF-8 must not stop an export; the bytes that are wrong become the replacement character.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void write_json(const Table& table, std::ostream& out) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    columns.push_back({{"name", column.name},
                       {"units", column.units},
                       {"description", column.description},
                       {"type", type_name(column.values)}});
  }
  out << "{\"path\": " << dump(table.path) << ",\n \"description\": " << dump(table.description)
      << ",\n \"columns\": " << dump(columns) << ",\n \"rows\": [";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Json object = Json::object();
    for (const Column& column : table.columns) {
      object[column.name] = std::visit([row](const auto& values) { return to_json(values[row]); }, column.values);
    }
    out << (row > 0 ? ",\n  " : "\n  ") << dump(object);
  }
  out << "\n ]}\n";
  out.flush();
  if (!out) throw StorageFailure("cannot write the table (the output is full or closed) Check where it goes.");
}

}  // namespace vcohort
