#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"

namespace vcohort {

/// Which rows of a table are meant: `best = yes and (stance = sceptical or inb >= 1000)`. Comparisons are =, !=, <, <=,
/// > and >= of a column with a value; `and` binds before `or`. Names and values with spaces or signs stand in quotes.
/// Numbers are compared as they are stored, texts only for equality, truths are yes and no. A number that is not there
/// is NA: it fulfils `= NA`, and beside that nothing but != with a number. `stance` is the scenario without its
/// setting, where the table has no column of that name.
class Condition {
 public:
  /// InvalidInput, with the character at which it ends to be a condition.
  explicit Condition(const std::string& text);
  ~Condition();
  Condition(Condition&&) noexcept;

  /// Whether it holds [row]. InvalidInput where a column is unknown, or a value is none of its type.
  std::vector<bool> holds(const Table&) const;

  struct Node;

 private:
  std::string text_;
  std::unique_ptr<Node> root_;
};

}  // namespace vcohort
