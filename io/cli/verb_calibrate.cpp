#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "engine/evidence/registry.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/replication/replication.hpp"
#include "engine/run/run.hpp"
#include "engine/sensitivity/calibration.hpp"
#include "io/cli/load_replication.hpp"
#include "io/cli/table_format.hpp"
#include "io/cli/verbs.hpp"
#include "io/files/new_file.hpp"
#include "io/study/evidence_reader.hpp"

namespace vcohort {

namespace {

struct CalibrateArguments {
  std::vector<std::string> names, figures, move;
  std::string evidence = "sceptical", output, name;
  std::int64_t draws = 4000, patients_factor = 25;
  std::uint64_t seed = 1;
  double bias = 1, between_sd = 0;
  int threads = 0;
  bool overwrite = false;
  TableFormat format = TableFormat::table;

  Existing existing() const { return overwrite ? Existing::overwrite : Existing::refuse; }
};

const std::string recalibrated = "; recalibrated: ";  // in the title of evidence that was written here

/// Standard error of a published figure, where what is printed beside it tells.
std::optional<double> standard_error(const PublishedFigure& figure) {
  constexpr double normal_975 = 1.959963984540054;
  switch (figure.spread.kind) {
    case FigureSpread::Kind::se:
      return figure.spread.low;
    case FigureSpread::Kind::ci:
      return (figure.spread.high - figure.spread.low) / (2 * normal_975);
    case FigureSpread::Kind::sd:
      if (figure.n > 0 && !figure.compares()) return figure.spread.low / std::sqrt(static_cast<double>(figure.n));
      return std::nullopt;
    case FigureSpread::Kind::none:
    case FigureSpread::Kind::iqr:
      break;
  }
  if (!figure.events || figure.n == 0) return std::nullopt;
  const auto n = static_cast<double>(figure.n);
  const double share = (static_cast<double>(*figure.events) + 0.5) / (n + 1);  // never certain
  return std::sqrt(share * (1 - share) / n);
}

/// The figures of a study that parameters are calibrated to: those that were asked for; else its contrasts of arms.
std::vector<PublishedFigure> chosen_figures(const Replicated& replicated, const std::vector<std::string>& asked) {
  std::vector<PublishedFigure> chosen;
  for (const PublishedFigure& figure : replicated.published.figures) {
    const auto named = [&](const std::string& part) { return figure.name.find(part) != std::string::npos; };
    const bool wanted = asked.empty() ? figure.compares() : std::any_of(asked.begin(), asked.end(), named);
    const bool usable = figure.modelled() && figure.bound == PublishedFigure::Bound::exact && standard_error(figure);
    if (wanted && usable) chosen.push_back(figure);
  }
  if (!replicated.study || chosen.empty())
    throw InvalidInput(explain(replicated.name + " has no figure to calibrate to",
                               "it needs one that the model has, with a standard error or an interval",
                               "name figures by --figure; `vcohort replicate " + replicated.name + "` shows them"));
  return chosen;
}

/// Refuses what cannot move alone, or has no law that could be refitted.
void require_movable(const Evidence& evidence, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const Parameter* parameter = find(evidence, name);
    if (!parameter) {
      const std::string near = closest_parameter(name);
      throw InvalidInput(explain("the evidence has no parameter " + name, "it cannot be moved",
                                 near.empty() ? "name another one" : "did you mean " + near + "?"));
    }
    const Uncertainty::Kind kind = parameter->uncertainty.kind;
    if (kind == Uncertainty::Kind::fixed || kind == Uncertainty::Kind::triangular)
      throw InvalidInput(explain("the parameter " + name + " cannot be moved",
                                 std::string("its law is ") + name_of(kind), "give it another one, or move another"));
    if (!parameter->draw.empty())
      throw InvalidInput(explain("the parameter " + name + " cannot be moved alone",
                                 "it shares the draw " + parameter->draw + " with others, so that they stay ordered",
                                 "name another one"));
  }
}

/// Targets of all studies, and what each draw simulates for them.
struct Simulated {
  std::vector<Target> targets;
  std::vector<std::vector<double>> values;  // [target][draw]
};

void simulate_targets(const Replicated& replicated, const CalibrateArguments& arguments, Simulated& simulated) {
  const std::vector<PublishedFigure> figures = chosen_figures(replicated, arguments.figures);
  ReplicationOptions options;
  options.replicates = arguments.draws;
  options.patients_factor = arguments.patients_factor;
  options.seed = arguments.seed;
  const Evidence evidence = moving_only(replicated.study->evidence.front(), arguments.move);
  const FigureMatrix matrix = replicate_figures(replicated.study->reading.study, evidence, figures, options);
  for (std::size_t f = 0; f < figures.size(); ++f) {
    const double se = *standard_error(figures[f]) / arguments.bias;
    simulated.targets.push_back({replicated.name + ": " + figures[f].name, figures[f].value / arguments.bias,
                                 std::sqrt(se * se + arguments.between_sd * arguments.between_sd)});
    const auto values = matrix.of(f);
    simulated.values.emplace_back(values.begin(), values.end());
  }
}

std::string history_of(const CalibrateArguments& arguments, const Simulated& simulated,
                       const ImportanceWeights& weights) {
  std::vector<std::string> targets;
  for (const Target& target : simulated.targets)
    targets.push_back(fmt::format("{} = {:.4g} (SE {:.3g})", target.name, target.value, target.se));
  return fmt::format(
      "calibrated from {}, moving {}, to {}; figures divided by {:g}, SD between studies {:g}; {} draws of seed {}, {} "
      "times the patients, effective sample size {:.0f}",
      arguments.evidence, fmt::join(arguments.move, ", "), fmt::join(targets, "; "), arguments.bias,
      arguments.between_sd, arguments.draws, arguments.seed, arguments.patients_factor, weights.effective_sample_size);
}

/// Evidence that this verb wrote: its title says so.
bool is_recalibrated(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string format, name, title;
  std::getline(std::getline(std::getline(file, format), name), title);
  return format.starts_with("format = \"vcohort-evidence") && title.find(recalibrated) != std::string::npos;
}

void write(const Evidence& evidence, const CalibrateArguments& arguments) {
  const std::string text = write_evidence(evidence);
  write_file(arguments.output, arguments.existing(), is_recalibrated, [&](std::ostream& out) { out << text; });
}

ExitStatus calibrate(CalibrateArguments arguments) {
  const int threads = arguments.threads > 0 ? arguments.threads : default_threads();
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads));
  if (!arguments.output.empty())
    require_output(arguments.output, arguments.existing(), is_recalibrated, {arguments.evidence});
  Simulated simulated;
  std::optional<Evidence> stance;
  for (const std::string& name : arguments.names) {
    const Replicated replicated = load_replication(name, evidence_setting(arguments.evidence));
    require_movable(replicated.study->evidence.front(), arguments.move);
    simulate_targets(replicated, arguments, simulated);
    const EvidenceText& text = replicated.study->header.evidence.front();
    if (!stance) stance = read_evidence(text.source, text.name).evidence;  // without what a study overrides
  }
  require_movable(*stance, arguments.move);
  const auto draws = draws_of(moving_only(*stance, arguments.move), arguments.move, arguments.seed, arguments.draws);
  const ImportanceWeights weights = importance_weights(simulated.targets, simulated.values);
  const bool for_reader = arguments.format == TableFormat::table;
  if (for_reader)
    std::cout << fmt::format(
        "{} draws, effective sample size {:.0f} (at least {:g} are needed), largest weight {:.3f}, Pareto shape "
        "{:.2f}\n\n",
        arguments.draws, weights.effective_sample_size, smallest_effective_sample_size(arguments.move.size()),
        weights.largest, weights.pareto_k);
  print(calibrated_fit(simulated.targets, simulated.values, weights), arguments.format, std::cout);
  if (for_reader) std::cout << '\n';
  print(calibrated_parameters(arguments.move, draws, weights), arguments.format, std::cout);
  const std::string history = history_of(arguments, simulated, weights);
  Evidence fitted = refit(*stance, arguments.move, draws, weights, history);
  if (arguments.output.empty()) return ExitStatus::done;
  fitted.name = arguments.name.empty() ? std::filesystem::path(arguments.output).stem().string() : arguments.name;
  fitted.title += recalibrated + history;
  check(fitted);
  write(fitted, arguments);
  if (for_reader) std::cout << fmt::format("\nevidence: {}\n", arguments.output);
  return ExitStatus::done;
}

}  // namespace

void add_calibrate(Verb& program) {
  auto arguments = std::make_shared<CalibrateArguments>();
  Verb verb = program.verb("calibrate", "weight parameter draws by published figures; write new evidence");
  verb.footer(
      "Draws the named parameters from a stance, all others at their values, simulates the published studies once per "
      "draw, and\n"
      "weights each draw by how near it comes to the published figures. What is written is a complete evidence file "
      "with its\n"
      "history. Refused with status 5 where too few draws carry the weight: below 50 and 25 per parameter in effect, "
      "or a\n"
      "Pareto shape of 0.7.\n\n"
      "  vcohort calibrate tehran-2021 --move age.floor,delivery.MSC.intrathecal,delivery.MNC.intrathecal "
      "-o intrathecal.toml\n"
      "  vcohort run study.toml --set 'evidence=\"intrathecal.toml\"'");
  verb.option("names", arguments->names, "replications that ship, or study files with figures beside them").required();
  verb.option("--move", arguments->move, "parameters that may move, separated by commas").required().list();
  verb.option("--evidence", arguments->evidence, "stance, or evidence file, to begin with [sceptical]");
  verb.option("--figure", arguments->figures,
              "figures whose name holds this; several times [contrasts of arms with a standard error]");
  verb.option("--draws", arguments->draws, "parameter draws [4000]")
      .within(std::int64_t{100}, std::int64_t{10'000'000});
  verb.option("--seed", arguments->seed, "seed of draws and patients [1]").within(std::int64_t{0}, INT64_MAX);
  verb.option("--patients-factor", arguments->patients_factor,
              "simulate studies so many times as large; their sampling variance adds 1/K to the target's [25]")
      .within(std::int64_t{1}, std::int64_t{1000});
  verb.option("--bias", arguments->bias, "divide figures and standard errors by this: what open assessment adds [1]")
      .within(0.1, 10.0);
  verb.option("--between-sd", arguments->between_sd, "SD of true effects between studies, in the figure's unit [0]")
      .not_negative();
  verb.threads(arguments->threads);
  verb.option("-o,--output", arguments->output, "evidence file to write; without it only the tables are shown");
  verb.option("--name", arguments->name, "name of the new stance [that of the file]");
  verb.flag("--overwrite", arguments->overwrite, "replace an existing file");
  add_format(verb, arguments->format);
  verb.action([arguments] {
    const ReadableOutput readable(arguments->format);
    return calibrate(*arguments);
  });
}

}  // namespace vcohort
