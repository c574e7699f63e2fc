#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/evidence/registry.hpp"
#include "engine/study/names.hpp"
#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"
#include "io/study/toml_writing.hpp"

namespace vcohort {

namespace {

constexpr double largest_month = 1200;
constexpr double largest_trial = 1e9;
constexpr double largest_contrast = 1e6;
constexpr std::array<std::string_view, 2> directions = {"above", "below"};

constexpr std::array<KeySpec, 3> claim_keys = {{
    {.name = "words",
     .required = true,
     .meaning = "The claim, as whoever made it says it.",
     .example = "\"under 3 years benefit is largest\""},
    {.name = "premises",
     .type = KeyType::table,
     .form = "table of numbers by parameter",
     .meaning = "The parameters that carry the claim, each with the value at which it says nothing: `vcohort claims` "
                "answers once more with these.",
     .example = "{ \"age.floor\" = 1 }"},
    {.name = "contrast",
     .type = KeyType::other,
     .form = "list of tables",
     .required = true,
     .meaning = "What decides, the first before all others; see `[[claim.contrast]]`.",
     .example = "[{ name = \"gain\", of = { strategy = \"MSC\", endpoint = \"gmfm66\", visit_months = 12 } }]"},
}};

constexpr std::array<KeySpec, 5> contrast_keys = {{
    {.name = "name", .required = true, .meaning = "What it is.", .example = "\"under 3 years less over 6\""},
    {.name = "of",
     .type = KeyType::table,
     .required = true,
     .meaning = "A number of the result.",
     .example = "{ strategy = \"MSC\", stratum = \"age 0-3\", endpoint = \"gmfm66\", visit_months = 12 }"},
    {.name = "less",
     .type = KeyType::table,
     .meaning = "Another one, which is taken from it.",
     .example = "{ strategy = \"MSC\", stratum = \"age 6-18\", endpoint = \"gmfm66\", visit_months = 12 }"},
    {.name = "claimed",
     .fallback = "\"above\"",
     .choices = directions,
     .meaning = "On which side of zero the claim wants it.",
     .example = "\"below\""},
    {.name = "matters",
     .type = KeyType::number,
     .fallback = "0",
     .range = {0, largest_contrast},
     .meaning = "The size from which on it is worth speaking of, in its own unit: nearer to zero it vanishes.",
     .example = "0.5"},
}};

constexpr std::array<KeySpec, 10> number_keys = {{
    {.name = "table",
     .fallback = "\"increments\"",
     .choices = claim_table_names,
     .meaning = "`increments`, `summary`, `harm` and `adverse_events` of the cohort, or `operating_characteristics` of "
                "the trial.",
     .example = "\"harm\""},
    {.name = "column",
     .fallback = "\"mean\"",
     .meaning = "Which of its columns; it has a Monte Carlo standard error beside it.",
     .example = "\"any_share\""},
    {.name = "strategy",
     .form = "name of a strategy",
     .required = true,
     .meaning = "Whose number; in a trial the arm that is compared.",
     .example = "\"four IV infusions\""},
    {.name = "reference",
     .form = "name of a strategy",
     .meaning = "Increments: against which strategy, in the same patients; that of `[cohort]` where absent.",
     .example = "\"one IV infusion\""},
    {.name = "stratum", .fallback = "\"all\"", .meaning = "Which patients of a cohort.", .example = "\"age 0-3\""},
    {.name = "endpoint", .meaning = "Increments and summary: what is recorded.", .example = "\"gmfm66\""},
    {.name = "visit_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {0, largest_month},
     .meaning = "Increments and summary: when.",
     .example = "12"},
    {.name = "sample_size",
     .type = KeyType::integer,
     .unit = "patients",
     .range = {1, largest_trial},
     .meaning = "Operating characteristics: of which trial.",
     .example = "30"},
    {.name = "grade",
     .type = KeyType::integer,
     .range = {1, 3},
     .meaning = "Adverse events: the grade of the related events, of any type.",
     .example = "2"},
    {.name = "share_of_visit_months",
     .type = KeyType::number,
     .unit = "months",
     .range = {.low = 0, .high = largest_month, .low_excluded = true},
     .meaning = "Divides the number by the same one at this visit: how much of an effect is there already.",
     .example = "24"},
}};

std::string known_strategy(const TableReader& reader, std::string_view key, const StudyContext& context) {
  const std::string name = reader.text(key).value_or("");
  if (name.empty()) return name;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : context.study.strategies) names.push_back(strategy.name);
  if (std::find(names.begin(), names.end(), name) == names.end())
    reader.refuse(key, "there is no strategy " + quoted(name), "the claim is about it", did_you_mean(name, names));
  return name;
}

ClaimNumber read_number(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, claim_number_section, context.problems);
  ClaimNumber number;
  number.table = static_cast<ClaimNumber::Table>(reader.choice("table").value_or(0));
  number.column = reader.text("column").value_or("");
  number.strategy = known_strategy(reader, "strategy", context);
  number.reference = known_strategy(reader, "reference", context);
  number.stratum = reader.text("stratum").value_or("");
  number.endpoint = reader.text("endpoint").value_or("");
  number.visit_months = reader.number("visit_months").value_or(0);
  number.sample_size = reader.integer("sample_size").value_or(0);
  number.share_of_visit_months = reader.number("share_of_visit_months").value_or(0);
  using Table = ClaimNumber::Table;
  const bool of_visits = number.table == Table::increments || number.table == Table::summary;
  for (const std::string_view key : {"endpoint", "visit_months"}) {
    if (of_visits && !reader.has(key))
      reader.refuse(key, fmt::format("\"{}\" is missing", key), "the table has a row for each", "name it");
    if (!of_visits && reader.has(key))
      reader.refuse(key, fmt::format("\"{}\" has no effect", key), "the table knows no visits", "remove it");
  }
  number.grade = reader.integer("grade").value_or(0);
  if ((number.table == Table::adverse_events) != reader.has("grade"))
    reader.refuse("grade", reader.has("grade") ? "\"grade\" has no effect" : "\"grade\" is missing",
                  "only adverse events have one", "");
  if (number.table == Table::operating_characteristics && !reader.has("sample_size"))
    reader.refuse("sample_size", "\"sample_size\" is missing", "the table has a row for each", "name it");
  return number;
}

ClaimContrast read_contrast(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, claim_contrast_section, context.problems);
  ClaimContrast contrast;
  contrast.name = reader.text("name").value_or("");
  if (const TomlEntry* of = reader.entry("of")) contrast.of = read_number(of->value, context);
  if (const TomlEntry* less = reader.entry("less")) contrast.less = read_number(less->value, context);
  contrast.claimed_below = reader.choice("claimed").value_or(0) == 1;
  contrast.matters = reader.number("matters").value_or(0);
  return contrast;
}

void read_premises(const TomlValue& table, Claim& claim, StudyContext& context) {
  if (!table.is_table()) {
    context.problems.add(table.place, "\"premises\" must be a table of numbers",
                         "it is " + std::string(kind_text(table.kind)),
                         "write premises = " + std::string(claim_section.find("premises")->example));
    return;
  }
  for (const TomlEntry& entry : table.entries) {
    const std::optional<double> neutral = finite_number(entry.value);
    if (!find_parameter(entry.key)) {
      const std::string near = closest_parameter(entry.key);
      context.problems.add(entry.place, "there is no parameter " + quoted(entry.key), "a claim rests on parameters",
                           near.empty() ? "" : "did you mean " + quoted(near) + "?");
    } else if (!neutral) {
      context.problems.add(entry.value.place, "the neutral value of " + entry.key + " must be a number",
                           "it is " + std::string(kind_text(entry.value.kind)), "");
    } else {
      claim.premises.push_back({entry.key, *neutral});
    }
  }
}

std::string number_line(const ClaimNumber& number) {
  using Table = ClaimNumber::Table;
  std::string text = fmt::format("{{ table = \"{}\", column = {}, strategy = {}", name_of(number.table),
                                 toml_text(number.column), toml_text(number.strategy));
  if (!number.reference.empty()) text += ", reference = " + toml_text(number.reference);
  if (number.table == Table::operating_characteristics)
    text += fmt::format(", sample_size = {}", number.sample_size);
  else
    text += ", stratum = " + toml_text(number.stratum);
  if (number.grade > 0) text += fmt::format(", grade = {}", number.grade);
  if (!number.endpoint.empty())
    text +=
        fmt::format(", endpoint = {}, visit_months = {}", toml_text(number.endpoint), number_text(number.visit_months));
  if (number.share_of_visit_months > 0)
    text += ", share_of_visit_months = " + number_text(number.share_of_visit_months);
  return text + " }";
}

}  // namespace

const SectionSpec claim_section = {
    .name = "claim",
    .heading = "[claim]",
    .meaning =
        "A claim that the study tests: `vcohort claims` answers it under every evidence of the study. It changes "
        "nothing about what is simulated.",
    .keys = claim_keys,
};

const SectionSpec claim_contrast_section = {
    .name = "contrast",
    .heading = "[[claim.contrast]]",
    .meaning = "A number that decides the claim, or the difference of two.",
    .keys = contrast_keys,
};

const SectionSpec claim_number_section = {
    .name = "of",
    .heading = "claim.contrast.of, claim.contrast.less",
    .meaning = "One number of the result.",
    .keys = number_keys,
};

void read_claim(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, claim_section, context.problems);
  Claim claim;
  claim.words = reader.text("words").value_or("");
  if (const TomlEntry* premises = reader.entry("premises")) read_premises(premises->value, claim, context);
  if (const TomlEntry* contrasts = reader.entry("contrast")) {
    if (!contrasts->value.is_array() || contrasts->value.items.empty())
      reader.refuse("contrast", "\"contrast\" must be a list of tables", "it decides the claim",
                    "write [[claim.contrast]]");
    for (const TomlValue& item : contrasts->value.items) claim.contrasts.push_back(read_contrast(item, context));
  }
  context.study.claim = std::move(claim);
}

void write_claim(const Claim& claim, std::string& text) {
  text += "\n[claim]\nwords = " + toml_text(claim.words) + "\n";
  if (!claim.premises.empty()) {
    std::vector<std::string> premises;
    for (const ClaimPremise& premise : claim.premises)
      premises.push_back(toml_text(premise.parameter) + " = " + number_text(premise.neutral));
    text += fmt::format("premises = {{ {} }}\n", fmt::join(premises, ", "));
  }
  for (const ClaimContrast& contrast : claim.contrasts) {
    text +=
        fmt::format("\n[[claim.contrast]]\nname = {}\nof = {}\n", toml_text(contrast.name), number_line(contrast.of));
    if (contrast.less) text += "less = " + number_line(*contrast.less) + "\n";
    text += fmt::format("claimed = \"{}\"\nmatters = {}\n", directions[contrast.claimed_below ? 1 : 0],
                        number_text(contrast.matters));
  }
}

}  // namespace vcohort
