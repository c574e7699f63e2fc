#pragma once
#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <vector>

namespace vcohort {

/// A stream that ends where another one ends, or where it went beyond a limit: require_end() then throws
/// StorageFailure. So an endless input ends, as does one without lines where `longest_line` is given [bytes].
class LimitedInput : public std::istream {
 public:
  LimitedInput(std::istream& source, std::string name, std::uint64_t limit, std::uint64_t longest_line = UINT64_MAX);
  ~LimitedInput() override;

  void require_end() const;

 private:
  class Buffer;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace vcohort
