#include "io/cli/quantities.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string_view>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

/// A decimal number at the front of the text, which is taken off; nothing where there is none. No sign, no exponent.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

/// Letters at the front of the text, which are taken off.
std::string take_word(std::string_view& text) {
  std::string word;
  while (!text.empty() &&
         ((text.front() >= 'a' && text.front() <= 'z') || (text.front() >= 'A' && text.front() <= 'Z'))) {
    word += text.front();
    text.remove_prefix(1);
  }
  return word;
}

constexpr double minute = 60, hour = 3600, day = 86400;

/// "HH:MM:SS", "MM:SS" or either behind "D-", as schedulers print what time is left.
std::optional<double> clock_duration(std::string_view text) {
  double days = 0;
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    const auto number = take_number(text);
    if (!number || text.empty() || text.front() != '-') return std::nullopt;
    text.remove_prefix(1);
    days = *number;
  }
  double seconds = 0;
  for (int fields = 1;; ++fields) {
    const auto number = take_number(text);
    if (!number || fields > 3 || (fields > 1 && *number >= minute)) return std::nullopt;
    seconds = minute * seconds + *number;
    if (text.empty()) break;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  return days * day + seconds;
}

std::optional<double> worded_duration(std::string_view text) {
  static const std::map<std::string, double> units{{"s", 1},    {"sec", 1},     {"m", minute}, {"min", minute},
                                                   {"h", hour}, {"hour", hour}, {"d", day},    {"day", day}};
  double seconds = 0;
  double smallest = std::numeric_limits<double>::infinity();
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const std::string word = take_word(text);
    const auto unit = word.empty() && smallest > day ? units.find("s") : units.find(word);  // plain seconds stand alone
    if (unit == units.end() || unit->second >= smallest) return std::nullopt;
    if (word.empty() && !text.empty()) return std::nullopt;
    smallest = unit->second;
    seconds += *number * unit->second;
  }
  return seconds;
}

}  // namespace

double duration_of(const std::string& text) {
  const auto seconds = text.find(':') == std::string::npos ? worded_duration(text) : clock_duration(text);
  if (!seconds || !(*seconds > 0) || !std::isfinite(*seconds))
    throw InvalidInput(explain(fmt::format("'{}' is no duration", text), "a positive time is meant",
                               "write 3600, 50m, 1h30m or 01:30:00"));
  return *seconds;
}

std::int64_t size_of(const std::string& text) {
  static const std::map<std::string, int> powers{{"", 0},    {"B", 0},  {"K", 1},   {"KB", 1}, {"KIB", 1},
                                                 {"M", 2},   {"MB", 2}, {"MIB", 2}, {"G", 3},  {"GB", 3},
                                                 {"GIB", 3}, {"T", 4},  {"TB", 4},  {"TIB", 4}};
  std::string_view rest = text;
  const auto number = take_number(rest);
  std::string word = take_word(rest);
  for (char& letter : word) letter = static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
  const auto power = powers.find(word);
  constexpr int bits_of_a_power = 10;
  const double bytes = number && power != powers.end() ? std::ldexp(*number, bits_of_a_power * power->second) : 0;
  constexpr double largest = 9e18;  // below 2^63
  if (!rest.empty() || !(bytes >= 1) || bytes > largest)
    throw InvalidInput(explain(fmt::format("'{}' is no size of memory", text), "a positive number of bytes is meant",
                               "write 8G, 800M or 1.5G"));
  return static_cast<std::int64_t>(bytes);
}

Shard shard_of(const std::string& text) {
  const auto refuse = [&text] {
    throw InvalidInput(explain(fmt::format("'{}' is no shard", text),
                               fmt::format("K/N is meant, with K from 1 to N and N up to {}", most_shards),
                               "write 3/12 for the third of twelve shards"));
  };
  Shard shard;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.number);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '/') refuse();
  const auto second = std::from_chars(first.ptr + 1, end, shard.of);
  if (second.ec != std::errc{} || second.ptr != end) refuse();
  if (shard.of < 1 || shard.of > most_shards || shard.number < 1 || shard.number > shard.of) refuse();
  return shard;
}

}  // namespace vcohort
