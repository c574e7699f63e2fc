#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "engine/run/run.hpp"
#include "io/results/part.hpp"

namespace vcohort {

/// Who writes parts, for the log in /runtime/parts.
struct PartOrigin {
  std::string shard;  // "3/12"; empty for a whole run
  int threads = 1;
};

/// Publishes finished blocks as parts in OUT.parts/.
class PartSink final : public Sink {
 public:
  PartSink(const Plan&, FileHeader, std::filesystem::path folder, PartOrigin = {});

  void append(const std::vector<Table>& rows) override;
  void publish(BlockSpan, const Tallies&) override;

  std::int64_t published_blocks() const { return published_blocks_; }
  std::int64_t published_bytes() const { return published_bytes_; }

 private:
  PartWriter& open_part();
  Table runtime_of(BlockSpan);

  const Plan& plan_;
  FileHeader header_;
  std::filesystem::path folder_;
  PartOrigin origin_;
  std::optional<PartWriter> part_;
  std::int64_t published_blocks_ = 0;
  std::int64_t published_bytes_ = 0;
  std::int64_t started_;  // the present part, seconds since 1970
  double cpu_seconds_;    // used before it
};

}  // namespace vcohort
