#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "io/cli/load_study.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/screen.hpp"
#include "io/files/new_file.hpp"
#include "io/study/problems.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

std::string title_of(const ShippedFile& file) {
  std::istringstream lines{std::string(file.text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("title")) continue;
    const auto begin = line.find('"') + 1;
    return line.substr(begin, line.rfind('"') - begin);
  }
  return {};
}

/// What somebody starts from comes first; published figures belong to the replications, and are no scenarios.
void list() {
  struct Folder {
    const char* name;
    const char* what;
  };
  constexpr Folder folders[] = {
      {"studies", "studies: `vcohort run NAME` simulates one, `vcohort check NAME` says what it asks"},
      {"templates", "templates: data models for any trial, and the analysis of a data file"},
      {"evidence", "stances of evidence: `evidence = \"NAME\"` in a study"},
      {"evidence/alternatives", "the sceptical stance with other numbers, likewise"},
      {"claims", "claims of the article: `vcohort claims NAME`"},
      {"replications", "published studies: `vcohort replicate NAME`"}};
  for (const Folder& folder : folders) {
    std::cout << (&folder == folders ? "" : "\n") << folder.what << '\n';
    for (const ShippedFile& file : shipped_files())
      if (file.folder == folder.name && !file.name.ends_with(".figures"))
        std::cout << fmt::format("  {:<30}{}\n", file.name, title_of(file));
  }
}

const ShippedFile& find_shipped(const std::string& name) {
  const auto slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash);
  const ShippedFile* file = shipped_file(folder, slash == std::string::npos ? name : name.substr(slash + 1));
  if (!file)
    throw InvalidInput(
        explain(fmt::format("no scenario is called {}", vcohort::quoted(name)), "", meant_scenario(name)));
  return *file;
}

void copy(const std::string& name, std::string target) {
  const ShippedFile& file = find_shipped(name);
  if (target.empty()) target = std::string(file.name) + ".toml";
  write_file(target, Existing::refuse, {}, [&](std::ostream& out) { out << file.text; });
  std::cout << target << '\n';
}

}  // namespace

void add_scenarios(Verb& program) {
  Verb verb = program.verb("scenarios", "the studies and stances of evidence that ship with the program");
  const auto listed = [] {
    const FoldedScreen folded(std::cout);
    list();
    return ExitStatus::done;
  };
  verb.verb("list", "name them all").action(listed);
  auto name = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  Verb show = verb.verb("show", "print one");
  show.option("name", *name, "its name, or folder/name").required();
  show.action([name] {
    std::cout << find_shipped(*name).text;
    return ExitStatus::done;
  });
  Verb copies = verb.verb("copy", "copy one into this folder, to change it");
  copies.option("name", *name, "its name, or folder/name").required();
  copies.option("-o,--output", *target, "file to write");
  copies.action([name, target] {
    copy(*name, *target);
    return ExitStatus::done;
  });
  verb.optional_verb();
  verb.action(listed);
}

}  // namespace vcohort
