#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace vcohort {

/// Two files are equal exactly when their content digests are.
struct Comparison {
  bool equal = true;
  std::string first_difference;         // a sentence; empty when equal
  std::int64_t differing_datasets = 0;  // with another type, length, attribute or value, or in one file only
};

/// Compares all that the content digest covers, by path, and within a dataset by type, length, attributes and rows. Two
/// NaN are equal, 0 and -0 are not. StorageFailure where a file cannot be read.
Comparison compare_results(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace vcohort
