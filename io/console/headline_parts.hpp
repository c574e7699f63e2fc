#pragma once
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"
#include "io/results/column_of.hpp"
#include "io/results/result_file.hpp"

/// What the headlines of the questions share.
namespace vcohort {

inline const std::vector<std::string>& texts(const Table& table, std::string_view name) {
  return column_of<std::string>(table, name);
}
inline const std::vector<double>& numbers(const Table& table, std::string_view name) {
  return column_of<double>(table, name);
}

/// "1.423 ± 0.008": one digit more than the error has.
std::string with_error(double value, double error);

void print_policy(const ResultFile& file, std::ostream& out);
void print_sensitivity(const ResultFile& file, std::ostream& out);
void print_research(const ResultFile& file, std::ostream& out);

}  // namespace vcohort
