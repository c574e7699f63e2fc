#include "io/cli/part_sink.hpp"

namespace vcohort {

PartSink::PartSink(const Plan& plan, FileHeader header, std::filesystem::path folder)
    : plan_(plan), header_(std::move(header)), folder_(std::move(folder)) {}

/// Which block will be the last is known when the part is published: until then it may be any.
PartWriter& PartSink::open_part() {
  if (!part_) part_.emplace(folder_, header_, BlockRange{0, plan_.blocks() - 1, plan_.blocks()});
  return *part_;
}

void PartSink::append(const std::vector<Table>& rows) {
  for (const Table& table : rows) open_part().append(table);
}

void PartSink::publish(BlockSpan span, const std::vector<Tally>& tallies) {
  std::vector<NamedTally> named;
  for (std::size_t q = 0; q < tallies.size(); ++q)
    named.push_back({plan_.questions()[q]->name(), plan_.questions()[q]->scenario(), tallies[q]});
  open_part().cover({span.first, span.end - 1, plan_.blocks()});
  part_->finish(named);
  part_.reset();
  published_blocks_ += span.size();
}

}  // namespace vcohort
