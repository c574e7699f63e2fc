#include "io/cli/evidence_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "engine/evidence/check.hpp"
#include "engine/evidence/law.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "io/study/evidence_overlay.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

constexpr std::size_t columns_of_screen = 100;

/// Where the ids of a part of the model begin.
struct Part {
  std::uint16_t first_id;
  const char* name;
};
constexpr std::array<Part, 8> parts = {{
    {100, "development without cells (docs/model.md, 1)"},
    {200, "who the patients are (2)"},
    {300, "exposure and effect (3)"},
    {500, "scores, impression and drooling (4)"},
    {700, "adverse events (5)"},
    {800, "money, utility and survival (7)"},
    {870, "rehabilitation and procedures (3b)"},
    {1000, "money, utility and survival (7)"},
}};

std::string shortest(double value) {
  return fmt::format("{:.4g}", value);
}

bool same_law(const Uncertainty& a, const Uncertainty& b) {
  return a.kind == b.kind && a.sd == b.sd && a.sigma == b.sigma && a.a == b.a && a.b == b.b && a.mode == b.mode &&
         a.probability == b.probability && a.low == b.low && a.high == b.high;
}

bool differs(const Parameter& a, const Parameter& b) {
  return a.value != b.value || !same_law(a.uncertainty, b.uncertainty) || a.draw != b.draw;
}

std::string reason_of(const Parameter* a, const Parameter* b) {
  std::string reason;
  for (const Parameter* one : {a, b}) {
    if (!one || one->reason.empty() || reason.find(one->reason) != std::string::npos) continue;
    reason += (reason.empty() ? "" : "; ") + one->reason;
  }
  if (!reason.empty()) return reason;
  if (!a || !b) return "only one of them has it";
  return a->source == b->source ? "another law" : a->source + " | " + b->source;
}

/// The text in lines of at most `columns`, each begun by `indent`.
std::string wrapped(const std::vector<std::string>& words, std::string_view gap, const std::string& indent) {
  std::string text, line = indent;
  bool empty = true;
  for (const std::string& word : words) {
    if (!empty && line.size() + gap.size() + word.size() > columns_of_screen) {
      text += line + "\n";
      line = indent;
      empty = true;
    }
    line += (empty ? "" : std::string(gap)) + word;
    empty = false;
  }
  return text + line + "\n";
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

/// A value with its law, where the laws are what differs.
std::string told(const Parameter* parameter, bool with_law) {
  if (!parameter) return "-";
  return with_law ? fmt::format("{} ({})", shortest(parameter->value), uncertainty_text(*parameter))
                  : shortest(parameter->value);
}

}  // namespace

std::string where_it_enters(const Parameter& parameter) {
  const auto after =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.first_id > parameter.id; });
  return after == parts.begin() ? "" : std::prev(after)->name;
}

std::string uncertainty_text(const Parameter& parameter) {
  switch (parameter.uncertainty.kind) {
    case Uncertainty::Kind::fixed:
      return "fixed";
    case Uncertainty::Kind::bernoulli:
      return fmt::format("1 with probability {:g}", parameter.uncertainty.probability);
    default: {
      const auto [low, high] = middle_of(parameter);
      return fmt::format("{} to {}", shortest(low), shortest(high));
    }
  }
}

std::string_view family_of(std::string_view parameter) {
  return parameter.substr(0, parameter.find('.'));
}

Table families_table(const Evidence& evidence) {
  Table table{"/evidence/families", "What " + evidence.name + " knows, by family and strength.", {}};
  std::vector<std::string_view> order;
  std::map<std::string_view, std::array<std::int64_t, 5>> counts;
  for (const Parameter& parameter : evidence.parameters) {
    const std::string_view family = family_of(parameter.name);
    if (!counts.contains(family)) order.push_back(family);
    auto& count = counts[family];
    ++count[0];
    ++count[1 + static_cast<std::size_t>(parameter.strength)];
  }
  auto& name = table.add<std::string>("family", "", "First part of the names of its parameters.");
  for (const std::string_view family : order) name.emplace_back(family);
  constexpr std::array<const char*, 5> columns = {"parameters", "found", "derived", "recalled", "assumed"};
  constexpr std::array<const char*, 5> meanings = {"How many there are.", "Seen in a publication.",
                                                   "Computed from such numbers.", "Remembered from the literature.",
                                                   "Nobody measured them."};
  for (std::size_t k = 0; k < columns.size(); ++k) {
    auto& column = table.add<std::int64_t>(columns.at(k), "1", meanings.at(k));
    for (const std::string_view family : order) column.push_back(counts[family].at(k));
  }
  return table;
}

Table parameters_table(const Evidence& evidence, const std::vector<const Parameter*>& kept) {
  Table table{"/evidence/parameters", "Parameters of " + evidence.name + ".", {}};
  const auto text = [&](const char* name, const char* meaning, const auto& of) {
    auto& column = table.add<std::string>(name, "", meaning);
    for (const Parameter* parameter : kept) column.push_back(of(*parameter));
  };
  text("parameter", "Its name.", [](const Parameter& p) { return p.name; });
  auto& value = table.add<double>("value", "1", "What runs with fixed parameters use, in the parameter's unit.");
  for (const Parameter* parameter : kept) value.push_back(parameter->value);
  text("unit", "Its unit; empty for a pure number.", [](const Parameter& p) { return p.unit; });
  text("strength", "How well it is known.", [](const Parameter& p) { return std::string(name_of(p.strength)); });
  text("uncertainty", "95 % interval of its draws.", uncertainty_text);
  text("source", "Where it comes from.", [](const Parameter& p) { return p.source; });
  text("enters", "The part of the model that it enters.", where_it_enters);
  text("changed", "What it was before, and until when.", [](const Parameter& p) {
    std::vector<std::string> changes;
    for (const Revision& old : p.history)
      changes.push_back(fmt::format("{} until {}: {}", shortest(old.value), old.until, old.why));
    return fmt::format("{}", fmt::join(changes, "; "));
  });
  return table;
}

std::vector<const Parameter*> matching(const Evidence& evidence, std::string_view pattern) {
  std::vector<const Parameter*> found;
  for (const Parameter& parameter : evidence.parameters) {
    const std::string_view name = parameter.name;
    if (fits(pattern, name) || (name.starts_with(pattern) && name.substr(pattern.size()).starts_with('.')))
      found.push_back(&parameter);
  }
  if (found.empty()) {
    if (find_parameter(pattern))
      throw InvalidInput(explain(fmt::format("the evidence {} has no {}", quoted(evidence.name), pattern),
                                 "it is a number that evidence may leave out", "supply it with its source"));
    const std::string nearest = closest_parameter(pattern);
    throw InvalidInput(explain(
        "no parameter is called " + quoted(pattern), "nor does one begin so",
        nearest.empty() ? "`vcohort evidence list` shows the families" : "did you mean " + quoted(nearest) + "?"));
  }
  return found;
}

std::vector<Difference> differences(const Evidence& a, const Evidence& b) {
  std::vector<Difference> found;
  for (const ParameterDefinition& definition : parameter_registry()) {
    const Parameter *first = find(a, definition.name), *second = find(b, definition.name);
    if (!first && !second) continue;
    if (first && second && !differs(*first, *second)) continue;
    found.push_back({first, second, reason_of(first, second)});
  }
  return found;
}

Table differences_table(const Evidence& a, const Evidence& b, std::span<const Difference> found) {
  Table table{"/evidence/differences", fmt::format("Where {} and {} differ.", a.name, b.name), {}};
  const auto text = [&](const std::string& name, const std::string& meaning, const auto& of) {
    auto& column = table.add<std::string>(name, "", meaning);
    for (const Difference& difference : found) column.push_back(of(difference));
  };
  const auto number = [&](const std::string& name, const std::string& meaning, auto side) {
    auto& column = table.add<double>(name, "1", meaning);
    for (const Difference& d : found) column.push_back(d.*side ? (d.*side)->value : std::nan(""));
  };
  text("parameter", "Its name.", [](const Difference& d) { return (d.first ? d.first : d.second)->name; });
  text("unit", "Its unit.", [](const Difference& d) { return (d.first ? d.first : d.second)->unit; });
  number("first", "Its value in " + a.name + ".", &Difference::first);
  number("second", "Its value in " + b.name + ".", &Difference::second);
  const auto law = [](const Parameter* p) { return p ? uncertainty_text(*p) : std::string(); };
  text("first_uncertainty", "95 % interval in " + a.name + ".", [&](const Difference& d) { return law(d.first); });
  text("second_uncertainty", "95 % interval in " + b.name + ".", [&](const Difference& d) { return law(d.second); });
  text("why", "Why they differ.", [](const Difference& d) { return d.reason; });
  return table;
}

std::string differences_text(const Evidence& a, const Evidence& b, std::span<const Difference> found) {
  std::string text = fmt::format("{} | {}: {} of {} numbers differ\n", a.name, b.name, found.size(),
                                 std::max(a.parameters.size(), b.parameters.size()));
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Difference*>> by_reason;
  for (const Difference& difference : found) {
    if (!by_reason.contains(difference.reason)) order.push_back(difference.reason);
    by_reason[difference.reason].push_back(&difference);
  }
  for (const std::string& reason : order) {
    std::vector<std::string> numbers;
    for (const Difference* d : by_reason[reason]) {
      const bool by_law = d->first && d->second && d->first->value == d->second->value;
      numbers.push_back(fmt::format("{} {} | {}", (d->first ? d->first : d->second)->name, told(d->first, by_law),
                                    told(d->second, by_law)));
    }
    const std::string in_one_line = fmt::format("{}   {}\n", reason, fmt::join(numbers, "   "));
    if (in_one_line.size() <= columns_of_screen)
      text += in_one_line;
    else
      text += wrapped(words_of(reason), " ", "") + wrapped(numbers, "   ", "    ");
  }
  const bool joint = a.joint.size() != b.joint.size();
  if (joint) text += fmt::format("joint priors: {} | {}\n", a.joint.size(), b.joint.size());
  return text;
}

}  // namespace vcohort
