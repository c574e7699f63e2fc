#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/covariates.hpp"
#include "engine/study/names.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::string_view unnamed = "strata";
constexpr std::size_t longest_name = 100;
constexpr std::size_t most_stratifications = 1000;

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

void read_cut_points(const KeyAt& at, StratumDimension& dimension) {
  const std::string_view key = at.key.name;
  const auto cuts = at.table.numbers(key);
  if (!cuts) return;
  if (cuts->size() < 2) {
    at.refuse(fmt::format("\"{}\" needs at least two cut points", key), "one bin lies between two", "");
    return;
  }
  for (std::size_t index = 1; index < cuts->size(); ++index) {
    const Interval bin = {(*cuts)[index - 1], (*cuts)[index]};
    if (!(bin.low < bin.high)) {
      at.problems().add(at.item_place(index), fmt::format("the cut points of \"{}\" do not ascend", key),
                        fmt::format("{} after {}", number_text(bin.high), number_text(bin.low)), "sort them");
      return;
    }
    dimension.intervals.push_back(bin);
    dimension.names.push_back(number_text(bin.low) + (cuts->front() < 0 ? " to " : "-") + number_text(bin.high));
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

void read_dimension(const KeyAt& at, Stratification& stratification) {
  StratumDimension& dimension = stratification.dimensions.emplace_back();
  dimension.variable = static_cast<StratumVariable>(*index_of(stratum_variable_names(), at.key.name));
  if (categories_of(dimension.variable).empty()) {
    read_cut_points(at, dimension);
  } else {
    GroupReader(dimension, at.key.name, at.problems()).read(at.value());
  }
}

std::string write_dimension(const KeySpec& key, const Stratification& stratification, const Scope&) {
  const auto found = std::find_if(stratification.dimensions.begin(), stratification.dimensions.end(),
                                  [&](const StratumDimension& other) { return name_of(other.variable) == key.name; });
  if (found == stratification.dimensions.end()) return {};
  const auto categories = categories_of(found->variable);
  if (!categories.empty()) {
    const auto word = [&](int category) { return toml_text(categories[static_cast<std::size_t>(category)]); };
    return list_text(found->groups, [&](const std::vector<int>& group) { return list_text(group, word); });
  }
  std::vector<double> cuts;
  for (const Interval& bin : found->intervals) cuts.push_back(bin.low);
  if (!found->intervals.empty()) cuts.push_back(found->intervals.back().high);
  return number_list(cuts);
}

constexpr KeySpec cuts(std::string_view name, std::string_view unit, Range range, std::string_view meaning,
                       std::string_view example) {
  return custom<read_dimension, write_dimension>(
      name, KeyType::list_of_numbers, {.unit = unit, .form = "list of cut points", .range = range}, meaning, example);
}

constexpr KeySpec groups(std::string_view name, std::string_view meaning, std::string_view example,
                         std::span<const std::string_view> choices = {}) {
  return custom<read_dimension, write_dimension>(
      name, KeyType::other, {.form = "true, or list of groups", .choices = choices}, meaning, example);
}

constexpr std::array<KeySpec, 12> keys = {{
    cuts("age_years", "years", {0, 150},
         "Age at baseline: n + 1 ascending cut points make n bins, each from its lower end up to but not including its "
         "upper.",
         "[0, 3, 6, 18]"),
    groups("gmfcs",
           "GMFCS level. `true` makes a bin of each category; a list makes bins of its groups, and what is in no group "
           "belongs to the margin only.",
           "[[\"I\", \"II\", \"III\"], [\"IV\", \"V\"]]", gmfcs_names),
    cuts("gmfm66", "points", {0, 101},
         "Observed GMFM-66 at baseline; a last cut point of 101 keeps the score of 100 in.", "[0, 30, 50, 101]"),
    cuts("gmfm88", "points", {0, 101}, "Observed GMFM-88 at baseline; likewise.", "[0, 30, 40, 101]"),
    groups("injury", "Predominant injury.", "true"),
    groups("motor_type", "Motor type.", "[[\"spastic\"], [\"dyskinetic\", \"mixed\"]]"),
    groups("topography", "Limbs that are affected, in spastic children; `none` in all others.",
           "[[\"diplegia\"], [\"hemiplegia\", \"quadriplegia\"]]"),
    groups("sex", "Sex.", "true"),
    groups("genotype", "Whether the child carries the (hypothetical) favourable genotype.", "true"),
    groups("immune_suppressed", "Whether the child is under long-term immunosuppression.", "true"),
    cuts("inflammation", "SD", {-10, 10}, "Score of systemic inflammation, standard normal over children.",
         "[-10, 0, 10]"),
    cuts("months_since_injury", "months", {0, 1200},
         "Time from the injury to baseline in children injured after the neonatal period; the others belong to the "
         "margin only.",
         "[0, 6, 24]"),
}};

void read_stratification(const TableReader& reader, std::string_view name, StudyContext& context) {
  Stratification& stratification = context.study.stratifications.emplace_back();
  stratification.name = name;
  fill(reader, stratification, {&context.study, nullptr, &context});
}

bool is_variable(std::string_view key) {
  return strata_section.find(key) != nullptr;
}

}  // namespace

const SectionSpec strata_section = section<Stratification>(
    "strata", "[strata]",
    "The subgroups that results are given for: the product of the listed variables, and all margins of it. Further "
    "stratifications have a name and the same keys: `[strata.article]`.",
    keys);

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
    if (entry.key == "severity" || entry.key.starts_with("eligible for ")) {
      context.problems.add(entry.place, "a stratification cannot be called " + quoted(entry.key),
                           "results have strata of that name of their own: the levels of [policy], and who is eligible "
                           "for a strategy",
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

void write_strata(const Stratification& stratification, std::string& text) {
  const std::string name = stratification.name == unnamed ? "" : "." + toml_text(stratification.name);
  write_table(strata_section, &stratification, {}, fmt::format("[strata{}]", name), "strata", text);
}

}  // namespace vcohort
