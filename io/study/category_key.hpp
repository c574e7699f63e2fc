#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "io/study/field.hpp"

/// Keys whose value lists categories: an optional array with a truth for each.
namespace vcohort {

namespace detail {

template <class Record, class Set>
Record record_of(std::optional<Set> Record::*);

/// The categories that are listed, each once.
template <auto Pointer, class Record>
void read_categories(const KeyAt& at, Record& record) {
  const auto listed_ones = at.table.choices(at.key.name);
  if (!listed_ones || listed_ones->empty()) return;
  auto& allowed = (record.*Pointer).emplace();
  allowed.fill(false);
  for (const int category : *listed_ones) {
    bool& taken = allowed.at(static_cast<std::size_t>(category));
    if (taken)
      at.refuse(quoted(at.key.choices[static_cast<std::size_t>(category)]) + " is listed twice", "once is enough",
                "remove one");
    taken = true;
  }
}

template <auto Pointer, class Record>
std::string write_categories(const KeySpec& key, const Record& record, const Scope&) {
  if (!(record.*Pointer)) return {};
  std::vector<std::string> names;
  for (std::size_t k = 0; k < (record.*Pointer)->size(); ++k)
    if ((*(record.*Pointer))[k]) names.emplace_back(key.choices[k]);
  return text_list(names);
}

}  // namespace detail

template <auto Pointer>
constexpr KeySpec category_key(std::string_view name, std::span<const std::string_view> choices,
                               std::string_view meaning, std::string_view example) {
  using Record = decltype(detail::record_of(Pointer));
  return custom<detail::read_categories<Pointer, Record>, detail::write_categories<Pointer, Record>>(
      name, KeyType::list_of_texts, {.choices = choices}, meaning, example);
}

}  // namespace vcohort
