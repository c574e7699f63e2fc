#pragma once
#include "io/results/detail/hdf5.hpp"

namespace vcohort::detail {

/// Why writing stopped, as errno; zero while all is well. Must outlive the file that reports to it.
struct WriteStatus {
  int error = 0;
};

/// Makes a file-access list write through a driver that never fails in the middle of HDF5: HDF5 1.10 does not get over
/// a write error (it loses the memory of the file, and crashed when it then cleaned up at the end of the program).
/// After the first error nothing more reaches the disk, HDF5 goes on in memory and closes as usual, and the writer,
/// which looks at the status, reports the failure.
void use_steady_driver(hid_t access, WriteStatus& status, const Context& context);

}  // namespace vcohort::detail
