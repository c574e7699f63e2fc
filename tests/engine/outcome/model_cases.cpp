#include "tests/engine/outcome/model_cases.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace vcohort::test {

namespace {

template <class Enum>
Enum named(const std::string& name, int count) {
  for (int k = 0; k < count; ++k)
    if (name == name_of(static_cast<Enum>(k))) return static_cast<Enum>(k);
  throw std::invalid_argument(name);
}

Regimen regimen_of(const ModelCase& model_case) {
  const std::vector<double> days = model_case.input["infusion_days"];
  Regimen regimen;
  regimen.dose = model_case.number("dose");
  regimen.immunosuppression = model_case.flag("immunosuppression");
  regimen.steroids = model_case.flag("steroids");
  regimen.infusions = static_cast<int>(days.size());
  if (days.size() == 1) return regimen;
  regimen.interval_days = days[1] - days[0];
  // A course ends where the next infusion comes later than the interval says.
  const auto longer = [&](double a, double b) { return b - a != regimen.interval_days; };
  const auto end = std::adjacent_find(days.begin(), days.end(), longer);
  if (end != days.end()) {
    regimen.infusions = static_cast<int>(end - days.begin()) + 1;
    regimen.courses = static_cast<int>(days.size()) / regimen.infusions;
    regimen.course_interval_days = days[static_cast<std::size_t>(regimen.infusions)] - days[0];
  }
  std::vector<double> built = infusion_months(regimen);
  for (std::size_t j = 0; j < days.size(); ++j)
    if (std::fabs(built.at(j) * days_per_month - (days[j] - days[0])) > 1e-9)
      throw std::invalid_argument("no regimen gives " + model_case.name);
  return regimen;
}

}  // namespace

int ModelCase::level() const {
  for (int level = 0; level < gmfcs_levels; ++level)
    if (input["level"] == gmfcs_name(level)) return level;
  throw std::invalid_argument(name);
}

Injury ModelCase::injury() const {
  return named<Injury>(input["injury"], injury_types);
}

double ModelCase::start_months() const {
  return with_cells() ? input["infusion_days"][0].get<double>() / days_per_month : 0.0;
}

Strategy ModelCase::strategy() const {
  Strategy strategy;
  strategy.name = with_cells() ? name : "rehabilitation";
  if (!with_cells()) return strategy;
  strategy.cells = true;
  strategy.cell = named<Cell>(input["cell"], cell_types);
  strategy.route = named<Route>(input["route"], routes);
  strategy.source = named<CellSource>(input["source"], 2);
  strategy.regimen = regimen_of(*this);
  return strategy;
}

double tolerance_of(double expected) {
  return 1e-9 * std::max(1.0, std::fabs(expected));
}

const std::vector<ModelCase>& model_cases() {
  static const std::vector<ModelCase> cases = [] {
    std::ifstream file(VCOHORT_ORACLES "/model_cases.json");
    std::vector<ModelCase> read;
    const nlohmann::json oracle = nlohmann::json::parse(file);
    for (const auto& entry : oracle["cases"])
      read.push_back({entry["name"], entry["stance"], entry["input"], entry["expected"]});
    return read;
  }();
  return cases;
}

}  // namespace vcohort::test
