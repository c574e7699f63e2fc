#pragma once
#include <filesystem>
#include <string>

/// A seal is a line of text behind the last byte that HDF5 uses, with the SHA-256 of everything before it. HDF5 ignores
/// it. It lets a reader find any damage before a single byte reaches HDF5, whose parser was not written for damaged
/// files. A file that another program has rewritten (h5repack) has lost its seal; it is then judged by its content
/// digest.
namespace vcohort::detail {

enum class Seal { whole, absent };

/// Appends the seal and flushes the file to the disk. `shown` is the name used in messages.
void seal_file(const std::filesystem::path& path, const std::filesystem::path& shown);

/// Reads the whole file. StorageFailure where it cannot be read, is no regular file, has not HDF5's signature, or where
/// the seal contradicts the bytes.
Seal check_seal(const std::filesystem::path& path);

}  // namespace vcohort::detail
