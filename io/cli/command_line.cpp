#include "io/cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t width = 100;  // of the help

/// Words in lines of at most `width` characters, all but the first one indented. A longer word is cut behind a comma.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string lines;
  std::size_t at = indent;
  for (std::string word; words >> word;) {
    if (at > indent && at + 1 + word.size() > width) {
      lines += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      lines += ' ';
      ++at;
    }
    if (const std::size_t room = width - at, comma = word.rfind(',', room - 1);
        word.size() > room && comma != std::string::npos) {
      lines += word.substr(0, comma + 1) + '\n' + std::string(indent, ' ');
      word = word.substr(comma + 1);
      at = indent;
    }
    lines += word;
    at += word.size();
  }
  return lines;
}

/// A command to type goes on behind a backslash, before one of its options.
std::string continued(std::string command) {
  std::string lines;
  while (command.size() > width) {
    const std::size_t option = command.rfind(" -", width - 2);
    if (option == std::string::npos || option < 8) break;
    lines += command.substr(0, option) + " \\\n";
    command = "     " + command.substr(option);
  }
  return lines + command + '\n';
}

/// Paragraphs are filled; indented lines, which are commands to type, stay.
std::string filled(const std::string& text) {
  std::istringstream lines(text);
  std::string paragraph, all;
  const auto close = [&] {
    if (!paragraph.empty()) all += wrapped(paragraph, 0) + '\n';
    paragraph.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == ' ') {
      close();
      all += continued(line);
    } else {
      paragraph += line + ' ';
    }
  }
  close();
  return all;
}

std::string row(const std::string& name, const std::string& help) {
  constexpr std::size_t column = 28;
  if (name.size() + 2 < column) return fmt::format("  {:<{}}{}\n", name, column - 2, wrapped(help, column));
  return fmt::format("  {}\n{}{}\n", name, std::string(column, ' '), wrapped(help, column));
}

std::string full_name(const CLI::App* app) {
  return app->get_parent() ? full_name(app->get_parent()) + " " + app->get_name() : app->get_name();
}

std::string help_of(const CLI::App* app) {
  std::string usage = "Usage: " + full_name(app);
  std::string arguments, options, verbs;
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) {
      const std::string name = option->get_name(true) + (option->get_items_expected_max() > 1 ? "..." : "");
      usage += option->get_required() ? " " + name : " [" + name + "]";
      arguments += row(option->get_name(true), option->get_description());
    } else {
      const bool takes_value = option->get_items_expected_max() > 0 && option->get_type_size() > 0;
      options += row(option->get_name(false, true) + (takes_value ? " " + option->get_type_name() : ""),
                     option->get_description() + (option->get_required() ? " (required)" : ""));
    }
  }
  for (const CLI::App* verb : app->get_subcommands([](const CLI::App*) { return true; }))
    verbs += row(verb->get_name(), verb->get_description());
  if (!verbs.empty()) usage += " VERB";
  std::string text = filled(app->get_description()) + '\n' + usage + " [OPTIONS]\n";
  if (!arguments.empty()) text += "\nArguments:\n" + arguments;
  text += "\nOptions:\n" + options;
  if (!verbs.empty()) text += "\nVerbs:\n" + verbs;
  if (const std::string footer = app->get_footer(); !footer.empty()) text += '\n' + filled(footer);
  return text;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

/// Why a word is none of those that are known; nothing where it is one.
std::string complaint_about(const std::string& word, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return "";
  return explain(vcohort::quoted(word) + " is unknown", "", did_you_mean(word, views_of(known)));
}

/// The verb that the command line went into last.
const CLI::App* last_verb(const CLI::App* app) {
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? app : last_verb(parsed.back());
}

/// A word that belongs nowhere, with what was probably meant.
std::string stray_word(const CLI::App* verb, const std::string& word) {
  std::vector<std::string> known;
  std::string what = "option";
  if (word.starts_with('-')) {
    for (const CLI::Option* option : verb->get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  } else {
    for (const CLI::App* other : verb->get_subcommands([](const CLI::App*) { return true; }))
      known.push_back(other->get_name());
    what = known.empty() ? "argument" : "verb";
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string meant = suggestion(name, views_of(known));
  return explain(fmt::format("unknown {} {}", what, vcohort::quoted(name)), "",
                 meant.empty() ? fmt::format("`{} --help` shows what there is", full_name(verb)) : meant);
}

template <class Value>
CLI::Option* add(CLI::App* app, const std::string& names, Value& value, const std::string& help, const char* type) {
  return app->add_option(names, value, help)->type_name(type);
}

/// A check that says nothing in the help.
CLI::Option* checked(CLI::Option* option, const std::function<std::string(const std::string&)>& complaint) {
  return option->check(CLI::Validator([complaint](std::string& text) { return complaint(text); }, ""));
}

template <class Number>
void check_range(CLI::Option* option, Number low, Number high, const std::string& wanted) {
  checked(option, [=](const std::string& text) -> std::string {
    Number value{};
    const bool is_number = CLI::detail::lexical_cast(text, value);
    return is_number && value >= low && value <= high
               ? ""
               : explain(vcohort::quoted(text) + " is refused", "", "give " + wanted);
  });
}

}  // namespace

Option& Option::required() {
  option_->required();
  return *this;
}
Option& Option::type(const std::string& name) {
  option_->type_name(name);
  return *this;
}
Option& Option::within(std::int64_t low, std::int64_t high) {
  check_range(option_, low, high, fmt::format("a whole number from {} to {}", low, high));
  return *this;
}
Option& Option::within(double low, double high) {
  check_range(option_, low, high, fmt::format("a number from {:g} to {:g}", low, high));
  return *this;
}
Option& Option::positive() {
  check_range(option_, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max(),
              "a number above 0");
  return *this;
}
Option& Option::not_negative() {
  check_range(option_, 0.0, std::numeric_limits<double>::max(), "0 or a number above it");
  return *this;
}
Option& Option::one_of(const std::vector<std::string>& words) {
  checked(option_, [words](const std::string& text) { return complaint_about(text, words); });
  return *this;
}
Option& Option::list() {
  option_->delimiter(',');
  return *this;
}

void Verb::footer(const std::string& text) {
  app_->footer(text);
}

Verb Verb::verb(const std::string& name, const std::string& description) {
  CLI::App* verb = app_->add_subcommand(name, description);
  app_->require_subcommand(1);
  return {verb, end_};
}

void Verb::optional_verb() {
  app_->require_subcommand(0, 1);
}

Option Verb::option(const std::string& names, std::string& value, const std::string& help) {
  return Option(add(app_, names, value, help, "TEXT"));
}
Option Verb::option(const std::string& names, std::vector<std::string>& value, const std::string& help) {
  return Option(add(app_, names, value, help, "TEXT")->allow_extra_args(!names.starts_with('-')));
}
Option Verb::option(const std::string& names, int& value, const std::string& help) {
  return Option(add(app_, names, value, help, "N"));
}
Option Verb::option(const std::string& names, std::int64_t& value, const std::string& help) {
  return Option(add(app_, names, value, help, "N"));
}
Option Verb::option(const std::string& names, std::uint32_t& value, const std::string& help) {
  return Option(add(app_, names, value, help, "N"));
}
Option Verb::option(const std::string& names, std::uint64_t& value, const std::string& help) {
  return Option(add(app_, names, value, help, "N"));
}
Option Verb::option(const std::string& names, double& value, const std::string& help) {
  return Option(add(app_, names, value, help, "X"));
}
Option Verb::option(const std::string& names, std::optional<double>& value, const std::string& help) {
  return Option(add(app_, names, value, help, "X"));
}
Option Verb::flag(const std::string& names, bool& value, const std::string& help) {
  return Option(app_->add_flag(names, value, help));
}

Option Verb::parsed(const std::string& names, const std::function<void(const std::string&)>& take,
                    const std::string& help) {
  const auto complaint = [take](const std::string& text) {
    try {
      take(text);
      return std::string();
    } catch (const InvalidInput& problem) {
      return std::string(problem.what());
    }
  };
  return Option(checked(app_->add_option_function<std::string>(names, take, help), complaint));
}

Option Verb::words_of(const std::string& names, const std::vector<std::string>& words,
                      const std::function<void(std::size_t)>& take, const std::string& help) {
  const auto place = [words](const std::string& word) {
    return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
  };
  CLI::Option* option = app_->add_option_function<std::string>(
      names, [take, place](const std::string& word) { take(place(word)); }, help);
  checked(option, [words](const std::string& word) { return complaint_about(word, words); });
  return Option(option->type_name(fmt::format("{}", fmt::join(words, "|"))));
}

Option Verb::threads(int& value) {
  constexpr std::int64_t most = 4096;
  return option("--threads", value, "threads to use (default: all of this process); results do not depend on it")
      .within(1, most);
}
Option Verb::settings(std::vector<std::string>& value) {
  return option("--set", value, "replace a value of the study: key=value, a dotted key and a TOML value; several times")
      .type("KEY=VALUE");
}

Option Verb::sweeps(std::vector<std::string>& value) {
  return option(
             "--sweep", value,
             "run the study with each of these values: key=[a, b, c], or key={ from = 1, to = 5, step = 1 }; several "
             "times, and axes cross")
      .type("KEY=VALUES");
}

void Verb::action(const std::function<ExitStatus()>& act) {
  app_->callback([act, app = app_, end = end_] {
    if (app->get_subcommands().empty()) *end = act();
  });
}

CommandLine::CommandLine(const std::string& about, const std::string& footer, const std::string& version)
    : app_(std::make_unique<CLI::App>(about, "vcohort")) {
  app_->formatter_fn([](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_of(app); });
  app_->set_help_flag("-h,--help", "print this");
  app_->set_version_flag("--version", version, "print version, revision and how it was built");
  app_->footer(footer);
}

CommandLine::~CommandLine() = default;

ExitStatus CommandLine::run(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << '\n';
  } catch (const CLI::Success&) {
    std::cout << help_of(last_verb(app_.get()));
  } catch (const CLI::ParseError& error) {
    const CLI::App* verb = last_verb(app_.get());
    const std::vector<std::string> stray = app_->remaining(true);
    if (!stray.empty()) throw CommandLineError(stray_word(verb, stray.front()));
    if (verb == app_.get()) throw CommandLineError(explain("no verb is given", "", "`vcohort --help` shows them"));
    throw CommandLineError(fmt::format("{}; `{} --help` shows more", error.what(), full_name(verb)));
  }
  return end_;
}

}  // namespace vcohort
