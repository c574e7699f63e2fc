#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>

#include "engine/numeric/errors.hpp"
#include "engine/run/run.hpp"
#include "io/cli/new_study.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/new_file.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

struct NewArguments {
  std::optional<NewStudy::Kind> kind;
  NewStudy study;
  std::optional<double> power, alpha, months;
  bool lower = false, higher = false;
  std::string output;
  int threads = 0;
};

/// A line of the terminal; what stands in brackets where it is empty.
std::string ask(const std::string& question, const std::string& otherwise) {
  std::cerr << fmt::format("{} [{}]: ", question, otherwise) << std::flush;
  std::string line;
  if (!std::getline(std::cin, line))
    throw InvalidInput(explain("the questions were not answered", "", "call it again, or give options"));
  return line.empty() ? otherwise : line;
}

double ask_number(const std::string& question, const std::string& otherwise) {
  for (;;) {
    const std::string text = ask(question, otherwise);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    std::cerr << vcohort::quoted(text) << " is no number\n";
  }
}

/// Until it is one of the words.
std::string ask_word(const std::string& question, const std::vector<std::string>& words) {
  for (;;) {
    const std::string text = ask(fmt::format("{} ({})", question, fmt::join(words, ", ")), words.front());
    if (std::find(words.begin(), words.end(), text) != words.end()) return text;
    std::cerr << vcohort::quoted(text) << " is none of them\n";
  }
}

NewStudy::Kind kind_of(const std::string& word) {
  return word == "trial" ? NewStudy::Kind::trial : word == "cohort" ? NewStudy::Kind::cohort : NewStudy::Kind::policy;
}

/// What was not given, asked for on the terminal.
void ask_for_the_rest(NewArguments& arguments) {
  if (!arguments.kind) arguments.kind = kind_of(ask_word("what is asked", {"trial", "cohort", "policy"}));
  NewStudy& study = arguments.study;
  if (*arguments.kind != NewStudy::Kind::trial) return;
  if (study.endpoint.empty()) study.endpoint = ask_word("the outcome", {"continuous", "binary", "count", "survival"});
  NewStudy example;
  example.endpoint = study.endpoint;
  example = completed(std::move(example));
  const std::string value = meaning_of_values(study.endpoint);
  if (!study.control) study.control = ask_number("control: " + value, fmt::format("{}", *example.control));
  if (!study.active) study.active = ask_number("active arm: " + value, fmt::format("{}", *example.active));
  if (example.sd && !study.sd) study.sd = ask_number("standard deviation", fmt::format("{}", *example.sd));
  if (!study.lower_is_better) {
    const char* question = study.endpoint == "survival" ? "is the event unwanted" : "is lower better";
    study.lower_is_better =
        ask_word(question, *example.lower_is_better ? std::vector<std::string>{"yes", "no"}
                                                    : std::vector<std::string>{"no", "yes"}) == "yes";
  }
  if (!arguments.power) arguments.power = ask_number("power", "0.9");
  if (arguments.output.empty()) arguments.output = ask("file", "study.toml");
}

ExitStatus write_new(NewArguments arguments) {
  NewStudy& study = arguments.study;
  if (arguments.lower && arguments.higher)
    throw CommandLineError(explain("--lower-is-better and --higher-is-better contradict each other", "", "remove one"));
  if (arguments.lower || arguments.higher) study.lower_is_better = arguments.lower;
  const bool is_asked = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
  if (is_asked) ask_for_the_rest(arguments);
  study.kind = arguments.kind.value_or(NewStudy::Kind::trial);
  if (study.kind != NewStudy::Kind::trial && (arguments.power || arguments.alpha))
    throw InvalidInput(explain("a power belongs to a trial", "", "leave out --power and --alpha, or use --kind trial"));
  study.power = arguments.power.value_or(study.power);
  study.alpha = arguments.alpha.value_or(study.alpha);
  study.months = arguments.months.value_or(study.months);
  if (!(study.power > study.alpha && study.power < 1))
    throw InvalidInput(explain(fmt::format("{:g} is no power to size for", study.power), "it lies between alpha and 1",
                               "write one such as 0.9"));
  if (!arguments.output.empty()) require_output(arguments.output, Existing::refuse, {});
  const std::string text =
      text_of(completed(std::move(study)), arguments.threads > 0 ? arguments.threads : default_threads());
  if (arguments.output.empty()) {
    std::cout << text;
    return ExitStatus::done;
  }
  write_file(arguments.output, Existing::refuse, {}, [&](std::ostream& out) { out << text; });
  std::cout << arguments.output << '\n';
  return ExitStatus::done;
}

}  // namespace

void add_new(Verb& program) {
  auto arguments = std::make_shared<NewArguments>();
  Verb verb = program.verb("new", "write a study of your own, to begin with: asks on a terminal, or by options");
  verb.footer(
      "A trial gets the smallest number of patients with the power, found by simulation. What is not given has values "
      "to begin "
      "with.\n\n"
      "  vcohort new -o study.toml\n"
      "  vcohort new --endpoint binary --control 0.5 --active 0.3 --lower-is-better --power 0.9 -o study.toml\n"
      "  vcohort new --kind policy -o study.toml");
  verb.choice(
          "--kind", arguments->kind,
          {{"trial", NewStudy::Kind::trial}, {"cohort", NewStudy::Kind::cohort}, {"policy", NewStudy::Kind::policy}},
          "trial (of outcomes that you state), cohort or policy (of the disease model) [trial]")
      .type("KIND");
  verb.option("--endpoint", arguments->study.endpoint,
              "of a trial continuous, binary, count or survival; of a cohort a score such as gmfm66; of policy qaly, "
              "gmfm66 or responder");
  verb.option("--control", arguments->study.control, "of the control: mean, share, events a month, or median months");
  verb.option("--active", arguments->study.active, "the same of the active arm");
  verb.option("--sd", arguments->study.sd, "standard deviation of a continuous outcome");
  verb.option("--dispersion", arguments->study.dispersion,
              "of counts: their variance is mean + dispersion x mean^2 [0.5]");
  verb.flag("--lower-is-better", arguments->lower, "the direction of benefit; of times: the event is unwanted");
  verb.flag("--higher-is-better", arguments->higher, "the other one");
  verb.option("--power", arguments->power, "power of the trial [0.9]");
  verb.option("--alpha", arguments->alpha, "two-sided level [0.05]");
  verb.option("--months", arguments->months, "when the outcome is seen, or how long patients are followed [12]");
  verb.option("-o,--output", arguments->output, "file to write [standard output]");
  verb.threads(arguments->threads);
  verb.action([arguments] { return write_new(*arguments); });
}

}  // namespace vcohort
