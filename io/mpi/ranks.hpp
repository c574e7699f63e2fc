#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace vcohort {

/// Whether this program was built with MPI.
bool built_with_mpi();

/// A few numbers from one rank to another; what they mean is the business of who sends them.
struct Message {
  int from = 0;
  std::int64_t kind = 0;
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::int64_t third = 0;
};

/// The processes that mpirun or srun started together. One object per process, as long as ranks are needed: MPI begins
/// and ends with it. One thread at a time may use it. Whoever waits here sleeps: a waiting rank leaves its processors
/// to the working ones.
class Ranks {
 public:
  Ranks();   // InternalError where the program was built without MPI
  ~Ranks();  // waits for the other ranks
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  const std::string& host() const { return host_; }

  /// Ranks, this one included, that may use the same processors as this one: its share is one in so many.
  int sharing_processors() const { return sharing_processors_; }

  /// Messages from one rank to another arrive in the order in which they were sent.
  void send(int to, Message);
  std::optional<Message> receive();  // does not wait

  /// Of all ranks' values, known to every rank. Every rank must call it; the slowest is waited for.
  std::int64_t smallest(std::int64_t value);
  std::int64_t sum(std::int64_t value);

 private:
  void count_sharers();

  int rank_ = 0;
  int size_ = 1;
  int sharing_processors_ = 1;
  std::string host_;
};

}  // namespace vcohort
