#include "tests/engine/cohort/cohorts.hpp"

#include <stdexcept>

#include "tests/engine/patient/patients.hpp"

namespace vcohort::test {

Study cohort_study(std::int64_t size, std::vector<Strategy> strategies, std::vector<double> visits_months,
                   std::vector<std::string> endpoints) {
  Study study;
  study.title = "test";
  study.seed = seed;
  study.population = register_population();
  study.population.size = size;
  study.strategies = std::move(strategies);
  study.outcomes = {std::move(visits_months), std::move(endpoints)};
  study.cohort = CohortQuestion{};
  return study;
}

StratumDimension by_level() {
  StratumDimension dimension;
  dimension.variable = StratumDimension::Variable::gmfcs;
  for (int level = 0; level < gmfcs_levels; ++level) {
    dimension.groups.push_back({level});
    dimension.names.emplace_back(gmfcs_name(level));
  }
  return dimension;
}

StratumDimension by_age(std::vector<Interval> bins) {
  StratumDimension dimension;
  dimension.variable = StratumDimension::Variable::age_years;
  for (const Interval& bin : bins)
    dimension.names.push_back(std::to_string(static_cast<int>(bin.low)) + "-" +
                              std::to_string(static_cast<int>(bin.high)));
  dimension.intervals = std::move(bins);
  return dimension;
}

Tally simulate_all(const Cohort& cohort) {
  Tally tally = cohort.empty_tally();
  std::vector<Table> rows = cohort.row_tables();
  for (std::int64_t block = 0; block < cohort.blocks(); ++block) cohort.simulate_block(block, tally, rows);
  return tally;
}

std::vector<Table> rows_of(const Cohort& cohort) {
  Tally tally = cohort.empty_tally();
  std::vector<Table> rows = cohort.row_tables();
  for (std::int64_t block = 0; block < cohort.blocks(); ++block) cohort.simulate_block(block, tally, rows);
  return rows;
}

View::View(const std::vector<Table>& tables, const std::string& path) {
  for (const Table& table : tables)
    if (table.path == path) table_ = &table;
  if (!table_) throw std::out_of_range(path);
}

const std::vector<double>& View::doubles(const char* column) const {
  return std::get<std::vector<double>>(table_->find(column)->values);
}
const std::vector<std::string>& View::texts(const char* column) const {
  return std::get<std::vector<std::string>>(table_->find(column)->values);
}

double View::number(std::initializer_list<std::pair<const char*, std::string>> wanted, const char* column) const {
  const auto text_of = [](const Column& values, std::size_t row) -> std::string {
    if (const auto* text = std::get_if<std::vector<std::string>>(&values.values)) return (*text)[row];
    if (const auto* integer = std::get_if<std::vector<std::int64_t>>(&values.values))
      return std::to_string((*integer)[row]);
    const double value = std::get<std::vector<double>>(values.values)[row];
    return std::to_string(static_cast<int>(value));
  };
  for (std::size_t row = 0; row < table_->rows(); ++row) {
    bool same = true;
    for (const auto& [name, text] : wanted) same = same && text_of(*table_->find(name), row) == text;
    if (!same) continue;
    const Column& values = *table_->find(column);
    if (const auto* integer = std::get_if<std::vector<std::int64_t>>(&values.values))
      return static_cast<double>((*integer)[row]);
    return std::get<std::vector<double>>(values.values)[row];
  }
  throw std::out_of_range(column);
}

}  // namespace vcohort::test
