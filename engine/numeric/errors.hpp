#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

/// Errors are sorted by who is to blame; the command line turns each kind into an exit status.
namespace vcohort {

/// The wording of every message: what is wrong, why it is wrong, and what to do about it.
inline std::string explain(std::string_view problem, std::string_view why, std::string_view what_to_do) {
  std::string text(problem);
  if (!why.empty()) text.append(" (").append(why).append(")");
  if (!what_to_do.empty()) text.append(" ").append(what_to_do);
  return text;
}

/// A study, evidence or data file asks for something that cannot be done. Exit status 3.
class InvalidInput : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A computation failed, ran out of its address space, or missed a target precision. Exit status 5.
class NumericalFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file cannot be read, written or trusted. Exit status 4.
class StorageFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A promise inside the program is broken: always our mistake. Exit status 1.
class InternalError : public std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace vcohort
