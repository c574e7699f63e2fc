#include "io/files/read_bytes.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/numeric/errors.hpp"
#include "io/files/limited_input.hpp"

namespace vcohort {

namespace {

StorageFailure unreadable(const std::filesystem::path& path, int error) {
  return StorageFailure(explain(fmt::format("cannot read {}", path.string()), std::strerror(error),
                                "check the name; `vcohort scenarios list` shows the studies that ship"));
}

std::string all_of(std::istream& in, const std::filesystem::path& path, std::uint64_t limit) {
  LimitedInput limited(in, path.string(), limit);
  std::string bytes(std::istreambuf_iterator<char>(limited), {});
  limited.require_end();
  return bytes;
}

}  // namespace

std::string read_bytes(const std::filesystem::path& path, std::uint64_t limit) {
  if (path == "-") return all_of(std::cin, "standard input", limit);
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) throw unreadable(path, EISDIR);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw unreadable(path, errno == 0 ? EIO : errno);
  return all_of(file, path, limit);
}

bool file_begins_with(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string first(bytes.size(), '\0');
  return file.read(first.data(), static_cast<std::streamsize>(first.size())) && first == bytes;
}

}  // namespace vcohort
