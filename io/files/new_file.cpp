#include "io/files/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

StorageFailure write_failure(const std::filesystem::path& path, int error) {
  return StorageFailure(explain(fmt::format("cannot write '{}'", path.string()), std::strerror(error),
                                "check that its folder exists, is writable and has free space"));
}

StorageFailure refusal(const std::filesystem::path& path, std::string_view why, std::string_view what_to_do) {
  return StorageFailure(explain(fmt::format("cannot write '{}'", path.string()), why, what_to_do));
}

StorageFailure already_there(const std::filesystem::path& path) {
  return refusal(path, "it exists", "choose another name with -o, or allow it with --overwrite");
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

void sync_file(const std::filesystem::path& file, const std::filesystem::path& shown) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.number()) != 0) throw write_failure(shown, errno);
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

void require_output(const std::filesystem::path& output, Existing existing, const IsOurs& is_ours,
                    const std::vector<std::filesystem::path>& inputs) {
  std::error_code failure;
  const std::filesystem::file_status there = std::filesystem::status(output, failure);
  if (there.type() == std::filesystem::file_type::not_found) return;
  if (!std::filesystem::status_known(there)) throw write_failure(output, failure.value());
  constexpr const char* another_name = "choose another name with -o";
  if (std::filesystem::is_directory(there)) throw refusal(output, "it is a folder", another_name);
  if (!std::filesystem::is_regular_file(there)) throw refusal(output, "it is no regular file", another_name);
  for (const std::filesystem::path& input : inputs)
    if (std::filesystem::equivalent(output, input, failure))
      throw refusal(output, "this command reads it", another_name);
  if (existing == Existing::refuse) throw already_there(output);
  if (!is_ours || !is_ours(output))
    throw refusal(output, "it exists, and is nothing that vcohort wrote",
                  "--overwrite replaces only that; choose another name with -o, or delete it.");
}

NewFile::NewFile(std::filesystem::path path, Existing existing, IsOurs is_ours)
    : path_(std::move(path)), existing_(existing), is_ours_(std::move(is_ours)) {
  require_output(path_, existing_, is_ours_);
  if (std::filesystem::is_symlink(path_)) path_ = std::filesystem::weakly_canonical(path_);
  int descriptor = -1;
  temporary_ = temporary_of(path_, descriptor);
  lock_ = Descriptor(descriptor);
}

NewFile::~NewFile() {
  if (!published_) ::unlink(temporary_.c_str());
}

void NewFile::publish() {
  sync_file(temporary_, path_);
  require_output(path_, existing_, is_ours_);
  if (existing_ == Existing::refuse) {
    rename_without_overwriting(temporary_, path_);
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw write_failure(path_, errno);
  }
  published_ = true;
  sync_folder(folder_of(path_), path_);
}

void write_file(const std::filesystem::path& path, Existing existing, const IsOurs& is_ours,
                const std::function<void(std::ostream&)>& write) {
  NewFile file(path, existing, is_ours);
  std::ofstream out(file.temporary(), std::ios::binary);
  errno = 0;
  write(out);
  out.close();
  if (!out) throw write_failure(path, errno == 0 ? EIO : errno);
  file.publish();
}

IsOurs begins_with(std::string line) {
  const auto words = [](const std::string& text) {
    std::istringstream in(text);
    return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
  };
  return [wanted = words(line), longest = 2 * line.size() + 4096, words](const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string first(longest, '\0');
    in.read(first.data(), static_cast<std::streamsize>(longest));
    first.resize(static_cast<std::size_t>(in.gcount()));
    return words(first.substr(0, first.find('\n'))) == wanted;
  };
}

}  // namespace vcohort
