#include "io/mpi/launch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

namespace vcohort {
namespace {

using Variables = std::map<std::string, std::string>;

/// The launch that these variables tell of, where no others are set.
Launch launch_with(const Variables& variables) {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK", "PMIX_RANK",
                           "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"})
    unsetenv(name);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  return launch_of_environment();
}

void expect_launch(const Variables& variables, int rank, int size, bool can_join) {
  const Launch launch = launch_with(variables);
  EXPECT_EQ(launch.rank, rank);
  EXPECT_EQ(launch.size, size);
  EXPECT_EQ(launch.can_join, can_join);
}

// The variables are those that OpenMPI 4.1.4 and Slurm 22.05 set.

TEST(Launch, NobodyStartedIt) {
  expect_launch({}, 0, 1, false);
}

TEST(Launch, Mpirun) {
  expect_launch({{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}, {"PMIX_RANK", "3"}}, 3, 4, true);
}

TEST(Launch, MpirunInsideOfAStep) {
  expect_launch({{"OMPI_COMM_WORLD_SIZE", "4"},
                 {"OMPI_COMM_WORLD_RANK", "1"},
                 {"SLURM_STEP_NUM_TASKS", "2"},
                 {"SLURM_PROCID", "0"}},
                1, 4, true);
}

TEST(Launch, Mpich) {
  expect_launch({{"PMI_SIZE", "8"}, {"PMI_RANK", "7"}}, 7, 8, true);
}

TEST(Launch, SrunWithPmix) {
  expect_launch({{"PMIX_RANK", "2"}, {"SLURM_STEP_NUM_TASKS", "6"}, {"SLURM_PROCID", "2"}}, 2, 6, true);
}

TEST(Launch, SrunWithout) {
  expect_launch({{"SLURM_STEP_NUM_TASKS", "6"}, {"SLURM_PROCID", "2"}}, 2, 6, false);
}

TEST(Launch, ABatchScriptIsAlone) {
  expect_launch({{"SLURM_PROCID", "0"}}, 0, 1, false);
}

TEST(Launch, NonsenseIsNoLaunch) {
  expect_launch({{"OMPI_COMM_WORLD_SIZE", "many"}}, 0, 1, false);
}

}  // namespace
}  // namespace vcohort
