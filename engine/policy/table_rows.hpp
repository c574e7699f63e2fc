#pragma once
#include <string>
#include <utility>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// A table that is filled row by row: first its columns, then one value per column and row.
class TableRows {
 public:
  TableRows(std::string path, std::string description) : table_{std::move(path), std::move(description), {}} {}

  TableRows& texts(std::string name, std::string description) {
    table_.add<std::string>(std::move(name), "", std::move(description));
    return *this;
  }
  TableRows& numbers(std::string name, std::string units, std::string description) {
    table_.add<double>(std::move(name), std::move(units), std::move(description));
    return *this;
  }
  TableRows& counts(std::string name, std::string description) {
    table_.add<std::int64_t>(std::move(name), "1", std::move(description));
    return *this;
  }
  TableRows& truths(std::string name, std::string description) {
    table_.add<Truth>(std::move(name), "1", std::move(description));
    return *this;
  }

  template <class... Values>
  void row(const Values&... values) {
    std::size_t place = 0;
    (put(table_.columns.at(place++).values, values), ...);
  }

  Table take() { return std::move(table_); }

 private:
  static void put(ColumnValues& column, const std::string& value) {
    std::get<std::vector<std::string>>(column).push_back(value);
  }
  static void put(ColumnValues& column, double value) { std::get<std::vector<double>>(column).push_back(value); }
  static void put(ColumnValues& column, std::int64_t value) {
    std::get<std::vector<std::int64_t>>(column).push_back(value);
  }
  static void put(ColumnValues& column, Truth value) { std::get<std::vector<Truth>>(column).push_back(value); }

  Table table_;
};

inline Truth truth_of(bool value) {
  return {static_cast<std::uint8_t>(value)};
}

}  // namespace vcohort
