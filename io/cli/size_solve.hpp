#pragma once
#include <functional>
#include <string>
#include <vector>

#include "engine/trial/solved_value.hpp"
#include "io/cli/exit_status.hpp"
#include "io/cli/load_study.hpp"
#include "io/console/table_view.hpp"

namespace vcohort {

/// What `size --solve` was asked: the value of a key of the study that gives its trial a power.
struct SolveQuestion {
  std::string key;  // as in --set; with `{}` where the number stands: "data_model.arms.active.mean=[50, {}]"
  ValueGoal goal;
  std::string study;
  std::vector<std::string> settings;
  TableFormat format = TableFormat::table;
};

/// Counts rejections of what is sized, in replicates [from, to) of the study's largest sample size.
using CountOfStudy = std::function<RejectionCounts(const LoadedStudy&, std::int64_t from, std::int64_t to)>;

/// Prints the answer; status 6 where no value between the two has the power.
ExitStatus solve_key(const SolveQuestion&, const CountOfStudy&);

}  // namespace vcohort
