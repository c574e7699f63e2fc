#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace vcohort {

/// The largest text that is read as a study, an evidence file or published figures, and the largest table of data
/// [bytes]: far beyond any that somebody wrote, and so small that an endless input (a device, a pipe that never ends)
/// is refused in seconds.
constexpr std::uint64_t largest_text = std::uint64_t{1} << 24;
constexpr std::uint64_t largest_data = std::uint64_t{1} << 30;

/// The bytes of a file, of a pipe, or of standard input for "-". StorageFailure where it cannot be read or has more
/// than `limit` bytes.
std::string read_bytes(const std::filesystem::path&, std::uint64_t limit = largest_text);

/// Whether it is a regular file that begins with these bytes; no pipe is read.
bool file_begins_with(const std::filesystem::path&, std::string_view bytes);

}  // namespace vcohort
