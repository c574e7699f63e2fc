#include "io/results/detail/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>

#include "engine/numeric/errors.hpp"
#include "io/results/detail/descriptor.hpp"
#include "io/results/detail/seal.hpp"

namespace vcohort::detail {
namespace {

StorageFailure write_failure(const std::filesystem::path& path, int error) {
  return StorageFailure(explain(fmt::format("cannot write '{}'", path.string()), std::strerror(error),
                                "Check that its folder exists, is writable and has free space."));
}

StorageFailure already_there(const std::filesystem::path& path) {
  return StorageFailure(explain(fmt::format("cannot write '{}'", path.string()), "it exists",
                                "Choose another name with -o, or allow it with --overwrite."));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A name that was not there before, and its file. Two processes, or two hosts on one file system, never share one.
std::filesystem::path temporary_of(const std::filesystem::path& path, int& descriptor) {
  std::random_device random;
  constexpr int attempts = 100;  // a name of 32 random bits is free at once, or the folder is not normal
  for (int attempt = 0; attempt < attempts; ++attempt) {
    auto temporary = path;
    temporary += fmt::format(".{}.{}.{:08x}.tmp", temporary_host(), ::getpid(), random());
    descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      ::flock(descriptor, LOCK_EX | LOCK_NB);  // where there are no locks, nobody cleans up after others either
      return temporary;
    }
    if (errno != EEXIST) throw write_failure(path, errno);
  }
  throw write_failure(path, EEXIST);
}

/// Renames, and lets the kernel refuse an existing target where the file system can, so that no other process' file is
/// lost.
void rename_without_overwriting(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EEXIST) throw already_there(to);
  if (errno != EINVAL && errno != ENOSYS) throw write_failure(to, errno);
  if (::access(to.c_str(), F_OK) == 0) throw already_there(to);
  if (::rename(from.c_str(), to.c_str()) != 0) throw write_failure(to, errno);
}

void sync_folder(const std::filesystem::path& folder, const std::filesystem::path& shown) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) throw write_failure(shown, errno);
  // Some network file systems cannot sync a folder and say EINVAL; their rename is durable or nothing is.
  if (::fsync(descriptor.number()) != 0 && errno != EINVAL) throw write_failure(shown, errno);
}

}  // namespace

std::string temporary_host() {
  utsname host{};
  ::uname(&host);
  return host.nodename;
}

NewFile::NewFile(std::filesystem::path path, Existing existing) : path_(std::move(path)), existing_(existing) {
  if (existing_ == Existing::refuse && ::access(path_.c_str(), F_OK) == 0) throw already_there(path_);
  int descriptor = -1;
  temporary_ = temporary_of(path_, descriptor);
  lock_ = Descriptor(descriptor);
}

NewFile::~NewFile() {
  if (!published_) ::unlink(temporary_.c_str());
}

void NewFile::publish() {
  seal_file(temporary_, path_);
  if (existing_ == Existing::refuse) {
    rename_without_overwriting(temporary_, path_);
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw write_failure(path_, errno);
  }
  published_ = true;
  sync_folder(folder_of(path_), path_);
}

}  // namespace vcohort::detail
