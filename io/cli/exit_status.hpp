#pragma once

namespace vcohort {

/// What the program tells the shell. `vcohort --help` lists these.
enum class ExitStatus : int {
  done = 0,
  internal_error = 1,
  command_line = 2,
  invalid_input = 3,      // study, evidence or data file
  storage = 4,            // file, HDF5 or disk
  numerical_failure = 5,  // or a precision target not met
  answer_is_no = 6,       // finished: files differ, misfit, no sample size suffices, parts missing
  stopped = 75,           // by signal or time limit, with every finished block kept
};

}  // namespace vcohort
