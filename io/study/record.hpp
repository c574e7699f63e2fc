#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/numeric/errors.hpp"
#include "engine/study/study.hpp"
#include "io/study/sections.hpp"
#include "io/study/table_reader.hpp"
#include "io/study/toml_writing.hpp"

/// The one reader and the one writer of tables whose keys are bound to the members of a record; field.hpp binds them.
namespace vcohort {

struct TrialFrame;

/// What the keys of a table may look at beside the record that they fill in.
struct Scope {
  const Study* study = nullptr;         // as read so far, or as written; null for a file that is no study
  const TrialFrame* trial = nullptr;    // inside [trial]
  StudyContext* context = nullptr;      // for notices; null while writing
  const Strategy* strategy = nullptr;   // inside of its choice
  const DataModel* endpoint = nullptr;  // inside one of several endpoints of a data model
  const KeySpec* variable = nullptr;    // inside a distribution: the key whose values are distributed
};

/// A key that stands in the table that is read.
struct KeyAt {
  const TableReader& table;
  const KeySpec& key;
  const Scope& scope;

  const TomlEntry& entry() const { return *table.entry(key.name); }
  const TomlValue& value() const { return entry().value; }
  Problems& problems() const { return table.problems(); }
  void refuse(std::string_view problem, std::string_view why = {}, std::string_view what_to_do = {}) const {
    table.refuse(key.name, problem, why, what_to_do);
  }
  Place item_place(std::size_t index) const { return vcohort::item_place(table, key.name, index); }
};

/// Its address tells the types of records apart.
template <typename Record>
inline constexpr char record_tag = 0;

/// Fills in the members that the table has keys for, in the order of the declarations; then refuses keys without use,
/// asks for those that are required, and checks what was read well; last what no single key shows.
void read_record(const TableReader& reader, void* record, const Scope& scope);

/// The keys of a record that are not blocks, "key = value" each.
std::vector<std::string> lines_of(const SectionSpec& section, const void* record, const Scope& scope);

/// "{ alpha = 0.05, sides = 2 }"; empty where nothing is to be said.
std::string inline_table(const SectionSpec& section, const void* record, const Scope& scope);

/// An empty line, `heading`, a line for each key, and the blocks inside, whose headings begin with `path`.
void write_table(const SectionSpec& section, const void* record, const Scope& scope, std::string_view heading,
                 const std::string& path, std::string& text);

/// The default that documentation prints: what a default-made record has, unless that stands for an absent key.
std::string default_of(const SectionSpec& section, const KeySpec& key);

template <typename Record>
void fill(const TableReader& reader, Record& record, const Scope& scope) {
  if (reader.section().record != &record_tag<Record>) throw InternalError("a table is read into the wrong record");
  read_record(reader, &record, scope);
}

/// Read a value into its member, which keeps what it has where the value is refused.
void read_value(const KeyAt& at, double& value);
void read_value(const KeyAt& at, std::int64_t& value);
void read_value(const KeyAt& at, std::uint64_t& value);
void read_value(const KeyAt& at, int& value);
void read_value(const KeyAt& at, bool& value);  // with two choices: whether it is the second
void read_value(const KeyAt& at, std::string& value);
void read_value(const KeyAt& at, std::vector<double>& value);
void read_value(const KeyAt& at, std::vector<std::int64_t>& value);
void read_value(const KeyAt& at, std::vector<std::string>& value);
void read_value(const KeyAt& at, std::pair<double, double>& value);
void read_value(const KeyAt& at, Interval& value);
std::optional<int> read_choice(const KeyAt& at);

/// The index of the strategy that is named; refuses one that the study does not have.
std::optional<int> read_strategy(const KeyAt& at);

/// The right-hand side; empty for a number outside of the declared range, an empty text and an empty list, which stand
/// for an absent key.
std::string write_value(const KeySpec& key, double value);
std::string write_value(const KeySpec& key, std::int64_t value);
std::string write_value(const KeySpec& key, std::uint64_t value);
std::string write_value(const KeySpec& key, int value);
std::string write_value(const KeySpec& key, bool value);
std::string write_value(const KeySpec& key, const std::string& value);
std::string write_value(const KeySpec& key, const std::vector<double>& value);
std::string write_value(const KeySpec& key, const std::vector<std::int64_t>& value);
std::string write_value(const KeySpec& key, const std::vector<std::string>& value);
std::string write_value(const KeySpec& key, const std::pair<double, double>& value);
std::string write_value(const KeySpec& key, const Interval& value);
std::string write_choice(const KeySpec& key, std::size_t index);

/// Reads a list of tables; each record is in the list while it is read. False where it is no list.
bool is_list(const KeyAt& at);
template <typename Record>
bool read_list(const KeyAt& at, std::vector<Record>& records, const SectionSpec& section) {
  if (!is_list(at)) return false;
  for (const TomlValue& item : at.value().items) {
    records.emplace_back();
    const TableReader table(item, section, at.problems());
    if (item.is_table()) fill(table, records.back(), at.scope);
  }
  return true;
}

}  // namespace vcohort
