#include "io/study/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/numeric/errors.hpp"

namespace vcohort {

std::string text_of(const Place& place, std::string_view file_name) {
  if (place.setting.starts_with("--")) return place.setting;
  if (!place.setting.empty()) return fmt::format("--set {}", place.setting);
  return fmt::format("{}:{}:{}", file_name, place.line, place.column);
}

void Problems::add(const Place& place, std::string_view problem, std::string_view why, std::string_view what_to_do) {
  found_.push_back({place, explain(problem, why, what_to_do)});
}

void Problems::forget(std::size_t first, std::size_t last) {
  found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(first), found_.begin() + static_cast<std::ptrdiff_t>(last));
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<const Found*> ordered;
  for (const Found& found : found_) ordered.push_back(&found);
  // The pointers, into one vector, keep the order of what was found at the same place.
  std::sort(ordered.begin(), ordered.end(), [](const Found* left, const Found* right) {
    const auto rank = [](const Found* found) {
      return std::tuple(!found->place.setting.empty(), found->place.line, found->place.column, found);
    };
    return rank(left) < rank(right);
  });
  std::string text;
  for (std::size_t index = 0; index < ordered.size() && index < shown; ++index) {
    if (index > 0) text += '\n';
    text += text_of(ordered[index]->place, file_name_) + ": " + ordered[index]->message;
  }
  if (ordered.size() > shown) text += fmt::format("\n{}: and {} more problems", file_name_, ordered.size() - shown);
  throw InvalidInput(text);
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "\"";
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto byte = static_cast<unsigned char>(text[index]);
    const bool continues_a_character = (byte & 0xC0u) == 0x80u;
    if (index >= longest && !continues_a_character) return result + "...\"";
    if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02X}", byte);
    } else {
      result += text[index];
    }
  }
  return result + '"';
}

}  // namespace vcohort
