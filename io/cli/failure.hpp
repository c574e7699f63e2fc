#pragma once
#include <exception>
#include <string>

#include "io/cli/exit_status.hpp"

namespace vcohort {

/// What an exception means to the shell and to the user. An empty message was printed already.
struct Failure {
  ExitStatus status = ExitStatus::internal_error;
  std::string message;
};

/// Thrown where the message of a failure is printed already.
struct Ended {
  ExitStatus status;
};

Failure failure_of(const std::exception_ptr&);

}  // namespace vcohort
