#pragma once
#include "io/cli/command_line.hpp"

namespace vcohort {

/// Each verb adds itself to the command line.
void add_run(Verb& program);
void add_check(Verb& program);
void add_merge(Verb& program);
void add_show(Verb& program);
void add_export(Verb& program);
void add_compare(Verb& program);
void add_size(Verb& program);
void add_optimise(Verb& program);
void add_boundaries(Verb& program);
void add_analyze(Verb& program);
void add_decide(Verb& program);
void add_replay(Verb& program);
void add_replicate(Verb& program);
void add_scenarios(Verb& program);
void add_claims(Verb& program);
void add_calibrate(Verb& program);
void add_influence(Verb& program);
void add_schema(Verb& program);

}  // namespace vcohort
