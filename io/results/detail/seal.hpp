#pragma once
#include <filesystem>
#include <string>

/// A seal is a line of text behind the last byte that HDF5 uses, with the SHA-256 of everything before it. HDF5 ignores
/// it. It lets a reader find any damage before a single byte reaches HDF5, whose parser was not written for damaged
/// files. A file without a seal is not ours: it was cut off, or another program wrote or changed it.
namespace vcohort::detail {

/// Appends the seal and flushes the file to the disk. `shown` is the name used in messages.
void seal_file(const std::filesystem::path& path, const std::filesystem::path& shown);

/// Reads the whole file. StorageFailure where it cannot be read, is no regular file, has not HDF5's signature, has no
/// seal, or where the seal contradicts the bytes.
void check_seal(const std::filesystem::path& path);

/// Whether a regular file begins and ends as a result does; what lies between is not read.
bool has_seal(const std::filesystem::path& path);

}  // namespace vcohort::detail
