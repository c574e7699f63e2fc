#include "io/cli/merge_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "engine/run/shard.hpp"
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
};

Status look_at(const std::vector<std::filesystem::path>& paths) {
  Status status;
  for (const auto& path : paths) {
    try {
      const ResultFile file(path);
      if (!status.header) status.header = file.header();
      if (const std::string why = difference(*status.header, file.header()); !why.empty())
        status.complaints.push_back(fmt::format("{}: belongs to another run ({})", path.string(), why));
      else
        status.whole.push_back({path, file.header().blocks.first, file.header().blocks.last});
    } catch (const DamagedFile& damage) {
      status.complaints.push_back(fmt::format("{}: damaged: {}", path.string(), damage.what()));
    }
  }
  std::sort(status.whole.begin(), status.whole.end(), [](const PartName& one, const PartName& other) {
    return std::pair(one.first_block, one.last_block) < std::pair(other.first_block, other.last_block);
  });
  std::int64_t next = 0;
  for (const PartName& part : status.whole) {
    if (part.first_block < next)
      status.complaints.push_back(fmt::format("{}: covers blocks that another part covers too", part.path.string()));
    if (part.first_block > next) status.missing.push_back({next, part.first_block});
    next = std::max(next, part.last_block + 1);
  }
  if (status.header && next < status.header->blocks.total)
    status.missing.push_back({next, status.header->blocks.total});
  return status;
}

/// A word for the shell, in quotes where it needs them.
std::string shell_word(const std::string& text) {
  const auto plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           std::string_view("_-./=,+:@%").find(letter) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char letter : text) quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

/// A part holds its study: a run from it needs no other file.
std::string command_of(const Status& status, const StatusArguments& arguments) {
  return fmt::format("vcohort run {} -o {}", shell_word(status.whole.front().path.string()),
                     shell_word(arguments.output.empty() ? "OUT.h5" : arguments.output));
}

void print_missing(const Status& status, const StatusArguments& arguments) {
  for (const BlockSpan& span : status.missing)
    std::cout << fmt::format("missing   blocks {} to {}\n", span.first, span.end - 1);
  const std::string command = command_of(status, arguments);
  if (arguments.shards == 0) {
    std::cout << fmt::format("run       {} --resume\n", command);
    return;
  }
  std::int64_t last = 0;
  for (const BlockSpan& span : status.missing) {
    const std::int64_t total = status.header->blocks.total;
    const std::int64_t end = shard_of(span.end - 1, arguments.shards, total);
    for (std::int64_t number = std::max(last + 1, shard_of(span.first, arguments.shards, total)); number <= end;
         ++number) {
      if (span_of({number, arguments.shards}, total).size() == 0) continue;
      std::cout << fmt::format("run       {} --shard {}/{} --resume\n", command, number, arguments.shards);
      last = number;
    }
  }
}

}  // namespace

ExitStatus print_merge_status(const StatusArguments& arguments) {
  const Status status = look_at(arguments.paths);
  if (!status.header) {
    for (const std::string& complaint : status.complaints) std::cout << complaint << '\n';
    std::cout << "no whole part is there\n";
    return ExitStatus::answer_is_no;
  }
  const std::int64_t total = status.header->blocks.total;
  std::int64_t absent = 0;
  for (const BlockSpan& span : status.missing) absent += span.size();
  std::cout << fmt::format("parts     {}\nblocks    {} of {} are there\n", status.whole.size(), total - absent, total);
  for (const std::string& complaint : status.complaints) std::cout << fmt::format("problem   {}\n", complaint);
  if (absent > 0) {
    print_missing(status, arguments);
    return ExitStatus::answer_is_no;
  }
  return status.complaints.empty() ? ExitStatus::done : ExitStatus::answer_is_no;
}

}  // namespace vcohort
