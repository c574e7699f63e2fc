#include "io/study/key_spec.hpp"

#include <algorithm>
#include <cmath>

#include "io/study/number_text.hpp"

namespace vcohort {

std::string text_of(const Range& range) {
  std::string text;
  if (std::isfinite(range.low)) text = (range.low_excluded ? "above " : "at least ") + number_text(range.low);
  constexpr double two_to_63 = 9223372036854775808.0;  // the nearest double to the largest integer of TOML
  const std::string high = range.high == two_to_63 ? "2^63 - 1" : number_text(range.high);
  if (std::isfinite(range.high))
    text += (text.empty() ? "" : ", ") + std::string(range.high_excluded ? "below " : "at most ") + high;
  return text;
}

const KeySpec* SectionSpec::find(std::string_view key) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const KeySpec& spec) { return spec.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

std::string type_text(const KeySpec& key) {
  if (!key.form.empty()) return std::string(key.form);
  switch (key.type) {
    case KeyType::text:
      return "text";
    case KeyType::boolean:
      return "true or false";
    case KeyType::integer:
      return "integer";
    case KeyType::number:
      return "number";
    case KeyType::list_of_texts:
      return "list of texts";
    case KeyType::list_of_numbers:
      return "list of numbers";
    case KeyType::list_of_integers:
      return "list of integers";
    case KeyType::pair_of_numbers:
      return "[low, high]";
    case KeyType::table:
      return "table";
    case KeyType::other:
      break;
  }
  return "value";
}

}  // namespace vcohort
