#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vcohort {

inline constexpr std::string_view result_format = "vcohort-result";
inline constexpr std::string_view result_format_version = "2.0";  // a reader accepts every minor version up to its own
inline constexpr std::string_view result_generator = "Philox4x32-10";

/// A complete result, or a part that covers some of its blocks.
enum class FileStatus : std::uint8_t { complete, part };

/// The blocks of a file within the sequence of all blocks of a study; `last` is included. No block: last = first - 1.
struct BlockRange {
  std::int64_t first = 0;
  std::int64_t last = -1;
  std::int64_t total = 0;

  friend bool operator==(const BlockRange&, const BlockRange&) = default;
};

/// What a draw was for, by its fixed number: the meaning of a seed depends on it.
struct PurposeNumber {
  std::string name;
  std::int64_t number = 0;

  friend bool operator==(const PurposeNumber&, const PurposeNumber&) = default;
};

/// An evidence file as it was given.
struct EvidenceText {
  std::string name;
  std::string source;

  friend bool operator==(const EvidenceText&, const EvidenceText&) = default;
};

/// What a file says about itself and about the study that it belongs to.
struct FileHeader {
  std::string engine_version;
  std::string git_revision;
  std::int64_t seed = 0;     // 0 to 2^63 - 1; stored as hexadecimal text too, because R reads no 64-bit integer exactly
  std::string study_sha256;  // of the resolved study
  std::string evidence_sha256;  // of the resolved evidence
  FileStatus status = FileStatus::complete;
  BlockRange blocks;

  std::string study_source;    // the bytes given
  std::string study_resolved;  // after --set, with every default filled in
  std::vector<EvidenceText> evidence;
  std::vector<PurposeNumber> purposes;

  friend bool operator==(const FileHeader&, const FileHeader&) = default;
};

/// True where two files come from the same study, seed, evidence and program, so that their blocks may be combined.
bool same_study(const FileHeader& one, const FileHeader& other);

/// What keeps two files from that, as the end of a sentence ("the seed is 7 in one and 8 in the other"), the gravest
/// difference first; empty where nothing does.
std::string difference(const FileHeader& one, const FileHeader& other);

/// SHA-256 of some bytes in lower-case hexadecimal digits, as the header wants it for study and evidence.
std::string sha256_hex(std::string_view bytes);

}  // namespace vcohort
