#pragma once
#include <filesystem>
#include <vector>

#include "io/results/part.hpp"
#include "io/results/publish.hpp"
#include "tests/io/folder.hpp"

/// A small study's files, made up, with every type of column and the values that are hard to store.
namespace vcohort::sample {

FileHeader header();
Table summary();  // all four column types, NaN, -0.0, infinities, quotes, umlauts
Table patients(std::int64_t first, std::int64_t count);  // rows `first` to `first + count - 1` of a long table
std::vector<NamedTally> tallies(std::int64_t first_block, std::int64_t last_block);
Table runtime(const std::string& host);
ResultContent result();

using test::Folder;

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

/// The file without its seal, as another program would leave it.
std::string without_seal(std::string bytes);

}  // namespace vcohort::sample
