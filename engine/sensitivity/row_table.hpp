#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/numeric/table.hpp"

namespace vcohort {

/// A table that is written row by row: `RowTable<std::string, double> t(path, text, {{"name", "", "..."}, ...})`, then
/// `t.append("a", 1.0)`.
template <class... Values>
class RowTable {
 public:
  struct Head {
    std::string name, units, description;
  };

  /// @throws InternalError unless there is one head for each type
  RowTable(std::string path, std::string description, const std::vector<Head>& heads)
      : table_{std::move(path), std::move(description), {}} {
    if (heads.size() != sizeof...(Values)) throw InternalError(table_.path + " has not as many columns as heads");
    std::size_t column = 0;
    (add<Values>(heads[column++]), ...);
  }

  void append(const std::type_identity_t<Values>&... values) {
    std::size_t column = 0;
    (std::get<std::vector<Values>>(table_.columns[column++].values).push_back(values), ...);
  }

  Table take() { return std::move(table_); }

 private:
  template <class Value>
  void add(const Head& head) {
    table_.add<Value>(head.name, head.units, head.description);
  }

  Table table_;
};

}  // namespace vcohort
