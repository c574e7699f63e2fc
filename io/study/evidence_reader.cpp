#include "io/study/evidence_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/evidence/check.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, 1> formats = {"vcohort-evidence 1"};
// In the order of Strength and of Uncertainty::Kind.
constexpr std::array<std::string_view, 4> strengths = {"found", "derived", "recalled", "assumed"};
constexpr std::array<std::string_view, 7> kinds = {"fixed",   "normal",     "lognormal", "beta",
                                                   "uniform", "triangular", "bernoulli"};
constexpr std::size_t most_joint_parameters = 100;

constexpr std::array<KeySpec, 5> top_keys = {{
    {.name = "format",
     .required = true,
     .choices = formats,
     .meaning = "Which grammar the file is written in.",
     .example = "\"vcohort-evidence 1\""},
    {.name = "name",
     .required = true,
     .meaning = "The stance: what results call the scenario.",
     .example = "\"sceptical\""},
    {.name = "title",
     .required = true,
     .meaning = "What the stance believes, in one line.",
     .example = "\"Shrunk to the controlled trials\""},
    {.name = "currency",
     .meaning = "Of every amount of money in the file; required where there is one.",
     .example = "\"USD\""},
    {.name = "price_year",
     .type = KeyType::integer,
     .range = {1900, 2200},
     .meaning = "The year of its prices; required where there is an amount of money.",
     .example = "2025"},
}};

constexpr std::array<KeySpec, 6> parameter_keys = {{
    {.name = "value",
     .type = KeyType::number,
     .required = true,
     .meaning = "What runs with fixed parameters use; in the range that the model allows.",
     .example = "4.0"},
    {.name = "unit",
     .required = true,
     .may_be_empty = true,
     .meaning = "The unit that the model counts the parameter in; empty for a pure number.",
     .example = "\"GMFM-66 points\""},
    {.name = "uncertainty",
     .type = KeyType::table,
     .form = "uncertainty",
     .meaning = "The law of the value over parameter draws; without it the value is fixed.",
     .example = "{ distribution = \"lognormal\", sigma = 0.385 }"},
    {.name = "draw",
     .meaning = "Parameters that name the same draw use one random number, so that ordered ones stay ordered.",
     .example = "\"severity\""},
    {.name = "source", .required = true, .meaning = "Where the number comes from.", .example = "\"Sun 2022, table 2\""},
    {.name = "strength",
     .required = true,
     .choices = strengths,
     .meaning =
         "Seen in a publication, computed from such numbers, remembered from the literature, or a choice that nobody "
         "measured.",
     .example = "\"derived\""},
}};

constexpr std::array<KeySpec, 9> uncertainty_keys = {{
    {.name = "distribution",
     .required = true,
     .choices = kinds,
     .meaning = "The law. The value is the mean of a `normal` before truncation and the median of a `lognormal`; it "
                "need be neither "
                "of the others.",
     .example = "\"lognormal\""},
    {.name = "sd",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`normal`: standard deviation.",
     .example = "0.5"},
    {.name = "sigma",
     .type = KeyType::number,
     .meaning = "`lognormal`: standard deviation of the logarithm; a negative one falls where others of its draw rise.",
     .example = "0.385"},
    {.name = "a",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`beta`: first shape.",
     .example = "13"},
    {.name = "b",
     .type = KeyType::number,
     .range = {.low = 0, .low_excluded = true},
     .meaning = "`beta`: second shape.",
     .example = "7"},
    {.name = "mode", .type = KeyType::number, .meaning = "`triangular`: the peak.", .example = "1"},
    {.name = "probability",
     .type = KeyType::number,
     .range = {0, 1},
     .meaning = "`bernoulli`: probability of 1.",
     .example = "0.9"},
    {.name = "low",
     .type = KeyType::number,
     .meaning = "`uniform`, `triangular`, `beta` (default 0): the smallest value; `normal`, `lognormal`: where it is "
                "truncated.",
     .example = "0.4"},
    {.name = "high",
     .type = KeyType::number,
     .meaning = "`uniform`, `triangular`, `beta` (default 1): the largest value; `normal`, `lognormal`: where it is "
                "truncated.",
     .example = "1.6"},
}};

constexpr std::array<KeySpec, 3> joint_keys = {{
    {.name = "parameters",
     .type = KeyType::list_of_texts,
     .required = true,
     .meaning = "Parameters that were calibrated together.",
     .example = "[\"effect.emax\", \"effect.ec50\"]"},
    {.name = "correlation",
     .type = KeyType::other,
     .form = "list of lists of numbers",
     .required = true,
     .range = {-1, 1},
     .meaning = "Correlation of their normals (a Gaussian copula): symmetric, positive definite, ones on the diagonal.",
     .example = "[[1.0, 0.6], [0.6, 1.0]]"},
    {.name = "source", .required = true, .meaning = "Where the correlation comes from.", .example = "\"calibration\""},
}};

using Kind = Uncertainty::Kind;

/// The numbers that a law needs, and those that it may have.
std::pair<std::vector<std::string_view>, std::vector<std::string_view>> keys_of(Kind kind) {
  switch (kind) {
    case Kind::fixed:
      return {{}, {}};
    case Kind::normal:
      return {{"sd"}, {"low", "high"}};
    case Kind::lognormal:
      return {{"sigma"}, {"low", "high"}};
    case Kind::beta:
      return {{"a", "b"}, {"low", "high"}};
    case Kind::uniform:
      return {{"low", "high"}, {}};
    case Kind::triangular:
      return {{"low", "mode", "high"}, {}};
    case Kind::bernoulli:
      return {{"probability"}, {}};
  }
  return {};
}

void check_keys(const TableReader& reader, Kind kind) {
  const auto [needed, possible] = keys_of(kind);
  const auto among = [](const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const KeySpec& key : uncertainty_keys) {
    const bool wanted = among(needed, key.name);
    if (wanted && !reader.has(key.name)) {
      reader.problems().add(reader.place(), fmt::format("\"{}\" is missing", key.name),
                            fmt::format("a {} needs it", name_of(kind)),
                            fmt::format("write {} = {}", key.name, key.example));
    }
    const bool known = wanted || among(possible, key.name) || key.name == "distribution";
    if (!known && reader.has(key.name)) {
      reader.problems().add(reader.entry(key.name)->place, fmt::format("a {} has no \"{}\"", name_of(kind), key.name),
                            "", "remove it");
    }
  }
}

Uncertainty read_uncertainty(const TomlValue& table, Problems& problems) {
  const TableReader reader(table, uncertainty_section, problems);
  Uncertainty law;
  const std::optional<int> kind = reader.choice("distribution");
  if (!kind) return law;
  law.kind = static_cast<Kind>(*kind);
  check_keys(reader, law.kind);
  law.sd = reader.number("sd").value_or(0);
  law.sigma = reader.number("sigma").value_or(0);
  law.a = reader.number("a").value_or(0);
  law.b = reader.number("b").value_or(0);
  law.mode = reader.number("mode").value_or(0);
  law.probability = reader.number("probability").value_or(0);
  law.low = reader.number("low");
  law.high = reader.number("high");
  return law;
}

/// `misspelt` collects the parameters that unknown ones were probably meant to be, so that they are not missed as well.
void read_parameter(const TomlEntry& entry, Evidence& evidence, std::set<std::string>& misspelt, Problems& problems) {
  const ParameterDefinition* definition = find_parameter(entry.key);
  if (!definition) {
    const bool split_by_dots =
        entry.value.is_table() && !entry.value.entries.empty() && entry.value.entries.front().value.is_table();
    if (split_by_dots) {
      problems.add(entry.place, "unknown parameter " + quoted(entry.key), "a name with dots is one key only in quotes",
                   "write [parameter.\"effect.emax\"]");
      return;
    }
    const std::string nearest_name = closest_parameter(entry.key);
    problems.add(entry.place, "unknown parameter " + quoted(entry.key), "the model would not read it",
                 nearest_name.empty() ? "remove it" : "did you mean " + quoted(nearest_name) + "?");
    misspelt.insert(nearest_name);
    return;
  }
  const std::size_t problems_before = problems.size();
  const TableReader reader(entry.value, parameter_section, problems);
  Parameter parameter;
  parameter.id = definition->id;
  parameter.name = entry.key;
  parameter.value = reader.number("value").value_or(0);
  parameter.unit = reader.text("unit").value_or("");
  parameter.draw = reader.text("draw").value_or("");
  parameter.source = reader.text("source").value_or("");
  parameter.strength = static_cast<Strength>(reader.choice("strength").value_or(0));
  if (const TomlEntry* law = reader.entry("uncertainty"))
    parameter.uncertainty = read_uncertainty(law->value, problems);
  if (problems.size() == problems_before) {
    try {
      check(parameter, *definition);
    } catch (const InvalidInput& error) {
      problems.add(reader.has("value") ? reader.place("value") : entry.place, error.what());
    }
  }
  evidence.parameters.push_back(std::move(parameter));
}

std::optional<std::vector<std::vector<double>>> read_correlation(const TableReader& reader) {
  const TomlEntry* entry = reader.entry("correlation");
  if (!entry) return std::nullopt;
  std::vector<std::vector<double>> rows;
  const auto refuse = [&](const Place& place) {
    reader.problems().add(place, "\"correlation\" must be a list of lists of numbers from -1 to 1", "",
                          "write correlation = [[1.0, 0.6], [0.6, 1.0]]");
  };
  if (!entry->value.is_array()) return refuse(entry->value.place), std::nullopt;
  for (const TomlValue& row : entry->value.items) {
    if (!row.is_array()) return refuse(row.place), std::nullopt;
    rows.emplace_back();
    for (const TomlValue& item : row.items) {
      const std::optional<double> number = finite_number(item);
      if (!number || !reader.declared("correlation").range.contains(*number)) return refuse(item.place), std::nullopt;
      rows.back().push_back(*number);
    }
  }
  return rows;
}

std::optional<JointPrior> read_joint(const TomlValue& table, const Evidence& evidence, Problems& problems) {
  const std::size_t problems_before = problems.size();
  const TableReader reader(table, joint_section, problems);
  JointPrior prior;
  prior.parameters = reader.texts("parameters").value_or(std::vector<std::string>());
  prior.source = reader.text("source").value_or("");
  if (const auto rows = read_correlation(reader)) prior.correlation = *rows;
  if (prior.parameters.size() > most_joint_parameters) {
    reader.refuse("parameters", fmt::format("a joint prior of {} parameters", prior.parameters.size()), "at most 100",
                  "split it");
  }
  for (std::size_t index = 0; index < prior.parameters.size() && reader.entry("parameters")->value.is_array();
       ++index) {
    const std::string& name = prior.parameters[index];
    if (find(evidence, name)) continue;
    std::vector<std::string_view> names;
    for (const Parameter& parameter : evidence.parameters) names.push_back(parameter.name);
    problems.add(reader.entry("parameters")->value.items[index].place, "the evidence has no parameter " + quoted(name),
                 "in a joint prior", nearest(name, names).empty() ? "remove it" : did_you_mean(name, names));
  }
  return problems.size() == problems_before ? std::optional(prior) : std::nullopt;
}

void check_format(const TomlValue& document, Problems& problems) {
  const TomlEntry* format = document.find("format");
  if (!format) {
    problems.add({}, "this is not an evidence file", "\"format\" is missing",
                 "begin it with format = \"vcohort-evidence 1\"");
  } else if (!format->value.is_text() || format->value.text != formats.front()) {
    const std::string found =
        format->value.is_text() ? quoted(format->value.text) : std::string(kind_text(format->value.kind));
    problems.add(format->value.place, "this is not an evidence file of this version", "its format is " + found,
                 "write format = \"vcohort-evidence 1\"");
  }
  problems.throw_if_any();
}

void check_names(const TomlValue& document, Problems& problems) {
  constexpr std::array<std::string_view, 7> known = {"format",     "name",      "title", "currency",
                                                     "price_year", "parameter", "joint"};
  for (const TomlEntry& entry : document.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    problems.add(entry.place, "unknown key " + quoted(entry.key), "at the top level", did_you_mean(entry.key, known));
  }
}

void read_parameters(const TomlValue& document, Evidence& evidence, Problems& problems) {
  std::set<std::string> misspelt;
  const TomlEntry* parameters = document.find("parameter");
  if (parameters && parameters->value.is_table()) {
    for (const TomlEntry& entry : parameters->value.entries) read_parameter(entry, evidence, misspelt, problems);
  } else {
    problems.add(parameters ? parameters->place : Place{}, "the evidence has no parameters", "",
                 "write [parameter.\"effect.emax\"]");
  }
  const auto given = [&](const ParameterDefinition& definition) {
    return parameters && parameters->value.is_table() && parameters->value.find(definition.name);
  };
  for (const ParameterDefinition& definition : parameter_registry()) {
    if (definition.optional || given(definition) || misspelt.contains(definition.name)) continue;
    problems.add(parameters ? parameters->place : Place{},
                 fmt::format("the parameter {} is missing", quoted(definition.name)),
                 "an evidence file is complete in itself", "add it with its source");
  }
}

void read_joints(const TomlValue& document, Evidence& evidence, Problems& problems) {
  const TomlEntry* joint = document.find("joint");
  if (!joint) return;
  if (!joint->value.is_array()) {
    problems.add(joint->place, "\"joint\" must be a list of tables",
                 "it is " + std::string(kind_text(joint->value.kind)), "write [[joint]]");
    return;
  }
  for (const TomlValue& table : joint->value.items) {
    const std::optional<JointPrior> prior = read_joint(table, evidence, problems);
    if (!prior || !problems.empty()) continue;
    evidence.joint.push_back(*prior);
    try {
      check(evidence);
    } catch (const InvalidInput& error) {
      problems.add(table.place, error.what());
    }
  }
}

}  // namespace

const SectionSpec evidence_section = {
    .heading = "the top level of an evidence file", .meaning = "What the stance is.", .keys = top_keys};
const SectionSpec parameter_section = {
    .name = "parameter",
    .heading = "[parameter.\"NAME\"]",
    .meaning =
        "One parameter of the model. An evidence file has all of them, except the "
        "deliveries and reference doses of pairs of cell and route that nobody studied.",
    .keys = parameter_keys};
const SectionSpec uncertainty_section = {.name = "uncertainty",
                                         .heading = "an uncertainty",
                                         .meaning = "What is not known about a parameter.",
                                         .keys = uncertainty_keys};
const SectionSpec joint_section = {.name = "joint",
                                   .heading = "[[joint]]",
                                   .meaning = "Parameters that are not drawn independently of each other.",
                                   .keys = joint_keys};

EvidenceReading read_evidence(std::string_view bytes, const std::string& file_name) {
  const TomlValue document = parse_toml(bytes, file_name);
  Problems problems(file_name);
  check_format(document, problems);
  check_names(document, problems);
  const TableReader reader(document, evidence_section, problems, true);
  Evidence evidence;
  evidence.name = reader.text("name").value_or("");
  evidence.title = reader.text("title").value_or("");
  evidence.currency = reader.text("currency").value_or("");
  evidence.price_year = static_cast<int>(reader.integer("price_year").value_or(0));
  read_parameters(document, evidence, problems);
  if (problems.empty()) {
    // Everything that concerns one parameter is known to be right: what is left concerns several.
    try {
      check(evidence);
    } catch (const InvalidInput& error) {
      problems.add(document.place, error.what());
    }
  }
  read_joints(document, evidence, problems);
  problems.throw_if_any();
  return {evidence, write_evidence(evidence)};
}

}  // namespace vcohort
