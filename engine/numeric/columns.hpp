#pragma once
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// Fills a table column by column from a range of rows, so that name, unit, sentence and value of a column stand in one
/// place:
///
///   const Columns column(table, rows);
///   column("mean", "points", "mean observed value", &Row::mean);
///   column("change", "points", "since baseline", [](const Row& row) { return row.mean - row.baseline; });
///   column("visit", "months", "since baseline", 12.0);  // in every row
///
/// A bool becomes a Truth, a whole number an int64, a text a std::string. Table and rows outlive the object.
template <std::ranges::range Rows>
class Columns {
 public:
  Columns(Table& table, const Rows& rows) : table_(table), rows_(rows) {}

  template <class Value>
  void operator()(std::string name, std::string units, std::string text, const Value& value) const {
    const auto of = [&](const auto& row) {
      if constexpr (std::is_invocable_v<const Value&, decltype(row)>)
        return std::invoke(value, row);
      else
        return value;
    };
    using Given = std::invoke_result_t<decltype(of), std::ranges::range_reference_t<const Rows>>;
    auto& column = table_.add<Stored<Given>>(std::move(name), std::move(units), std::move(text));
    for (const auto& row : rows_) {
      if constexpr (std::is_same_v<Given, bool>)
        column.push_back({of(row)});
      else
        column.push_back(static_cast<Stored<Given>>(of(row)));
    }
  }

 private:
  template <class Given>
  using Stored =
      std::conditional_t<std::is_same_v<Given, bool> || std::is_same_v<Given, Truth>, Truth,
                         std::conditional_t<std::is_integral_v<Given>, std::int64_t,
                                            std::conditional_t<std::is_floating_point_v<Given>, double, std::string>>>;

  Table& table_;
  const Rows& rows_;
};

}  // namespace vcohort
