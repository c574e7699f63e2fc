#include "io/results/file_header.hpp"

#include <fmt/format.h>

#include <sstream>

#include "io/results/detail/sha256.hpp"

namespace vcohort {

bool same_study(const FileHeader& one, const FileHeader& other) {
  return difference(one, other).empty();
}

namespace {

/// The first line in which two resolved studies differ: a study says more to its reader than a digest.
std::string differing_line(const std::string& one, const std::string& other) {
  std::istringstream left(one), right(other);
  std::string a, b;
  for (;;) {
    const bool more_left = static_cast<bool>(std::getline(left, a));
    const bool more_right = static_cast<bool>(std::getline(right, b));
    if (!more_left && !more_right) return "";
    if (!more_left) a = "nothing more";
    if (!more_right) b = "nothing more";
    if (a != b) return fmt::format(": `{}` in one, `{}` in the other", a, b);
  }
}

}  // namespace

std::string difference(const FileHeader& one, const FileHeader& other) {
  if (one.engine_version != other.engine_version)
    return fmt::format("the version of the program is {} in one and {} in the other", one.engine_version,
                       other.engine_version);
  if (one.git_revision != other.git_revision)
    return fmt::format("the revision of the program is {} in one and {} in the other", one.git_revision,
                       other.git_revision);
  if (one.purposes != other.purposes) return "the purposes of draws differ";
  if (one.seed != other.seed) return fmt::format("the seed is {} in one and {} in the other", one.seed, other.seed);
  if (one.study_sha256 != other.study_sha256)
    return "the studies differ" + differing_line(one.study_resolved, other.study_resolved);
  if (one.evidence_sha256 != other.evidence_sha256) return "the evidence differs";
  if (one.blocks.total != other.blocks.total)
    return fmt::format("the number of blocks is {} in one and {} in the other", one.blocks.total, other.blocks.total);
  return "";
}

std::string sha256_hex(std::string_view bytes) {
  detail::Sha256 digest;
  digest.bytes(bytes.data(), bytes.size());
  return detail::hex(digest.finish());
}

}  // namespace vcohort
