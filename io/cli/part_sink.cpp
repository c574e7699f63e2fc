#include "io/cli/part_sink.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "engine/numeric/errors.hpp"
#include "io/cli/usage.hpp"
#include "io/console/log.hpp"

namespace vcohort {

PartSink::PartSink(const Plan& plan, FileHeader header, std::filesystem::path folder, PartOrigin origin)
    : plan_(plan),
      header_(std::move(header)),
      folder_(std::move(folder)),
      origin_(std::move(origin)),
      started_(seconds_since_1970()),
      cpu_seconds_(usage_so_far().cpu_seconds) {}

/// Which block will be the last is known when the part is published: until then it may be any.
PartWriter& PartSink::open_part() {
  if (part_) return *part_;
  if (published_blocks_ > 0 && !std::filesystem::exists(folder_))
    throw StorageFailure(explain(fmt::format("'{}' vanished", folder_.string()),
                                 "parts that were published there are gone", "run again with --resume"));
  return part_.emplace(folder_, header_, BlockRange{0, plan_.blocks() - 1, plan_.blocks()});
}

void PartSink::append(const std::vector<Table>& rows) {
  for (const Table& table : rows) open_part().append(table);
}

void PartSink::publish(BlockSpan span, const Tallies& tallies) {
  std::vector<NamedTally> named;
  for (const auto& [question, tally] : tallies)
    named.push_back({plan_.question_name(question), plan_.scenario(question), tally});
  open_part().cover({span.first, span.end - 1, plan_.blocks()});
  const auto path = part_->finish(named, runtime_of(span));
  part_.reset();
  published_blocks_ += span.size();
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path, unknown);
  if (!unknown) published_bytes_ += static_cast<std::int64_t>(bytes);
  log_detail(fmt::format("blocks {} to {} are in {}", span.first, span.end - 1, path.string()));
}

Table PartSink::runtime_of(BlockSpan span) {
  const Usage usage = usage_so_far();
  const std::int64_t now = seconds_since_1970();
  Table table{"/runtime/parts", "Which blocks were computed where and when: one row per part", {}};
  table.add<std::int64_t>("first_block", "1", "first block of the part") = {span.first};
  table.add<std::int64_t>("last_block", "1", "last block of the part") = {span.end - 1};
  table.add<std::string>("host", "", "name of the machine") = {host_name()};
  table.add<std::int64_t>("process", "1", "number of the process on that machine") = {::getpid()};
  table.add<std::string>("shard", "", "K/N, or nothing for a whole run") = {origin_.shard};
  table.add<std::int64_t>("threads", "threads", "threads of the process") = {origin_.threads};
  table.add<std::int64_t>("started", "s", "seconds since 1970 when the part was begun") = {started_};
  table.add<std::int64_t>("finished", "s", "seconds since 1970 when it was published") = {now};
  table.add<double>("cpu_seconds", "s", "processor time between the two") = {usage.cpu_seconds - cpu_seconds_};
  table.add<std::int64_t>("patients", "patients", "virtual patients of the part") = {plan_.patients_in(span)};
  table.add<double>("peak_memory", "bytes", "largest resident memory of the process until then") = {usage.peak_memory};
  started_ = now;
  cpu_seconds_ = usage.cpu_seconds;
  return table;
}

}  // namespace vcohort
