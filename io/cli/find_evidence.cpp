#include "io/cli/find_evidence.hpp"

#include <filesystem>

#include "io/files/read_bytes.hpp"

namespace vcohort {

std::optional<EvidenceFile> find_evidence(const std::string& evidence, const std::string& named_in) {
  if (std::optional<EvidenceFile> shipped = shipped_base(evidence, named_in)) return shipped;
  const std::filesystem::path file = (std::filesystem::path(named_in).parent_path() / evidence).lexically_normal();
  std::error_code failure;
  if (evidence.empty() || !std::filesystem::exists(file, failure)) return std::nullopt;
  return EvidenceFile{read_bytes(file), file.string()};
}

}  // namespace vcohort
