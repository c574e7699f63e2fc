#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/study/study.hpp"
#include "io/study/number_text.hpp"

/// Pieces of TOML in canonical form, and the sections that have files of their own.
namespace vcohort {

/// "[a, b, c]", with `write` turning each item into text.
template <typename Items, typename Write>
std::string list_text(const Items& items, Write write) {
  std::string text = "[";
  bool first = true;
  for (const auto& item : items) {
    if (!first) text += ", ";
    first = false;
    text += write(item);
  }
  return text + "]";
}

inline std::string number_list(const std::vector<double>& numbers) {
  return list_text(numbers, [](double number) { return number_text(number); });
}

inline std::string text_list(const std::vector<std::string>& texts) {
  return list_text(texts, [](const std::string& text) { return toml_text(text); });
}

inline std::string_view truth(bool value) {
  return value ? "true" : "false";
}

/// Append "[trial]", "[policy]" and "[claim]" with their tables.
void write_trial(const Study& study, std::string& text);
void write_policy(const Study& study, std::string& text);
void write_sensitivity(const SensitivityQuestion& question, std::string& text);
void write_claim(const Claim& claim, std::string& text);

}  // namespace vcohort
