#include "io/results/abandoned.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <ctime>
#include <string>

#include "io/files/new_file.hpp"

namespace vcohort {
namespace {

constexpr std::string_view temporary_ending = ".tmp";

/// Takes ".FIELD" off the end of a name.
std::string take_last_field(std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return "";
  const std::string field = name.substr(dot + 1);
  name.resize(dot);
  return field;
}

bool is_abandoned(const std::filesystem::path& path, std::string_view begins) {
  std::string name = path.filename().string();
  if (!name.starts_with(begins) || !name.ends_with(temporary_ending)) return false;
  for (int field = 0; field < 3; ++field) take_last_field(name);  // random, process, and the ending
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!file || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return false;
  struct stat status {};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  constexpr std::time_t day = 86400;
  return name.ends_with("." + temporary_host()) || std::time(nullptr) - status.st_mtime > day;
}

}  // namespace

int remove_abandoned(const std::filesystem::path& folder, std::string_view begins) {
  int removed = 0;
  std::error_code failure;
  std::filesystem::directory_iterator files(folder, failure);
  for (const std::filesystem::directory_iterator end; !failure && files != end; files.increment(failure)) {
    std::error_code kept;
    if (is_abandoned(files->path(), begins) && std::filesystem::remove(files->path(), kept)) ++removed;
  }
  return removed;
}

}  // namespace vcohort
