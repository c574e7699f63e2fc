#include "io/study/schema.hpp"

#include <fmt/format.h>

#include "engine/analysis/methods.hpp"
#include "engine/study/covariates.hpp"
#include "engine/study/endpoints.hpp"
#include "io/study/evidence_reader.hpp"
#include "io/study/record.hpp"

namespace vcohort {

namespace {

template <typename Words>
std::string code_list(const Words& words) {
  std::string text;
  for (const std::string_view word : words) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", word);
  return text;
}

std::string allowed_text(const KeySpec& key) {
  if (!key.choices.empty()) return code_list(key.choices);
  return text_of(key.range);
}

std::string default_text(const SectionSpec& section, const KeySpec& key) {
  if (key.required) return "required";
  const std::string value = default_of(section, key);
  return value.empty() ? std::string() : fmt::format("`{}`", value);
}

std::string type_and_unit(const KeySpec& key) {
  return key.unit.empty() ? type_text(key) : fmt::format("{} [{}]", type_text(key), key.unit);
}

std::string table_text(const SectionSpec& section) {
  std::string text = fmt::format(
      "\n### {}\n\n{}\n\n", section.heading.starts_with('[') ? fmt::format("`{}`", section.heading) : section.heading,
      section.meaning);
  text += "| key | value | default | allowed | meaning | example |\n|---|---|---|---|---|---|\n";
  for (const KeySpec& key : section.keys) {
    text += fmt::format("| `{}` | {} | {} | {} | {} | `{}` |\n", key.name, type_and_unit(key),
                        default_text(section, key), allowed_text(key), key.meaning, key.example);
  }
  return text;
}

/// Which analysis fits which outcome, and which keys it has a use for.
std::string methods_text() {
  std::string text = "\n### Analyses\n\n| analysis | fits | takes | estimates | meaning |\n|---|---|---|---|---|\n";
  for (const analysis::Method& method : analysis::methods) {
    std::string fits = method.responders ? "responders on a score" : "";
    for (int index = outcome_kinds - 1; index >= 0; --index) {
      const auto kind = static_cast<OutcomeKind>(index);
      if (method.fits.contains(kind)) fits = std::string(name_of(kind)) + (fits.empty() ? "" : "; ") + fits;
    }
    std::vector<std::string_view> keys;
    if (method.responders || method.wins) keys.emplace_back("responder_threshold");
    if (method.change_from_baseline) keys.emplace_back("change_from_baseline");
    if (method.adjusts) keys.emplace_back("adjust");
    if (method.repeated)
      keys.insert(keys.end(), {"adjust_by_visit", "covariance", "fallback", "covariance_by_arm", "df"});
    if (method.firth) keys.emplace_back("firth");
    if (method.strata != analysis::Method::Strata::none) keys.emplace_back("stratify");
    if (method.single_arm && !method.paired) keys.emplace_back("against");
    if (method.margin) keys.emplace_back("margin");
    if (method.weights != analysis::Method::Weights::none) keys.emplace_back("weights");
    if (method.horizon != analysis::Method::Horizon::none)
      keys.emplace_back(method.horizon == analysis::Method::Horizon::tau ? "tau_months" : "at_months");
    if (method.bayes) keys.insert(keys.end(), {"prior_mean", "prior_sd", "posterior_probability"});
    const std::string required = method.strata == analysis::Method::Strata::required ? " (`stratify` is required)"
                                 : method.single_arm && !method.paired               ? " (`against` is required)"
                                                                                     : "";
    text += fmt::format("| `{}` | {} | {}{} | {}{} | {} |\n", method.name, fits, code_list(keys), required,
                        name_of(method.scale),
                        method.paired       ? " from the baseline"
                        : method.single_arm ? " from the fixed value"
                                            : "",
                        method.meaning);
  }
  return text;
}

std::string endpoints_text() {
  std::string text =
      "\n### Endpoints\n\n| endpoint | kind | domain | better | unit | meaning |\n|---|---|---|---|---|---|\n";
  for (const Endpoint& endpoint : all_endpoints())
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", endpoint.name, name_of(endpoint.kind),
                        domain_names[static_cast<std::size_t>(endpoint.domain)],
                        endpoint.lower_is_better ? "lower" : "higher", endpoint.units, endpoint.description);
  return text;
}

}  // namespace

std::string schema_text() {
  std::string text = "## Study file: format \"vcohort-study 1\"\n";
  for (const SectionSpec* section : documented_tables()) text += table_text(*section);
  text += methods_text();
  text += endpoints_text();
  text += "\n### Categories of the strata\n\n";
  for (std::size_t index = 0; index < stratum_variable_names().size(); ++index) {
    const auto variable = static_cast<StratumVariable>(index);
    const auto categories = categories_of(variable);
    if (!categories.empty()) text += fmt::format("* `{}`: {}\n", name_of(variable), code_list(categories));
  }
  text += "\n## Evidence file: format \"vcohort-evidence 1\"\n";
  for (const SectionSpec* section : {&evidence_section, &parameter_section, &uncertainty_section, &revision_section, &procedure_section,
                                     &joint_section, &remark_section}) {
    text += table_text(*section);
  }
  return text;
}

std::string schema_text(const SectionSpec& section) {
  return table_text(section);
}

}  // namespace vcohort
