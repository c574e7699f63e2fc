#include "io/files/new_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "engine/numeric/errors.hpp"
#include "tests/io/folder.hpp"

namespace vcohort {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const std::filesystem::path& path, const std::string& text, Existing existing = Existing::refuse,
                const IsOurs& is_ours = {}) {
  write_file(path, existing, is_ours, [&](std::ostream& out) { out << text; });
}

TEST(NewFile, writes_once_and_overwrites_only_what_is_ours) {
  const test::Folder folder;
  const auto path = folder / "a.csv";
  write_text(path, "k,nmb\n1,2\n");
  EXPECT_THROW(write_text(path, "other"), StorageFailure);
  EXPECT_THROW(write_text(path, "other", Existing::overwrite), StorageFailure);
  EXPECT_THROW(write_text(path, "other", Existing::overwrite, begins_with("k,icer")), StorageFailure);
  EXPECT_EQ(text_of(path), "k,nmb\n1,2\n");
  write_text(path, "k,nmb\n3,4\n", Existing::overwrite, begins_with("k,nmb"));
  EXPECT_EQ(text_of(path), "k,nmb\n3,4\n");
  EXPECT_EQ(folder.files(), std::vector<std::string>{"a.csv"});
}

TEST(NewFile, never_replaces_what_is_no_regular_file) {
  const test::Folder folder;
  const auto anything = [](const std::filesystem::path&) { return true; };
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(folder / "folder");
  std::filesystem::create_symlink(folder / "loop", folder / "loop");
  for (const std::filesystem::path& path : {folder / "pipe", folder / "folder", folder / "loop",
                                            std::filesystem::path("/dev/null"), std::filesystem::path("/dev/stdout")}) {
    const auto before = std::filesystem::symlink_status(path).type();
    EXPECT_THROW(write_text(path, "text", Existing::overwrite, anything), StorageFailure) << path;
    EXPECT_EQ(std::filesystem::symlink_status(path).type(), before) << path;
  }
  EXPECT_THROW(write_text(folder / std::string(300, 'x'), "text"), StorageFailure);
  EXPECT_THROW(write_text(folder / "absent/a", "text"), StorageFailure);
}

TEST(NewFile, refuses_what_the_command_reads) {
  const test::Folder folder;
  const auto anything = [](const std::filesystem::path&) { return true; };
  write_text(folder / "study.toml", "title");
  std::filesystem::create_hard_link(folder / "study.toml", folder / "link.toml");
  std::filesystem::create_symlink(folder / "study.toml", folder / "soft.toml");
  for (const char* name : {"study.toml", "link.toml", "soft.toml", "./study.toml"})
    EXPECT_THROW(require_output(folder / name, Existing::overwrite, anything, {folder / "study.toml"}), StorageFailure);
  EXPECT_NO_THROW(require_output(folder / "other", Existing::refuse, {}, {folder / "study.toml"}));
}

TEST(NewFile, follows_a_link_to_the_file_that_it_means) {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "far");
  write_text(folder / "far/a.csv", "k\n1\n");
  std::filesystem::create_symlink(folder / "far/a.csv", folder / "a.csv");
  write_text(folder / "a.csv", "k\n2\n", Existing::overwrite, begins_with("k"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "a.csv"));
  EXPECT_EQ(text_of(folder / "far/a.csv"), "k\n2\n");
}

TEST(NewFile, a_writer_that_fails_leaves_nothing) {
  const test::Folder folder;
  EXPECT_THROW(write_file(folder / "a", Existing::refuse, {},
                          [](std::ostream& out) {
                            out << "half";
                            throw StorageFailure("full");
                          }),
               StorageFailure);
  EXPECT_THROW(
      write_file(folder / "a", Existing::refuse, {}, [](std::ostream& out) { out.setstate(std::ios::badbit); }),
      StorageFailure);
  EXPECT_TRUE(folder.files().empty());
}

TEST(NewFile, knows_a_first_line_whatever_its_spaces) {
  const test::Folder folder;
  write_text(folder / "a", "strategy   cost\nrest 1\n");
  EXPECT_TRUE(begins_with("strategy cost")(folder / "a"));
  EXPECT_FALSE(begins_with("strategy")(folder / "a"));
  EXPECT_FALSE(begins_with("strategy cost rest")(folder / "a"));
}

}  // namespace
}  // namespace vcohort
