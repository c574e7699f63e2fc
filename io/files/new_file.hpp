#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "io/files/descriptor.hpp"

/// The one way in which the program writes files: whole or not at all, and over nothing that is not its own.
namespace vcohort {

/// What to do when the output is already there.
enum class Existing { refuse, overwrite };

/// Whether a regular file is one that vcohort wrote, and --overwrite may therefore replace; empty: none is.
using IsOurs = std::function<bool(const std::filesystem::path&)>;

/// Throws StorageFailure unless a file may be written under that name: nothing is there, or, with Existing::overwrite,
/// a regular file that `is_ours` knows; never a folder, a device, a pipe, or one of `inputs`, which the command reads.
/// Asked before any work is done, and again by NewFile.
void require_output(const std::filesystem::path& output, Existing existing, const IsOurs& is_ours,
                    const std::vector<std::filesystem::path>& inputs = {});

/// A file that appears under its name whole or not at all: it is written under a temporary name in the same folder,
/// NAME.HOST.PROCESS.RANDOM.tmp, synced and renamed. When it is not published, the temporary file is removed; its
/// writer holds a lock (flock) on it, so that another process can tell whether the writer lives. The name of a symbolic
/// link means the file it leads to. Failures are StorageFailure.
class NewFile {
 public:
  /// Creates the temporary file, empty. Refuses the output at once rather than after hours of work.
  NewFile(std::filesystem::path path, Existing existing, IsOurs is_ours);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Another final name in the same folder.
  void rename_to(std::filesystem::path path) { path_ = std::move(path); }

  /// Syncs and renames; the folder is synced too, so that the name survives a power cut.
  void publish();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Descriptor lock_;
  Existing existing_;
  IsOurs is_ours_;
  bool published_ = false;
};

/// Writes a text file by way of NewFile.
void write_file(const std::filesystem::path& path, Existing existing, const IsOurs& is_ours,
                const std::function<void(std::ostream&)>& write);

/// A text file that begins with this line, spaces aside, as vcohort begins those that it writes.
IsOurs begins_with(std::string line);

/// This host, as the names of temporary files say it.
std::string temporary_host();

}  // namespace vcohort
