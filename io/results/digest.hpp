#pragma once
#include <filesystem>
#include <string>

namespace vcohort {

/// The digest of what a file says, whatever its chunks, filters and order of writing: 64 hexadecimal digits.
///
///     content = SHA-256 of, for every object by path in the order of bytes: text(path), digest of the object
///     object  = SHA-256 of text(type), rank, sizes, values, and for every attribute in the order of bytes:
///               text(name), text(type), rank, sizes, values
///
/// where the type is group, int64, float64, uint8 or text; a group has rank 0 and no values; a rank, size, length or
/// int64 is eight bytes, little end first; a float64 is its IEEE bits, every NaN as 0x7ff8000000000000 and -0.0 as it
/// is; text(x) is the length of x in bytes, then its bytes. Left out: /runtime with all below it, and the attribute
/// content_digest of /.
///
/// Computed from the file itself; the digest that it states is not looked at. StorageFailure where it cannot be read.
std::string content_digest(const std::filesystem::path& path);

}  // namespace vcohort
