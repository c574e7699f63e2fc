#include "io/results/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
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

double number_of(const Json& cell) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (cell.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (cell.is_string() && cell == "inf") return infinity;
  if (cell.is_string() && cell == "-inf") return -infinity;
  return cell.get<double>();
}

template <class Value, class Read>
std::vector<Value> values_of(const Json& rows, const std::string& column, const Read& read) {
  std::vector<Value> values;
  for (const Json& row : rows) values.push_back(read(row.at(column)));
  return values;
}

ColumnValues column_of(const Json& rows, const std::string& column, const std::string& type) {
  if (type == "float64") return values_of<double>(rows, column, number_of);
  if (type == "int64")
    return values_of<std::int64_t>(rows, column, [](const Json& cell) { return cell.get<std::int64_t>(); });
  if (type == "truth") return values_of<Truth>(rows, column, [](const Json& cell) { return Truth{cell.get<bool>()}; });
  return values_of<std::string>(rows, column, [](const Json& cell) { return cell.get<std::string>(); });
}

/// "name:line:column" of a byte, counted from 1.
std::string place_in(const std::string& name, const std::string& text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line_begins = std::find(std::make_reverse_iterator(end), text.rend(), '\n').base();
  return fmt::format("{}:{}:{}", name, 1 + std::count(text.begin(), end, '\n'), 1 + (end - line_begins));
}

constexpr const char* write_it_again = "write it with --format json, and do not change it";

}  // namespace

Table read_json(std::istream& in, const std::string& name) {
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  try {
    const Json json = Json::parse(text);
    Table table{json.at("path"), json.at("description"), {}};
    for (const Json& column : json.at("columns"))
      table.columns.push_back({column.at("name"), column.at("units"), column.at("description"),
                               column_of(json.at("rows"), column.at("name"), column.at("type"))});
    return table;
  } catch (const Json::parse_error& error) {
    throw InvalidInput(explain(place_in(name, text, error.byte) + ": this is no JSON", "", write_it_again));
  } catch (const Json::exception&) {
    throw InvalidInput(
        explain(name + ": this is no table of vcohort", "a column, or a row of it, is missing", write_it_again));
  }
}

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
