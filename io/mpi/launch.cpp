#include "io/mpi/launch.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace vcohort {

namespace {

std::optional<int> number_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value) return std::nullopt;
  const std::string_view text = value;
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

Launch launch_of_environment() {
  if (const auto size = number_in("OMPI_COMM_WORLD_SIZE"))
    return {number_in("OMPI_COMM_WORLD_RANK").value_or(0), *size, true};
  if (const auto size = number_in("PMI_SIZE")) return {number_in("PMI_RANK").value_or(0), *size, true};
  // Of a step that srun started. A batch script itself is no step and has no SLURM_STEP_NUM_TASKS.
  const int tasks = number_in("SLURM_STEP_NUM_TASKS").value_or(1);
  if (const auto rank = number_in("PMIX_RANK")) return {*rank, tasks, true};
  return {number_in("SLURM_PROCID").value_or(0), tasks, false};
}

}  // namespace vcohort
