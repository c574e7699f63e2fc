#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/new_file.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

namespace {

/// The first comment or title line says what a file is for.
std::string purpose_of(const ShippedFile& file) {
  constexpr std::string_view key = "title = \"";
  const auto title = file.text.find(key);
  if (title == std::string_view::npos) return {};
  const auto begin = title + key.size();
  return std::string(file.text.substr(begin, file.text.find('"', begin) - begin));
}

const ShippedFile& find_shipped(const std::string& name) {
  const auto slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash);
  const ShippedFile* file = shipped_file(folder, slash == std::string::npos ? name : name.substr(slash + 1));
  if (!file)
    throw InvalidInput(explain(fmt::format("no scenario is called \"{}\"", name), "",
                               "`vcohort scenarios list` shows those that ship"));
  return *file;
}

void copy(const std::string& name, std::string target) {
  const ShippedFile& file = find_shipped(name);
  if (target.empty()) target = std::string(file.name) + ".toml";
  write_file(target, Existing::refuse, {}, [&](std::ostream& out) { out << file.text; });
  std::cout << target << '\n';
}

}  // namespace

void add_scenarios(CLI::App& app, ExitStatus& end) {
  CLI::App* verb = app.add_subcommand("scenarios", "the studies and stances of evidence that ship with the program");
  verb->require_subcommand(0, 1);
  const auto list = [&end] {
    for (const ShippedFile& file : shipped_files())
      std::cout << fmt::format("{:<14}{:<24}{}\n", file.folder, file.name, purpose_of(file));
    end = ExitStatus::done;
  };
  verb->add_subcommand("list", "name them all")->callback(list);
  auto name = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  CLI::App* show = verb->add_subcommand("show", "print one");
  show->add_option("name", *name, "its name, or folder/name")->required();
  show->callback([name, &end] {
    std::cout << find_shipped(*name).text;
    end = ExitStatus::done;
  });
  CLI::App* copy_verb = verb->add_subcommand("copy", "copy one into this folder, to change it");
  copy_verb->add_option("name", *name, "its name, or folder/name")->required();
  copy_verb->add_option("-o,--output", *target, "file to write");
  copy_verb->callback([name, target, &end] {
    copy(*name, *target);
    end = ExitStatus::done;
  });
  verb->callback([verb, list] {
    if (verb->get_subcommands().empty()) list();
  });
}

}  // namespace vcohort
