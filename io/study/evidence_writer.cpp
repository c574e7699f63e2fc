#include <fmt/format.h>

#include "io/study/evidence_reader.hpp"
#include "io/study/number_text.hpp"

namespace vcohort {

namespace {

std::string uncertainty_text(const Uncertainty& law) {
  using Kind = Uncertainty::Kind;
  std::string text = fmt::format("{{ distribution = \"{}\"", name_of(law.kind));
  const auto number = [&](std::string_view key, double value) {
    text += fmt::format(", {} = {}", key, number_text(value));
  };
  switch (law.kind) {
    case Kind::normal:
      number("sd", law.sd);
      break;
    case Kind::lognormal:
      number("sigma", law.sigma);
      break;
    case Kind::beta:
      number("a", law.a);
      number("b", law.b);
      break;
    case Kind::triangular:
      number("mode", law.mode);
      break;
    case Kind::bernoulli:
      number("probability", law.probability);
      break;
    case Kind::fixed:
    case Kind::uniform:
      break;
  }
  if (law.low) number("low", *law.low);
  if (law.high) number("high", *law.high);
  return text + " }";
}

void write_joint(const JointPrior& prior, std::string& text) {
  std::vector<std::string> names, rows;
  for (const std::string& name : prior.parameters) names.push_back(toml_text(name));
  for (const std::vector<double>& row : prior.correlation) {
    std::vector<std::string> numbers;
    for (const double number : row) numbers.push_back(number_text(number));
    rows.push_back(fmt::format("[{}]", fmt::join(numbers, ", ")));
  }
  text += fmt::format("\n[[joint]]\nparameters = [{}]\ncorrelation = [{}]\nsource = {}\n", fmt::join(names, ", "),
                      fmt::join(rows, ", "), toml_text(prior.source));
}

}  // namespace

std::string write_evidence(const Evidence& evidence) {
  std::string text = fmt::format("format = \"vcohort-evidence 1\"\nname = {}\ntitle = {}\n", toml_text(evidence.name),
                                 toml_text(evidence.title));
  if (!evidence.currency.empty())
    text += fmt::format("currency = {}\nprice_year = {}\n", toml_text(evidence.currency), evidence.price_year);
  for (const Parameter& parameter : evidence.parameters) {
    text += fmt::format("\n[parameter.{}]\nvalue = {}\nunit = {}\n", toml_text(parameter.name),
                        number_text(parameter.value), toml_text(parameter.unit));
    if (parameter.uncertainty.kind != Uncertainty::Kind::fixed) {
      text += fmt::format("uncertainty = {}\n", uncertainty_text(parameter.uncertainty));
    }
    if (!parameter.draw.empty()) text += fmt::format("draw = {}\n", toml_text(parameter.draw));
    text += fmt::format("source = {}\nstrength = \"{}\"\n", toml_text(parameter.source), name_of(parameter.strength));
  }
  for (const JointPrior& prior : evidence.joint) write_joint(prior, text);
  return text;
}

}  // namespace vcohort
