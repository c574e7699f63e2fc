#include "io/console/screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ostream>
#include <streambuf>

namespace vcohort {

namespace {

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u;
}

/// Where to cut a line that is too long: the last space up to the width, behind the first word, or else the next one;
/// npos where there is none.
std::size_t cut_of(const std::string& line, std::size_t width) {
  const std::size_t first_word = line.find_first_not_of(' ');
  if (first_word == std::string::npos) return std::string::npos;
  std::size_t cut = std::string::npos;
  for (std::size_t space = line.find(' ', first_word); space != std::string::npos; space = line.find(' ', space + 1)) {
    const bool fits = width_on_screen(std::string_view(line).substr(0, space)) <= width;
    if (fits || cut == std::string::npos) cut = space;
    if (!fits) break;
  }
  return cut;
}

/// One line without its end.
void fold_line(std::string_view text, std::size_t width, std::string& out) {
  std::string line(text);
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string hang(std::min(indent + 2, width / 2), ' ');
  while (width_on_screen(line) > width) {
    const std::size_t cut = cut_of(line, width);
    if (cut == std::string::npos) break;
    out.append(line, 0, cut);
    const std::size_t next = line.find_first_not_of(' ', cut);
    if (next == std::string::npos) return;
    out += '\n';
    line = hang + line.substr(next);
  }
  out += line;
}

}  // namespace

std::size_t screen_width() {
  constexpr std::size_t narrowest = 40, otherwise = 100;
  if (winsize size{}; isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::max<std::size_t>(size.ws_col, narrowest);
  const char* columns = std::getenv("COLUMNS");
  const std::string_view text = columns ? columns : "";
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return otherwise;
  return std::max(width, narrowest);
}

/// {fmt} knows how wide characters are: it fills up to a width.
std::size_t width_on_screen(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain) return text.size();
  const std::size_t enough = 2 * text.size();
  return enough - (fmt::format("{:<{}}", text, enough).size() - text.size());
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_on_screen(text)), ' ');
  return right ? space + text : text + space;
}

std::string shortened(const std::string& text, std::size_t width) {
  if (width_on_screen(text) <= width || width == 0) return text;
  std::size_t end = text.size();
  do {
    --end;
    while (end > 0 && continues_a_character(text[end])) --end;
  } while (end > 0 && width_on_screen(std::string_view(text).substr(0, end)) + 1 > width);
  return text.substr(0, end) + "…";
}

std::string folded(std::string_view text, std::size_t width) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    fold_line(text.substr(begin, end == std::string_view::npos ? end : end - begin), width, out);
    if (end == std::string_view::npos) break;
    out += '\n';
    begin = end + 1;
  }
  return out;
}

/// Holds a line until it is complete.
class FoldedScreen::Buffer : public std::streambuf {
 public:
  Buffer(std::streambuf* to, std::size_t width) : to_(to), width_(width) {}
  ~Buffer() override { write_line(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    line_ += traits_type::to_char_type(character);
    if (line_.back() == '\n' && !write_line()) return traits_type::eof();
    return character;
  }
  int sync() override { return to_->pubsync(); }

 private:
  bool write_line() {
    const std::string text = folded(line_, width_);
    line_.clear();
    return to_->sputn(text.data(), static_cast<std::streamsize>(text.size())) ==
           static_cast<std::streamsize>(text.size());
  }

  std::streambuf* to_;
  std::size_t width_;
  std::string line_;
};

FoldedScreen::FoldedScreen(std::ostream& out)
    : out_(out), before_(out.rdbuf()), buffer_(std::make_unique<Buffer>(before_, screen_width())) {
  out_.rdbuf(buffer_.get());
}

/// The state of the stream, which rdbuf() clears, is kept: whether a write failed is asked at the end.
FoldedScreen::~FoldedScreen() {
  const auto state = out_.rdstate();
  buffer_.reset();
  out_.rdbuf(before_);
  out_.clear(state);
}

}  // namespace vcohort
