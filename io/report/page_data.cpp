#include "io/report/page_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

namespace vcohort {

namespace {

using Json = nlohmann::ordered_json;

// The explorer keeps the same rules, page/src/data/bounds.ts, and a test holds the two together.
constexpr std::int64_t rows_of_one = 2'000;  // tables with a row for each trial, patient, block or kind of event
constexpr std::int64_t rows_of_draws = 12'000;
constexpr std::int64_t rows_of_answers = 100'000;
/// In longer tables numbers have eight digits, which no Monte Carlo error leaves a reader in need of: half the size.
constexpr std::size_t exact_rows = 999;

constexpr std::array<std::string_view, 4> one_by_one = {"/trial/replicates", "/cohort/patients/", "/runtime/parts",
                                                        "/cohort/adverse_events"};
constexpr std::array<std::string_view, 2> draws = {"/policy/draws", "/cohort/draws"};
constexpr std::array<std::string_view, 4> never = {"/evidence", "/study/purposes", "/tallies",
                                                   "/policy/parameter_draws"};

template <std::size_t count>
bool begins(const std::string& path, const std::array<std::string_view, count>& starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return path.starts_with(start); });
}

std::int64_t most_rows(const std::string& path) {
  if (begins(path, one_by_one)) return rows_of_one;
  return begins(path, draws) ? rows_of_draws : rows_of_answers;
}

/// JSON knows no infinity, and NaN becomes null.
Json value_of(double number, bool is_long) {
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  if (std::isnan(number)) return nullptr;
  if (!is_long) return number;
  const std::string digits = fmt::format("{:.8g}", number);
  double rounded = number;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return rounded;
}
Json value_of(std::int64_t number, bool) {
  return number;
}
Json value_of(Truth truth, bool) {
  return truth.value != 0;
}

template <class Value>
void write_values(const std::vector<Value>& values, Json& column) {
  constexpr bool is_truth = std::is_same_v<Value, Truth>;
  column["type"] = is_truth ? "truth" : std::is_same_v<Value, double> ? "float64" : "int64";
  Json list = Json::array();
  for (const Value& value : values) list.push_back(value_of(value, values.size() > exact_rows));
  column["values"] = std::move(list);
}

void write_values(const std::vector<std::string>& values, Json& column) {
  Json words = Json::array(), codes = Json::array();
  std::unordered_map<std::string, std::size_t> code;
  for (const std::string& value : values) {
    const auto [place, is_new] = code.emplace(value, code.size());
    if (is_new) words.push_back(value);
    codes.push_back(place->second);
  }
  column["type"] = "text";
  column["words"] = std::move(words);
  column["codes"] = std::move(codes);
}

/// Columns from which parts are merged; means and deviations say the same to a reader.
bool of_merging(const std::string& column) {
  return column == "sum" || column == "sum_of_squares";
}

Json table_data(const Table& table, std::int64_t rows_in_file) {
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    if (of_merging(column.name)) continue;
    Json written = {{"name", column.name}, {"units", column.units}, {"description", column.description}};
    std::visit([&](const auto& values) { write_values(values, written); }, column.values);
    columns.push_back(std::move(written));
  }
  return {{"path", table.path}, {"description", table.description}, {"rows", rows_in_file}, {"columns", columns}};
}

Json header_data(const ResultFile& file) {
  const FileHeader& header = file.header();
  return {{"engine_version", header.engine_version}, {"git_revision", header.git_revision},
          {"seed", std::to_string(header.seed)},     {"rng", result_generator},
          {"study_sha256", header.study_sha256},     {"evidence_sha256", header.evidence_sha256},
          {"content_digest", file.content_digest()}, {"status", "complete"}};
}

}  // namespace

Json page_data(const ResultFile& file, const std::vector<Table>& added) {
  Json tables = Json::array(), others = Json::array();
  for (const TableInfo& info : file.tables()) {
    if (begins(info.path, never))
      others.push_back({{"path", info.path}, {"description", info.description}, {"rows", info.rows}});
    else
      tables.push_back(table_data(file.read_first_rows(info.path, most_rows(info.path)), info.rows));
  }
  for (const Table& table : added) tables.push_back(table_data(table, static_cast<std::int64_t>(table.rows())));
  return {{"name", file.path().filename().string()},
          {"header", header_data(file)},
          {"tables", std::move(tables)},
          {"others", std::move(others)}};
}

}  // namespace vcohort
