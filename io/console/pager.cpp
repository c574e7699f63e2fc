#include "io/console/pager.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace vcohort {

namespace {

bool is_longer_than_the_screen(const std::string& text) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return false;
  return std::count(text.begin(), text.end(), '\n') >= size.ws_row;
}

/// Whether a pager showed it.
bool is_shown_by_pager(const std::string& text) {
  const char* chosen = std::getenv("PAGER");
  const std::string command = chosen ? chosen : "less -FSX";
  if (command.empty()) return false;
  std::cout.flush();
  FILE* pager = popen(command.c_str(), "w");
  if (!pager) return false;
  (void)std::fwrite(text.data(), 1, text.size(), pager);  // a reader may leave before the end
  constexpr int not_found = 127;
  const int status = pclose(pager);
  return status != -1 && WEXITSTATUS(status) != not_found;
}

}  // namespace

Pager::Pager() {
  if (isatty(STDOUT_FILENO) != 0) before_ = std::cout.rdbuf(text_.rdbuf());
}

Pager::~Pager() {
  if (!before_) return;
  std::cout.rdbuf(before_);
  const std::string text = text_.str();
  if (!is_longer_than_the_screen(text) || !is_shown_by_pager(text)) std::cout << text;
}

}  // namespace vcohort
