#include "io/study/record.hpp"

#include <fmt/format.h>

#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

Use use_of(const KeySpec& key, const void* record, const Scope& scope) {
  return key.use ? key.use(key, record, scope) : Use{};
}

/// One pass over the table: `problems[k]` are those that key k has made so far.
class RecordReader {
 public:
  RecordReader(const TableReader& reader, void* record, const Scope& scope)
      : reader_(reader), keys_(reader.section().keys), record_(record), scope_(scope), problems_(reader.problems()) {}

  void read() {
    const bool whole = read_values();
    forget_idle();
    for (std::size_t k = 0; k < found_.size(); ++k) settle(k);
    if (whole && reader_.section().finish) reader_.section().finish(reader_, record_, scope_);
  }

 private:
  struct Found {
    std::size_t first = 0, last = 0;  // of the problems
    bool there = false;
  };

  KeyAt at(std::size_t k) const { return {reader_, keys_[k], scope_}; }

  /// False, and the last, where a key was refused that decides about those behind it.
  bool read_values() {
    for (const KeySpec& key : keys_) {
      Found found = {.first = problems_.size(), .there = reader_.has(key.name)};
      if (found.there && key.read) key.read({reader_, key, scope_}, record_);
      found.last = problems_.size();
      found_.push_back(found);
      const bool missing =
          !found.there && key.decides && (key.required || use_of(key, record_, scope_).kind == Use::Kind::required);
      if (key.decides && (found.first < found.last || missing)) return false;
    }
    return true;
  }

  /// What is wrong with a key that has no use does not matter.
  void forget_idle() {
    for (std::size_t k = 0; k < found_.size(); ++k) uses_.push_back(use_of(keys_[k], record_, scope_));
    for (std::size_t k = found_.size(); k-- > 0;) {
      if (uses_[k].kind == Use::Kind::none) problems_.forget(found_[k].first, found_[k].last);
    }
  }

  void settle(std::size_t k) {
    const KeySpec& key = keys_[k];
    const bool well = found_[k].first == found_[k].last;
    if (uses_[k].kind == Use::Kind::none) {
      if (!uses_[k].why.empty() || !uses_[k].problem.empty())
        refuse_without_effect(reader_, key.name, uses_[k].why, uses_[k].problem);
      return;
    }
    if (uses_[k].kind == Use::Kind::required && well) require_key(reader_, key.name, uses_[k].why, uses_[k].asked_by);
    if (found_[k].there && well && key.check) key.check(at(k), record_);
  }

  const TableReader& reader_;
  std::span<const KeySpec> keys_;
  void* record_;
  const Scope& scope_;
  Problems& problems_;
  std::vector<Found> found_;
  std::vector<Use> uses_;
};

std::string value_text(const KeySpec& key, const void* record, const Scope& scope) {
  if (!key.nested) return key.write ? key.write(key, record, scope) : std::string();
  const auto inside = [&](const void* nested) { return inline_table(*key.table, nested, scope); };
  const std::vector<const void*> records = key.nested(record);
  if (records.empty()) return {};
  return key.list ? list_text(records, inside) : inside(records.front());
}

std::string right_hand_side(const SectionSpec& section, const KeySpec& key, const void* record, const Scope& scope) {
  if (key.block || use_of(key, record, scope).kind == Use::Kind::none) return {};
  std::string text = value_text(key, record, scope);
  const bool says_nothing = key.quiet && text == value_text(key, section.defaults(), scope);
  return says_nothing ? std::string() : text;
}

void write_block(const KeySpec& key, const void* record, const Scope& scope, const std::string& path,
                 std::string& text) {
  if (key.write_block) key.write_block(key, record, scope, path, text);
  if (!key.block) return;
  const std::string heading = key.list ? "[[" + path + "]]" : "[" + path + "]";
  for (const void* nested : key.nested(record)) write_table(*key.table, nested, scope, heading, path, text);
}

}  // namespace

void read_record(const TableReader& reader, void* record, const Scope& scope) {
  RecordReader(reader, record, scope).read();
}

std::vector<std::string> lines_of(const SectionSpec& section, const void* record, const Scope& scope) {
  std::vector<std::string> lines;
  for (const KeySpec& key : section.keys) {
    const std::string value = right_hand_side(section, key, record, scope);
    if (!value.empty()) lines.push_back(fmt::format("{} = {}", key.name, value));
  }
  return lines;
}

std::string inline_table(const SectionSpec& section, const void* record, const Scope& scope) {
  const std::vector<std::string> lines = lines_of(section, record, scope);
  return lines.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(lines, ", "));
}

void write_table(const SectionSpec& section, const void* record, const Scope& scope, std::string_view heading,
                 const std::string& path, std::string& text) {
  text += fmt::format("\n{}\n", heading);
  for (const std::string& line : lines_of(section, record, scope)) text += line + "\n";
  for (const KeySpec& key : section.keys) write_block(key, record, scope, fmt::format("{}.{}", path, key.name), text);
}

std::string default_of(const SectionSpec& section, const KeySpec& key) {
  if (key.required || !key.fallback.empty()) return std::string(key.fallback);
  if (key.no_default || key.table || !key.write || !section.defaults) return {};
  return key.write(key, section.defaults(), Scope{});
}

void read_value(const KeyAt& at, double& value) {
  value = at.table.number(at.key.name).value_or(value);
}
void read_value(const KeyAt& at, std::int64_t& value) {
  value = at.table.integer(at.key.name).value_or(value);
}
void read_value(const KeyAt& at, std::uint64_t& value) {
  if (const auto number = at.table.integer(at.key.name)) value = static_cast<std::uint64_t>(*number);
}
void read_value(const KeyAt& at, int& value) {
  if (const auto number = at.table.integer(at.key.name)) value = static_cast<int>(*number);
}
void read_value(const KeyAt& at, bool& value) {
  if (at.key.choices.empty()) {
    value = at.table.boolean(at.key.name).value_or(value);
  } else if (const auto choice = read_choice(at)) {
    value = *choice == 1;
  }
}
void read_value(const KeyAt& at, std::string& value) {
  const bool right = at.key.choices.empty() || at.key.open || read_choice(at);
  if (right) value = at.table.text(at.key.name).value_or(value);
}
void read_value(const KeyAt& at, std::vector<double>& value) {
  const auto numbers = at.table.numbers(at.key.name);
  if (numbers && (!at.key.ascending || check_ascending(at.table, at.key.name, *numbers))) value = *numbers;
}
void read_value(const KeyAt& at, std::vector<std::int64_t>& value) {
  value = at.table.integers(at.key.name).value_or(value);
}
void read_value(const KeyAt& at, std::vector<std::string>& value) {
  if (at.key.may_be_empty && !says_something(at.value())) return;
  const bool right = at.key.choices.empty() || at.key.open || at.table.choices(at.key.name);
  if (right)
    value = (at.key.distinct ? distinct_texts(at.table, at.key.name) : at.table.texts(at.key.name)).value_or(value);
}
void read_value(const KeyAt& at, std::pair<double, double>& value) {
  value = at.table.pair(at.key.name).value_or(value);
}
void read_value(const KeyAt& at, Interval& value) {
  if (const auto pair = at.table.pair(at.key.name)) value = {pair->first, pair->second};
}
std::optional<int> read_choice(const KeyAt& at) {
  return at.table.choice(at.key.name);
}

std::optional<int> read_strategy(const KeyAt& at) {
  const auto name = at.table.text(at.key.name);
  if (!name) return std::nullopt;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : at.scope.study->strategies) names.push_back(strategy.name);
  const std::optional<int> index = index_of(names, *name);
  if (!index) at.refuse("there is no strategy " + quoted(*name), at.key.why, did_you_mean(*name, names));
  return index;
}

std::string write_value(const KeySpec& key, double value) {
  return key.range.contains(value) ? number_text(value) : std::string();
}
std::string write_value(const KeySpec& key, std::int64_t value) {
  return key.range.contains(static_cast<double>(value)) ? number_text(value) : std::string();
}
std::string write_value(const KeySpec& key, std::uint64_t value) {
  return write_value(key, static_cast<std::int64_t>(value));
}
std::string write_value(const KeySpec& key, int value) {
  return write_value(key, std::int64_t{value});
}
std::string write_value(const KeySpec& key, bool value) {
  return key.choices.empty() ? std::string(truth(value)) : write_choice(key, value ? 1 : 0);
}
std::string write_value(const KeySpec& key, const std::string& value) {
  return value.empty() && !key.may_be_empty ? std::string() : toml_text(value);
}
std::string write_value(const KeySpec&, const std::vector<double>& value) {
  return value.empty() ? std::string() : number_list(value);
}
std::string write_value(const KeySpec&, const std::vector<std::int64_t>& value) {
  return value.empty() ? std::string() : list_text(value, [](std::int64_t number) { return number_text(number); });
}
std::string write_value(const KeySpec&, const std::vector<std::string>& value) {
  return value.empty() ? std::string() : text_list(value);
}
std::string write_value(const KeySpec& key, const std::pair<double, double>& value) {
  return write_value(key, Interval{value.first, value.second});
}
std::string write_value(const KeySpec&, const Interval& value) {
  return value.low < value.high ? fmt::format("[{}, {}]", number_text(value.low), number_text(value.high))
                                : std::string();
}
std::string write_choice(const KeySpec& key, std::size_t index) {
  return toml_text(key.choices[index]);
}

bool is_list(const KeyAt& at) {
  if (at.value().is_array()) return true;
  at.refuse(fmt::format("\"{}\" must be a {}", at.key.name, at.key.form),
            "it is " + std::string(kind_text(at.value().kind)),
            fmt::format("write {} = {}", at.key.name, at.key.example));
  return false;
}

}  // namespace vcohort
