#include "io/cli/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/numeric/errors.hpp"
#include "io/cli/usage.hpp"
#include "io/console/log.hpp"

namespace vcohort {

namespace {

/// What the holder of a lock wrote about itself.
std::string holder_of(int descriptor) {
  std::array<char, 200> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size() - 1, 0);
  return got > 0 ? std::string(text.data()) : std::string("another process");
}

void write_holder(int descriptor) {
  const std::string text = fmt::format("process {} on {}", ::getpid(), host_name());
  if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) < 0) {
    // Only the message to a second run would be poorer.
  }
}

/// False where the lock's file was deleted in between, by a run that ended: then the name means another file.
bool still_there(int descriptor, const std::filesystem::path& file) {
  struct stat open_file {
  }, named{};
  return ::fstat(descriptor, &open_file) == 0 && ::stat(file.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, std::optional<Shard> shard) {
  constexpr int attempts = 100;
  const auto insist = [&](const std::string& name, bool alone) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
      std::error_code failure;
      std::filesystem::create_directories(folder, failure);
      if (failure)
        throw StorageFailure(explain(fmt::format("cannot make the folder '{}'", folder.string()), failure.message(),
                                     "check the permissions and the free space of the folder above it"));
      if (lock(folder / name, alone)) return;
    }
    throw StorageFailure(explain(fmt::format("cannot lock '{}'", folder.string()), "it vanishes again and again",
                                 "see which other run works there"));
  };
  insist("lock", !shard);
  if (shard) insist(fmt::format("lock-{}-of-{}", shard->number, shard->of), true);
}

/// Who holds a lock alone may delete its file: another process that has opened it sees that it is gone. A shared one
/// stays, because nobody can know that no other process is about to share it.
FolderLock::~FolderLock() {
  std::error_code ignored;  // what is left of the locks does no harm
  for (const Held& held : held_) {
    if (held.alone && still_there(held.descriptor, held.file)) std::filesystem::remove(held.file, ignored);
    ::close(held.descriptor);
  }
  if (!held_.empty())
    std::filesystem::remove(held_.front().file.parent_path(), ignored);  // refused where a part is in it
}

bool FolderLock::lock(const std::filesystem::path& file, bool alone) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    if (errno == ENOENT) return false;
    throw StorageFailure(explain(fmt::format("cannot write '{}'", file.string()), std::strerror(errno),
                                 "check the permissions and the free space of its folder"));
  }
  if (::flock(descriptor, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) {
    if (!still_there(descriptor, file)) {
      ::close(descriptor);
      return false;
    }
    if (alone) write_holder(descriptor);
  } else if (errno == EWOULDBLOCK) {
    const std::string holder = holder_of(descriptor);
    ::close(descriptor);
    for (const Held& other : held_) ::close(other.descriptor);
    throw StorageFailure(explain(fmt::format("another run is writing to '{}'", file.parent_path().string()),
                                 fmt::format("{} holds {}", holder, file.filename().string()),
                                 "wait until it has ended, or name another output with -o"));
  } else {
    log_notice(fmt::format("'{}' cannot be locked ({}): see that no other run writes there", file.string(),
                           std::strerror(errno)));
  }
  held_.push_back({descriptor, file, alone});
  return true;
}

}  // namespace vcohort
