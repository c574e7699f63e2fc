#pragma once
#include <CLI/CLI.hpp>

#include "io/cli/exit_status.hpp"

namespace vcohort {

/// Each verb adds itself to the command line; its callback sets the exit status.
void add_run(CLI::App&, ExitStatus&);
void add_check(CLI::App&, ExitStatus&);
void add_merge(CLI::App&, ExitStatus&);
void add_show(CLI::App&, ExitStatus&);
void add_export(CLI::App&, ExitStatus&);
void add_compare(CLI::App&, ExitStatus&);
void add_size(CLI::App&, ExitStatus&);
void add_analyze(CLI::App&, ExitStatus&);
void add_decide(CLI::App&, ExitStatus&);
void add_replay(CLI::App&, ExitStatus&);
void add_scenarios(CLI::App&, ExitStatus&);
void add_schema(CLI::App&, ExitStatus&);

}  // namespace vcohort
