#pragma once
#include <span>
#include <type_traits>
#include <utility>

#include "engine/numeric/errors.hpp"
#include "io/study/record.hpp"
#include "io/study/words.hpp"

/// Declarations of keys that are bound to members: what reads a key and what writes it come from one line. A key is
/// declared by its name, its attributes, its meaning and an example.
///
///   field<&TrialQuestion::alpha>("alpha", {.range = between(0, 1)}, "Significance level.", "0.05")
namespace vcohort {

/// What is to be said about a key beside its binding; see KeySpec. `use` and `check` are made by rule<> and checked<>.
struct Attributes {
  std::string_view unit = {};
  std::string_view form = {};
  Range range = {};
  std::span<const std::string_view> choices = {};
  std::string_view fallback = {};
  bool required = false;
  bool may_be_empty = false;
  bool open = false;
  bool distinct = false;
  bool ascending = false;
  bool decides = false;
  bool quiet = false;
  bool no_default = false;
  Touches touches = Touches::conduct;
  Use (*use)(const KeySpec&, const void*, const Scope&) = nullptr;
  void (*check)(const KeyAt&, const void*) = nullptr;
};

namespace binding {

template <typename Pointer>
struct Of;
template <typename RecordType, typename ValueType>
struct Of<ValueType RecordType::*> {
  using Record = RecordType;
  using Value = ValueType;
};

/// The types of a function's parameters.
template <typename Function>
struct Parameters;
template <typename Result, typename First, typename Second, typename... Others>
struct Parameters<Result (*)(First, Second, Others...)> {
  using FirstType = std::remove_cvref_t<First>;
  using SecondType = std::remove_cvref_t<Second>;
};

/// A member, or a member of a member.
template <auto First, auto... Rest>
struct Member {
  using Record = typename Of<decltype(First)>::Record;
  static auto& of(auto& record) {
    if constexpr (sizeof...(Rest) == 0) {
      return record.*First;
    } else {
      return Member<Rest...>::of(record.*First);
    }
  }
  static auto& in(void* record) { return of(*static_cast<Record*>(record)); }
  static const auto& in(const void* record) { return of(*static_cast<const Record*>(record)); }
  using Value = std::remove_cvref_t<decltype(of(std::declval<Record&>()))>;
};

template <typename Value>
struct Optional : std::false_type {
  using Inner = Value;
};
template <typename Value>
struct Optional<std::optional<Value>> : std::true_type {
  using Inner = Value;
};

template <typename Value>
constexpr KeyType type_of() {
  using T = typename Optional<Value>::Inner;
  if constexpr (std::is_same_v<T, bool>) return KeyType::boolean;
  if constexpr (std::is_integral_v<T>) return KeyType::integer;
  if constexpr (std::is_floating_point_v<T>) return KeyType::number;
  if constexpr (std::is_same_v<T, std::vector<double>>) return KeyType::list_of_numbers;
  if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) return KeyType::list_of_integers;
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return KeyType::list_of_texts;
  if constexpr (std::is_same_v<T, std::pair<double, double>> || std::is_same_v<T, Interval>)
    return KeyType::pair_of_numbers;
  return KeyType::text;
}

template <typename Value>
void read_member(const KeyAt& at, Value& value) {
  if constexpr (Optional<Value>::value) {
    typename Optional<Value>::Inner inner{};
    const std::size_t before = at.problems().size();
    read_value(at, inner);
    if (at.problems().size() == before) value = std::move(inner);
  } else if constexpr (std::is_enum_v<Value>) {
    if (const auto choice = read_choice(at)) value = static_cast<Value>(*choice);
  } else {
    read_value(at, value);
  }
}

template <typename Value>
std::string write_member(const KeySpec& key, const Value& value) {
  if constexpr (Optional<Value>::value) {
    return value ? write_value(key, *value) : std::string();
  } else if constexpr (std::is_enum_v<Value>) {
    return write_choice(key, static_cast<std::size_t>(value));
  } else {
    return write_value(key, value);
  }
}

constexpr KeySpec declared(std::string_view name, const Attributes& attributes, std::string_view meaning,
                           std::string_view example, KeyType type, const void* record) {
  KeySpec key;
  key.name = name;
  key.type = attributes.choices.empty() || type == KeyType::list_of_texts ? type : KeyType::text;
  key.form = attributes.form;
  key.unit = attributes.unit;
  key.required = attributes.required;
  key.may_be_empty = attributes.may_be_empty;
  key.fallback = attributes.fallback;
  key.choices = attributes.choices;
  key.range = attributes.range;
  key.meaning = meaning;
  key.example = example;
  key.open = attributes.open;
  key.distinct = attributes.distinct;
  key.ascending = attributes.ascending;
  key.decides = attributes.decides;
  key.quiet = attributes.quiet;
  key.no_default = attributes.no_default;
  key.touches = attributes.touches;
  key.use = attributes.use;
  key.check = attributes.check;
  key.record = record;
  return key;
}

template <auto... Path>
void read_nested(const KeyAt& at, void* record) {
  auto& member = Member<Path...>::in(record);
  const TableReader table(at.value(), *at.key.table, at.problems());
  if (!at.value().is_table()) return;
  if constexpr (Optional<typename Member<Path...>::Value>::value) {
    fill(table, member.emplace(), at.scope);
  } else {
    fill(table, member, at.scope);
  }
}

/// The member as a record; null where it is absent.
template <auto... Path>
const void* nested(const void* record) {
  const auto& member = Member<Path...>::in(record);
  if constexpr (Optional<typename Member<Path...>::Value>::value) {
    return member ? &*member : nullptr;
  } else {
    return &member;
  }
}

}  // namespace binding

/// `Function` is Use(const KeySpec&, const Record&, const Scope&).
template <auto Function>
Use rule(const KeySpec& key, const void* record, const Scope& scope) {
  return Function(key, *static_cast<const typename binding::Parameters<decltype(Function)>::SecondType*>(record),
                  scope);
}

/// `Function` is void(const KeyAt&, const Record&).
template <auto Function>
void checked(const KeyAt& at, const void* record) {
  Function(at, *static_cast<const typename binding::Parameters<decltype(Function)>::SecondType*>(record));
}

/// A number, text, word of an enumeration or list; bound to a member, or to a member of a member.
template <auto... Path>
constexpr KeySpec field(std::string_view name, Attributes attributes, std::string_view meaning,
                        std::string_view example) {
  using Value = typename binding::Member<Path...>::Value;
  using Inner = typename binding::Optional<Value>::Inner;
  if constexpr (std::is_enum_v<Inner>) attributes.choices = words<Inner>;
  KeySpec key = binding::declared(name, attributes, meaning, example, binding::type_of<Value>(),
                                  &record_tag<typename binding::Member<Path...>::Record>);
  key.read = [](const KeyAt& at, void* record) { binding::read_member(at, binding::Member<Path...>::in(record)); };
  key.write = [](const KeySpec& self, const void* record, const Scope&) -> std::string {
    return binding::write_member(self, binding::Member<Path...>::in(record));
  };
  return key;
}

/// A value of its own form: `Read` is void(const KeyAt&, Record&), `Write` is std::string(const Record&, const Scope&).
template <auto Read, auto Write>
constexpr KeySpec custom(std::string_view name, KeyType type, const Attributes& attributes, std::string_view meaning,
                         std::string_view example) {
  using Record = typename binding::Parameters<decltype(Read)>::SecondType;
  KeySpec key = binding::declared(name, attributes, meaning, example, type, &record_tag<Record>);
  key.type = type;
  key.no_default = true;
  key.read = [](const KeyAt& at, void* record) { Read(at, *static_cast<Record*>(record)); };
  key.write = [](const KeySpec&, const void* record, const Scope& scope) -> std::string {
    return Write(*static_cast<const Record*>(record), scope);
  };
  return key;
}

/// Likewise a table, or several, with a heading of their own: `Write` is
/// void(const Record&, const Scope&, const std::string& path, std::string& text).
template <auto Read, auto Write>
constexpr KeySpec custom_block(std::string_view name, KeyType type, const SectionSpec* table,
                               const Attributes& attributes, std::string_view meaning, std::string_view example) {
  using Record = typename binding::Parameters<decltype(Read)>::SecondType;
  KeySpec key = binding::declared(name, attributes, meaning, example, type, &record_tag<Record>);
  key.type = type;
  key.table = table;
  key.read = [](const KeyAt& at, void* record) { Read(at, *static_cast<Record*>(record)); };
  key.write_block = [](const KeySpec&, const void* record, const Scope& scope, const std::string& path,
                       std::string& text) { Write(*static_cast<const Record*>(record), scope, path, text); };
  return key;
}

/// A table whose record is a member, present or optional.
template <auto... Path>
constexpr KeySpec table(std::string_view name, const SectionSpec& section, const Attributes& attributes,
                        std::string_view meaning, std::string_view example) {
  KeySpec key = binding::declared(name, attributes, meaning, example, KeyType::table,
                                  &record_tag<typename binding::Member<Path...>::Record>);
  key.table = &section;
  key.read = binding::read_nested<Path...>;
  key.write = [](const KeySpec& self, const void* record, const Scope& scope) {
    const void* member = binding::nested<Path...>(record);
    return member ? inline_table(*self.table, member, scope) : std::string();
  };
  return key;
}

/// A table whose keys are bound to members of the record itself.
template <typename Record>
constexpr KeySpec part(std::string_view name, const SectionSpec& section, const Attributes& attributes,
                       std::string_view meaning, std::string_view example) {
  KeySpec key = binding::declared(name, attributes, meaning, example, KeyType::table, &record_tag<Record>);
  key.table = &section;
  key.read = [](const KeyAt& at, void* record) {
    const TableReader inner(at.value(), *at.key.table, at.problems());
    if (at.value().is_table()) fill(inner, *static_cast<Record*>(record), at.scope);
  };
  key.write = [](const KeySpec& self, const void* record, const Scope& scope) {
    return inline_table(*self.table, record, scope);
  };
  return key;
}

/// The declaration of a table whose keys fill in a `Record`. `Finish` is void(const TableReader&, Record&, const
/// Scope&).
template <typename Record, auto Finish = nullptr>
constexpr SectionSpec section(std::string_view name, std::string_view heading, std::string_view meaning,
                              std::span<const KeySpec> keys) {
  for (const KeySpec& key : keys) {
    if (key.record != &record_tag<Record>) throw InternalError("a key is bound to a member of another record");
  }
  SectionSpec spec = {
      .name = name, .heading = heading, .meaning = meaning, .keys = keys, .record = &record_tag<Record>};
  spec.defaults = []() -> const void* {
    static const Record made{};
    return &made;
  };
  if constexpr (!std::is_same_v<decltype(Finish), std::nullptr_t>) {
    spec.finish = [](const TableReader& reader, void* record, const Scope& scope) {
      Finish(reader, *static_cast<Record*>(record), scope);
    };
  }
  return spec;
}

}  // namespace vcohort
