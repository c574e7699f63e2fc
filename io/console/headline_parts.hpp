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

/// "8.2 ± 0.3": without the second digit of the error, for which many columns have no room.
std::string briefly(double value, double error);

/// With two digits of the error, of a share, in per cent.
std::string percent(double share, double error);

/// A table with a column `scenario`. Of a sweep the values of the scenarios stand before it, and each stance is a
/// block.
void print_by_stance(const ResultFile& file, Table shown, std::ostream& out);

/// A grid of doses: the mean gains of every schedule in each stratum, a block for each stance, cell and route. Whether
/// there is one.
bool print_grid(const ResultFile& file, const std::string& endpoint, double visit_months, std::ostream& out);

void print_trial(const ResultFile& file, std::ostream& out);
void print_policy(const ResultFile& file, std::ostream& out);
void print_sensitivity(const ResultFile& file, std::ostream& out);
void print_research(const ResultFile& file, std::ostream& out);

}  // namespace vcohort
