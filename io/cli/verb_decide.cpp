#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/decide.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/console/log.hpp"
#include "io/data/patient_noise_reader.hpp"
#include "io/data/psa_reader.hpp"
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

/// "0:200000:5000", or a single value.
std::vector<double> range_in(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const std::string option = "--willingness-to-pay";
  if (parts.size() == 1) return {number_in(parts[0], option)};
  constexpr std::size_t three = 3;
  if (parts.size() != three) throw CommandLineError(option + ": give from:to:step, or one number");
  return willingness_to_pay_range(number_in(parts[0], option), number_in(parts[1], option),
                                  number_in(parts[2], option));
}

/// "incidence=1000,uptake=0.5,years=10,discount=0.03".
DecisionPopulation population_in(const std::string& text) {
  const std::string option = "--population";
  DecisionPopulation population;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (key == "incidence") {
      population.incidence_per_year = number_in(value, option);
    } else if (key == "prevalent") {
      population.prevalent = number_in(value, option);
    } else if (key == "uptake") {
      population.uptake = number_in(value, option);
    } else if (key == "years") {
      population.horizon_years = number_in(value, option);
    } else if (key == "discount") {
      population.discount_rate = number_in(value, option);
    } else if (key == "timing") {
      const std::optional<FlowTiming> timing = flow_timing_of(value);
      if (!timing) throw CommandLineError(option + ": timing is start, mid, end, trapezoid or continuous");
      population.timing = *timing;
    } else {
      throw CommandLineError(explain(fmt::format("{}: \"{}\" is unknown", option, key), "",
                                     did_you_mean(key, std::vector<std::string_view>{"incidence", "prevalent", "uptake",
                                                                                     "years", "discount", "timing"})));
    }
  }
  return population;
}

Psa read(const DecideArguments& arguments, const PsaColumns& columns) {
  if (arguments.file == "-") return read_psa(std::cin, "standard input", columns);
  std::ifstream file(arguments.file, std::ios::binary);
  std::error_code failure;
  if (!file || std::filesystem::is_directory(arguments.file, failure))
    throw StorageFailure(explain(fmt::format("cannot read {}", arguments.file),
                                 "there is no such file, or it may not be read", "check the name"));
  return read_psa(file, arguments.file, columns);
}

const std::vector<double>& numbers(const Table& table, std::string_view column) {
  return std::get<std::vector<double>>(table.find(column)->values);
}

const std::vector<std::string>& texts(const Table& table, std::string_view column) {
  return std::get<std::vector<std::string>>(table.find(column)->values);
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
    const std::string& group = texts(found.evppi, "parameters")[first];
    for (const std::string column : {"evppi", "evppi_mcse"}) {
      std::vector<double>& filled =
          table.add<double>(column + "_" + group, money, fmt::format("{} of {}.", column, group));
      for (std::size_t row = 0; row < table.rows(); ++row)
        filled.push_back(numbers(found.evppi, column)[first + row / strategies]);
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
  for (std::size_t at = 0; at < values; ++at) k.push_back(numbers(all, "k")[at * strategies]);
  auto& best = table.add<std::string>("best", "", "");
  const auto& is_best = std::get<std::vector<Truth>>(all.find("best")->values);
  for (std::size_t row = 0; row < all.rows(); ++row)
    if (is_best[row].value != 0) best.push_back(texts(all, "strategy")[row]);
  for (std::size_t strategy = 0; strategy < strategies; ++strategy) {
    auto& ceac = table.add<double>("ceac " + texts(all, "strategy")[strategy], "", "");
    for (std::size_t at = 0; at < values; ++at) ceac.push_back(numbers(all, "ceac")[at * strategies + strategy]);
  }
  for (const std::string column : {"evpi", "evpi_mcse", "population_evpi"}) {
    if (all.find(column) == nullptr) continue;
    auto& shown = table.add<double>(column, "", "");
    for (std::size_t at = 0; at < values; ++at) shown.push_back(numbers(all, column)[at * strategies]);
  }
  for (std::size_t first = 0; first < found.evppi.rows(); first += values) {
    auto& evppi = table.add<double>("evppi " + texts(found.evppi, "parameters")[first], "", "");
    for (std::size_t at = 0; at < values; ++at) evppi.push_back(numbers(found.evppi, "evppi")[first + at]);
  }
  return table;
}

Table columns_of(const Table& table, const std::vector<std::string>& names) {
  Table chosen{table.path, table.description, {}};
  for (const std::string& name : names) chosen.columns.push_back(*table.find(name));
  return chosen;
}

void print_text(const Decision& found, const Psa& psa) {
  std::cout << fmt::format("{}\n{} draws, {} strategies; increments over {}\n\n", found.answer, psa.draws(),
                           psa.strategies.size(), psa.strategies[static_cast<std::size_t>(psa.reference)]);
  print(columns_of(found.strategies, {"strategy", "cost", "cost_mcse", "effect", "effect_mcse", "cost_increment",
                                      "effect_increment", "icer", "status"}),
        TableFormat::table, std::cout);
  std::cout << '\n';
  print(in_short(found, psa.strategies.size()), TableFormat::table, std::cout);
}

nlohmann::ordered_json json_of(const Table& table) {
  std::ostringstream text;
  write_json(table, text);
  return nlohmann::ordered_json::parse(text.str());
}

void print_json(const Decision& found, const Psa& psa, const std::string& effect) {
  nlohmann::ordered_json json;
  json["answer"] = found.answer;
  json["draws"] = psa.draws();
  json["reference"] = psa.strategies[static_cast<std::size_t>(psa.reference)];
  json["effect"] = effect;
  json["strategies"] = json_of(found.strategies)["rows"];
  json["willingness_to_pay"] = json_of(with_evppi(found, psa.strategies.size()))["rows"];
  json["evppi"] = json_of(found.evppi)["rows"];
  json["notes"] = found.notes;
  std::cout << json.dump(2) << '\n';
}

/// The table that --table names; without it the one per willingness to pay, which holds most.
Table chosen_table(const Decision& found, const std::string& name, std::size_t strategies) {
  if (name == "strategies") return found.strategies;
  if (name == "evppi") return found.evppi;
  if (name == "plane") return found.plane;
  return with_evppi(found, strategies);
}

void decide_file(const DecideArguments& arguments) {
  DecisionPlan plan;
  plan.willingness_to_pay = range_in(arguments.willingness_to_pay);
  PsaColumns columns{arguments.reference, {}, arguments.all_evppi};
  for (const std::string& group : arguments.evppi) {
    const std::vector<std::string> names = split(group, ',');
    if (std::find(plan.evppi.begin(), plan.evppi.end(), names) != plan.evppi.end()) continue;
    plan.evppi.push_back(names);
    columns.parameters.insert(columns.parameters.end(), names.begin(), names.end());
  }
  if (!arguments.population.empty()) plan.population = population_in(arguments.population);
  plan.currency = arguments.currency;
  plan.effect_units = arguments.effect;
  plan.plane = arguments.table == "plane";
  Psa psa = read(arguments, columns);
  if (!arguments.patient_noise.empty()) {
    std::ifstream file(arguments.patient_noise, std::ios::binary);
    if (!file)
      throw StorageFailure(explain(fmt::format("cannot read {}", arguments.patient_noise),
                                   "there is no such file, or it may not be read", "check the name"));
    psa.patient_noise = read_patient_noise(file, arguments.patient_noise, psa);
  }
  if (arguments.all_evppi)
    for (const std::string& parameter : psa.parameters)
      if (std::find(plan.evppi.begin(), plan.evppi.end(), std::vector{parameter}) == plan.evppi.end())
        plan.evppi.push_back({parameter});
  Decision found = decide(psa, plan);
  if (!plan.population) {
    drop_population(found.willingness_to_pay);
    drop_population(found.evppi);
  }
  if (arguments.format == TableFormat::json && arguments.table.empty())
    print_json(found, psa, plan.effect_units);
  else if (arguments.format == TableFormat::table && arguments.table.empty())
    print_text(found, psa);
  else
    print(chosen_table(found, arguments.table, psa.strategies.size()), arguments.format, std::cout);
  for (const std::string& note : found.notes) log_notice(note);
}

}  // namespace

void add_decide(Verb& program) {
  auto arguments = std::make_shared<DecideArguments>();
  Verb verb = program.verb("decide", "decision analysis of a probabilistic sensitivity analysis");
  verb.footer(
      "The file is a long table, one row per draw and strategy: draw,strategy,cost,effect and a column for each "
      "uncertain\n"
      "parameter. Net benefit is k * effect - cost; increments are strategy - reference; higher effects are better.\n\n"
      "  vcohort decide psa.csv --reference \"standard care\" --willingness-to-pay 0:100000:10000\n"
      "  vcohort decide psa.csv --evppi p_response --evppi u_mild,u_severe --format json\n"
      "  vcohort decide psa.csv --all-evppi --population incidence=900,uptake=0.4,years=10,discount=0.03");
  verb.option("file", arguments->file, "PSA table (CSV with a header), - for standard input").required();
  verb.option("--reference", arguments->reference, "strategy over which increments are taken [the first]").type("NAME");
  verb.option("--willingness-to-pay", arguments->willingness_to_pay,
              "money per unit of effect, from:to:step or one value [0:200000:5000]")
      .type("RANGE");
  verb.option("--evppi", arguments->evppi,
              "value of knowing these parameters together: column[,column]; may be given several times")
      .type("COLUMNS");
  verb.flag("--all-evppi", arguments->all_evppi, "value of knowing each parameter of the file alone");
  verb.option("--population", arguments->population,
              "whom it concerns: incidence=PER_YEAR,prevalent=N,uptake=SHARE,years=N,discount=RATE,timing=end")
      .type("LIST");
  verb.option("--patient-noise", arguments->patient_noise,
              "covariance of a draw's means that stems from its patients, as `export --table "
              "policy/patient_noise` writes it: CEAC, loss and EVPI are then those of parameters alone")
      .type("FILE");
  verb.option("--currency", arguments->currency, "units of cost, for the tables [money]").type("TEXT");
  verb.option("--effect", arguments->effect, "units of effect, for the tables [QALY]").type("TEXT");
  verb.option("--table", arguments->table, "one table alone: strategies, willingness_to_pay [of csv], evppi or plane")
      .one_of({"strategies", "willingness_to_pay", "evppi", "plane"});
  add_format(verb, arguments->format);
  verb.action([arguments] {
    decide_file(*arguments);
    return ExitStatus::done;
  });
}

}  // namespace vcohort
