#pragma once
#include <ios>
#include <memory>
#include <string>
#include <string_view>

/// What fits on the screen of whoever reads.
namespace vcohort {

/// Columns of the terminal that a stream (a file descriptor; standard output by itself) goes to; without one, what
/// COLUMNS says, else 100.
std::size_t screen_width(int stream = 1);

/// From now on the screen is as wide as this, whatever it is.
void set_screen_width(std::size_t columns);

/// Columns that a UTF-8 text takes: two for a wide East Asian character.
std::size_t width_on_screen(std::string_view text);

/// Filled with spaces, behind or (right) before the text.
std::string padded(const std::string& text, std::size_t width, bool right = false);

/// Cut to a width, with an ellipsis where something is missing.
std::string shortened(const std::string& text, std::size_t width);

/// Lines that are longer are folded at spaces, and beside wide characters, which are written without spaces; what
/// follows is indented two columns more than the line began. A word that is longer than a line stays whole.
std::string folded(std::string_view text, std::size_t width);

/// A command to type, which goes on behind a backslash, before one of its options; `indent` stands before its lines but
/// the first.
std::string continued(std::string command, std::size_t width, std::size_t indent);

/// While it lives, what is written to the stream is folded to the width of the screen. For texts: tables fit by
/// themselves, and CSV and JSON are for programs.
class FoldedScreen {
 public:
  explicit FoldedScreen(std::ostream& out);
  ~FoldedScreen();
  FoldedScreen(const FoldedScreen&) = delete;
  FoldedScreen& operator=(const FoldedScreen&) = delete;

 private:
  class Buffer;
  std::ostream& out_;
  std::streambuf* before_;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace vcohort
