#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/evidence/evidence.hpp"
#include "engine/numeric/table.hpp"

/// What is known, from where and how well, as tables.
namespace vcohort {

/// The part of the model that a parameter enters: the section of docs/model.md that has its equation.
std::string where_it_enters(const Parameter&);

/// What is not known about a parameter, in words: "0.53 to 1.1", "1 with probability 0.9", "fixed".
std::string uncertainty_text(const Parameter&);

/// The first part of a name: motor, effect, cost, ...
std::string_view family_of(std::string_view parameter);

/// One row per family: how many parameters, and how many of each strength.
Table families_table(const Evidence&);

/// One row per parameter. `keep`: which.
Table parameters_table(const Evidence&, const std::vector<const Parameter*>& kept);

/// The parameters whose name is the pattern, or begins with it up to a dot, or fits it with its stars. Throws
/// InvalidInput, with the nearest name, where there is none.
std::vector<const Parameter*> matching(const Evidence&, std::string_view pattern);

/// A number in which two evidences differ.
struct Difference {
  const Parameter* first = nullptr;   // null: it has no such parameter
  const Parameter* second = nullptr;  // likewise
  std::string reason;                 // what the overlay says, or both sources
};
std::vector<Difference> differences(const Evidence&, const Evidence&);
Table differences_table(const Evidence&, const Evidence&, std::span<const Difference>);

/// For two screens of 100 columns and 24 lines: with each reason the numbers that differ for it.
std::string differences_text(const Evidence&, const Evidence&, std::span<const Difference>);

}  // namespace vcohort
