#include "io/mpi/ranks.hpp"

#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr int tag = 1;
using Numbers = std::array<std::int64_t, 4>;

/// MPI's own waiting spins on a processor, which an oversubscribed machine needs for the ranks at work.
void wait_for(MPI_Request request) {
  using std::chrono::microseconds;
  microseconds nap{20};
  constexpr microseconds longest_nap{2000};
  for (int done = 0; MPI_Test(&request, &done, MPI_STATUS_IGNORE), done == 0; nap = std::min(2 * nap, longest_nap))
    std::this_thread::sleep_for(nap);
}

std::int64_t combine(std::int64_t value, MPI_Op operation) {
  std::int64_t combined = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(&value, &combined, 1, MPI_INT64_T, operation, MPI_COMM_WORLD, &request);
  wait_for(request);
  return combined;
}

}  // namespace

bool built_with_mpi() {
  return true;
}

/// An error inside MPI ends all ranks: that is its default, and nothing here could go on.
Ranks::Ranks() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
  if (provided < MPI_THREAD_SERIALIZED) {
    MPI_Finalize();
    throw InternalError("cannot share the work between ranks (this MPI allows a single thread) use another MPI");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  MPI_Get_processor_name(name.data(), &length);
  host_.assign(name.data(), static_cast<std::size_t>(length));
  count_sharers();
}

Ranks::~Ranks() {
  MPI_Finalize();
}

void Ranks::count_sharers() {
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
  int ranks_here = 1;
  MPI_Comm_size(machine, &ranks_here);
  cpu_set_t mine;
  CPU_ZERO(&mine);
  sched_getaffinity(0, sizeof mine, &mine);
  std::vector<cpu_set_t> masks(static_cast<std::size_t>(ranks_here));
  MPI_Allgather(&mine, sizeof mine, MPI_BYTE, masks.data(), sizeof mine, MPI_BYTE, machine);
  MPI_Comm_free(&machine);
  const auto same = [&](const cpu_set_t& other) { return CPU_EQUAL(&mine, &other) != 0; };
  sharing_processors_ = static_cast<int>(std::count_if(masks.begin(), masks.end(), same));
}

void Ranks::send(int to, Message message) {
  const Numbers numbers{message.kind, message.first, message.second, message.third};
  MPI_Send(numbers.data(), static_cast<int>(numbers.size()), MPI_INT64_T, to, tag, MPI_COMM_WORLD);
}

std::optional<Message> Ranks::receive() {
  int there = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &handle, &status);
  if (there == 0) return std::nullopt;
  Numbers numbers{};
  MPI_Mrecv(numbers.data(), static_cast<int>(numbers.size()), MPI_INT64_T, &handle, &status);
  return Message{status.MPI_SOURCE, numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::int64_t Ranks::smallest(std::int64_t value) {
  return combine(value, MPI_MIN);
}

std::int64_t Ranks::sum(std::int64_t value) {
  return combine(value, MPI_SUM);
}

}  // namespace vcohort
