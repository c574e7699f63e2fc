#pragma once
#include <ios>
#include <memory>
#include <string>
#include <string_view>

/// What fits on the screen of whoever reads.
namespace vcohort {

/// Columns of the terminal that standard output goes to; without one, what COLUMNS says, else 100.
std::size_t screen_width();

/// Columns that a UTF-8 text takes: two for a wide East Asian character.
std::size_t width_on_screen(std::string_view text);

/// Filled with spaces, behind or (right) before the text.
std::string padded(const std::string& text, std::size_t width, bool right = false);

/// Cut to a width, with an ellipsis where something is missing.
std::string shortened(const std::string& text, std::size_t width);

/// Lines that are longer are folded at spaces; what follows is indented two columns more than the line began. A word
/// that is longer than a line stays whole.
std::string folded(std::string_view text, std::size_t width);

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
