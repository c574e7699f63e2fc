#pragma once
#include <filesystem>
#include <vector>

#include "io/results/part.hpp"
#include "io/results/publish.hpp"

/// A small study's files, made up, with every type of column and the values that are hard to store.
namespace vcohort::sample {

FileHeader header();
Table summary();  // all four column types, NaN, -0.0, infinities, quotes, umlauts
Table patients(std::int64_t first, std::int64_t count);  // rows `first` to `first + count - 1` of a long table
std::vector<NamedTally> tallies(std::int64_t first_block, std::int64_t last_block);
Table runtime(const std::string& host);
ResultContent result();

/// A folder of its own for each test, removed at its end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  /// Names of all files in it, sorted.
  std::vector<std::string> files() const;

 private:
  std::filesystem::path path_;
};

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

/// The file without its seal, as another program would leave it.
std::string without_seal(std::string bytes);

}  // namespace vcohort::sample
