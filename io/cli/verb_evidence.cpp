#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "engine/evidence/registry.hpp"
#include "engine/evidence/values.hpp"
#include "engine/numeric/columns.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/sensitivity/moved_answers.hpp"
#include "io/cli/evidence_tables.hpp"
#include "io/cli/find_evidence.hpp"
#include "io/cli/literature.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/screen.hpp"
#include "io/study/evidence_overlay.hpp"
#include "io/study/problems.hpp"
#include "io/study/toml_document.hpp"

namespace vcohort {

namespace {

constexpr const char* default_stance = "sceptical";

struct EvidenceArguments {
  std::string stance = default_stance;
  std::string first, second, pattern, strength, study;
  TableFormat format = TableFormat::table;
};

EvidenceReading read_named(const std::string& name) {
  const std::optional<EvidenceFile> file = find_evidence(name, "");
  if (!file)
    throw InvalidInput(explain("unknown evidence " + vcohort::quoted(name),
                               "it is neither a stance that ships nor a file",
                               "use \"published\", \"sceptical\" or \"null\", or the path of an evidence file"));
  return read_evidence(file->text, file->name, find_evidence);
}

std::size_t place_in(const JointPrior& prior, const std::string& name) {
  const auto place = std::find(prior.parameters.begin(), prior.parameters.end(), name);
  return static_cast<std::size_t>(place - prior.parameters.begin());
}

std::vector<const JointPrior*> priors_of(const Parameter& parameter, const Evidence& evidence) {
  std::vector<const JointPrior*> found;
  for (const JointPrior& prior : evidence.joint)
    if (place_in(prior, parameter.name) < prior.parameters.size()) found.push_back(&prior);
  return found;
}

void list(const EvidenceArguments& arguments) {
  const Evidence evidence = read_named(arguments.stance).evidence;
  if (arguments.pattern.empty() && arguments.strength.empty())
    return print(families_table(evidence), arguments.format, std::cout);
  std::vector<const Parameter*> kept;
  if (arguments.pattern.empty())
    for (const Parameter& parameter : evidence.parameters) kept.push_back(&parameter);
  else
    kept = matching(evidence, arguments.pattern);
  if (!arguments.strength.empty())
    std::erase_if(kept, [&](const Parameter* p) { return name_of(p->strength) != arguments.strength; });
  print(parameters_table(evidence, kept), arguments.format, std::cout);
}

/// With which parameters this one is drawn jointly under each stance, and why.
void show_joint_priors(const Parameter& parameter, const std::vector<Evidence>& stances) {
  std::string said;
  for (const Evidence& stance : stances)
    for (const JointPrior* prior : priors_of(parameter, stance)) {
      std::vector<std::string> others;
      const std::size_t own = place_in(*prior, parameter.name);
      for (std::size_t k = 0; k < prior->parameters.size(); ++k)
        if (k != own) others.push_back(fmt::format("{} {:g}", prior->parameters[k], prior->correlation[own][k]));
      std::cout << fmt::format("  {:<12} drawn jointly, correlation with {}\n", stance.name, fmt::join(others, ", "));
      if (prior->source != said) std::cout << "    " << prior->source << '\n';
      said = prior->source;
    }
}

/// One parameter for a reader: what it means, and what each stance says of it.
void show_parameter(const Parameter& parameter, const std::vector<Evidence>& stances) {
  std::cout << fmt::format("{}{}\n  {}\n  enters {}\n", parameter.name,
                           parameter.unit.empty() ? "" : fmt::format(" [{}]", parameter.unit),
                           find_parameter(parameter.name)->meaning, where_it_enters(parameter));
  std::string said;
  for (const Evidence& stance : stances) {
    const Parameter* here = find(stance, parameter.name);
    if (!here) continue;
    std::cout << fmt::format("  {:<12} {:<10.6g} {:<26} {}\n", stance.name, here->value, uncertainty_text(*here),
                             name_of(here->strength));
    if (here->source != said) std::cout << "    " << here->source << '\n';
    said = here->source;
    if (!here->reason.empty()) std::cout << "    differs: " << here->reason << '\n';
  }
  for (const Revision& old : parameter.history)
    std::cout << fmt::format("  until {}: {:g} ({})\n", old.until, old.value, old.why);
  for (const LawChange& old : law_changes_of(parameter.name))
    std::cout << fmt::format("  until {}: {} ({})\n", old.until, old.was, old.why);
  show_joint_priors(parameter, stances);
}

/// What can move of these parameters, as coordinates of the evidence's draws.
std::vector<std::size_t> movable(const Evidence& evidence, const std::vector<const Parameter*>& wanted) {
  const std::vector<Coordinate> coordinates = ParameterDraws(evidence).coordinates();
  const auto is_wanted = [&](const Parameter& member) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Parameter* p) { return p->name == member.name; });
  };
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < coordinates.size(); ++k)
    if (std::any_of(coordinates[k].parameters.begin(), coordinates[k].parameters.end(), is_wanted)) found.push_back(k);
  return found;
}

/// How far the parameters move the answers of the study, under each of its stances.
Table moved_in_study(const EvidenceArguments& arguments) {
  const LoadedStudy loaded = load_study(arguments.study, {});
  refuse_sweep(loaded, "moving a parameter");
  const Study& study = loaded.reading.study;
  if (!study.cohort && !study.policy && (!study.trial || study.data_model))
    throw InvalidInput(explain(arguments.study + " answers nothing that evidence could move",
                               "it has no [cohort], no [policy] and no [trial] of the disease model",
                               "name another study"));
  std::vector<Table> all;
  for (const Evidence& evidence : loaded.evidence) {
    const std::vector<std::size_t> inputs = movable(evidence, matching(evidence, arguments.pattern));
    if (!inputs.empty()) append_rows(all, moved_answers(study, evidence, inputs));
  }
  if (all.empty())
    throw InvalidInput(explain(vcohort::quoted(arguments.pattern) + " is certain under every stance of the study",
                               "the evidence states no uncertainty, or the study sets the value",
                               "name a parameter that is uncertain there"));
  return std::move(all.front());
}

void print_lines(const std::vector<LiteratureEntry>& entries, std::string_view indent) {
  for (const LiteratureEntry& entry : entries) std::cout << fmt::format("{}{:<4} {}\n", indent, entry.code, entry.text);
}

/// What the codes in the sources of these parameters stand for.
void print_literature(const std::vector<const Parameter*>& shown, const std::vector<Evidence>& stances) {
  std::string said;
  for (const Parameter* parameter : shown)
    for (const Evidence& stance : stances)
      if (const Parameter* here = find(stance, parameter->name)) {
        said += here->source + "\n" + here->reason + "\n";
        for (const Revision& old : here->history) said += old.why + "\n";
        for (const JointPrior* prior : priors_of(*here, stance)) said += prior->source + "\n";
        for (const LawChange& old : law_changes_of(here->name)) said += old.why + "\n";
      }
  const std::vector<std::string> codes = codes_in(said);
  const std::vector<LiteratureEntry> entries = entries_of(codes);
  if (!entries.empty()) std::cout << "sources:\n";
  print_lines(entries, "  ");
}

/// What codes stand for; all of them where none is named.
void list_sources(const EvidenceArguments& arguments) {
  std::vector<LiteratureEntry> entries = literature();
  if (!arguments.pattern.empty()) {
    const std::vector<std::string> codes = codes_in(arguments.pattern);
    for (const std::string& code : codes)
      if (entries_of({&code, 1}).empty())
        throw InvalidInput(explain("no source is called " + code, "it is no code of the literature",
                                   "`vcohort evidence sources` lists them"));
    if (codes.empty())
      throw InvalidInput(explain(vcohort::quoted(arguments.pattern) + " names no source",
                                 "codes are written A7 or \"A7, B12\"", "`vcohort evidence sources` lists them"));
    entries = entries_of(codes);
  }
  if (arguments.format == TableFormat::table) return print_lines(entries, "");
  Table table{"/evidence/sources", "What the codes of the sources stand for.", {}};
  const Columns column(table, entries);
  column("code", "", "As sources of parameters name it.", &LiteratureEntry::code);
  column("source", "", "Author, year, journal and identifiers as they were seen.", &LiteratureEntry::text);
  print(table, arguments.format, std::cout);
}

void show(const EvidenceArguments& arguments, bool one_stance) {
  std::vector<Evidence> stances;
  if (one_stance)
    stances.push_back(read_named(arguments.stance).evidence);
  else
    for (const char* name : {default_stance, "published", "null"}) stances.push_back(read_named(name).evidence);
  const std::vector<const Parameter*> found = matching(stances.front(), arguments.pattern);
  const std::optional<Table> moved =
      arguments.study.empty() ? std::nullopt : std::optional(moved_in_study(arguments));  // or refuse before all else
  if (arguments.format == TableFormat::table)
    for (const Parameter* parameter : found) show_parameter(*parameter, stances);
  if (arguments.format == TableFormat::table) print_literature(found, stances);
  if (moved) {
    if (arguments.format == TableFormat::table) std::cout << '\n';
    return print(*moved, arguments.format, std::cout);
  }
  if (arguments.format == TableFormat::table) return;
  std::vector<Table> all;
  for (const Evidence& stance : stances) {
    Table table = parameters_table(stance, matching(stance, arguments.pattern));
    table.description = "Parameters by stance.";
    auto& name = table.add<std::string>("stance", "", "Whose number it is.");
    name.assign(table.rows(), stance.name);
    append_rows(all, std::move(table));
  }
  print(all.front(), arguments.format, std::cout);
}

void diff(const EvidenceArguments& arguments) {
  const Evidence a = read_named(arguments.first).evidence, b = read_named(arguments.second).evidence;
  const std::vector<Difference> found = differences(a, b);
  if (arguments.format == TableFormat::table)
    std::cout << differences_text(a, b, found);
  else
    print(differences_table(a, b, found), arguments.format, std::cout);
}

/// Scenarios are told apart by the names of their evidence: a file has none of a stance that ships.
void refuse_shipped_name(const EvidenceFile& file, const Evidence& evidence) {
  if (!shipped_base(evidence.name, "") || shipped_base(file.name, "")) return;
  const TomlEntry* name = parse_toml(file.text, file.name).find("name");
  throw InvalidInput(text_of(name ? name->place : Place{}, file.name) + ": " +
                     explain("the evidence is called " + vcohort::quoted(evidence.name),
                             "that is one that ships, and scenarios are told apart by these names",
                             "give it a name of its own"));
}

/// Refuses a file that is wrong; of one that is right it says what it changes.
void check_file(const EvidenceArguments& arguments) {
  const EvidenceReading reading = read_named(arguments.first);
  if (const auto file = find_evidence(arguments.first, "")) refuse_shipped_name(*file, reading.evidence);
  std::cout << fmt::format("{}: {} parameters, complete\n", arguments.first, reading.evidence.parameters.size());
  const Evidence base = read_named(arguments.stance).evidence;
  const std::vector<Difference> found = differences(reading.evidence, base);
  std::cout << differences_text(reading.evidence, base, found);
  for (const Difference& difference : found)
    if (reading.overlay && difference.first && difference.second && difference.first->reason.empty())
      std::cout << fmt::format("{} has no reason: say with `reason` why it differs\n", difference.first->name);
}

}  // namespace

void add_evidence(Verb& program) {
  Verb verb =
      program.verb("evidence", "what is known of the parameters: from where, how well, and where stances differ");
  verb.footer(
      "  vcohort evidence list                            families of parameters, and how well they are known\n"
      "  vcohort evidence list cost --strength assumed    the parameters of a family\n"
      "  vcohort evidence show cost.care                  value, uncertainty, source, strength, history\n"
      "  vcohort evidence show waning.motor --study treat-early    and how far it moves the answers of a study\n"
      "  vcohort evidence sources A7                      what a code of a source stands for\n"
      "  vcohort evidence diff published sceptical        where two differ, and why\n"
      "  vcohort evidence check mine.toml                 an evidence file, or an overlay, of one's own");
  auto arguments = std::make_shared<EvidenceArguments>();
  const auto done = [arguments](auto act) {
    return [arguments, act] {
      std::optional<FoldedScreen> folded;
      if (arguments->format == TableFormat::table) folded.emplace(std::cout);
      act(*arguments);
      return ExitStatus::done;
    };
  };
  Verb lists = verb.verb("list", "families, or the parameters of one");
  lists.option("pattern", arguments->pattern, "a family, a parameter, or a name with stars");
  lists.option("--evidence", arguments->stance, "stance or evidence file").type("EVIDENCE");
  lists.option("--strength", arguments->strength, "only those: found, derived, recalled or assumed")
      .type("STRENGTH")
      .one_of({"found", "derived", "recalled", "assumed"});
  add_format(lists, arguments->format);
  lists.action(done([](const EvidenceArguments& a) { list(a); }));

  Verb shows = verb.verb("show", "what is known of a parameter");
  auto stance = std::make_shared<std::string>();
  shows.option("parameter", arguments->pattern, "its name, the beginning of one, or a name with stars").required();
  shows.option("--evidence", *stance, "stance or evidence file [the three that ship]").type("EVIDENCE");
  shows
      .option(
          "--study", arguments->study,
          "study whose answers are simulated with the parameter at its low and its high end, 2,048 patients and 256 "
          "trials each")
      .type("STUDY");
  add_format(shows, arguments->format);
  shows.action(done([stance](EvidenceArguments& a) {
    if (!stance->empty()) a.stance = *stance;
    show(a, !stance->empty());
  }));

  Verb sources = verb.verb("sources", "what the codes of sources stand for");
  sources.option("codes", arguments->pattern, "those to show, \"A7, B12\" [all]");
  add_format(sources, arguments->format);
  sources.action(done([](const EvidenceArguments& a) { list_sources(a); }));

  Verb diffs = verb.verb("diff", "where two evidences differ, and why");
  diffs.option("first", arguments->first, "stance or evidence file").required();
  diffs.option("second", arguments->second, "stance or evidence file").required();
  add_format(diffs, arguments->format);
  diffs.action(done([](const EvidenceArguments& a) { diff(a); }));

  Verb checks = verb.verb("check", "is a file sound, and what does it change?");
  checks.option("file", arguments->first, "evidence file").required();
  checks.option("--against", arguments->stance, "what it is compared with").type("EVIDENCE");
  checks.action(done([](const EvidenceArguments& a) { check_file(a); }));
}

}  // namespace vcohort
