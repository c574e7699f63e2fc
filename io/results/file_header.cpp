#include "io/results/file_header.hpp"

#include "io/results/detail/sha256.hpp"

namespace vcohort {

bool same_study(const FileHeader& one, const FileHeader& other) {
  return one.engine_version == other.engine_version && one.git_revision == other.git_revision &&
         one.seed == other.seed && one.study_sha256 == other.study_sha256 &&
         one.evidence_sha256 == other.evidence_sha256 && one.purposes == other.purposes &&
         one.blocks.total == other.blocks.total;
}

std::string sha256_hex(std::string_view bytes) {
  detail::Sha256 digest;
  digest.bytes(bytes.data(), bytes.size());
  return detail::hex(digest.finish());
}

}  // namespace vcohort
