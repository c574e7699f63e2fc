#pragma once
#include <span>
#include <type_traits>
#include <utility>

#include "engine/numeric/errors.hpp"
#include "io/study/record.hpp"
#include "io/study/words.hpp"

/// Declarations of keys that are bound to members: what reads a key and what writes it come from one line. A key is
/// declared by its name, what else KeySpec says about it, its meaning and an example. `use` and `check` are made by
/// rule<> and checked<>.
///
///   field<&TrialQuestion::alpha>("alpha", {.range = between(0, 1)}, "Significance level.", "0.05")
namespace vcohort {

namespace binding {

template <typename Pointer>
struct Of;
template <typename RecordType, typename ValueType>
struct Of<ValueType RecordType::*> {
  using Record = RecordType;
  using Value = ValueType;
};

/// The type of a function's second parameter.
template <typename Function>
struct Parameters;
template <typename Result, typename First, typename Second, typename... Others>
struct Parameters<Result (*)(First, Second, Others...)> {
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
    read_member(at, inner);
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
    return value ? write_member(key, *value) : std::string();
  } else if constexpr (std::is_enum_v<Value>) {
    return write_choice(key, static_cast<std::size_t>(value));
  } else {
    return write_value(key, value);
  }
}

template <typename Record>
constexpr KeySpec declared(KeySpec key, std::string_view name, KeyType type, std::string_view meaning,
                           std::string_view example) {
  key.name = name;
  key.type = type;
  key.meaning = meaning;
  key.example = example;
  key.record = &record_tag<Record>;
  return key;
}

template <auto Read>
void read_by(const KeyAt& at, void* record) {
  Read(at, *static_cast<typename Parameters<decltype(Read)>::SecondType*>(record));
}

template <typename Value>
struct IsList : std::false_type {};
template <typename Value>
struct IsList<std::vector<Value>> : std::true_type {};

template <auto... Path>
void read_nested(const KeyAt& at, void* record) {
  using Value = typename Member<Path...>::Value;
  Value& member = Member<Path...>::in(record);
  if constexpr (IsList<Value>::value) {
    read_list(at, member, *at.key.table);
  } else {
    const TableReader table(at.value(), *at.key.table, at.problems());
    if (!at.value().is_table()) return;
    if constexpr (Optional<Value>::value) {
      fill(table, member.emplace(), at.scope);
    } else {
      fill(table, member, at.scope);
    }
  }
}

/// The records that a member holds.
template <auto... Path>
std::vector<const void*> nested(const void* record) {
  using Value = typename Member<Path...>::Value;
  const Value& member = Member<Path...>::in(record);
  std::vector<const void*> records;
  if constexpr (IsList<Value>::value) {
    for (const auto& item : member) records.push_back(&item);
  } else if constexpr (Optional<Value>::value) {
    if (member) records.push_back(&*member);
  } else {
    records.push_back(&member);
  }
  return records;
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
constexpr KeySpec field(std::string_view name, KeySpec attributes, std::string_view meaning, std::string_view example) {
  using Value = typename binding::Member<Path...>::Value;
  using Inner = typename binding::Optional<Value>::Inner;
  if constexpr (std::is_enum_v<Inner>) attributes.choices = words<Inner>;
  const KeyType type = attributes.choices.empty() || binding::type_of<Value>() == KeyType::list_of_texts
                           ? binding::type_of<Value>()
                           : KeyType::text;
  KeySpec key = binding::declared<typename binding::Member<Path...>::Record>(attributes, name, type, meaning, example);
  key.read = [](const KeyAt& at, void* record) { binding::read_member(at, binding::Member<Path...>::in(record)); };
  key.write = [](const KeySpec& self, const void* record, const Scope&) -> std::string {
    return binding::write_member(self, binding::Member<Path...>::in(record));
  };
  return key;
}

/// A value of its own form: `Read` is void(const KeyAt&, Record&), `Write` is std::string(const Record&, const Scope&),
/// with the KeySpec before them where several keys share it.
template <auto Read, auto Write>
constexpr KeySpec custom(std::string_view name, KeyType type, const KeySpec& attributes, std::string_view meaning,
                         std::string_view example) {
  using Record = typename binding::Parameters<decltype(Read)>::SecondType;
  KeySpec key = binding::declared<Record>(attributes, name, type, meaning, example);
  key.no_default = true;
  key.read = binding::read_by<Read>;
  key.write = [](const KeySpec& self, const void* record, const Scope& scope) -> std::string {
    if constexpr (std::is_invocable_v<decltype(Write), const KeySpec&, const Record&, const Scope&>) {
      return Write(self, *static_cast<const Record*>(record), scope);
    } else {
      return Write(*static_cast<const Record*>(record), scope);
    }
  };
  return key;
}

/// Likewise a table, or several, with a heading of their own: `Write` is
/// void(const Record&, const Scope&, const std::string& path, std::string& text).
template <auto Read, auto Write>
constexpr KeySpec custom_block(std::string_view name, KeyType type, const KeySpec& attributes, std::string_view meaning,
                               std::string_view example) {
  using Record = typename binding::Parameters<decltype(Read)>::SecondType;
  KeySpec key = binding::declared<Record>(attributes, name, type, meaning, example);
  key.read = binding::read_by<Read>;
  key.write_block = [](const KeySpec&, const void* record, const Scope& scope, const std::string& path,
                       std::string& text) { Write(*static_cast<const Record*>(record), scope, path, text); };
  return key;
}

/// A table whose record is a member, present or optional, or a list of tables whose records are its items.
template <auto... Path>
constexpr KeySpec table(std::string_view name, const SectionSpec& section, const KeySpec& attributes,
                        std::string_view meaning, std::string_view example) {
  constexpr bool list = binding::IsList<typename binding::Member<Path...>::Value>::value;
  KeySpec key = binding::declared<typename binding::Member<Path...>::Record>(
      attributes, name, list ? KeyType::other : KeyType::table, meaning, example);
  key.table = &section;
  key.list = list;
  key.read = binding::read_nested<Path...>;
  key.nested = binding::nested<Path...>;
  return key;
}

/// Likewise, but `Read`, void(const KeyAt&, Record&), reads it.
template <auto Read, auto... Path>
constexpr KeySpec table_by(std::string_view name, const SectionSpec& section, const KeySpec& attributes,
                           std::string_view meaning, std::string_view example) {
  KeySpec key = table<Path...>(name, section, attributes, meaning, example);
  key.read = binding::read_by<Read>;
  return key;
}

/// A table whose keys are bound to members of the record itself.
template <typename Record>
constexpr KeySpec part(std::string_view name, const SectionSpec& section, const KeySpec& attributes,
                       std::string_view meaning, std::string_view example) {
  KeySpec key = binding::declared<Record>(attributes, name, KeyType::table, meaning, example);
  key.table = &section;
  key.read = [](const KeyAt& at, void* record) {
    const TableReader inner(at.value(), *at.key.table, at.problems());
    if (at.value().is_table()) fill(inner, *static_cast<Record*>(record), at.scope);
  };
  key.nested = [](const void* record) { return std::vector<const void*>{record}; };
  return key;
}

/// The name of a strategy of the study, whose index is the member.
template <auto... Path>
constexpr KeySpec strategy(std::string_view name, const KeySpec& attributes, std::string_view meaning,
                           std::string_view example) {
  KeySpec key =
      binding::declared<typename binding::Member<Path...>::Record>(attributes, name, KeyType::text, meaning, example);
  if (key.form.empty()) key.form = "name of a strategy";
  key.no_default = true;
  key.read = [](const KeyAt& at, void* record) {
    binding::Member<Path...>::in(record) = read_strategy(at).value_or(0);
  };
  key.write = [](const KeySpec&, const void* record, const Scope& scope) {
    return toml_text(scope.study->strategies.at(static_cast<std::size_t>(binding::Member<Path...>::in(record))).name);
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
