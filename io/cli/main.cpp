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
    "  vcohort scenarios copy quickstart     a study to start from\n"
    "  vcohort run quickstart.toml           simulate it; writes quickstart.h5\n"
    "  vcohort show quickstart.h5            look at it again";

constexpr const char* statuses =
    "Exit status: 0 done; 1 internal error; 2 command line; 3 study, evidence or data file invalid; 4 file, HDF5 or "
    "disk;\n"
    "5 numerical failure or precision target not met; 6 finished, and the answer is no (files differ, parts missing);\n"
    "75 stopped by a signal or time limit with every finished block kept: run again with --resume.";

int status(vcohort::ExitStatus value) {
  return static_cast<int>(value);
}

}  // namespace

int main(int argc, char** argv) {
  using vcohort::ExitStatus;
  vcohort::prepare_standard_streams();
  CLI::App app{about};
  app.footer(statuses);
  app.set_version_flag("--version", vcohort::version_text());
  app.require_subcommand(1);
  ExitStatus end = ExitStatus::done;
  for (const auto add : {vcohort::add_run, vcohort::add_check, vcohort::add_merge, vcohort::add_show,
                         vcohort::add_export, vcohort::add_compare, vcohort::add_size, vcohort::add_analyze,
                         vcohort::add_decide, vcohort::add_replay, vcohort::add_replicate, vcohort::add_claims,
                         vcohort::add_calibrate, vcohort::add_influence, vcohort::add_scenarios, vcohort::add_schema})
    add(app, end);
  try {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
      app.exit(success);
    }
    vcohort::require_delivered_output();
    return status(end);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return status(ExitStatus::command_line);
  } catch (...) {
    const vcohort::Failure failure = vcohort::failure_of(std::current_exception());
    if (!failure.message.empty()) vcohort::log_problem(failure.message);
    return status(failure.status);
  }
}
