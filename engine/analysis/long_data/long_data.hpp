#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vcohort {

/// The data of one trial, real or exported: patients x visits. Missing numbers are NaN.
struct LongData {
  struct Covariate {
    std::string name;
    std::vector<std::string> levels;  // of a categorical one, in order; empty: numeric
    std::vector<double> values;       // [patient]; level numbers where categorical
  };

  std::vector<std::string> patients;
  std::vector<std::string> arms;                        // the reference first
  std::vector<std::string> visits;                      // in order; one, called "", where the data have no visits
  std::vector<double> visit_months;                     // of each visit; empty where the data do not say
  bool visits_have_order = true;                        // declared, or names that differ in their numbers alone
  std::vector<int> arm;                                 // [patient]
  std::vector<std::string> clusters;                    // in order; empty where the analysis has none
  std::vector<int> cluster;                             // [patient]
  std::map<std::string, std::vector<double>> outcomes;  // [column][visit, patient]: values, times, events, exposures
  std::string value, time, event, exposure, offset;     // which column is what; empty: none
  std::vector<double> competing;                        // values of events that compete
  std::vector<double> baseline;                         // [patient]; empty where there is none
  std::vector<Covariate> covariates;
  std::optional<bool> lower_is_better;
  std::vector<std::string> notes;  // what was left out

  std::size_t visit_named(const std::string&) const;     // throws InvalidInput
  const Covariate& covariate(const std::string&) const;  // that was read
};

}  // namespace vcohort
