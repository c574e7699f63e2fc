#include "io/results/detail/steady_driver.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#if H5_VERSION_GE(1, 13, 0)
#error "HDF5's interface for file drivers changed in 1.13: build with HDF5 1.10 or 1.12, or adapt this file"
#endif

namespace vcohort::detail {
namespace {

constexpr haddr_t last_address = static_cast<haddr_t>(std::numeric_limits<off_t>::max());

/// What the access list carries.
struct DriverSettings {
  WriteStatus* status = nullptr;
};

struct SteadyFile : H5FD_t {
  SteadyFile() : H5FD_t{} {}

  int descriptor = -1;
  WriteStatus* status = nullptr;
  struct stat identity {};
  haddr_t end_of_allocation = 0;
  haddr_t end_of_file = 0;
  std::vector<std::pair<haddr_t, std::vector<char>>> unwritten;  // what came after the first error, for reading it back
};

SteadyFile& steady(H5FD_t* file) {
  return *static_cast<SteadyFile*>(file);
}
const SteadyFile& steady(const H5FD_t* file) {
  return *static_cast<const SteadyFile*>(file);
}

H5FD_t* open_file(const char* name, unsigned, hid_t access, haddr_t) {
  const auto* settings = static_cast<const DriverSettings*>(H5Pget_driver_info(access));
  if (settings == nullptr) return nullptr;
  auto* file = new SteadyFile;
  file->status = settings->status;
  file->descriptor = ::open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file->descriptor >= 0 && ::fstat(file->descriptor, &file->identity) == 0) return file;
  file->status->error = errno;
  if (file->descriptor >= 0) ::close(file->descriptor);
  delete file;
  return nullptr;
}

herr_t close_file(H5FD_t* file) {
  SteadyFile* own = &steady(file);
  if (::close(own->descriptor) != 0 && own->status->error == 0) own->status->error = errno;
  delete own;
  return 0;
}

int compare_files(const H5FD_t* one, const H5FD_t* other) {
  const struct stat& a = steady(one).identity;
  const struct stat& b = steady(other).identity;
  const auto left = std::pair(a.st_dev, a.st_ino);
  const auto right = std::pair(b.st_dev, b.st_ino);
  return left < right ? -1 : (right < left ? 1 : 0);
}

herr_t query_features(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t get_end_of_allocation(const H5FD_t* file, H5FD_mem_t) {
  return steady(file).end_of_allocation;
}

herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  steady(file).end_of_allocation = address;
  return 0;
}

haddr_t get_end_of_file(const H5FD_t* file, H5FD_mem_t) {
  return steady(file).end_of_file;
}

/// The bytes from the disk, zeros where it has none, and over them what could not be written.
herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* buffer) {
  const SteadyFile& own = steady(file);
  char* into = static_cast<char*>(buffer);
  for (size_t done = 0; done < size;) {
    const ssize_t got = ::pread(own.descriptor, into + done, size - done, static_cast<off_t>(address + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      std::memset(into + done, 0, size - done);
      break;
    }
    done += static_cast<size_t>(got);
  }
  for (const auto& [start, bytes] : own.unwritten) {
    const haddr_t begin = std::max(start, address);
    const haddr_t end = std::min<haddr_t>(start + bytes.size(), address + size);
    if (begin < end) std::memcpy(into + (begin - address), bytes.data() + (begin - start), end - begin);
  }
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, const void* buffer) {
  SteadyFile& own = steady(file);
  const char* from = static_cast<const char*>(buffer);
  for (size_t done = 0; done < size && own.status->error == 0;) {
    const ssize_t put = ::pwrite(own.descriptor, from + done, size - done, static_cast<off_t>(address + done));
    if (put >= 0) done += static_cast<size_t>(put);
    if (put < 0 && errno != EINTR) own.status->error = errno;
  }
  if (own.status->error != 0) own.unwritten.emplace_back(address, std::vector<char>(from, from + size));
  own.end_of_file = std::max<haddr_t>(own.end_of_file, address + size);
  return 0;
}

herr_t truncate_file(H5FD_t* file, hid_t, hbool_t) {
  SteadyFile& own = steady(file);
  if (own.end_of_file == own.end_of_allocation) return 0;
  if (own.status->error == 0 && ::ftruncate(own.descriptor, static_cast<off_t>(own.end_of_allocation)) != 0) {
    own.status->error = errno;
  }
  own.end_of_file = own.end_of_allocation;
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
  driver.name = "vcohort steady";
  driver.maxaddr = last_address;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(DriverSettings);
  driver.open = open_file;
  driver.close = close_file;
  driver.cmp = compare_files;
  driver.query = query_features;
  driver.get_eoa = get_end_of_allocation;
  driver.set_eoa = set_end_of_allocation;
  driver.get_eof = get_end_of_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  const H5FD_mem_t kinds[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kinds), std::end(kinds), driver.fl_map);
  return driver;
}

}  // namespace

void use_steady_driver(hid_t access, WriteStatus& status, const Context& context) {
  static const H5FD_class_t driver = driver_class();
  // Registered once, under the lock of LibraryGuard, and never released: an open file uses its driver to the last
  // moment.
  static hid_t registered = H5I_INVALID_HID;
  if (registered < 0 || H5Iis_valid(registered) <= 0) {
    registered = check(H5FDregister(&driver), context, "register the file driver");
  }
  const DriverSettings settings{&status};
  check(H5Pset_driver(access, registered, &settings), context, "choose the file driver");
}

}  // namespace vcohort::detail
