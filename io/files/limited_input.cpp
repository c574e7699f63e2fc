#include "io/files/limited_input.hpp"

#include <fmt/format.h>

#include <streambuf>

#include "engine/numeric/errors.hpp"

namespace vcohort {

class LimitedInput::Buffer : public std::streambuf {
 public:
  Buffer(std::istream& source, std::string name, std::uint64_t limit, std::uint64_t longest_line)
      : source_(source),
        name_(std::move(name)),
        limit_(limit),
        longest_line_(longest_line),
        bytes_(std::size_t{1} << 16) {}

  void require_end() const {
    constexpr double mebibyte = 1024.0 * 1024.0;
    const auto beyond = [&](const char* what, std::uint64_t limit) {
      return StorageFailure(explain(fmt::format("cannot read {}", name_),
                                    fmt::format("{} {:g} MiB", what, static_cast<double>(limit) / mebibyte),
                                    "check that it is the file that was meant"));
    };
    if (total_ > limit_) throw beyond("it has more than", limit_);
    if (line_ > longest_line_) throw beyond("one of its lines has more than", longest_line_);
    if (source_.bad()) throw StorageFailure(explain(fmt::format("cannot read {}", name_), "", "check where it lies"));
  }

 protected:
  int_type underflow() override {
    if (total_ > limit_ || line_ > longest_line_) return traits_type::eof();
    source_.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    const auto got = static_cast<std::size_t>(source_.gcount());
    total_ += got;
    const std::size_t newline = std::string_view(bytes_.data(), got).rfind('\n');
    line_ = newline == std::string_view::npos ? line_ + got : got - newline;
    if (got == 0 || total_ > limit_ || line_ > longest_line_) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
    return traits_type::to_int_type(bytes_.front());
  }

 private:
  std::istream& source_;
  std::string name_;
  std::uint64_t limit_, longest_line_;
  std::uint64_t total_ = 0;
  std::uint64_t line_ = 0;  // bytes of the last line so far
  std::vector<char> bytes_;
};

LimitedInput::LimitedInput(std::istream& source, std::string name, std::uint64_t limit, std::uint64_t longest_line)
    : std::istream(nullptr), buffer_(std::make_unique<Buffer>(source, std::move(name), limit, longest_line)) {
  rdbuf(buffer_.get());
}

LimitedInput::~LimitedInput() = default;

void LimitedInput::require_end() const {
  buffer_->require_end();
}

}  // namespace vcohort
