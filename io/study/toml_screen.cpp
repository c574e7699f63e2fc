#include "io/study/toml_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "engine/numeric/errors.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr int most_key_parts = 16;

// Plane 15, where characters are shifted to: U+F0000 is F3 B0 80 80, and U+FFFFF is F3 BF BF BF.
constexpr std::uint32_t private_plane = 0xF0000;
constexpr std::string_view first_private = "\xF3\xB0\x80\x80";

/// Length of the UTF-8 character at the start of `bytes`, or 0 if there is none (RFC 3629: no overlong form, no
/// surrogate, nothing above U+10FFFF).
std::size_t character_length(std::string_view bytes) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const auto continued = [&](std::size_t index, unsigned low = 0x80, unsigned high = 0xBF) {
    return index < bytes.size() && byte(index) >= low && byte(index) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continued(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return continued(1, low, high) && continued(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continued(1, low, high) && continued(2) && continued(3) ? 4 : 0;
  }
  return 0;
}

/// Calls `visit(bytes, code point)` for each character of valid UTF-8; a stray byte counts as a character of its own
/// value.
template <typename Visit>
void for_each_character(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(character_length(text), 1);
    const auto first = static_cast<unsigned char>(text.front());
    std::uint32_t point = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t index = 1; index < length; ++index) {
      point = (point << 6) | (static_cast<unsigned char>(text[index]) & 0x3Fu);
    }
    visit(text.substr(0, length), point);
    text.remove_prefix(length);
  }
}

/// Appends a code point as UTF-8.
void append(std::uint32_t point, std::string& text) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  const auto continuation = [&](int shift) { byte(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    continuation(0);
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    continuation(6);
    continuation(0);
  } else {
    byte(0xF0 | (point >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// Walks over a TOML text and knows whether it is inside a text or a comment. Texts that do not end are left to the
/// parser.
class Screen {
 public:
  Screen(std::string_view text, const std::string& file_name) : text_(text), file_name_(file_name) {}

  void run() {
    while (position_ < text_.size()) step();
  }

 private:
  enum class Inside : std::uint8_t { nothing, comment, basic, literal, long_basic, long_literal };

  [[noreturn]] void refuse(std::string_view problem, std::string_view why, std::string_view what_to_do) const {
    throw InvalidInput(text_of({line_, column_}, file_name_) + ": " + explain(problem, why, what_to_do));
  }

  bool ahead(std::string_view word) const { return text_.substr(position_).starts_with(word); }

  void skip(std::size_t characters) {
    position_ += characters;
    column_ += static_cast<int>(characters);
  }

  void step() {
    const std::size_t length = character_length(text_.substr(position_));
    if (length == 0) {
      refuse("this byte is not UTF-8", fmt::format("0x{:02X}", static_cast<unsigned char>(text_[position_])),
             "save the file as UTF-8");
    }
    const char character = text_[position_];
    if (length > 1) {
      if (inside_ == Inside::nothing) {
        refuse(fmt::format("the character {} stands outside of a text", quoted(text_.substr(position_, length))),
               "keys, numbers and spaces are plain ASCII", "put it into quotes or remove it");
      }
      if (text_.substr(position_, length) >= first_private && length == 4 && character == first_private.front()) {
        refuse_private();
      }
      position_ += length;
      ++column_;
      return;
    }
    if (character == '\n') {
      if (inside_ != Inside::long_basic && inside_ != Inside::long_literal) {
        inside_ = Inside::nothing;
        key_parts_ = 0;
      }
      ++position_;
      ++line_;
      column_ = 1;
      return;
    }
    switch (inside_) {
      case Inside::nothing:
        outside(character);
        return;
      case Inside::comment:
        skip(1);
        return;
      case Inside::basic:
        if (character == '"') inside_ = Inside::nothing;
        return character == '\\' ? skip_escape() : skip(1);
      case Inside::literal:
        if (character == '\'') inside_ = Inside::nothing;
        skip(1);
        return;
      case Inside::long_basic:
        if (character == '\\') return skip_escape();
        return end_of_long(R"(""")", '"');
      case Inside::long_literal:
        return end_of_long("'''", '\'');
    }
  }

  [[noreturn]] void refuse_private() const {
    refuse("a private character", "U+F0000 to U+FFFFF mean nothing", "remove it");
  }

  void skip_escape() {
    if (ahead("\\U000F") || ahead("\\U000f")) refuse_private();
    skip(position_ + 1 < text_.size() && is_plain(text_[position_ + 1]) ? 2 : 1);
  }

  static bool is_plain(char character) { return character > 0x1F && character < 0x7F; }

  void outside(char character) {
    switch (character) {
      case '#':
        inside_ = Inside::comment;
        break;
      case '"':
        inside_ = ahead(R"(""")") ? Inside::long_basic : Inside::basic;
        return skip(inside_ == Inside::long_basic ? 3 : 1);
      case '\'':
        inside_ = ahead("'''") ? Inside::long_literal : Inside::literal;
        return skip(inside_ == Inside::long_literal ? 3 : 1);
      case '=':
      case ',':
      case '{':
      case '}':
      case '[':
      case ']':
        key_parts_ = 0;
        break;
      case '.':
        if (++key_parts_ >= most_key_parts) {
          refuse(fmt::format("this key has more than {} parts", most_key_parts),
                 "no key of a study or evidence file has", "remove the dots that are too many");
        }
        break;
      default:
        break;
    }
    skip(1);
  }

  /// Up to two quotes may stand before the three that end the text.
  void end_of_long(std::string_view end, char quote) {
    if (!ahead(end)) return skip(1);
    skip(3);
    for (int extra = 0; extra < 2 && position_ < text_.size() && text_[position_] == quote; ++extra) skip(1);
    inside_ = Inside::nothing;
  }

  std::string_view text_;
  const std::string& file_name_;
  std::size_t position_ = 0;
  int line_ = 1;
  int column_ = 1;
  int key_parts_ = 0;
  Inside inside_ = Inside::nothing;
};

}  // namespace

std::string screen_toml(std::string_view bytes, const std::string& file_name) {
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  Screen(bytes, file_name).run();
  std::string shifted;
  shifted.reserve(bytes.size());
  for_each_character(bytes, [&](std::string_view character, std::uint32_t point) {
    const bool is_shifted = character.size() == 2 || character.size() == 3;
    append(is_shifted ? point + private_plane : point, shifted);
  });
  return shifted;
}

std::string unshifted(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_character(text, [&](std::string_view, std::uint32_t point) {
    const bool is_shifted = point >= private_plane && point <= private_plane + 0xFFFF;
    append(is_shifted ? point - private_plane : point, result);
  });
  return result;
}

}  // namespace vcohort
