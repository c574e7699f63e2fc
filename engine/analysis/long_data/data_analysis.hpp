#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/long_data/long_data.hpp"
#include "engine/numeric/table.hpp"
#include "engine/study/trial_design.hpp"

namespace vcohort {

/// What an analysis of a dataset found.
struct DataAnalysis {
  std::string name;        // of the study
  Table contrasts;         // one row per contrast, and per visit of a mixed model; ratios beside their logarithms
  Table arms;              // n, mean, SD and least-squares mean per arm and visit; or events and follow-up per arm
  std::string method;      // that gave the estimates, fallback included
  std::string measure;     // what an estimate is: "mean difference", "log odds ratio", ...
  std::string hypothesis;  // "superiority, two-sided 0.05, lower is better"
  std::optional<double> minus_two_log_likelihood;  // mmrm: restricted
  std::optional<Table> covariance;                 // mmrm: Sigma over visits, one row per group and pair of visits
  std::size_t patients = 0, analysed = 0, arms_compared = 0;
  // Of the first contrast, for a look of a trial under way; nothing without an estimate.
  std::optional<double> z;                    // whose upper tail is the one-sided p of the hypothesis
  std::optional<double> information, events;  // 1 / SE^2; of times to an event
  std::optional<double> follow_up;            // sum of the times to an event, or to the end of observation
  double level = 0.95;                        // of the intervals
  std::string failure;                        // why no contrast has an estimate; empty where one has
  std::vector<std::string> notes;  // dropped columns, patients left out, failed structures, contrasts without estimate
};

/// Analyses data as the study declares it, by the same analysis::Analysis as simulated trials. Each contrast is arm
/// minus reference, or a single arm minus its fixed value; one that cannot be estimated is missing, with its reason.
/// Throws InvalidInput for data that the method cannot use.
DataAnalysis analyze(const LongData&, const AnalysisPlan&, double alpha, int sides);

}  // namespace vcohort
