#include "io/cli/run_study.hpp"

#include <fmt/format.h>

#include <iostream>

#include "io/cli/delivery.hpp"
#include "io/cli/dry_run.hpp"
#include "io/cli/standard_streams.hpp"
#include "io/console/headline.hpp"

namespace vcohort {

ExitStatus run_study(const RunArguments& arguments, Workplace& workplace) {
  LoadedStudy study = load_study(arguments.study, arguments.settings, LoadFor::simulation, arguments.sweeps);
  const Plan plan = make_plan(study);
  if (arguments.dry_run) return print_dry_run(study, plan, arguments, workplace);

  if (!workplace.begin_work(study, plan)) return ExitStatus::done;
  if (workplace.simulate(study, plan) == RunEnd::stopped) return ExitStatus::stopped;
  if (!workplace.delivers()) return ExitStatus::done;

  Delivery delivery = deliver(study, plan, workplace.gather_parts(plan));
  const ExitStatus status = report_shortfalls(delivery.shortfalls);
  workplace.hand_over(std::move(delivery.result));
  if (arguments.quiet) return status;
  print_headline(ResultFile(workplace.output()), std::cout);
  std::cout << fmt::format("\nresult: {} ({})\n", workplace.output().string(), sentence_of(workplace.cost()));
  require_delivered_output();
  return status;
}

}  // namespace vcohort
