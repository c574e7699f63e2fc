#pragma once
#include <filesystem>
#include <string>

#include "io/results/detail/descriptor.hpp"
#include "io/results/existing.hpp"

namespace vcohort::detail {

/// A file that appears under its name whole or not at all: it is written under a temporary name in the same folder,
/// NAME.HOST.PROCESS.RANDOM.tmp, sealed, synced and renamed. When it is not published, the temporary file is removed;
/// its writer holds a lock (flock) on it, so that another process can tell whether the writer lives. Failures are
/// StorageFailure.
class NewFile {
 public:
  /// Creates the temporary file, empty. Refuses an existing output at once rather than after hours of work.
  NewFile(std::filesystem::path path, Existing existing);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Another final name in the same folder.
  void rename_to(std::filesystem::path path) { path_ = std::move(path); }

  /// Seals, syncs and renames; the folder is synced too, so that the name survives a power cut.
  void publish();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Descriptor lock_;
  Existing existing_;
  bool published_ = false;
};

/// This host, as the names of temporary files say it.
std::string temporary_host();

}  // namespace vcohort::detail
