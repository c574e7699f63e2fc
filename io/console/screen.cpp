#include "io/console/screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <ostream>
#include <streambuf>

namespace vcohort {

namespace {

std::size_t width_that_was_set = 0;

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u;
}

std::size_t end_of_character(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && continues_a_character(text[end])) ++end;
  return end;
}

/// Where to cut a line that is too long: the last place up to the width, behind the first word, or else the next one;
/// npos where there is none. Places are spaces, both sides of a wide character, and behind the + of a sum.
std::size_t cut_of(const std::string& line, std::size_t width) {
  std::size_t cut = std::string::npos, at = 0;
  bool in_first_word = false, after_place = false;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = end_of_character(line, begin);
    const std::size_t columns = width_on_screen(std::string_view(line).substr(begin, end - begin));
    const bool is_space = line[begin] == ' ', is_wide = columns > 1;
    if (in_first_word && (is_space || is_wide || after_place)) {
      if (at > width && cut != std::string::npos) break;
      cut = begin;
      if (at > width) break;
    }
    in_first_word = in_first_word || !is_space;
    after_place = is_wide || (line[begin] == '+' && end < line.size() &&
                              std::isdigit(static_cast<unsigned char>(line[end])) == 0);  // not 1e+06
    at += columns;
    begin = end;
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
    out.append(line, 0, line.find_last_not_of(' ', cut - 1) + 1);
    const std::size_t next = line.find_first_not_of(' ', cut);
    if (next == std::string::npos) return;
    out += '\n';
    line = hang + line.substr(next);
  }
  out += line;
}

}  // namespace

void set_screen_width(std::size_t columns) {
  width_that_was_set = columns;
}

std::size_t screen_width(int stream) {
  if (width_that_was_set > 0) return width_that_was_set;
  constexpr std::size_t narrowest = 40, otherwise = 100;
  if (winsize size{}; isatty(stream) != 0 && ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
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
  if (width == 0) return text;
  std::size_t columns = 0, kept = 0;  // what still fits with an ellipsis behind it
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_character(text, begin);
    columns += width_on_screen(std::string_view(text).substr(begin, end - begin));
    if (columns > width) return text.substr(0, kept) + "…";
    if (columns < width) kept = end;
    begin = end;
  }
  return text;
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

std::string continued(std::string command, std::size_t width, std::size_t indent) {
  std::string lines;
  while (width_on_screen(command) > width) {
    const std::size_t option = command.rfind(" -", width - 2);
    if (option == std::string::npos || option < indent + 2) break;
    lines += command.substr(0, option) + " \\\n";
    command = std::string(indent, ' ') + command.substr(option + 1);
  }
  return lines + command;
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
