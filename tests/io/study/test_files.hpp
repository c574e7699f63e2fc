#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort {

/// The bytes of a file of the source tree.
inline std::string source_file(const std::string& path) {
  std::ifstream file(std::string(VCOHORT_SOURCE) + "/" + path, std::ios::binary);
  if (!file) ADD_FAILURE() << "cannot read " << path;
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// What `action` complains about; empty when it does not.
template <typename Action>
std::string complaint_of(Action action) {
  try {
    action();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return {};
}

}  // namespace vcohort
