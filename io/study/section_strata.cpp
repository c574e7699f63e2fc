#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/covariates.hpp"
#include "engine/study/names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::string_view unnamed = "strata";
constexpr std::string_view groups_form = "true, or list of groups";
constexpr std::size_t longest_name = 100;
constexpr std::size_t most_stratifications = 1000;

// In the order of StratumDimension::Variable.
constexpr std::array<KeySpec, 10> keys = {{
    {.name = "age_years",
     .type = KeyType::list_of_numbers,
     .form = "list of cut points",
     .unit = "years",
     .range = {0, 150},
     .meaning =
         "Age at baseline: n + 1 ascending cut points make n bins, each from its lower end up to but not including its "
         "upper.",
     .example = "[0, 3, 6, 18]"},
    {.name = "gmfcs",
     .type = KeyType::other,
     .form = groups_form,
     .choices = gmfcs_names,
     .meaning =
         "GMFCS level. `true` makes a bin of each category; a list makes bins of its groups, and what is in no group "
         "belongs to the margin only.",
     .example = "[[\"I\", \"II\", \"III\"], [\"IV\", \"V\"]]"},
    {.name = "gmfm66",
     .type = KeyType::list_of_numbers,
     .form = "list of cut points",
     .unit = "points",
     .range = {0, 101},
     .meaning = "Observed GMFM-66 at baseline; a last cut point of 101 keeps the score of 100 in.",
     .example = "[0, 30, 50, 101]"},
    {.name = "gmfm88",
     .type = KeyType::list_of_numbers,
     .form = "list of cut points",
     .unit = "points",
     .range = {0, 101},
     .meaning = "Observed GMFM-88 at baseline; likewise.",
     .example = "[0, 30, 40, 101]"},
    {.name = "injury",
     .type = KeyType::other,
     .form = groups_form,
     .meaning = "Predominant injury.",
     .example = "true"},
    {.name = "motor_type",
     .type = KeyType::other,
     .form = groups_form,
     .meaning = "Motor type.",
     .example = "[[\"spastic\"], [\"dyskinetic\", \"mixed\"]]"},
    {.name = "sex", .type = KeyType::other, .form = groups_form, .meaning = "Sex.", .example = "true"},
    {.name = "genotype",
     .type = KeyType::other,
     .form = groups_form,
     .meaning = "Whether the child carries the (hypothetical) favourable genotype.",
     .example = "true"},
    {.name = "immune_suppressed",
     .type = KeyType::other,
     .form = groups_form,
     .meaning = "Whether the child is under long-term immunosuppression.",
     .example = "true"},
    {.name = "inflammation",
     .type = KeyType::list_of_numbers,
     .form = "list of cut points",
     .unit = "SD",
     .range = {-10, 10},
     .meaning = "Standard normal score of systemic inflammation at baseline, as if it were measured without error.",
     .example = "[-10, 0, 10]"},
}};

/// I-III for neighbours, else the names with a plus between them.
std::string group_name(std::vector<int> group, std::span<const std::string_view> categories) {
  std::sort(group.begin(), group.end());
  const bool neighbours = group.size() > 1 && group.back() - group.front() == static_cast<int>(group.size()) - 1;
  if (neighbours && categories.data() == gmfcs_names.data()) {
    return fmt::format("{}-{}", categories[static_cast<std::size_t>(group.front())],
                       categories[static_cast<std::size_t>(group.back())]);
  }
  std::string name;
  for (const int category : group) {
    if (!name.empty()) name += '+';
    name += categories[static_cast<std::size_t>(category)];
  }
  return name;
}

void read_cut_points(const TableReader& reader, StratumDimension& dimension, std::string_view key) {
  const auto cuts = reader.numbers(key);
  if (!cuts) return;
  if (cuts->size() < 2) {
    reader.refuse(key, fmt::format("\"{}\" needs at least two cut points", key), "one bin lies between two", "");
    return;
  }
  for (std::size_t index = 1; index < cuts->size(); ++index) {
    const Interval bin = {(*cuts)[index - 1], (*cuts)[index]};
    if (!(bin.low < bin.high)) {
      reader.problems().add(reader.entry(key)->value.items[index].place,
                            fmt::format("the cut points of \"{}\" do not ascend", key),
                            fmt::format("{} after {}", number_text(bin.high), number_text(bin.low)), "sort them");
      return;
    }
    dimension.intervals.push_back(bin);
    dimension.names.push_back(number_text(bin.low) + (bin.low < 0 ? " to " : "-") + number_text(bin.high));
  }
}

/// Reads the groups of a categorical variable.
class GroupReader {
 public:
  GroupReader(StratumDimension& dimension, std::string_view key, Problems& problems)
      : dimension_(dimension), key_(key), categories_(categories_of(dimension.variable)), problems_(problems) {}

  void read(const TomlValue& value) {
    if (value.kind == TomlValue::Kind::boolean) {
      if (!value.boolean) {
        problems_.add(value.place, fmt::format("\"{}\" = false means nothing", key_), "true makes strata of it",
                      "remove it");
        return;
      }
      for (int category = 0; category < static_cast<int>(categories_.size()); ++category) append({category});
      return;
    }
    if (!value.is_array() || value.items.empty()) {
      problems_.add(value.place, fmt::format("\"{}\" must be true or a list of groups", key_),
                    "the categories are " + listed(categories_), "");
      return;
    }
    for (const TomlValue& item : value.items) read_group(item);
  }

 private:
  void read_group(const TomlValue& item) {
    std::vector<int> group;
    if (item.is_array() && item.items.empty()) {
      problems_.add(item.place, fmt::format("an empty group in \"{}\"", key_), "it would be an empty stratum",
                    "remove it");
    } else if (item.is_array()) {
      for (const TomlValue& word : item.items) read_category(word, group);
    } else {
      read_category(item, group);
    }
    if (!group.empty()) append(group);
  }

  void read_category(const TomlValue& word, std::vector<int>& group) {
    if (!word.is_text()) {
      problems_.add(word.place, fmt::format("a group of \"{}\" must be made of texts", key_),
                    "it holds " + std::string(kind_text(word.kind)), "the categories are " + listed(categories_));
      return;
    }
    const auto found = std::find(categories_.begin(), categories_.end(), word.text);
    if (found == categories_.end()) {
      problems_.add(word.place, fmt::format("\"{}\" has no category {}", key_, quoted(word.text)),
                    "it has " + listed(categories_), suggestion(word.text, categories_));
      return;
    }
    const int category = static_cast<int>(found - categories_.begin());
    if (std::find(taken_.begin(), taken_.end(), category) != taken_.end()) {
      problems_.add(word.place, fmt::format("{} stands in two groups of \"{}\"", quoted(word.text), key_),
                    "groups are disjoint", "remove one");
      return;
    }
    taken_.push_back(category);
    group.push_back(category);
  }

  void append(std::vector<int> group) {
    std::sort(group.begin(), group.end());
    dimension_.names.push_back(group_name(group, categories_));
    dimension_.groups.push_back(std::move(group));
  }

  StratumDimension& dimension_;
  std::string_view key_;
  std::span<const std::string_view> categories_;
  Problems& problems_;
  std::vector<int> taken_;
};

void read_stratification(const TableReader& reader, std::string_view name, StudyContext& context) {
  Stratification stratification;
  stratification.name = name;
  for (std::size_t index = 0; index < keys.size(); ++index) {
    const std::string_view key = keys[index].name;
    if (!reader.has(key)) continue;
    StratumDimension dimension{};
    dimension.variable = static_cast<StratumVariable>(index);
    if (categories_of(dimension.variable).empty()) {
      read_cut_points(reader, dimension, key);
    } else {
      GroupReader(dimension, key, context.problems).read(reader.entry(key)->value);
    }
    stratification.dimensions.push_back(std::move(dimension));
  }
  context.study.stratifications.push_back(std::move(stratification));
}

bool is_variable(std::string_view key) {
  return strata_section.find(key) != nullptr;
}

}  // namespace

const SectionSpec strata_section = {
    .name = "strata",
    .heading = "[strata]",
    .meaning =
        "The subgroups that results are given for: the product of the listed variables, and all margins of it. Further "
        "stratifications have a name and the same keys: `[strata.article]`.",
    .keys = keys,
};

void read_strata(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, strata_section, context.problems, true);
  if (!table.is_table()) return;
  const bool has_variables = std::any_of(table.entries.begin(), table.entries.end(),
                                         [](const TomlEntry& entry) { return is_variable(entry.key); });
  if (has_variables) read_stratification(reader, unnamed, context);
  for (const TomlEntry& entry : table.entries) {
    if (is_variable(entry.key)) continue;
    if (!entry.value.is_table()) {
      context.problems.add(entry.place, "unknown key " + quoted(entry.key), "in [strata]",
                           did_you_mean(entry.key, stratum_variable_names()));
      continue;
    }
    const bool printable = std::none_of(entry.key.begin(), entry.key.end(), [](char letter) {
      return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F || letter == '/';
    });
    if (entry.key.empty() || entry.key == unnamed || entry.key.size() > longest_name || !printable) {
      context.problems.add(entry.place, "a stratification cannot be called " + quoted(entry.key),
                           "its name becomes part of a result: printable, without slash, and not \"strata\"",
                           "rename it");
      continue;
    }
    const TableReader named(entry.value, strata_section, context.problems);
    if (entry.value.entries.empty()) {
      context.problems.add(entry.place, "the stratification " + quoted(entry.key) + " is empty", "it has no variable",
                           "list one");
    }
    read_stratification(named, entry.key, context);
  }
  if (context.study.stratifications.size() > most_stratifications) {
    context.problems.add(table.place, "there are more than 1000 stratifications", "results would be unreadable",
                         "remove some");
  }
}

}  // namespace vcohort
