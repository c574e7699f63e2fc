#pragma once
#include "engine/numeric/errors.hpp"

namespace vcohort {

/// The bytes of a file are not those that were written, or were never a result: running its blocks again helps. A file
/// that cannot be opened or read, or is of another format version, is a StorageFailure of the plain kind.
class DamagedFile : public StorageFailure {
  using StorageFailure::StorageFailure;
};

}  // namespace vcohort
