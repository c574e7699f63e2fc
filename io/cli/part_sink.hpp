#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/run/run.hpp"
#include "io/results/part.hpp"

namespace vcohort {

/// Publishes finished blocks as parts in OUT.parts/.
class PartSink final : public Sink {
 public:
  PartSink(const Plan&, FileHeader, std::filesystem::path folder);

  void append(const std::vector<Table>& rows) override;
  void publish(BlockSpan, const std::vector<Tally>&) override;

  std::int64_t published_blocks() const { return published_blocks_; }

 private:
  PartWriter& open_part();

  const Plan& plan_;
  FileHeader header_;
  std::filesystem::path folder_;
  std::optional<PartWriter> part_;
  std::int64_t published_blocks_ = 0;
};

}  // namespace vcohort
