#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/numeric/table.hpp"

namespace vcohort {

class ResultFile;

/// The values that a sweep gives to the scenarios of a result, ready to stand in its tables. Of a result without a
/// sweep there are none.
class SweptValues {
 public:
  /// DamagedFile where /scenarios and /sweep do not belong together.
  explicit SweptValues(const ResultFile&);
  SweptValues(const Table& scenarios, const Table& sweep);

  bool empty() const { return columns_.empty(); }

  /// Puts the values of each row's scenario before the columns of a table that has scenarios, and the stance where
  /// there are several. A column whose name the table has already becomes "swept NAME"; a table by stance stays as it
  /// is.
  void put_before(Table& table) const;

  /// Whether the scenario is the first setting of its stance, from which a tornado of choices departs.
  bool is_first(const std::string& scenario) const;

  /// "horizon = 20, price = 3000".
  std::string in_words(const std::string& scenario) const;

  /// "horizon = 20": the values of a scenario that are not those of another one.
  std::string in_words(const std::string& scenario, const std::string& other) const;

 private:
  std::vector<Column> columns_;                // of /scenarios
  std::map<std::string, std::size_t> row_of_;  // by scenario
  std::set<std::string> first_;                // of each stance
};

/// A table of a result with what is swept before its columns.
Table read_with_sweep(const ResultFile&, std::string_view table);

}  // namespace vcohort
