#include "io/study/evidence_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/evidence/check.hpp"
#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/evidence_overlay.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, 1> formats = {"vcohort-evidence 1"};
constexpr std::size_t most_joint_parameters = 100;

using Kind = Uncertainty::Kind;

void check_format(const KeyAt& at, Evidence&) {
  read_choice(at);
}

std::string write_format(const Evidence&, const Scope&) {
  return toml_text(formats.front());
}

void skip_base(const KeyAt&, Evidence&) {}  // it was followed before

std::string write_no_base(const Evidence&, const Scope&) {
  return {};
}

constexpr std::array<KeySpec, 6> top_keys = {{
    custom<check_format, write_format>("format", KeyType::text, {.choices = formats, .required = true},
                                       "Which grammar the file is written in.", "\"vcohort-evidence 1\""),
    custom<skip_base, write_no_base>(
        "base", KeyType::text, {.resolves_to = "parameter"},
        "The evidence that this one differs from: a stance that ships, or the path of a file relative to this one. The "
        "file then holds only what differs.",
        "\"sceptical\""),
    field<&Evidence::name>("name", {.required = true}, "The stance: what results call the scenario.", "\"sceptical\""),
    field<&Evidence::title>("title", {.required = true}, "What the stance believes, in one line.",
                            "\"Shrunk to the controlled trials\""),
    field<&Evidence::currency>("currency", {}, "Of every amount of money in the file; required where there is one.",
                               "\"USD\""),
    field<&Evidence::price_year>("price_year", {.range = {1900, 2200}},
                                 "The year of its prices; required where there is an amount of money.", "2025"),
}};

bool is_date(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-dd";
  return text.size() == form.size() && std::equal(form.begin(), form.end(), text.begin(), [](char f, char c) {
           return f == 'd' ? c >= '0' && c <= '9' : c == f;
         });
}

void check_date(const KeyAt& at, const Revision& revision) {
  if (!is_date(revision.until))
    at.problems().add(at.value().place, quoted(revision.until) + " is no date", "of a version of the evidence",
                      "write until = \"2026-11-29\"");
}

constexpr std::array<KeySpec, 3> revision_keys = {{
    field<&Revision::until>("until", {.required = true, .check = checked<check_date>},
                            "Date of the version that changed the number.", "\"2026-11-29\""),
    field<&Revision::value>("value", {.required = true},
                            "The number until then; of a law that was changed, `why` says what it was.", "50000.0"),
    field<&Revision::why>("why", {.required = true}, "Why it was changed.", "\"an arithmetic error\""),
}};

constexpr std::array<KeySpec, 8> parameter_keys = {{
    field<&Parameter::value>("value", {.required = true},
                             "What runs with fixed parameters use; in the range that the model allows.", "4.0"),
    field<&Parameter::unit>("unit", {.required = true, .may_be_empty = true},
                            "The unit that the model counts the parameter in; empty for a pure number.",
                            "\"GMFM-66 points\""),
    table<&Parameter::uncertainty>("uncertainty", uncertainty_section, {.form = "uncertainty", .quiet = true},
                                   "The law of the value over parameter draws; without it the value is fixed.",
                                   "{ distribution = \"lognormal\", sigma = 0.385 }"),
    field<&Parameter::draw>(
        "draw", {}, "Parameters that name the same draw use one random number, so that ordered ones stay ordered.",
        "\"severity\""),
    field<&Parameter::source>("source", {.required = true}, "Where the number comes from.", "\"Sun 2022, table 2\""),
    field<&Parameter::strength>(
        "strength", {.required = true},
        "Seen in a publication, computed from such numbers, remembered from the literature, or a choice that nobody "
        "measured.",
        "\"derived\""),
    field<&Parameter::reason>("reason", {.quiet = true}, "Of an overlay: why it differs from what it replaces.",
                              "\"halved, as for trials without a sham\""),
    table<&Parameter::history>("history", revision_section, {.form = "list of revisions", .quiet = true},
                               "What the number was in earlier versions of the evidence, latest first.",
                               "[{ until = \"2026-11-29\", value = 50000.0, why = \"an error\" }]"),
}};

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

Use law_use(const KeySpec& key, const Uncertainty& law, const Scope&) {
  const auto [needed, possible] = keys_of(law.kind);
  if (index_of(needed, key.name)) return Use::required(fmt::format("a {} needs it", name_of(law.kind)));
  if (index_of(possible, key.name)) return {};
  return Use::none("", fmt::format("a {} has no \"{}\"", name_of(law.kind), key.name));
}

constexpr KeySpec number = {.no_default = true, .use = rule<law_use>};
constexpr KeySpec positive_number = {.range = above(0), .use = rule<law_use>};

constexpr std::array<KeySpec, 9> uncertainty_keys = {{
    field<&Uncertainty::kind>(
        "distribution", {.required = true, .decides = true},
        "The law. The value is the mean of a `normal` before truncation and the median of a `lognormal`; it need be "
        "neither of the others.",
        "\"lognormal\""),
    field<&Uncertainty::sd>("sd", positive_number, "`normal`: standard deviation.", "0.5"),
    field<&Uncertainty::sigma>(
        "sigma", number,
        "`lognormal`: standard deviation of the logarithm; a negative one falls where others of its draw rise.",
        "0.385"),
    field<&Uncertainty::a>("a", positive_number, "`beta`: first shape.", "13"),
    field<&Uncertainty::b>("b", positive_number, "`beta`: second shape.", "7"),
    field<&Uncertainty::mode>("mode", number, "`triangular`: the peak.", "1"),
    field<&Uncertainty::probability>("probability", {.range = {0, 1}, .no_default = true, .use = rule<law_use>},
                                     "`bernoulli`: probability of 1.", "0.9"),
    field<&Uncertainty::low>("low", number,
                             "`uniform`, `triangular`, `beta` (default 0): the smallest value; `normal`, `lognormal`: "
                             "where it is truncated.",
                             "0.4"),
    field<&Uncertainty::high>(
        "high", number,
        "`uniform`, `triangular`, `beta` (default 1): the largest value; `normal`, `lognormal`: where it is truncated.",
        "1.6"),
}};

void read_joint_correlation(const KeyAt& at, JointPrior& prior) {
  const auto refuse = [&](const Place& place) {
    at.problems().add(place, "\"correlation\" must be a list of lists of numbers from -1 to 1", "",
                      "write correlation = [[1.0, 0.6], [0.6, 1.0]]");
  };
  if (!at.value().is_array()) return refuse(at.value().place);
  for (const TomlValue& row : at.value().items) {
    if (!row.is_array()) return refuse(row.place);
    std::vector<double>& numbers = prior.correlation.emplace_back();
    for (const TomlValue& item : row.items) {
      const std::optional<double> found = finite_number(item);
      if (!found || !at.key.range.contains(*found)) return refuse(item.place);
      numbers.push_back(*found);
    }
  }
}

std::string write_joint_correlation(const JointPrior& prior, const Scope&) {
  return list_text(prior.correlation, number_list);
}

constexpr std::array<KeySpec, 3> joint_keys = {{
    field<&JointPrior::parameters>("parameters", {.required = true}, "Parameters that were calibrated together.",
                                   "[\"effect.emax\", \"effect.ec50\"]"),
    custom<read_joint_correlation, write_joint_correlation>(
        "correlation", KeyType::other, {.form = "list of lists of numbers", .range = {-1, 1}, .required = true},
        "Correlation of their normals (a Gaussian copula): symmetric, positive definite, ones on the diagonal.",
        "[[1.0, 0.6], [0.6, 1.0]]"),
    field<&JointPrior::source>("source", {.required = true}, "Where the correlation comes from.", "\"calibration\""),
}};

constexpr std::array<std::string_view, 1> kinds = {"procedure"};

void check_kind(const KeyAt& at, ProcedureFacts&) {
  read_choice(at);
}

std::string write_kind(const ProcedureFacts&, const Scope&) {
  return toml_text(kinds.front());
}

constexpr std::array<KeySpec, 4> procedure_keys = {{
    custom<check_kind, write_kind>("kind", KeyType::text, {.choices = kinds, .required = true}, "What it is.",
                                   "\"procedure\""),
    field<&ProcedureFacts::title>("title", {.required = true}, "What it is, in one line.",
                                  "\"selective dorsal rhizotomy\""),
    table<&ProcedureFacts::indication>(
        "indication", strategy_eligibility_section, {},
        "Whom it is for; a strategy that gives it must have an eligibility. Without it every child may receive it.",
        "{ gmfcs = [\"II\", \"III\"], topography = [\"diplegia\"] }"),
    field<&ProcedureFacts::source>("source", {.required = true}, "Where that comes from.", "\"three trials\""),
}};

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
  const TableReader reader(entry.value, parameter_section, problems);
  Parameter parameter;
  parameter.id = definition->id;
  parameter.name = entry.key;
  fill(reader, parameter, {});
  if (reader.sound()) {
    try {
      check(parameter, *definition);
    } catch (const InvalidInput& error) {
      problems.add(reader.has("value") ? reader.place("value") : entry.place, error.what());
    }
  }
  put(std::move(parameter), evidence);
}

std::optional<JointPrior> read_joint(const TomlValue& table, const Evidence& evidence, Problems& problems) {
  const TableReader reader(table, joint_section, problems);
  JointPrior prior;
  fill(reader, prior, {});
  if (prior.parameters.size() > most_joint_parameters) {
    reader.refuse("parameters", fmt::format("a joint prior of {} parameters", prior.parameters.size()), "at most 100",
                  "split it");
  }
  std::vector<std::string_view> names;
  for (const Parameter& parameter : evidence.parameters) names.push_back(parameter.name);
  for (std::size_t index = 0; index < prior.parameters.size(); ++index) {
    const std::string& name = prior.parameters[index];
    if (find(evidence, name)) continue;
    problems.add(item_place(reader, "parameters", index), "the evidence has no parameter " + quoted(name),
                 "in a joint prior", nearest(name, names).empty() ? "remove it" : did_you_mean(name, names));
  }
  return reader.sound() ? std::optional(prior) : std::nullopt;
}

bool is_number_of(std::string_view parameter, std::string_view procedure) {
  return parameter.starts_with("procedure.") && parameter.ends_with(fmt::format(".{}", procedure));
}

/// What the file says of procedures, beside their numbers, in place of what its base says.
void read_procedures(const TomlValue& document, Evidence& evidence, Problems& problems) {
  const TomlEntry* tables = document.find("procedure");
  if (!tables) return;
  if (!tables->value.is_table()) {
    problems.add(tables->place, "\"procedure\" must be a table of tables", "", "write [procedure.rhizotomy]");
    return;
  }
  for (const TomlEntry& entry : tables->value.entries) {
    const std::optional<int> known = index_of(procedure_names, entry.key);
    if (!known) {
      problems.add(entry.place, "unknown procedure " + quoted(entry.key), "its numbers would have no name",
                   did_you_mean(entry.key, procedure_names));
      continue;
    }
    const TableReader reader(entry.value, procedure_section, problems);
    ProcedureFacts facts;
    facts.procedure = static_cast<Procedure>(*known);
    if (entry.value.is_table()) fill(reader, facts, {});
    const auto base = std::ranges::find(evidence.procedures, facts.procedure, &ProcedureFacts::procedure);
    if (base != evidence.procedures.end() && !reader.has("indication")) facts.indication = base->indication;
    std::erase_if(evidence.procedures, [&](const ProcedureFacts& old) { return old.procedure == facts.procedure; });
    evidence.procedures.push_back(facts);
  }
  std::sort(evidence.procedures.begin(), evidence.procedures.end(),
            [](const ProcedureFacts& a, const ProcedureFacts& b) { return a.procedure < b.procedure; });
}

/// Where the file speaks of a procedure: its table, else the first of its numbers.
Place place_of_procedure(const TomlValue& document, std::string_view procedure) {
  if (const TomlEntry* tables = document.find("procedure"); tables && tables->value.is_table())
    if (const TomlEntry* table = tables->value.find(procedure)) return table->place;
  if (const TomlEntry* parameters = document.find("parameter"); parameters && parameters->value.is_table())
    for (const TomlEntry& entry : parameters->value.entries)
      if (is_number_of(entry.key, procedure)) return entry.place;
  return {};
}

/// A procedure of which the evidence has a table or a number has all of its numbers.
void check_procedures(const TomlValue& document, const Evidence& evidence, Problems& problems) {
  for (const std::string_view procedure : procedure_names) {
    std::vector<std::string> missing;
    bool spoken_of = std::ranges::any_of(
        evidence.procedures, [&](const ProcedureFacts& facts) { return name_of(facts.procedure) == procedure; });
    for (const ParameterDefinition& definition : parameter_registry()) {
      if (!is_number_of(definition.name, procedure)) continue;
      const bool here = find(evidence, definition.name);
      spoken_of = spoken_of || here;
      if (!here) missing.push_back(definition.name);
    }
    if (!spoken_of) continue;
    for (const std::string& name : missing)
      problems.add(place_of_procedure(document, procedure), fmt::format("the parameter {} is missing", quoted(name)),
                   "a procedure has all of its numbers", "add it with its source");
  }
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
  constexpr std::array<std::string_view, 10> known = {"format",     "base",      "name",  "title",  "currency",
                                                      "price_year", "parameter", "joint", "remark", "procedure"};
  for (const TomlEntry& entry : document.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    problems.add(entry.place, "unknown key " + quoted(entry.key), "at the top level", did_you_mean(entry.key, known));
  }
}

void read_parameters(const TomlValue& document, Evidence& evidence, Problems& problems) {
  const bool overlay = document.find("base");
  std::set<std::string> misspelt;
  const TomlEntry* parameters = document.find("parameter");
  if (parameters && parameters->value.is_table()) {
    for (const TomlEntry& entry : parameters->value.entries) read_parameter(entry, evidence, misspelt, problems);
  } else if (parameters || !overlay) {
    problems.add(parameters ? parameters->place : Place{}, "the evidence has no parameters", "",
                 "write [parameter.\"effect.emax\"]");
  }
  if (overlay) return;
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

const SectionSpec evidence_section =
    section<Evidence>("", "the top level of an evidence file", "What the stance is.", top_keys);
const SectionSpec parameter_section = section<Parameter>("parameter", "[parameter.\"NAME\"]",
                                                         "One parameter of the model. An evidence file has all of "
                                                         "them, except the deliveries and reference doses of pairs of "
                                                         "cell and route that nobody studied.",
                                                         parameter_keys);
const SectionSpec uncertainty_section =
    section<Uncertainty>("uncertainty", "an uncertainty", "What is not known about a parameter.", uncertainty_keys);
const SectionSpec joint_section =
    section<JointPrior>("joint", "[[joint]]", "Parameters that are not drawn independently of each other.", joint_keys);

const SectionSpec procedure_section = section<ProcedureFacts>(
    "procedure", "[procedure.NAME]",
    "A treatment without cells: what it is and whom it is for. Its numbers are the parameters procedure.*.NAME.",
    procedure_keys);
const SectionSpec revision_section =
    section<Revision>("history", "a revision", "A number that an earlier version of the evidence had.", revision_keys);

namespace {

/// `chain`: the files that led here, each based on the next.
EvidenceReading read_chain(std::string_view bytes, const std::string& file_name, const FindBase& find_base,
                           std::vector<std::string> chain) {
  const TomlValue document = parse_toml(bytes, file_name);
  Problems problems(file_name);
  check_format(document, problems);
  check_names(document, problems);
  chain.push_back(file_name);
  EvidenceReading reading;
  Evidence& evidence = reading.evidence;
  if (const std::optional<EvidenceFile> base = base_of(document, find_base, chain, problems)) {
    evidence = read_chain(base->text, base->name, find_base, chain).evidence;
    reading.overlay = true;
  }
  const Evidence base = evidence;
  for (Parameter& parameter : evidence.parameters) parameter.reason.clear();  // the base's own, against another base
  const TableReader reader(document, evidence_section, problems, true);
  fill(reader, evidence, {});
  read_parameters(document, evidence, problems);
  read_procedures(document, evidence, problems);
  check_procedures(document, evidence, problems);
  check_amounts(document, base, evidence, problems);
  if (document.find("joint")) evidence.joint.clear();  // its own replace those of the base
  read_remarks(document, evidence, problems);
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
  reading.resolved = write_evidence(evidence);
  return reading;
}

}  // namespace

EvidenceReading read_evidence(std::string_view bytes, const std::string& file_name, const FindBase& find_base) {
  return read_chain(bytes, file_name, find_base, {});
}

std::string write_evidence(const Evidence& evidence) {
  std::string text;
  for (const std::string& line : lines_of(evidence_section, &evidence, {})) text += line + "\n";
  for (const Parameter& parameter : evidence.parameters)
    write_table(parameter_section, &parameter, {}, fmt::format("[parameter.{}]", toml_text(parameter.name)), "", text);
  for (const ProcedureFacts& facts : evidence.procedures)
    write_table(procedure_section, &facts, {}, fmt::format("[procedure.{}]", name_of(facts.procedure)), "", text);
  for (const JointPrior& prior : evidence.joint)
    write_table(joint_section, &prior, {}, joint_section.heading, "", text);
  return text;
}

}  // namespace vcohort
