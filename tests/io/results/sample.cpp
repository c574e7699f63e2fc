#include "tests/io/results/sample.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace vcohort::sample {

FileHeader header() {
  FileHeader header;
  header.engine_version = "0.1.0";
  header.git_revision = "0123456789abcdef";
  header.seed = std::numeric_limits<std::int64_t>::max();
  header.study_source = "\xEF\xBB\xBF# a study\r\ntitle = \"Vier niedrige Dosen für Kinder?\"\r\n";
  header.study_resolved = "title = \"Vier niedrige Dosen für Kinder?\"\nseed = 1\n";
  header.study_sha256 = sha256_hex(header.study_resolved);
  header.evidence = {{"sceptical", "effect = 0\n"}, {"published", ""}};
  header.evidence_sha256 = sha256_hex("effect = 0\n");
  header.purposes = {{"age", 1}, {"dropout", 403}};
  header.status = FileStatus::complete;
  header.blocks = {0, 9, 10};
  return header;
}

Table summary() {
  Table table{"/cohort/summary", "Outcomes by strategy.", {}};
  table.add<std::string>("strategy", "", "What the patients received.") = {"rehabilitation", "", "four \"IV\", 4x",
                                                                           "für\nalle"};
  table.add<std::int64_t>("patients", "1", "Patients in the stratum.") = {0, -1, (std::int64_t{1} << 53) - 1, 7};
  table.add<double>("mean", "points", "Mean change since baseline.") = {
      0.1, -0.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::denorm_min()};
  table.add<double>("upper", "points", "Upper confidence limit.") = {
      std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 1e300, 1.0 / 3};
  table.add<Truth>("reference", "", "Whether the others are compared with it.") = {Truth{1}, Truth{0}, Truth{0},
                                                                                   Truth{1}};
  return table;
}

Table patients(std::int64_t first, std::int64_t count) {
  Table table{"/cohort/patients", "One row per virtual patient and strategy.", {}};
  auto& ids = table.add<std::int64_t>("patient", "1", "Number of the patient.");
  for (std::int64_t id = first; id < first + count; ++id) ids.push_back(id);
  auto& scores = table.add<double>("gmfm66", "points", "Score at 12 months.");
  for (std::int64_t id = first; id < first + count; ++id) scores.push_back(static_cast<double>(id * id % 1009) / 10);
  auto& strategies = table.add<std::string>("strategy", "", "What the patient received.");
  for (std::int64_t id = first; id < first + count; ++id) {
    const auto twenty_thousands = static_cast<std::uint64_t>(id / 20'000);
    strategies.emplace_back(1 + static_cast<std::size_t>(std::bit_width(twenty_thousands)), 's');  // longer and longer
  }
  auto& walks = table.add<Truth>("walks", "", "Whether the child walks.");
  for (std::int64_t id = first; id < first + count; ++id)
    walks.push_back(Truth{static_cast<std::uint8_t>(id % 3 == 0)});
  return table;
}

std::vector<NamedTally> tallies(std::int64_t first_block, std::int64_t last_block) {
  std::vector<NamedTally> tallies;
  for (const char* scenario : {"sceptical", "published/2015"}) {
    Tally tally(5, 3);
    for (std::int64_t block = first_block; block <= last_block; ++block) {
      tally.counts[static_cast<std::size_t>(block % 5)] += block + 1;
      tally.sums[0].add(0.1 * static_cast<double>(block));
      tally.sums[1].add(-1e9 / static_cast<double>(block + 1));
      tally.sums[2].add(1e20);
    }
    tallies.push_back({"cohort", scenario, std::move(tally)});
  }
  return tallies;
}

Table runtime(const std::string& host) {
  Table table{"/runtime", "How the file was made: the only content that may differ between two runs.", {}};
  table.add<std::string>("host", "", "The computer.") = {host};
  table.add<double>("wall_seconds", "s", "Elapsed time.") = {static_cast<double>(host.size())};
  table.add<std::int64_t>("threads", "1", "Threads.") = {8};
  return table;
}

ResultContent result() {
  return {header(), {summary()}, tallies(0, 9), {}, runtime("alpha")};
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);  // a file that is cut and rewritten is flushed by some file systems, which takes long
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string without_seal(std::string bytes) {
  const auto seal = bytes.rfind("vcohort-seal");
  if (seal == std::string::npos) throw std::runtime_error("the file has no seal");
  bytes.resize(seal);
  return bytes;
}

}  // namespace vcohort::sample
