#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <set>
#include <span>

#include "io/study/evidence_reader.hpp"
#include "io/study/number_text.hpp"
#include "io/study/record.hpp"
#include "io/study/study_writer.hpp"
#include "tests/io/study/random_study.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {
namespace {

/// The text of a random study without the keys that have no use; empty where nothing was understood.
std::string useful_text(const std::string& random) {
  const TomlValue document = parse_toml(random, "random");
  Problems problems("random");
  StudyContext context{.problems = problems};
  read_top(document, context);
  for (const StudySection& section : study_sections()) {
    if (const TomlEntry* entry = document.find(section.spec->name)) section.read(entry->value, context);
  }
  return write_study(context.study);
}

const TomlValue& only_item(const TomlValue& value) {
  return value.is_array() && value.items.size() == 1 ? value.items.front() : value;
}

/// Whether the resolved value says what was given: numbers by value, a single one like a list of one, and of a table
/// that was completed what was given.
bool says(const TomlValue& resolved, const TomlValue& given) {
  if (resolved.is_array() != given.is_array()) return says(only_item(resolved), only_item(given));
  if (const auto number = finite_number(given)) return number == finite_number(resolved);
  if (given.is_table()) {
    return std::all_of(given.entries.begin(), given.entries.end(), [&](const TomlEntry& entry) {
      const TomlEntry* found = resolved.find(entry.key);
      return found && says(found->value, entry.value);
    });
  }
  return resolved.kind == given.kind && resolved.text == given.text && resolved.boolean == given.boolean &&
         std::equal(resolved.items.begin(), resolved.items.end(), given.items.begin(), given.items.end(), says);
}

std::string path_of(const SectionSpec& section, const KeySpec& key) {
  return std::string(section.heading) + " " + std::string(key.name);
}

/// Keys that a resolved text says in other words: a structure as a matrix, `true` as its groups, equal shares of all
/// arms as one, the effect of a binary covariate as that of its second level, sets of
/// words in the order of the model.
bool said_otherwise(const std::string& path, const TomlValue& given) {
  return (path == "[data_model] correlation" && given.is_table()) || path == "trial.intercurrent share" ||
         path.starts_with("strategy.eligibility ") || path == "data_model.covariates effect" || path == "data_model.covariates interaction" ||
         (path.starts_with("[strata] ") && given.kind == TomlValue::Kind::boolean);
}

/// Walks a resolved text along the declarations, beside what was given: collects the keys that it has with another
/// value than their default.
class Walk {
 public:
  std::set<std::string> seen;

  void study(const TomlValue& resolved, const TomlValue& given) {
    table(top_section, resolved, &given);
    for (const StudySection& section : study_sections()) {
      const TomlEntry* entry = resolved.find(section.spec->name);
      if (entry) values(*section.spec, entry->value, value_of(&given, section.spec->name));
    }
  }

  /// A table, a list of tables, or tables that have names.
  void values(const SectionSpec& section, const TomlValue& resolved, const TomlValue* given) {
    for (std::size_t k = 0; k < resolved.items.size(); ++k)
      table(section, resolved.items[k], given && k < given->items.size() ? &given->items[k] : nullptr);
    for (const TomlEntry& entry : resolved.entries) {
      if (!section.find(entry.key)) table(section, entry.value, value_of(given, entry.key));
    }
    if (resolved.is_table()) table(section, resolved, given);
  }

 private:
  static const TomlValue* value_of(const TomlValue* table, std::string_view key) {
    const TomlEntry* entry = table ? table->find(key) : nullptr;
    return entry ? &entry->value : nullptr;
  }

  void table(const SectionSpec& section, const TomlValue& resolved, const TomlValue* given) {
    for (const TomlEntry& entry : resolved.entries) {
      const KeySpec* key = section.find(entry.key);
      if (!key) continue;
      const std::string path = path_of(section, *key);
      const std::string fallback = default_of(section, *key);
      const TomlValue* value = value_of(given, entry.key);
      const bool is_default =
          !fallback.empty() && says(parse_toml("x = " + fallback, "default").entries.front().value, entry.value);
      if (!is_default) seen.insert(path);
      if (key->table) {
        values(*key->table, entry.value, value);
      } else if (value && !said_otherwise(path, *value)) {
        EXPECT_TRUE(says(entry.value, *value)) << path;
      }
    }
  }
};

/// Every key of the tables, but for those that a resolved text never has: those that are resolved to other keys, and of
/// tables that stand for others.
std::set<std::string> all_keys(std::span<const SectionSpec* const> tables) {
  std::set<std::string> keys;
  for (const SectionSpec* section : tables) {
    if (section->name == "grid" && section->heading == "[grid]") continue;
    if (section->name == "correlation") continue;
    for (const KeySpec& key : section->keys)
      if (key.resolves_to.empty()) keys.insert(path_of(*section, key));
  }
  return keys;
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read_study(text, "useful"); });
}

TEST(Declarations, EveryKeyIsReadAndWritten) {
  std::vector<const SectionSpec*> tables(documented_tables().begin(), documented_tables().end());
  tables.insert(tables.end(), {&evidence_section, &parameter_section, &uncertainty_section, &joint_section,
                               &remark_section, &revision_section, &procedure_section});
  for (const SectionSpec* section : tables) {
    for (const KeySpec& key : section->keys) {
      SCOPED_TRACE(path_of(*section, key));
      EXPECT_EQ(key.record, section->record);
      EXPECT_TRUE(key.read && (key.nested || key.write || key.write_block));
    }
  }
}

// Resolving is the identity on resolved texts; and over all studies every declared key is resolved with a value that is
// not its default and that is the one that was given: a key that is not written, or to which another member belongs,
// fails here.
TEST(Declarations, ResolvedTextsReadBackAndHaveEveryKey) {
  constexpr std::uint64_t studies = 600;
  Walk walk;
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = 0; seed < studies; ++seed) {
    SCOPED_TRACE(seed);
    const std::string random = random_study(seed);
    const std::string useful = useful_text(random);
    const std::string refused = complaint(useful);
    if (!refused.empty()) {
      if (std::getenv("VCOHORT_SHOW_REFUSED")) std::cout << seed << ": " << refused << "\n";
      continue;
    }
    ++accepted;
    const std::string resolved = read_study(useful, "useful").resolved;
    EXPECT_EQ(read_study(resolved, "resolved").resolved, resolved) << random;
    walk.study(parse_toml(resolved, "resolved"), parse_toml(random, "random"));
  }
  EXPECT_GE(accepted, studies * 8 / 10);
  // What random studies do not ask for: design_reader_test, data_covariates_reader_test,
  // data_endpoints_reader_test and wished_reader_test.
  const auto is_read_elsewhere = [](const std::string& key) {
    static const std::set<std::string> keys = {"[trial] design", "[trial] effect", "[data] cluster", "[data] competing",
                                               "[data_model] intracluster_correlation", "[data_model] cluster_autocorrelation",
                                               "data_model.arms carry_over", "trial.primary interaction",
                                               "[trial] multiplicity"};
    return keys.contains(key) || key.starts_with("trial.design ") || key.starts_with("trial.multiplicity ");
  };
  for (const std::string& key : all_keys(documented_tables()))
    EXPECT_TRUE(walk.seen.contains(key) || is_read_elsewhere(key)) << key;
}

TEST(Declarations, ShippedEvidenceReadsBackAndHasEveryKey) {
  Walk walk;
  const std::string own =  // with the keys that no stance may have
      "format = \"vcohort-evidence 1\"\nbase = \"sceptical\"\nname = \"own\"\ntitle = \"own\"\n"
      "[parameter.\"effect.emax\"]\nvalue = 5\nunit = \"GMFM-66 points\"\nsource = \"own trial\"\n"
      "strength = \"found\"\nreason = \"newer\"\n"
      "history = [{ until = \"2026-11-29\", value = 4.0, why = \"a new trial\" }]\n";
  for (const std::string name : {"published", "sceptical", "null", "own"}) {
    const std::string text = name == "own" ? own : source_file("scenarios/evidence/" + name + ".toml");
    const std::string resolved = read_evidence(text, name).resolved;
    EXPECT_EQ(read_evidence(resolved, "resolved").resolved, resolved);
    const TomlValue document = parse_toml(resolved, "resolved"), given = parse_toml(text, name);
    walk.values(evidence_section, document, &given);
    for (const auto& [key, section] :
         {std::pair("parameter", &parameter_section), std::pair("joint", &joint_section),
          std::pair("procedure", &procedure_section)}) {
      const TomlEntry* entry = document.find(key);
      const TomlEntry* before = given.find(key);
      if (entry) walk.values(*section, entry->value, before ? &before->value : nullptr);
    }
  }
  const std::array<const SectionSpec*, 6> tables = {&evidence_section, &parameter_section, &uncertainty_section,
                                                    &joint_section,    &revision_section,  &procedure_section};
  for (const std::string& key : all_keys(tables)) EXPECT_TRUE(walk.seen.contains(key)) << key;
}

// The digits of a large number are no integer of TOML.
TEST(Declarations, NumbersBeyondTheIntegersReadBack) {
  for (const double value : {9223372036854775808.0, -9223372036854775808.0, 1.2345678901234567e19, 1e20}) {
    const TomlValue read = parse_toml("x = " + number_text(value), "number").entries.front().value;
    EXPECT_EQ(finite_number(read), value) << number_text(value);
  }
}

}  // namespace
}  // namespace vcohort
