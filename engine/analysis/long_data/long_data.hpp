#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/study/trial_design.hpp"

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
  std::vector<double> value;        // [visit][patient]
  std::vector<double> baseline;     // [patient]; empty where there is none
  std::vector<Covariate> covariates;

  std::size_t visit_named(const std::string&) const;  // throws InvalidInput
};

/// What an analysis of a dataset found.
struct DataAnalysis {
  Table contrasts;      // contrast, visit, estimate, se, df, statistic, p, lower, upper; the primary visit is marked
  std::string method;   // that gave the estimates, fallback included
  std::string measure;  // what an estimate is: "mean difference", "log odds ratio", ...
  std::optional<double> minus_two_log_likelihood;  // mmrm: restricted
  std::optional<Table> covariance;                 // mmrm: Sigma over visits, one row per group and pair of visits
  std::size_t patients = 0, analysed = 0;
  std::vector<std::string> notes;  // dropped columns, patients left out, failed structures
};

/// Analyses data as the study declares it. Each contrast is arm minus reference. A failed fit throws NumericalFailure
/// that names its kind; data that the method cannot use throw InvalidInput.
DataAnalysis analyze(const LongData&, const AnalysisPlan&, double alpha, int sides);

}  // namespace vcohort
