#include "io/files/limited_input.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "engine/numeric/errors.hpp"
#include "io/files/read_bytes.hpp"
#include "tests/io/folder.hpp"

namespace vcohort {
namespace {

std::string read_through(const std::string& bytes, std::uint64_t limit, std::uint64_t longest_line = UINT64_MAX) {
  std::istringstream source(bytes);
  LimitedInput in(source, "it", limit, longest_line);
  std::string read(std::istreambuf_iterator<char>(in), {});
  in.require_end();
  return read;
}

TEST(LimitedInput, passes_on_what_fits) {
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 200000u}) {
    const std::string bytes(size, 'x');
    EXPECT_EQ(read_through(bytes, size), bytes);
    if (size > 0) {
      EXPECT_THROW(read_through(bytes, size - 1), StorageFailure);
    }
  }
}

TEST(LimitedInput, refuses_long_lines) {
  const std::string line = std::string(100'000, 'x') + "\n";
  EXPECT_EQ(read_through(line + line, 1 << 20, 110'000), line + line);
  EXPECT_THROW(read_through(line.substr(1, 99'998) + line, 1 << 20, 110'000), StorageFailure);
}

TEST(ReadBytes, ends_with_endless_inputs) {
  EXPECT_THROW(read_bytes("/dev/zero"), StorageFailure);
  EXPECT_THROW(read_bytes("/dev/urandom", 1000), StorageFailure);
  EXPECT_EQ(read_bytes("/dev/null"), "");
}

TEST(ReadBytes, reads_a_pipe) {
  const test::Folder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << "text"; });
  EXPECT_EQ(read_bytes(pipe), "text");
  writer.join();
}

TEST(ReadBytes, says_what_cannot_be_read) {
  const test::Folder folder;
  std::filesystem::create_symlink(folder / "loop", folder / "loop");
  for (const auto& path : {folder / "absent", folder / "loop", folder.path(), folder / std::string(5000, 'x')})
    EXPECT_THROW(read_bytes(path), StorageFailure) << path;
}

}  // namespace
}  // namespace vcohort
