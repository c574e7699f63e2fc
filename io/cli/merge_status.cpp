#include "io/cli/merge_status.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "engine/run/shard.hpp"
#include "io/cli/quantities.hpp"
#include "io/cli/shell_word.hpp"
#include "io/console/progress.hpp"
#include "io/console/screen.hpp"
#include "io/results/damaged_file.hpp"
#include "io/results/part.hpp"
#include "io/results/result_file.hpp"

namespace vcohort {

namespace {

/// What is there, read part by part.
struct Status {
  std::optional<FileHeader> header;
  std::vector<PartName> whole;  // first block first, disjoint
  std::vector<std::string> complaints;
  std::vector<BlockSpan> missing;
  std::vector<std::string> log;  // who computed which blocks, one line per part, in the order of reading
  std::int64_t shards = 0;       // of the parts; -1 where they differ or are of whole runs
};

template <class Value>
Value first_of(const Table& table, std::string_view column) {
  const Column* found = table.find(column);
  const auto* values = found == nullptr ? nullptr : std::get_if<std::vector<Value>>(&found->values);
  return values == nullptr || values->empty() ? Value{} : values->front();
}

/// Adds the line of a part, from what it says about its making.
void note_origin(Status& status, const ResultFile& file) {
  if (!file.find("/runtime/parts")) return;
  const Table origin = file.read_table("/runtime/parts");
  const auto shard = first_of<std::string>(origin, "shard");
  const auto started = static_cast<std::time_t>(first_of<std::int64_t>(origin, "started"));
  const auto seconds = static_cast<double>(first_of<std::int64_t>(origin, "finished") - started);
  status.log.push_back(fmt::format(
      "part      blocks {} to {}: {} on {}, process {}, {} threads, from {:%Y-%m-%d %H:%M:%S} UTC for {}, {} of "
      "processor time\n",
      file.header().blocks.first, file.header().blocks.last, shard.empty() ? "a whole run" : "shard " + shard,
      first_of<std::string>(origin, "host"), first_of<std::int64_t>(origin, "process"),
      first_of<std::int64_t>(origin, "threads"), fmt::gmtime(started), short_duration(seconds),
      short_duration(first_of<double>(origin, "cpu_seconds"))));
  const std::int64_t shards = shard.empty() ? -1 : shard_of(shard).of;
  if (status.shards == 0) status.shards = shards;
  if (status.shards != shards) status.shards = -1;
}

Status inspect(const std::vector<std::string>& paths) {
  Status status;
  for (const auto& path : paths) {
    try {
      const ResultFile file(path);
      if (file.header().status != FileStatus::part) {
        status.complaints.push_back(fmt::format("{}: is a finished result, no part", path));
        continue;
      }
      if (!status.header) status.header = file.header();
      if (const std::string why = difference(*status.header, file.header()); !why.empty())
        status.complaints.push_back(fmt::format("{}: belongs to another run ({})", path, why));
      else {
        status.whole.push_back({path, file.header().blocks.first, file.header().blocks.last});
        note_origin(status, file);
      }
    } catch (const DamagedFile& damage) {
      status.complaints.push_back(fmt::format("{}: damaged: {}", path, damage.what()));
    }
  }
  std::sort(status.whole.begin(), status.whole.end(), [](const PartName& one, const PartName& other) {
    return std::pair(one.first_block, one.last_block) < std::pair(other.first_block, other.last_block);
  });
  std::int64_t next = 0;
  for (const PartName& part : status.whole) {
    if (part.first_block < next)
      status.complaints.push_back(fmt::format("{}: covers blocks that another part covers too", part.file));
    if (part.first_block > next) status.missing.push_back({next, part.first_block});
    next = std::max(next, part.last_block + 1);
  }
  if (status.header && next < status.header->blocks.total)
    status.missing.push_back({next, status.header->blocks.total});
  return status;
}

/// A part holds its study: a run from it needs no other file.
std::string command_of(const Status& status, const StatusArguments& arguments) {
  return fmt::format("vcohort run {} -o {}", shell_word(status.whole.front().file),
                     shell_word(arguments.output.empty() ? "OUT.h5" : arguments.output));
}

void print_missing(const Status& status, const StatusArguments& arguments) {
  for (const BlockSpan& span : status.missing)
    std::cout << fmt::format("missing   blocks {} to {}\n", span.first, span.end - 1);
  const auto print_command = [](const std::string& command) {
    constexpr std::size_t deeper = 12;
    std::cout << continued("run       " + command, screen_width(), deeper) << '\n';
  };
  const std::string command = command_of(status, arguments);
  const std::int64_t shards = arguments.shards > 0 ? arguments.shards : status.shards;
  if (shards <= 0) {
    print_command(command + " --resume");
    return;
  }
  std::int64_t last = 0;
  for (const BlockSpan& span : status.missing) {
    const std::int64_t total = status.header->blocks.total;
    const std::int64_t end = shard_of(span.end - 1, shards, total);
    for (std::int64_t number = std::max(last + 1, shard_of(span.first, shards, total)); number <= end; ++number) {
      if (span_of({number, shards}, total).size() == 0) continue;
      print_command(fmt::format("{} --shard {}/{} --resume", command, number, shards));
      last = number;
    }
  }
}

}  // namespace

ExitStatus print_merge_status(const StatusArguments& arguments) {
  const Status status = inspect(arguments.paths);
  if (!status.header) {
    for (const std::string& complaint : status.complaints) std::cout << complaint << '\n';
    std::cout << "no whole part is there\n";
    return ExitStatus::answer_is_no;
  }
  const std::int64_t total = status.header->blocks.total;
  std::int64_t absent = 0;
  for (const BlockSpan& span : status.missing) absent += span.size();
  std::cout << fmt::format("parts     {}\nblocks    {} of {} are there\n", status.whole.size(), total - absent, total);
  constexpr std::size_t longest_log = 200;
  for (std::size_t line = 0; line < std::min(status.log.size(), longest_log); ++line) std::cout << status.log[line];
  if (status.log.size() > longest_log)
    std::cout << fmt::format("part      and {} more; the result lists all in /runtime/parts\n",
                             status.log.size() - longest_log);
  for (const std::string& complaint : status.complaints) std::cout << fmt::format("problem   {}\n", complaint);
  if (absent > 0) {
    print_missing(status, arguments);
    return ExitStatus::answer_is_no;
  }
  return status.complaints.empty() ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace vcohort
