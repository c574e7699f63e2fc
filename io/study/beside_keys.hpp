#pragma once
#include "io/study/field.hpp"

/// The declarations of what is given beside cells, which strategies, trials and populations share.
namespace vcohort {

extern const SectionSpec rehabilitation_section;
extern const SectionSpec procedure_use_section;
extern const SectionSpec strategy_eligibility_section;

/// One table, or a list of them.
void read_rehabilitation(const KeyAt& at, std::vector<Rehabilitation>& blocks);

/// The key `rehabilitation` of a record with a list of blocks as a member.
template <auto... Path>
constexpr KeySpec rehabilitation_key(KeySpec attributes, std::string_view meaning) {
  attributes.form = "table, or list of them";
  KeySpec key = table<Path...>("rehabilitation", rehabilitation_section, attributes, meaning,
                               "{ hours_per_week = 10, weeks = 12, repeat = 2, every_weeks = 26 }");
  key.read = [](const KeyAt& at, void* record) { read_rehabilitation(at, binding::Member<Path...>::in(record)); };
  return key;
}

}  // namespace vcohort
