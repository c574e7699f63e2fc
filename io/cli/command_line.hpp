#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "io/cli/exit_status.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What a verb says about its command line. The library that parses it stands behind command_line.cpp alone.
namespace vcohort {

/// A command line that cannot be followed; status 2.
class CommandLineError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An option or argument of a verb.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option& required();
  Option& type(const std::string& name);  // what stands behind the option in the help
  Option& within(std::int64_t low, std::int64_t high);
  Option& within(double low, double high);
  Option& positive();
  Option& not_negative();
  Option& one_of(const std::vector<std::string>& words);
  Option& list();  // one word, separated by commas

 private:
  CLI::Option* option_;
};

class Verb {
 public:
  Verb(CLI::App* app, ExitStatus* end) : app_(app), end_(end) {}

  Verb verb(const std::string& name, const std::string& description);
  void footer(const std::string& text);  // behind the help: paragraphs are filled, indented lines stay

  /// Names with dashes are options, without them arguments. A vector takes the option several times, or all arguments.
  Option option(const std::string& names, std::string& value, const std::string& help);
  Option option(const std::string& names, std::vector<std::string>& value, const std::string& help);
  Option option(const std::string& names, int& value, const std::string& help);
  Option option(const std::string& names, std::int64_t& value, const std::string& help);
  Option option(const std::string& names, std::uint32_t& value, const std::string& help);
  Option option(const std::string& names, std::uint64_t& value, const std::string& help);
  Option option(const std::string& names, double& value, const std::string& help);
  Option option(const std::string& names, std::optional<double>& value, const std::string& help);
  Option flag(const std::string& names, bool& value, const std::string& help);

  /// One of some words, each with its value.
  template <class Value>
  Option choice(const std::string& names, Value& value,
                const std::vector<std::pair<std::string, std::decay_t<Value>>>& choices, const std::string& help) {
    return choice_of(
        names, choices, [&value](const auto& chosen) { value = chosen; }, help);
  }
  template <class Value>
  Option choice(const std::string& names, std::optional<Value>& value,
                const std::vector<std::pair<std::string, Value>>& choices, const std::string& help) {
    return choice_of(
        names, choices, [&value](const Value& chosen) { value = chosen; }, help);
  }

  /// A text that `take` parses; its InvalidInput is a complaint about the command line.
  Option parsed(const std::string& names, const std::function<void(const std::string&)>& take, const std::string& help);

  Option threads(int& value);                        // --threads
  Option settings(std::vector<std::string>& value);  // --set
  Option sweeps(std::vector<std::string>& value);    // --sweep

  /// What the verb does when it is called.
  void action(const std::function<ExitStatus()>&);
  void optional_verb();  // of this one's verbs none need be given

 private:
  template <class Value, class Take>
  Option choice_of(const std::string& names, const std::vector<std::pair<std::string, Value>>& choices,
                   const Take& take, const std::string& help) {
    std::vector<std::string> words;
    for (const auto& choice : choices) words.push_back(choice.first);
    return words_of(
        names, words, [choices, take](std::size_t place) { take(choices[place].second); }, help);
  }
  Option words_of(const std::string& names, const std::vector<std::string>& words,
                  const std::function<void(std::size_t)>& take, const std::string& help);

  CLI::App* app_;
  ExitStatus* end_;
};

/// The program's command line: its verbs are added, then it runs the one that is called.
class CommandLine {
 public:
  CommandLine(const std::string& about, const std::string& footer, const std::string& version);
  ~CommandLine();

  Verb root() { return {app_.get(), &end_}; }

  /// Prints help and version itself. Throws CommandLineError, and whatever the verb throws.
  ExitStatus run(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  ExitStatus end_ = ExitStatus::done;
};

}  // namespace vcohort
