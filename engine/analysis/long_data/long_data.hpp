#pragma once
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
  std::vector<std::string> arms;    // the reference first
  std::vector<std::string> visits;  // in order; one, called "", where the data have no visits
  std::vector<int> arm;             // [patient]
  std::vector<double> value;        // [visit][patient]; of times to an event the time
  std::vector<double> baseline;     // [patient]; empty where there is none
  std::vector<Covariate> covariates;
  bool lower_is_better = false;

  std::size_t visit_named(const std::string&) const;     // throws InvalidInput
  const Covariate& covariate(const std::string&) const;  // that was read
};

}  // namespace vcohort
