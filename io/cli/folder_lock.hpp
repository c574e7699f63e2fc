#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/run/shard.hpp"

namespace vcohort {

/// Keeps two runs from doing the same work into one OUT.parts/: a whole run has the folder alone, shards share it, and
/// each shard is run by one process. The locks are the kernel's (flock): they end with their process, whatever becomes
/// of it, and one that is not shared leaves no file behind where its process ends in order. Where the file system has
/// no locks, a notice says so; parts are then still published whole or not at all, and work done twice gives the same
/// bits.
class FolderLock {
 public:
  /// Makes the folder where it is missing. StorageFailure where it cannot be made or written, or where another run
  /// holds it: the message names that run.
  FolderLock(const std::filesystem::path& folder, std::optional<Shard>);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  /// False where the file vanished with the end of another run: try again.
  bool lock(const std::filesystem::path& file, bool alone);

  struct Held {
    int descriptor = -1;
    std::filesystem::path file;
    bool alone = false;
  };
  std::vector<Held> held_;
};

}  // namespace vcohort
