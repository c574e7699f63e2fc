#include "engine/analysis/long_data/data_analysis.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "engine/analysis/analysis.hpp"
#include "engine/analysis/long_data/decimals.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort {

namespace {

using analysis::Estimate;

/// The data of a file as an analysis takes them.
class DataRecords {
 public:
  DataRecords(const LongData& data, const AnalysisPlan& plan) {
    const std::size_t n = data.patients.size();
    records_.arms = static_cast<int>(data.arms.size());
    records_.arm = data.arm;
    records_.baseline = data.baseline;
    for (std::size_t v = 0; v < data.visits.size(); ++v) values_.push_back(std::span(data.value).subspan(v * n, n));
    records_.values = values_;
    records_.visit = data.visit_named(plan.visit);
    adjust_.view(data, plan.adjust);
    adjust_by_visit_.view(data, plan.adjust_by_visit);
    for (const std::string& name : plan.stratify)
      if (data.covariate(name).levels.empty())
        throw InvalidInput(
            explain("cannot stratify by '" + name + "'", "it is numeric", "list it in data.categorical"));
    strata_.view(data, plan.stratify);
    records_.covariates = adjust_.covariates;
    records_.factors = adjust_.factors;
    records_.covariates_by_visit = adjust_by_visit_.covariates;
    records_.factors_by_visit = adjust_by_visit_.factors;
    records_.strata = strata_.factors;
  }

  const analysis::Records& view() const { return records_; }

 private:
  struct Columns {
    std::vector<std::span<const double>> covariates;
    std::vector<std::vector<int>> codes;
    std::vector<analysis::Factor> factors;

    void view(const LongData& data, const std::vector<std::string>& names) {
      codes.reserve(names.size());
      for (const std::string& name : names) {
        if (name == "baseline") continue;
        const LongData::Covariate& covariate = data.covariate(name);
        if (covariate.levels.empty()) {
          covariates.emplace_back(covariate.values);
          continue;
        }
        std::vector<int>& of_patient = codes.emplace_back();
        for (double value : covariate.values) of_patient.push_back(value != value ? -1 : static_cast<int>(value));
        factors.push_back({of_patient, static_cast<int>(covariate.levels.size())});
      }
    }
  };

  analysis::Records records_;
  std::vector<std::span<const double>> values_;
  Columns adjust_, adjust_by_visit_, strata_;
};

bool is_yes_or_no(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x != x || x == 0 || x == 1; });
}

/// What the values are, which the file does not say: yes or no where the method wants that and no threshold cuts them.
analysis::Outcome outcome_of(const LongData& data, const AnalysisPlan& plan, const analysis::Method& method,
                             std::span<const double> values) {
  analysis::Outcome outcome{OutcomeKind::score, data.lower_is_better};
  outcome.unit = steps_of(data.value);
  if (!data.baseline.empty()) outcome.unit = common_steps(outcome.unit, steps_of(data.baseline));
  if (!method.responders) return outcome;
  if (plan.responder_threshold == 0) {
    if (!is_yes_or_no(values))
      throw InvalidInput(explain("'" + plan.method + "' needs outcomes of 0 and 1",
                                 "the data hold a score, and no threshold says who responds",
                                 "add trial.primary.responder_threshold, and data.baseline"));
    outcome.kind = OutcomeKind::binary;
  } else if (data.baseline.empty()) {
    throw InvalidInput(explain("responders have no baseline to be better than", "data.baseline names no column",
                               "name the column that holds it"));
  }
  return outcome;
}

Table contrast_table() {
  Table table{"/analysis/contrasts", "Each arm against the reference", {}};
  table.add<std::string>("contrast", "", "arm - reference");
  table.add<std::string>("visit", "", "visit");
  table.add<std::int64_t>("analysed", "patients", "analysed, both arms");
  table.add<double>("estimate", "of the method", "estimate of the effect");
  table.add<double>("se", "of the method", "its standard error");
  table.add<double>("df", "1", "degrees of freedom; infinite for a normal reference");
  table.add<double>("statistic", "1", "test statistic against the null of the hypothesis");
  table.add<double>("p", "1", "p-value of the hypothesis");
  table.add<double>("lower", "of the method", "lower limit of the interval");
  table.add<double>("upper", "of the method", "upper limit of the interval");
  table.add<Truth>("primary", "", "the primary visit");
  table.add<std::string>("failure", "", "why there is no estimate; empty: there is one");
  return table;
}

template <class Value>
void append(Table& table, std::string_view name, Value value) {
  const auto column =
      std::find_if(table.columns.begin(), table.columns.end(), [name](const auto& c) { return c.name == name; });
  std::get<std::vector<Value>>(column->values).push_back(std::move(value));
}

void append_contrast(Table& table, const LongData& data, std::size_t arm, std::size_t visit, bool primary,
                     const Estimate& estimate, const analysis::Decision& decision) {
  append(table, "contrast", data.arms[arm] + " - " + data.arms[0]);
  append(table, "visit", data.visits[visit]);
  append(table, "analysed", std::int64_t{estimate.patients});
  append(table, "estimate", estimate.estimate);
  append(table, "se", estimate.se);
  append(table, "df", estimate.df);
  append(table, "statistic", decision.statistic);
  append(table, "p", decision.p);
  append(table, "lower", estimate.lower);
  append(table, "upper", estimate.upper);
  append(table, "primary", Truth{primary});
  append(table, "failure",
         std::string(decision.failure == analysis::Failure::none ? "" : analysis::name_of(decision.failure)));
}

Table covariance_table(const LongData& data, const analysis::Mmrm& model) {
  Table table{"/analysis/covariance", "Covariance of the outcomes between visits", {}};
  std::vector<std::string> group, row, column;
  std::vector<double> covariance;
  const int groups = model.model().covariance_per_arm ? static_cast<int>(data.arms.size()) : 1;
  for (int g = 0; g < groups; ++g) {
    const Eigen::MatrixXd sigma = model.covariance(g);
    for (Eigen::Index i = 0; i < sigma.rows(); ++i)
      for (Eigen::Index j = 0; j < sigma.cols(); ++j) {
        group.push_back(groups > 1 ? data.arms[static_cast<std::size_t>(g)] : "all");
        row.push_back(data.visits[static_cast<std::size_t>(i)]);
        column.push_back(data.visits[static_cast<std::size_t>(j)]);
        covariance.push_back(sigma(i, j));
      }
  }
  table.add<std::string>("group", "", "arm, or all") = group;
  table.add<std::string>("visit", "", "visit") = row;
  table.add<std::string>("other_visit", "", "visit") = column;
  table.add<double>("covariance", "of the outcome, squared", "their covariance") = covariance;
  return table;
}

void describe_mixed_model(const LongData& data, const AnalysisPlan& plan, const analysis::Mmrm& model,
                          DataAnalysis& found) {
  const analysis::MmrmFit& fit = model.result();
  const auto name = [](analysis::CovarianceStructure structure) {
    return std::string(covariance_names[static_cast<std::size_t>(structure)]);
  };
  for (const analysis::MmrmAttempt& attempt : fit.attempts)
    if (attempt.failure != analysis::MmrmFailure::none)
      found.notes.push_back(name(attempt.structure) + " failed: " + analysis::name_of(attempt.failure));
  if (!fit.ok()) return;
  found.method += ", " + name(fit.structure) + ", " + plan.df;
  found.minus_two_log_likelihood = fit.minus_two_log_likelihood;
  found.covariance = covariance_table(data, model);
  if (fit.aliased > 0)
    found.notes.push_back(std::to_string(fit.aliased) +
                          " columns of the design were dropped: earlier ones determine them");
  if (fit.without_outcome > 0)
    found.notes.push_back(std::to_string(fit.without_outcome) + " patients without any outcome were left out");
  if (fit.without_covariate > 0)
    found.notes.push_back(std::to_string(fit.without_covariate) + " patients without a covariate were left out");
}

}  // namespace

DataAnalysis analyze(const LongData& data, const AnalysisPlan& plan, double alpha, int sides) {
  const DataRecords records(data, plan);
  const std::size_t primary = records.view().visit;
  const analysis::Method* method = analysis::find_method(plan.method);
  analysis::Analysis analysis(plan, outcome_of(data, plan, *method, records.view().values[primary]), alpha, sides);
  const std::span<const analysis::Result> results = analysis.run(records.view());

  DataAnalysis found;
  found.contrasts = contrast_table();
  found.method = plan.method;
  found.measure = name_of(method->scale);
  found.patients = data.patients.size();
  found.level = analysis.level();
  for (const int patients : analysis.analysed()) found.analysed += static_cast<std::size_t>(patients);
  analysis::Mmrm* model = analysis.mixed_model();
  if (model) describe_mixed_model(data, plan, *model, found);
  if (std::none_of(results.begin(), results.end(), [](const auto& result) { return result.ok(); }))
    throw NumericalFailure(explain("'" + plan.method + "' gives no estimate", name_of(results.front().failure),
                                   "look at the data, or declare another analysis"));
  for (std::size_t v = model ? 0 : primary; v < (model ? data.visits.size() : primary + 1); ++v)
    for (std::size_t a = 1; a < data.arms.size(); ++a) {
      Estimate estimate = results[a - 1].estimate;
      analysis::Decision decision = results[a - 1];
      if (v != primary) {
        estimate = analysis::contrast_at(*model, static_cast<int>(v), static_cast<int>(a));
        estimate.patients = results[a - 1].estimate.patients;
        decision = analysis.decide(estimate);
      }
      append_contrast(found.contrasts, data, a, v, v == primary, estimate, decision);
      if (decision.failure != analysis::Failure::none)
        found.notes.push_back(data.arms[a] + " - " + data.arms[0] + (model ? " at " + data.visits[v] : "") +
                              " has no estimate: " + name_of(decision.failure));
      else if (method->bayes)
        found.notes.push_back("p is the posterior probability that the effect of " + data.arms[a] +
                              " does not exceed the margin");
    }
  return found;
}

}  // namespace vcohort
