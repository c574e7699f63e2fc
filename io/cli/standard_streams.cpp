#include "io/cli/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "engine/numeric/errors.hpp"

namespace vcohort {

void prepare_standard_streams() {
  // In the place of a closed stream something that fails as the closed one would: nothing to read, nowhere to write.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest number that is free
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void require_delivered_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::cout && std::ferror(stdout) == 0) return;
  throw StorageFailure(explain("cannot write the output", errno == 0 ? "its end was not written" : std::strerror(errno),
                               "check where standard output goes"));
}

}  // namespace vcohort
