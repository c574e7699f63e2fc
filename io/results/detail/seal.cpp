#include "io/results/detail/seal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "io/files/descriptor.hpp"
#include "io/results/damaged_file.hpp"
#include "io/results/detail/sha256.hpp"

namespace vcohort::detail {
namespace {

constexpr std::string_view seal_mark = "vcohort-seal 1 sha256 ";
constexpr std::size_t seal_size =
    seal_mark.size() + 64 + 1 + 20 + 1;  // mark, digest, space, length in 20 digits, newline
constexpr std::size_t bytes_at_once = std::size_t{1} << 20;
constexpr std::array<unsigned char, 8> hdf5_signature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

std::string seal_of(const Sha256::Digest& digest, std::uint64_t length) {
  return fmt::format("{}{} {:020}\n", seal_mark, hex(digest), length);
}

std::string refusal(const std::filesystem::path& path, std::string_view why) {
  return explain(fmt::format("cannot read '{}'", path.string()), why,
                 "name a result or part that vcohort wrote, or run the study again");
}

/// The system does not let us read it.
[[noreturn]] void refuse_access(const std::filesystem::path& path, int error) {
  throw StorageFailure(refusal(path, std::strerror(error)));
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
  throw DamagedFile(refusal(path, why));
}

std::size_t read_some(const Descriptor& file, unsigned char* into, std::size_t size,
                      const std::filesystem::path& path) {
  for (;;) {
    const ssize_t got = ::read(file.number(), into, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) refuse_access(path, errno);
  }
}

/// The digest of the next `length` bytes.
Sha256::Digest digest_of(const Descriptor& file, std::uint64_t length, const std::filesystem::path& path) {
  Sha256 digest;
  std::vector<unsigned char> buffer(bytes_at_once);
  while (length > 0) {
    const std::size_t got = read_some(file, buffer.data(), std::min<std::uint64_t>(length, buffer.size()), path);
    if (got == 0) refuse(path, "it became shorter while it was read");
    digest.bytes(buffer.data(), got);
    length -= got;
  }
  return digest.finish();
}

std::uint64_t regular_size(const Descriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) refuse_access(path, errno);
  if (!S_ISREG(status.st_mode)) refuse(path, "it is not a regular file");
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

void seal_file(const std::filesystem::path& path, const std::filesystem::path& shown) {
  const auto write_failure = [&shown](int error) {
    return StorageFailure(explain(fmt::format("cannot write '{}'", shown.string()), std::strerror(error),
                                  "check the free space and the permissions of its folder"));
  };
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) throw write_failure(errno);
  const std::uint64_t length = regular_size(file, shown);
  const std::string seal = seal_of(digest_of(file, length, shown), length);
  std::size_t written = 0;
  while (written < seal.size()) {
    const ssize_t put = ::write(file.number(), seal.data() + written, seal.size() - written);
    if (put < 0 && errno != EINTR) throw write_failure(errno);
    if (put > 0) written += static_cast<std::size_t>(put);
  }
  if (::fsync(file.number()) != 0) throw write_failure(errno);
}

namespace {

// Without O_NONBLOCK the name of a pipe would wait here for ever.
Descriptor open_to_read(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) refuse_access(path, errno);
  return file;
}

/// The seal as it stands, and how many bytes lie before it.
std::pair<std::string, std::uint64_t> find_seal(const Descriptor& file, const std::filesystem::path& path) {
  const std::uint64_t size = regular_size(file, path);
  std::array<unsigned char, hdf5_signature.size()> signature{};
  if (::pread(file.number(), signature.data(), signature.size(), 0) != static_cast<ssize_t>(signature.size()) ||
      signature != hdf5_signature) {
    refuse(path, "it is not an HDF5 file");
  }
  std::string seal(seal_size, '\0');
  const std::uint64_t length = size - std::min<std::uint64_t>(size, seal_size);
  if (::pread(file.number(), seal.data(), seal_size, static_cast<off_t>(length)) != static_cast<ssize_t>(seal_size) ||
      !seal.starts_with(seal_mark)) {
    refuse(path, "it has no seal at its end: it was cut off, or another program wrote or changed it");
  }
  return {seal, length};
}

}  // namespace

void check_seal(const std::filesystem::path& path) {
  const Descriptor file = open_to_read(path);
  const auto [seal, length] = find_seal(file, path);
  if (seal != seal_of(digest_of(file, length, path), length)) {
    refuse(path, "it is damaged: its bytes are not those that were written");
  }
}

bool has_seal(const std::filesystem::path& path) {
  try {
    find_seal(open_to_read(path), path);
    return true;
  } catch (const StorageFailure&) {
    return false;
  }
}

}  // namespace vcohort::detail
