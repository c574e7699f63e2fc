#pragma once
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "engine/cohort/cohort.hpp"

namespace vcohort::test {

/// A study that asks the cohort question of the register population; the first strategy is the reference.
Study cohort_study(std::int64_t size, std::vector<Strategy> strategies, std::vector<double> visits_months,
                   std::vector<std::string> endpoints);

/// Bins of one group per GMFCS level.
StratumDimension by_level();
StratumDimension by_age(std::vector<Interval> bins);

/// All blocks in order.
Tally simulate_all(const Cohort&);

/// Blocks and rows.
std::vector<Table> rows_of(const Cohort&);

/// A delivered table as a reader sees it.
class View {
 public:
  View(const std::vector<Table>& tables, const std::string& path);

  /// The number in a column of the only row with these texts. Throws std::out_of_range without one.
  double number(std::initializer_list<std::pair<const char*, std::string>> texts, const char* column) const;
  const Table& table() const { return *table_; }
  const std::vector<double>& doubles(const char* column) const;
  const std::vector<std::string>& texts(const char* column) const;

 private:
  const Table* table_ = nullptr;
};

}  // namespace vcohort::test
