#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/evidence/registry.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

using Table = ClaimNumber::Table;

constexpr double largest_month = 1200;
constexpr double largest_trial = 1e9;
constexpr double largest_contrast = 1e6;
constexpr std::array<std::string_view, 2> directions = {"above", "below"};

void read_premises(const KeyAt& at, Claim& claim) {
  const TomlValue& table = at.value();
  if (!table.is_table()) {
    at.problems().add(table.place, "\"premises\" must be a table of numbers",
                      "it is " + std::string(kind_text(table.kind)), "write premises = " + std::string(at.key.example));
    return;
  }
  for (const TomlEntry& entry : table.entries) {
    const std::optional<double> neutral = finite_number(entry.value);
    if (!find_parameter(entry.key)) {
      const std::string near = closest_parameter(entry.key);
      at.problems().add(entry.place, "there is no parameter " + quoted(entry.key), "a claim rests on parameters",
                        near.empty() ? "" : "did you mean " + quoted(near) + "?");
    } else if (!neutral) {
      at.problems().add(entry.value.place, "the neutral value of " + entry.key + " must be a number",
                        "it is " + std::string(kind_text(entry.value.kind)), "");
    } else {
      claim.premises.push_back({entry.key, *neutral});
    }
  }
}

std::string write_premises(const Claim& claim, const Scope&) {
  std::vector<std::string> premises;
  for (const ClaimPremise& premise : claim.premises)
    premises.push_back(toml_text(premise.parameter) + " = " + number_text(premise.neutral));
  return premises.empty() ? std::string() : fmt::format("{{ {} }}", fmt::join(premises, ", "));
}

void read_contrasts(const KeyAt& at, Claim& claim) {
  if (!at.value().is_array() || at.value().items.empty()) {
    at.refuse("\"contrast\" must be a list of tables", "it decides the claim", "write [[claim.contrast]]");
  } else {
    read_list(at, claim.contrasts, claim_contrast_section);
  }
}

constexpr std::array<KeySpec, 3> claim_keys = {{
    field<&Claim::words>("words", {.required = true}, "The claim, as whoever made it says it.",
                         "\"under 3 years benefit is largest\""),
    custom<read_premises, write_premises>(
        "premises", KeyType::table, {.form = "table of numbers by parameter"},
        "The parameters that carry the claim, each with the value at which it says nothing: `vcohort claims` answers "
        "once more with these.",
        "{ \"age.floor\" = 1 }"),
    table_by<read_contrasts, &Claim::contrasts>(
        "contrast", claim_contrast_section, {.form = "list of tables", .required = true, .block = true},
        "What decides, the first before all others; see `[[claim.contrast]]`.",
        "[{ name = \"gain\", of = { strategy = \"MSC\", endpoint = \"gmfm66\", visit_months = 12 } }]"),
}};

constexpr std::array<KeySpec, 5> contrast_keys = {{
    field<&ClaimContrast::name>("name", {.required = true}, "What it is.", "\"under 3 years less over 6\""),
    table<&ClaimContrast::of>(
        "of", claim_number_section, {.required = true}, "A number of the result.",
        "{ strategy = \"MSC\", stratum = \"age 0-3\", endpoint = \"gmfm66\", visit_months = 12 }"),
    table<&ClaimContrast::less>(
        "less", claim_number_section, {}, "Another one, which is taken from it.",
        "{ strategy = \"MSC\", stratum = \"age 6-18\", endpoint = \"gmfm66\", visit_months = 12 }"),
    field<&ClaimContrast::claimed_below>("claimed", {.choices = directions},
                                         "On which side of zero the claim wants it.", "\"below\""),
    field<&ClaimContrast::matters>(
        "matters", {.range = {0, largest_contrast}},
        "The size from which on it is worth speaking of, in its own unit: nearer to zero it vanishes.", "0.5"),
}};

/// What finds a row of each table.
Use row_use(const KeySpec& key, const ClaimNumber& number, const Scope&) {
  const bool of_trial = number.table == Table::operating_characteristics;
  if (key.name == "stratum") return of_trial ? Use::none() : Use{};
  if (key.name == "sample_size") return of_trial ? Use::required("the table has a row for each") : Use::none();
  if (key.name == "grade")
    return number.table == Table::adverse_events ? Use::required("only adverse events have one")
                                                 : Use::none("only adverse events have one");
  return number.table == Table::increments || number.table == Table::summary
             ? Use::required("the table has a row for each")
             : Use::none("the table knows no visits");
}

void check_strategy(const KeyAt& at, const ClaimNumber& number) {
  const bool of_trial = number.table == Table::operating_characteristics;
  if (of_trial ? !at.scope.study->trial : !at.scope.study->cohort)
    return at.refuse(fmt::format("a claim is about {}", name_of(number.table)), "the study does not ask that question",
                     fmt::format("add [{}]", of_trial ? "trial" : "cohort"));
  const std::string& name = at.key.name == "reference" ? number.reference : number.strategy;
  std::vector<std::string_view> names;
  for (const Strategy& strategy : at.scope.study->strategies) names.push_back(strategy.name);
  if (!index_of(names, name))
    at.refuse("there is no strategy " + quoted(name), "the claim is about it", did_you_mean(name, names));
}

void check_size(const KeyAt& at, const ClaimNumber& number) {
  if (!at.scope.study->trial) return;  // said at the strategy
  const auto& sizes = at.scope.study->trial->sample_size;
  if (std::find(sizes.begin(), sizes.end(), number.sample_size) == sizes.end())
    at.refuse(fmt::format("there is no trial of {} patients", number.sample_size),
              fmt::format("trial.sample_size is {}", fmt::join(sizes, ", ")), "choose one of them");
}

constexpr std::array<KeySpec, 10> number_keys = {{
    field<&ClaimNumber::table>("table", {.decides = true},
                               "`increments`, `summary`, `harm` and `adverse_events` of the cohort, or "
                               "`operating_characteristics` of the trial.",
                               "\"harm\""),
    field<&ClaimNumber::column>("column", {}, "Which of its columns; it has a Monte Carlo standard error beside it.",
                                "\"any_share\""),
    field<&ClaimNumber::strategy>("strategy",
                                  {.form = "name of a strategy", .required = true, .check = checked<check_strategy>},
                                  "Whose number; in a trial the arm that is compared.", "\"four IV infusions\""),
    field<&ClaimNumber::reference>(
        "reference", {.form = "name of a strategy", .check = checked<check_strategy>},
        "Increments: against which strategy, in the same patients; that of `[cohort]` where absent.",
        "\"one IV infusion\""),
    field<&ClaimNumber::stratum>("stratum", {.use = rule<row_use>}, "Which patients of a cohort.", "\"age 0-3\""),
    field<&ClaimNumber::sample_size>(
        "sample_size",
        {.unit = "patients", .range = {1, largest_trial}, .use = rule<row_use>, .check = checked<check_size>},
        "Operating characteristics: of which trial.", "30"),
    field<&ClaimNumber::grade>("grade", {.range = {1, 3}, .use = rule<row_use>},
                               "Adverse events: the grade of the related events, of any type.", "2"),
    field<&ClaimNumber::endpoint>("endpoint", {.use = rule<row_use>}, "Increments and summary: what is recorded.",
                                  "\"gmfm66\""),
    field<&ClaimNumber::visit_months>(
        "visit_months", {.unit = "months", .range = {0, largest_month}, .no_default = true, .use = rule<row_use>},
        "Increments and summary: when.", "12"),
    field<&ClaimNumber::share_of_visit_months>(
        "share_of_visit_months", {.unit = "months", .range = above(0, largest_month)},
        "Divides the number by the same one at this visit: how much of an effect is there already.", "24"),
}};

}  // namespace

const SectionSpec claim_section = section<Claim>(
    "claim", "[claim]",
    "A claim that the study tests: `vcohort claims` answers it under every evidence of the study. It changes nothing "
    "about what is simulated.",
    claim_keys);

const SectionSpec claim_contrast_section = section<ClaimContrast>(
    "contrast", "[[claim.contrast]]", "A number that decides the claim, or the difference of two.", contrast_keys);

const SectionSpec claim_number_section =
    section<ClaimNumber>("of", "claim.contrast.of, claim.contrast.less", "One number of the result.", number_keys);

}  // namespace vcohort
