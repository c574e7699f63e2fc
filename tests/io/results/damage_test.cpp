#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>

#include "engine/numeric/errors.hpp"
#include "io/results/compare.hpp"
#include "io/results/detail/seal.hpp"
#include "io/results/digest.hpp"
#include "io/results/layout.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

/// A reader must say what is wrong with any bytes whatever, and never fall over them. A program of its own, because
/// HDF5 loses the memory of an object whose checksum is wrong; the leak checker is told so here, and watches everything
/// elsewhere.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5";
}

namespace vcohort {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Reads all there is. True where it was accepted, and then it must be what was written.
bool accepts(const std::filesystem::path& path, const std::string& digest) {
  try {
    const ResultFile file(path);
    for (const TableInfo& table : file.tables()) file.read_table(table.path);
    file.tallies();
    describe_layout(file);
    EXPECT_EQ(content_digest(path), digest);
    return true;
  } catch (const StorageFailure& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.filename().string()));
    return false;
  }
}

class Damage : public testing::Test {
 protected:
  Damage()
      : digest_(publish_result(folder_ / "whole.h5", sample::result())),
        whole_(sample::read_bytes(folder_ / "whole.h5")) {}

  bool accepts_bytes(const std::string& bytes) {
    sample::write_bytes(folder_ / "damaged.h5", bytes);
    return accepts(folder_ / "damaged.h5", digest_);
  }

  sample::Folder folder_;
  std::string digest_;
  std::string whole_;
};

TEST_F(Damage, only_whole_files_are_accepted) {
  EXPECT_TRUE(accepts_bytes(whole_));
  EXPECT_FALSE(accepts_bytes(sample::without_seal(whole_)));
  EXPECT_FALSE(accepts_bytes(whole_ + "appended by a careless copy"));
}

TEST_F(Damage, a_flipped_byte_is_found_by_the_seal) {
  const std::size_t end = sample::without_seal(whole_).size();
  for (std::size_t position = 0; position < end; position += 11) {
    std::string bytes = whole_;
    bytes[position] = static_cast<char>(~bytes[position]);
    ASSERT_FALSE(accepts_bytes(bytes)) << position;
  }
  for (std::size_t position = end; position < whole_.size(); ++position) {  // the seal itself
    std::string bytes = whole_;
    bytes[position] ^= 1;
    EXPECT_FALSE(accepts_bytes(bytes)) << position;
  }
}

/// A forger can seal what he changed: then HDF5 meets the damage itself, and must end in a failure or in tables.
TEST_F(Damage, a_flipped_byte_under_a_forged_seal_is_survived) {
  const std::string bare = sample::without_seal(whole_);
  std::size_t refused = 0;
  std::size_t tried = 0;
  std::uint32_t pattern = 1;
  for (std::size_t position = 0; position < bare.size(); position += 5, ++tried) {
    std::string bytes = bare;
    pattern = pattern * 1664525 + 1013904223;  // another change at every position
    bytes[position] = static_cast<char>(bytes[position] ^ static_cast<char>(pattern >> 24 | 1));
    sample::write_bytes(folder_ / "forged.h5", bytes);
    detail::seal_file(folder_ / "forged.h5", "forged.h5");
    try {
      const ResultFile file(folder_ / "forged.h5");
      for (const TableInfo& table : file.tables()) file.read_table(table.path);
      file.tallies();
    } catch (const StorageFailure&) {
      ++refused;
    }
  }
  EXPECT_GT(tried, 2500u);
  EXPECT_GT(refused, 500u);
}

TEST_F(Damage, a_cut_file_is_refused) {
  for (std::size_t length = 0; length < whole_.size();
       length += length < 128 || length + 128 > whole_.size() ? 1 : 61) {
    EXPECT_FALSE(accepts_bytes(whole_.substr(0, length))) << length;
  }
}

TEST_F(Damage, what_is_no_result_is_refused) {
  EXPECT_FALSE(accepts_bytes(""));
  EXPECT_FALSE(accepts_bytes("a,b\n1,2\n"));
  EXPECT_FALSE(accepts_bytes(std::string(100'000, '\0')));
  EXPECT_FALSE(accepts_bytes(std::string("\x89HDF\r\n\x1a\n", 8)));
  EXPECT_FALSE(accepts_bytes(std::string("\x89HDF\r\n\x1a\n", 8) + std::string(5'000, '\xff')));
  EXPECT_FALSE(accepts(folder_ / "absent.h5", ""));
  EXPECT_FALSE(accepts(folder_.path(), ""));
  ASSERT_EQ(::mkfifo((folder_ / "pipe.h5").c_str(), 0600), 0);
  EXPECT_FALSE(accepts(folder_ / "pipe.h5", ""));  // must not wait for a writer
}

TEST_F(Damage, every_reader_refuses) {
  std::string bytes = whole_;
  bytes[bytes.size() / 2] ^= 1;
  const auto path = folder_ / "damaged.h5";
  sample::write_bytes(path, bytes);
  EXPECT_THROW(content_digest(path), StorageFailure);
  EXPECT_THROW(read_part(path), StorageFailure);
  EXPECT_THROW(compare_results(folder_ / "whole.h5", path), StorageFailure);
  EXPECT_THROW(combine_parts({path}), StorageFailure);
}

TEST_F(Damage, a_message_names_the_file_and_the_reason) {
  std::string bytes = whole_;
  bytes[bytes.size() / 2] ^= 1;
  sample::write_bytes(folder_ / "damaged.h5", bytes);
  try {
    const ResultFile file(folder_ / "damaged.h5");
    FAIL();
  } catch (const StorageFailure& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("damaged.h5"), HasSubstr("bytes are not those"), HasSubstr("again")));
  }
}

}  // namespace
}  // namespace vcohort
