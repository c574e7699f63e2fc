#include "io/study/number_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace vcohort {

namespace {

using Buffer = std::array<char, 64>;  // a shortest double has at most 24 characters

/// "2e+06" -> "2e6", "1e-07" -> "1e-7".
std::string with_short_exponent(std::string_view text) {
  const std::size_t mark = text.find('e');
  if (mark == std::string_view::npos) return std::string(text);
  std::string result(text.substr(0, mark + 1));
  std::string_view exponent = text.substr(mark + 1);
  if (exponent.front() == '-') result += '-';
  exponent.remove_prefix(exponent.find_first_not_of("+-0"));
  return result.append(exponent);
}

}  // namespace

std::string number_text(double value) {
  constexpr double two_to_63 = 9223372036854775808.0;  // digits alone would be an integer that TOML does not have
  Buffer buffer;
  char* const last = buffer.data() + buffer.size();
  const auto end = std::fabs(value) < two_to_63
                       ? std::to_chars(buffer.data(), last, value).ptr
                       : std::to_chars(buffer.data(), last, value, std::chars_format::scientific).ptr;
  return with_short_exponent({buffer.data(), end});
}

std::string number_text(std::int64_t value) {
  Buffer buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string rounded_text(double value) {
  constexpr int digits_after_the_first = 5;
  Buffer buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific,
                                 digits_after_the_first)
                       .ptr;
  double rounded = value;
  std::from_chars(buffer.data(), end, rounded);
  return number_text(rounded);
}

std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      result += '\\';
      result += character;
    } else if (character == '\n') {
      result += "\\n";
    } else if (character == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\u{:04X}", byte);
    } else {
      result += character;
    }
  }
  return result + '"';
}

}  // namespace vcohort
