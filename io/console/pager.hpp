#pragma once
#include <memory>
#include <sstream>

namespace vcohort {

/// While it lives, what goes to standard output is kept, where that is a terminal; then a pager shows it (PAGER, else
/// less) if it is longer than the screen. To a file or a pipe it goes as it comes.
class Pager {
 public:
  Pager();
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  std::ostringstream text_;
  std::streambuf* before_ = nullptr;
};

}  // namespace vcohort
