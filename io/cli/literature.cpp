#include "io/cli/literature.hpp"

#include <algorithm>
#include <cctype>

#include "engine/numeric/require.hpp"
#include "io/study/toml_document.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

constexpr std::size_t most_digits = 3;

bool is_part_of_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_';
}

/// The length of the code that begins a text; 0 where none does.
std::size_t length_of_code(std::string_view text) {
  if (text.empty() || (text[0] != 'A' && text[0] != 'B')) return 0;
  const auto end = std::find_if_not(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto length = static_cast<std::size_t>(end - text.begin());
  const bool stands_alone = end == text.end() || !is_part_of_word(*end);
  return length > 1 && length <= 1 + most_digits && stands_alone ? length : 0;
}

/// What a file of scenarios/sources has under a key.
TomlValue shipped_entries(const std::string& name, std::string_view key) {
  const ShippedFile* file = shipped_file("sources", name);
  require(file != nullptr, "the sources are part of the program");
  const TomlValue document = parse_toml(file->text, name + ".toml");
  const TomlEntry* entries = document.find(key);
  require(entries != nullptr, "the sources have entries");
  return entries->value;
}

std::string text_at(const TomlValue& table, std::string_view key) {
  const TomlEntry* entry = table.find(key);
  require(entry != nullptr, "a change is complete");
  return entry->value.text;
}

}  // namespace

std::vector<LiteratureEntry> literature() {
  static const TomlValue sources = shipped_entries("literature", "source");
  std::vector<LiteratureEntry> entries;
  for (const TomlEntry& entry : sources.entries) entries.push_back({entry.key, entry.value.text});
  return entries;
}

std::vector<LawChange> law_changes_of(std::string_view parameter) {
  static const TomlValue changes = shipped_entries("changes", "change");
  std::vector<LawChange> found;
  for (const TomlValue& change : changes.items) {
    const TomlEntry* parameters = change.find("parameters");
    require(parameters != nullptr, "a change is of parameters");
    if (std::ranges::any_of(parameters->value.items, [&](const TomlValue& item) { return item.text == parameter; }))
      found.push_back({text_at(change, "until"), text_at(change, "was"), text_at(change, "why")});
  }
  return found;
}

std::vector<std::string> codes_in(std::string_view text) {
  std::vector<std::string> codes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_part_of_word(text[at - 1])) continue;
    const std::string code(text.substr(at, length_of_code(text.substr(at))));
    if (!code.empty() && std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
  }
  return codes;
}

std::vector<LiteratureEntry> entries_of(std::span<const std::string> codes) {
  std::vector<LiteratureEntry> entries = literature();
  std::erase_if(entries, [&](const LiteratureEntry& entry) {
    return std::find(codes.begin(), codes.end(), entry.code) == codes.end();
  });
  return entries;
}

}  // namespace vcohort
