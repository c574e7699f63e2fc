#include <exception>

#include "io/cli/failure.hpp"
#include "io/cli/standard_streams.hpp"
#include "io/cli/verbs.hpp"
#include "io/cli/version.hpp"
#include "io/console/log.hpp"

namespace {

constexpr const char* about =
    "vcohort: virtual cohorts of children with cerebral palsy who receive cell therapy, or do not.\n"
    "A study file plus a seed gives a result file: the same bits for any number of threads.\n"
    "A research tool, no medical advice.\n\n"
    "  vcohort scenarios list                what ships with the program\n"
    "  vcohort run quickstart                simulate one of them; writes quickstart.h5\n"
    "  vcohort show quickstart.h5            show it again\n"
    "  vcohort scenarios copy quickstart     a study file to change";

constexpr const char* statuses =
    "Exit status: 0 done; 1 internal error; 2 command line; 3 study, evidence or data file invalid; 4 file, HDF5 or "
    "disk, or output that did not arrive; 5 numerical failure or precision target not met; 6 finished, and the answer "
    "is no (files differ, parts missing); 75 stopped by a signal or time limit with every finished block kept: run "
    "again with --resume.";

}  // namespace

int main(int argc, char** argv) {
  using namespace vcohort;
  prepare_standard_streams();
  try {
    CommandLine line(about, statuses, version_text());
    Verb program = line.root();
    for (const auto add : {add_run, add_check, add_merge, add_show, add_export, add_compare, add_size, add_optimise,
                           add_boundaries, add_analyze, add_decide, add_replay, add_replicate, add_claims,
                           add_calibrate, add_influence, add_scenarios, add_schema})
      add(program);
    const ExitStatus end = line.run(argc, argv);
    require_delivered_output();
    return static_cast<int>(end);
  } catch (...) {
    const Failure failure = failure_of(std::current_exception());
    if (!failure.message.empty()) log_problem(failure.message);
    return static_cast<int>(failure.status);
  }
}
