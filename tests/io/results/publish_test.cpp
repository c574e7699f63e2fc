#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "engine/numeric/errors.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

/// A file appears under its name whole or not at all, whatever happens.
namespace vcohort {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ResultContent large_result(std::int64_t rows) {
  auto content = sample::result();
  content.tables.push_back(sample::patients(0, rows));
  return content;
}

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const StorageFailure& error) {
    return error.what();
  }
  return "nothing failed";
}

/// Runs an action in a process of its own and returns its exit status; what it prints goes to `output`.
int in_child(const std::filesystem::path& output, const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    std::exit(action());  // with the end of HDF5, whose complaints about unfinished files would show here
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A file that stays open keeps its space on the disk even without a name.
std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

TEST(Publish, refuses_an_existing_output) {
  const sample::Folder folder;
  sample::write_bytes(folder / "a.h5", "precious");
  EXPECT_THAT(failure_of([&] { publish_result(folder / "a.h5", sample::result()); }), HasSubstr("--overwrite"));
  EXPECT_THAT(failure_of([&] { publish_result(folder / "a.h5", sample::result(), Existing::overwrite); }),
              HasSubstr("nothing that vcohort wrote"));
  EXPECT_EQ(sample::read_bytes(folder / "a.h5"), "precious");
  std::filesystem::remove(folder / "a.h5");
  publish_result(folder / "a.h5", sample::result());
  publish_result(folder / "a.h5", sample::result(), Existing::overwrite);
  EXPECT_EQ(ResultFile(folder / "a.h5").header(), sample::header());
  EXPECT_THAT(folder.files(), ElementsAre("a.h5"));
}

TEST(Publish, the_same_content_gives_the_same_bytes) {
  const sample::Folder folder;
  publish_result(folder / "a.h5", sample::result());
  publish_result(folder / "b.h5", sample::result());
  EXPECT_EQ(sample::read_bytes(folder / "a.h5"), sample::read_bytes(folder / "b.h5"));
}

TEST(Publish, the_file_has_the_rights_that_the_user_set) {
  const sample::Folder folder;
  const mode_t before = ::umask(027);
  publish_result(folder / "a.h5", sample::result());
  ::umask(before);
  EXPECT_EQ(std::filesystem::status(folder / "a.h5").permissions(), std::filesystem::perms{0640});
}

TEST(Publish, says_why_a_folder_cannot_be_written) {
  const sample::Folder folder;
  EXPECT_THAT(failure_of([&] { publish_result(folder / "absent/a.h5", sample::result()); }), HasSubstr("No such file"));
  sample::write_bytes(folder / "file", "");
  EXPECT_THAT(failure_of([&] { publish_result(folder / "file/a.h5", sample::result()); }),
              HasSubstr("Not a directory"));
  EXPECT_THAT(failure_of([&] {
                PartWriter(folder / "file/parts", sample::header(), {0, 9, 10});
              }),
              HasSubstr("Not a directory"));
  EXPECT_THAT(folder.files(), ElementsAre("file"));
}

TEST(Publish, survives_a_folder_that_vanishes) {
  const sample::Folder folder;
  PartWriter writer(folder / "parts", sample::header(), {0, 9, 10});
  writer.append(sample::patients(0, 100'000));
  std::filesystem::remove_all(folder / "parts");
  EXPECT_THAT(failure_of([&] { writer.finish({}); }), HasSubstr("No such file"));
}

TEST(Publish, an_abandoned_part_leaves_nothing) {
  const sample::Folder folder;
  {
    PartWriter writer(folder / "parts", sample::header(), {0, 9, 10});
    writer.append(sample::patients(0, 100'000));
    EXPECT_THAT(folder.files(), testing::SizeIs(1));
    EXPECT_THAT(list_parts(folder / "parts"), IsEmpty());
  }
  EXPECT_THAT(folder.files(), IsEmpty());
}

/// The limit on a file's size stands for a full disk wherever a test may not mount one.
TEST(Publish, a_file_that_cannot_grow_leaves_nothing) {
  const sample::Folder folder;
  for (const rlim_t limit : {0u, 100u, 5'000u, 20'000u, 200'000u, 1'000'000u}) {
    const int status = in_child(folder / "output", [&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit small{limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &small);
      const auto before = open_files();
      const std::string message = failure_of([&] { publish_result(folder / "a.h5", large_result(200'000)); });
      if (open_files() != before) return 8;
      return message.find("File too large") != std::string::npos ? 0 : 7;
    });
    EXPECT_EQ(status, 0) << limit;
    EXPECT_EQ(sample::read_bytes(folder / "output"), "") << limit;
    EXPECT_THAT(folder.files(), ElementsAre("output")) << limit;
  }
}

/// A failure must leave HDF5 itself usable: the next file, written and read by the same process, is whole.
TEST(Publish, goes_on_after_failures) {
  const sample::Folder folder;
  const int status = in_child(folder / "output", [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    for (rlim_t size = 4'096; size < 2'000'000; size += size / 8) {
      const rlimit small{size, limit.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &small);
      if (failure_of([&] { publish_result(folder / "a.h5", large_result(100'000)); }) == "nothing failed") return 7;
    }
    ::setrlimit(RLIMIT_FSIZE, &limit);
    publish_result(folder / "a.h5", large_result(100'000));
    return ResultFile(folder / "a.h5").header() == sample::header() ? 0 : 8;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sample::read_bytes(folder / "output"), "");
}

TEST(Publish, a_full_disk_leaves_nothing) {
  const sample::Folder folder;
  std::filesystem::create_directory(folder / "disk");
  if (::mount("tmpfs", (folder / "disk").c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_LOG_(INFO) << "no right to mount a small disk: the limit on a file's size stands in for it";
    return;
  }
  std::string message;
  std::vector<std::string> left;
  const int status = in_child(folder / "output", [&] {
    message = failure_of([&] { publish_result(folder / "disk/a.h5", large_result(200'000)); });
    if (message.find("No space left on device") == std::string::npos) return 7;
    message = failure_of([&] {
      PartWriter writer(folder / "disk/parts", sample::header(), {0, 9, 10});
      for (int block = 0; block < 10; ++block) writer.append(sample::patients(20'000 * block, 20'000));
      writer.finish({});
    });
    return message.find("No space left on device") == std::string::npos ? 8 : 0;
  });
  left = folder.files();
  ::umount((folder / "disk").c_str());
  EXPECT_EQ(status, 0);
  EXPECT_THAT(left, ElementsAre("output"));
  EXPECT_EQ(sample::read_bytes(folder / "output"), "");
}

/// Killed at some moment of publishing, again and again: the name belongs to nothing or to a whole file.
TEST(Publish, a_killed_process_leaves_no_half_file) {
  const sample::Folder folder;
  const auto path = folder / "a.h5";
  int killed_before_the_name = 0;
  for (int attempt = 0; attempt < 30; ++attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
      publish_result(path, large_result(100'000), Existing::overwrite);
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * attempt));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (std::filesystem::exists(path)) {
      EXPECT_EQ(ResultFile(path).find("cohort/patients")->rows, 100'000);
      std::filesystem::remove(path);
    } else {
      ++killed_before_the_name;
    }
  }
  EXPECT_GT(killed_before_the_name, 0);
}

TEST(Publish, runtime_does_not_enter_the_digest) {
  const sample::Folder folder;
  auto content = sample::result();
  const std::string digest = publish_result(folder / "a.h5", content);
  content.runtime = sample::runtime("another host");
  EXPECT_EQ(publish_result(folder / "b.h5", content), digest);
  content.runtime = {};
  EXPECT_EQ(publish_result(folder / "c.h5", content), digest);
  content.header.seed = 1;
  EXPECT_NE(publish_result(folder / "d.h5", content), digest);
}

}  // namespace
}  // namespace vcohort
