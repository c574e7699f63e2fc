#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/decide.hpp"
#include "engine/policy/decision/evppi.hpp"
#include "engine/study/policy_names.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/data/patient_noise_reader.hpp"
#include "io/data/psa_reader.hpp"
#include "io/results/column_of.hpp"
#include "io/results/json.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

struct DecideArguments {
  std::string file;
  std::string reference;
  std::string willingness_to_pay = "0:200000:5000";
  std::vector<std::string> evppi;
  bool all_evppi = false;
  std::string population;
  std::string patient_noise;
  std::string table;
  std::string currency = "money";
  std::string effect = "QALY";
  bool lower_is_better = false;
  TableFormat format = TableFormat::table;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

double number_in(const std::string& text, const std::string& option) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    throw CommandLineError(fmt::format("{}: \"{}\" is no number", option, text));
  return value;
}

[[noreturn]] void refuse(const std::string& option, const std::string& problem, const std::string& why,
                         const std::string& what_to_do) {
  throw InvalidInput(fmt::format("{}: {}", option, explain(problem, why, what_to_do)));
}

/// A number of the command line from `low` to `high`; not-a-number and infinity are beyond any limit.
double amount_in(const std::string& text, const std::string& option, double low, double high) {
  const double value = number_in(text, option);
  if (!(value >= low && value <= high))
    refuse(option, fmt::format("{} is impossible here", text), fmt::format("allowed are {:g} to {:g}", low, high),
           "correct it");
  return value;
}

/// Values and ranges, "0:200000:5000" or "20000,30000": ascending, each once.
std::vector<double> range_in(const std::string& text) {
  const std::string option = "--willingness-to-pay";
  const auto amount = [&](const std::string& part) { return amount_in(part, option, 0, largest_amount); };
  std::vector<double> values;
  for (const std::string& item : split(text, ',')) {
    const std::vector<std::string> parts = split(item, ':');
    constexpr std::size_t three = 3;
    if (parts.size() == 1) {
      values.push_back(amount(parts[0]));
      continue;
    }
    if (parts.size() != three) throw CommandLineError(option + ": give from:to:step, or numbers with commas between");
    const double from = amount(parts[0]), to = amount(parts[1]), step = amount(parts[2]);
    if (to < from || (to > from && !(step > 0)))
      refuse(option, fmt::format("{} is no range", item), "", "give from:to:step with from <= to and a step above 0");
    if (to > from && (to - from) / step >= most_willingness_to_pay - 1)
      refuse(option, fmt::format("{} has too many values", item),
             fmt::format("at most {:g} are allowed", most_willingness_to_pay), "widen the step");
    const std::vector<double> range = willingness_to_pay_range(from, to, step);
    values.insert(values.end(), range.begin(), range.end());
  }
  if (values.empty()) throw CommandLineError(option + ": give from:to:step, or numbers with commas between");
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// "incidence=1000,uptake=0.5,years=10,discount=0.03".
DecisionPopulation population_in(const std::string& text) {
  const std::string option = "--population";
  constexpr double most_patients = 1e12, most_years = 1000;
  const double below_one = std::nextafter(1.0, 0.0);
  DecisionPopulation population;
  std::set<std::string> seen;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (!seen.insert(key).second) throw CommandLineError(fmt::format("{}: \"{}\" stands twice", option, key));
    if (key == "incidence") {
      population.incidence_per_year = amount_in(value, option, 0, most_patients);
    } else if (key == "prevalent") {
      population.prevalent = amount_in(value, option, 0, most_patients);
    } else if (key == "uptake") {
      population.uptake = amount_in(value, option, 0, 1);
    } else if (key == "years") {
      population.horizon_years = amount_in(value, option, 0, most_years);
    } else if (key == "discount") {
      if (number_in(value, option) == 1)
        refuse(option, "a discount of 1 leaves nothing after a year", "it is a share per year",
               "write discount=0.03 for 3 % a year");
      population.discount_rate = amount_in(value, option, 0, below_one);
    } else if (key == "timing") {
      const auto timing = std::find(timing_names.begin(), timing_names.end(), value);
      if (timing == timing_names.end())
        throw CommandLineError(option + ": timing is start, mid, end, trapezoid or continuous");
      population.timing = static_cast<FlowTiming>(timing - timing_names.begin());
    } else {
      throw CommandLineError(explain(fmt::format("{}: \"{}\" is unknown", option, key), "",
                                     did_you_mean(key, std::vector<std::string_view>{"incidence", "prevalent", "uptake",
                                                                                     "years", "discount", "timing"})));
    }
  }
  if (!seen.contains("incidence") && !seen.contains("prevalent"))
    refuse(option, "nobody is concerned", "the value is that of a patient times their number",
           "give incidence=PER_YEAR or prevalent=N");
  if (seen.contains("incidence") && !seen.contains("years"))
    refuse(option, "\"years\" is missing", "patients come every year for as long as the decision stands",
           "add years=10");
  if (!seen.contains("incidence") && (seen.contains("years") || seen.contains("timing") || seen.contains("discount")))
    refuse(option, "years, discount and timing have no effect", "nobody comes later: there is no incidence",
           "add incidence=PER_YEAR, or remove them");
  return population;
}

std::ifstream opened(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::error_code failure;
  if (!file || std::filesystem::is_directory(name, failure))
    throw StorageFailure(
        explain(fmt::format("cannot read {}", name), "there is no such file, or it may not be read", "check the name"));
  return file;
}

PsaFile read(const DecideArguments& arguments, const PsaColumns& columns) {
  if (arguments.file == "-") return read_psa_file(std::cin, "standard input", columns);
  std::ifstream file = opened(arguments.file);
  return read_psa_file(file, arguments.file, columns);
}

/// The effect of a table where lower is better, as one where higher is; and back.
void turn_effect(Psa& psa) {
  psa.effect = -psa.effect;
  const Eigen::Index strategies = psa.cost.cols();
  if (psa.patient_noise.size() == 0) return;
  psa.patient_noise.topRightCorner(strategies, strategies) *= -1;
  psa.patient_noise.bottomLeftCorner(strategies, strategies) *= -1;
}

/// Effects and their increments as the table has them.
void turn_effect(Table& table) {
  const auto column = [&](const std::string& name) -> std::vector<double>* {
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& one) { return one.name == name; });
    return found == table.columns.end() ? nullptr : &std::get<std::vector<double>>(found->values);
  };
  for (const std::string name : {"effect", "effect_increment"}) {
    for (const std::string suffix : {"", "_lower", "_upper"})
      if (auto* values = column(name + suffix))
        for (double& value : *values) value = 0 - value;
    if (auto* lower = column(name + "_lower")) lower->swap(*column(name + "_upper"));
  }
}

/// The columns that a table holds only with a population.
void drop_population(Table& table) {
  std::erase_if(table.columns, [](const Column& column) { return column.name.starts_with("population_"); });
}

/// The table per willingness to pay with two more columns for each group of parameters: its EVPPI and the error.
Table with_evppi(const Decision& found, std::size_t strategies) {
  Table table = found.willingness_to_pay;
  const std::size_t values = table.rows() / strategies;
  const std::string money = table.find("nmb")->units;
  for (std::size_t first = 0; first < found.evppi.rows(); first += values) {
    const std::string& group = column_of<std::string>(found.evppi, "parameters")[first];
    for (const std::string column : {"evppi", "evppi_mcse"}) {
      std::vector<double>& filled =
          table.add<double>(column + "_" + group, money, fmt::format("{} of {}.", column, group));
      for (std::size_t row = 0; row < table.rows(); ++row)
        filled.push_back(column_of<double>(found.evppi, column)[first + row / strategies]);
    }
  }
  return table;
}

/// One line per willingness to pay for a reader: the best strategy, how sure, and what knowing more is worth.
Table in_short(const Decision& found, std::size_t strategies) {
  const Table& all = found.willingness_to_pay;
  const std::size_t values = all.rows() / strategies;
  Table table;
  auto& k = table.add<double>("k", "", "");
  for (std::size_t at = 0; at < values; ++at) k.push_back(column_of<double>(all, "k")[at * strategies]);
  auto& best = table.add<std::string>("best", "", "");
  const auto& is_best = column_of<Truth>(all, "best");
  for (std::size_t row = 0; row < all.rows(); ++row)
    if (is_best[row].value != 0) best.push_back(column_of<std::string>(all, "strategy")[row]);
  for (std::size_t strategy = 0; strategy < strategies; ++strategy) {
    auto& ceac = table.add<double>("ceac " + column_of<std::string>(all, "strategy")[strategy], "", "");
    for (std::size_t at = 0; at < values; ++at)
      ceac.push_back(column_of<double>(all, "ceac")[at * strategies + strategy]);
  }
  for (const std::string column : {"evpi", "evpi_mcse", "population_evpi"}) {
    if (all.find(column) == nullptr) continue;
    auto& shown = table.add<double>(column, "", "");
    for (std::size_t at = 0; at < values; ++at) shown.push_back(column_of<double>(all, column)[at * strategies]);
  }
  for (std::size_t first = 0; first < found.evppi.rows(); first += values) {
    auto& evppi = table.add<double>("evppi " + column_of<std::string>(found.evppi, "parameters")[first], "", "");
    for (std::size_t at = 0; at < values; ++at) evppi.push_back(column_of<double>(found.evppi, "evppi")[first + at]);
  }
  return table;
}

Table columns_of(const Table& table, const std::vector<std::string>& names) {
  Table chosen{table.path, table.description, {}};
  for (const std::string& name : names) chosen.columns.push_back(*table.find(name));
  return chosen;
}

/// The decision of a scenario, ready to be printed.
struct Answer {
  std::string scenario;
  Psa psa;
  Decision found;
};

void print_text(const Answer& answer) {
  const Psa& psa = answer.psa;
  std::cout << fmt::format("{}{}{}\n{} draws, {} strategies; increments over {}\n\n", answer.scenario,
                           answer.scenario.empty() ? "" : ": ", answer.found.answer, psa.draws(), psa.strategies.size(),
                           psa.strategies[static_cast<std::size_t>(psa.reference)]);
  print(columns_of(answer.found.strategies, {"strategy", "cost", "cost_mcse", "effect", "effect_mcse", "cost_increment",
                                             "effect_increment", "icer", "status"}),
        TableFormat::table, std::cout);
  std::cout << '\n';
  print(in_short(answer.found, psa.strategies.size()), TableFormat::table, std::cout);
}

nlohmann::ordered_json json_of(const Answer& answer, const DecisionQuestion& question, bool lower_is_better) {
  nlohmann::ordered_json json;
  if (!answer.scenario.empty()) json["scenario"] = answer.scenario;
  json["answer"] = answer.found.answer;
  json["draws"] = answer.psa.draws();
  json["reference"] = answer.psa.strategies[static_cast<std::size_t>(answer.psa.reference)];
  json["effect"] = question.effect_units;
  json["lower_is_better"] = lower_is_better;
  if (question.population) json["timing"] = name_of(question.population->timing);
  json["strategies"] = json_rows(answer.found.strategies);
  json["willingness_to_pay"] = json_rows(with_evppi(answer.found, answer.psa.strategies.size()));
  json["evppi"] = json_rows(answer.found.evppi);
  json["notes"] = answer.found.notes;
  return json;
}

/// The table that --table names; without it the one per willingness to pay, which holds most.
Table chosen_table(const Decision& found, const std::string& name, std::size_t strategies) {
  if (name == "strategies") return found.strategies;
  if (name == "evppi") return found.evppi;
  if (name == "plane") return found.plane;
  return with_evppi(found, strategies);
}

/// The chosen tables below each other, behind a column of scenarios where there are several.
Table joined(const std::vector<Answer>& answers, const std::string& name) {
  Table all;
  for (const Answer& answer : answers) {
    Table table = chosen_table(answer.found, name, answer.psa.strategies.size());
    if (answers.size() == 1) return table;
    table.columns.insert(table.columns.begin(), {"scenario", "", "Scenario of the table.",
                                                 std::vector<std::string>(table.rows(), answer.scenario)});
    if (all.columns.empty()) {
      all = std::move(table);
      continue;
    }
    for (std::size_t c = 0; c < all.columns.size(); ++c)
      std::visit(
          [&](auto& values) {
            using Values = std::decay_t<decltype(values)>;
            auto* more = c < table.columns.size() ? std::get_if<Values>(&table.columns[c].values) : nullptr;
            if (!more || table.columns[c].name != all.columns[c].name)
              throw InvalidInput(explain("the scenarios have different columns", "their tables cannot be joined",
                                         "decide about one at a time, or ask for --format json"));
            values.insert(values.end(), more->begin(), more->end());
          },
          all.columns[c].values);
  }
  return all;
}

/// Groups of parameters that EVPPI is asked for; a name twice in a group is an error.
std::vector<std::vector<std::string>> groups_in(const std::vector<std::string>& options) {
  std::vector<std::vector<std::string>> groups;
  for (const std::string& option : options) {
    const std::vector<std::string> names = split(option, ',');
    if (names.empty()) refuse("--evppi", "a group names no parameter", "", "name at least one");
    for (const std::string& name : names)
      if (std::count(names.begin(), names.end(), name) > 1)
        refuse("--evppi", fmt::format("parameter \"{}\" stands twice in a group", name), "", "name it once");
    if (std::find(groups.begin(), groups.end(), names) == groups.end()) groups.push_back(names);
  }
  return groups;
}

/// Refuses groups that the draws are too few for, before the work.
void require_draws(const std::vector<std::vector<std::string>>& groups, const Psa& psa) {
  for (const std::vector<std::string>& names : groups) {
    const Eigen::Index varying = varying_among(psa, parameters_named(psa, names));
    if (2 * varying > psa.draws())
      refuse("--evppi", fmt::format("{} draws cannot tell {} parameters apart", psa.draws(), varying),
             "EVPPI is found by regression on them", "give more draws or fewer parameters");
  }
}

Answer answer_of(const DecideArguments& arguments, DecisionQuestion question, PsaFile::Part part) {
  Answer answer{std::move(part.scenario), std::move(part.psa), {}};
  Psa& psa = answer.psa;
  if (!arguments.patient_noise.empty()) {
    std::ifstream file = opened(arguments.patient_noise);
    psa.patient_noise = read_patient_noise(file, arguments.patient_noise, psa, answer.scenario);
  }
  if (arguments.all_evppi)
    for (const std::string& parameter : psa.parameters)
      if (std::find(question.evppi.begin(), question.evppi.end(), std::vector{parameter}) == question.evppi.end())
        question.evppi.push_back({parameter});
  require_draws(question.evppi, psa);
  if (arguments.lower_is_better) turn_effect(psa);
  answer.found = decide(psa, question);
  if (arguments.lower_is_better)
    for (Table* table : {&answer.found.strategies, &answer.found.plane}) turn_effect(*table);
  if (!question.population)
    for (Table* table : {&answer.found.willingness_to_pay, &answer.found.evppi}) drop_population(*table);
  return answer;
}

void decide_file(const DecideArguments& arguments) {
  DecisionQuestion question;
  question.willingness_to_pay = range_in(arguments.willingness_to_pay);
  question.evppi = groups_in(arguments.evppi);
  PsaColumns columns{arguments.reference, {}, arguments.all_evppi};
  for (const std::vector<std::string>& names : question.evppi)
    columns.parameters.insert(columns.parameters.end(), names.begin(), names.end());
  if (!arguments.population.empty()) question.population = population_in(arguments.population);
  question.currency = arguments.currency;
  question.effect_units = arguments.effect;
  question.plane = arguments.table == "plane";
  PsaFile file = read(arguments, columns);
  std::vector<Answer> answers;
  for (PsaFile::Part& part : file.parts) answers.push_back(answer_of(arguments, question, std::move(part)));
  if (answers.size() == 1) answers.front().scenario.clear();
  if (arguments.format == TableFormat::json && arguments.table.empty()) {
    nlohmann::ordered_json all;
    for (const Answer& answer : answers)
      all["scenarios"].push_back(json_of(answer, question, arguments.lower_is_better));
    std::cout << json_text(answers.size() == 1 ? all["scenarios"][0] : all, 2) << '\n';
  } else if (arguments.format == TableFormat::table && arguments.table.empty()) {
    for (const Answer& answer : answers) {
      if (&answer != &answers.front()) std::cout << '\n';
      print_text(answer);
    }
  } else {
    print(joined(answers, arguments.table), arguments.format, std::cout);
  }
  for (const std::string& note : file.notes) log_notice(note);
  for (const Answer& answer : answers)
    for (const std::string& note : answer.found.notes)
      log_notice(answer.scenario.empty() ? note : answer.scenario + ": " + note);
}

}  // namespace

void add_decide(Verb& program) {
  auto arguments = std::make_shared<DecideArguments>();
  Verb verb = program.verb("decide", "decision analysis of a probabilistic sensitivity analysis");
  verb.footer(
      "The file is a long table, one row per draw and strategy: draw,strategy,cost,effect and a column for each "
      "uncertain\n"
      "parameter; or a wide one: draw,cost_A,effect_A,cost_B,effect_B. A column scenario is decided one by one.\n"
      "Net benefit is k * effect - cost; increments are strategy - reference; higher effects are better.\n\n"
      "  vcohort decide psa.csv --reference \"standard care\" --willingness-to-pay 0:100000:10000\n"
      "  vcohort decide psa.csv --evppi p_response --evppi u_mild,u_severe --format json\n"
      "  vcohort decide psa.csv --all-evppi --population incidence=900,uptake=0.4,years=10,discount=0.03");
  verb.option("file", arguments->file, "PSA table (CSV with a header), - for standard input").required();
  verb.option("--reference", arguments->reference, "strategy over which increments are taken [the first]").type("NAME");
  verb.option("--willingness-to-pay", arguments->willingness_to_pay,
              "money per unit of effect: from:to:step, or values with commas between [0:200000:5000]")
      .type("RANGE");
  verb.option("--evppi", arguments->evppi,
              "value of knowing these parameters together: column[,column]; may be given several times")
      .type("COLUMNS");
  verb.flag("--all-evppi", arguments->all_evppi, "value of knowing each parameter of the file alone");
  verb.option("--population", arguments->population,
              "whom it concerns: incidence=PER_YEAR,prevalent=N,uptake=SHARE,years=N,discount=RATE,timing=mid")
      .type("LIST");
  verb.option("--patient-noise", arguments->patient_noise,
              "covariance of a draw's means that stems from its patients, as `export --table "
              "policy/patient_noise` writes it: CEAC, loss and EVPI are then those of parameters alone")
      .type("FILE");
  verb.flag("--lower-is-better", arguments->lower_is_better,
            "the effect is something to avoid: net benefit is -k * effect - cost");
  verb.option("--currency", arguments->currency, "units of cost, for the tables [money]").type("TEXT");
  verb.option("--effect", arguments->effect, "units of effect, for the tables [QALY]").type("TEXT");
  verb.option("--table", arguments->table, "one table alone: strategies, willingness_to_pay [of csv], evppi or plane")
      .one_of({"strategies", "willingness_to_pay", "evppi", "plane"});
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    decide_file(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
