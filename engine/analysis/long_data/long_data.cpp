#include "engine/analysis/long_data/long_data.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "engine/analysis/ancova.hpp"
#include "engine/analysis/bayes_rule.hpp"
#include "engine/analysis/long_data/mixed_model.hpp"
#include "engine/analysis/method.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using analysis::Method;

/// How a method of a study is called in engine/analysis.
Method method_of(const AnalysisPlan& plan) {
  const bool strata = !plan.stratify.empty();
  if (plan.method == "t") return Method::t_test;
  if (plan.method == "welch") return Method::welch;
  if (plan.method == "ancova") return Method::ancova;
  if (plan.method == "bayes") return plan.adjust.empty() ? Method::t_test : Method::ancova;
  if (plan.method == "wilcoxon") return Method::wilcoxon;
  if (plan.method == "van-elteren") return Method::van_elteren;
  if (plan.method == "proportional-odds") return Method::proportional_odds;
  if (plan.method == "fisher") return Method::fisher;
  if (plan.method == "chi-square") return Method::chi_square;
  if (plan.method == "cmh") return Method::cochran_mantel_haenszel;
  if (plan.method == "risk-difference")
    return strata ? Method::miettinen_nurminen_stratified : Method::miettinen_nurminen;
  if (plan.method == "negative-binomial") return Method::negative_binomial;
  if (plan.method == "win-ratio") return Method::win_ratio;
  throw InvalidInput(explain("the analysis '" + plan.method + "' cannot be done on a data file",
                             "it needs times with a censoring column, which [data] does not name",
                             "choose another method"));
}

bool is_proportion(Method method) {
  return method >= Method::fisher && method <= Method::miettinen_nurminen_stratified;
}

/// One visit of the data as the methods want it.
class VisitData {
 public:
  VisitData(const LongData& data, const AnalysisPlan& plan, Method method) : values_(visit_values(data, plan)) {
    set_.arms = static_cast<int>(data.arms.size());
    set_.arm = data.arm;
    set_.baseline = data.baseline;
    if (is_proportion(method)) cut_into_responders(data, plan);
    set_.outcome = values_;
    for (const std::string& name : plan.adjust) {
      if (name == "baseline") continue;
      add_covariate(data, name);
    }
    for (const auto& codes : codes_) factors_.push_back({codes.first, codes.second});
    set_.covariates = numeric_;
    set_.factors = factors_;
    if (!plan.stratify.empty()) stratify(data, plan);
    if (method == Method::win_ratio) {
      ranked_ = {set_.outcome, {}, true, plan.responder_threshold};
      set_.hierarchy = {&ranked_, 1};
    }
    if (method == Method::negative_binomial) {
      exposure_.assign(data.patients.size(), 1.0);
      set_.exposure = exposure_;
    }
  }

  const analysis::Dataset& set() const { return set_; }

 private:
  static std::vector<double> visit_values(const LongData& data, const AnalysisPlan& plan) {
    const std::size_t n = data.patients.size();
    const auto first = data.value.begin() + static_cast<std::ptrdiff_t>(data.visit_named(plan.visit) * n);
    return {first, first + static_cast<std::ptrdiff_t>(n)};
  }

  /// Values 0 and 1 are taken as they are; a score is cut at the threshold of its change from baseline.
  void cut_into_responders(const LongData& data, const AnalysisPlan& plan) {
    const bool binary =
        std::all_of(values_.begin(), values_.end(), [](double x) { return x != x || x == 0 || x == 1; });
    if (binary) return;
    if (data.baseline.empty())
      throw InvalidInput(explain("'" + plan.method + "' needs outcomes of 0 and 1",
                                 "the data hold a score, and no baseline to count responders from",
                                 "name a baseline column and a responder_threshold"));
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double change = values_[i] - data.baseline[i];
      values_[i] = change != change ? change : change >= plan.responder_threshold ? 1.0 : 0.0;
    }
  }

  const LongData::Covariate& covariate(const LongData& data, const std::string& name) const {
    const auto found =
        std::find_if(data.covariates.begin(), data.covariates.end(), [&](const auto& c) { return c.name == name; });
    if (found == data.covariates.end()) throw InternalError("the covariate " + name + " was not read");
    return *found;
  }

  static std::vector<int> codes_of(const LongData::Covariate& covariate) {
    std::vector<int> codes;
    for (double value : covariate.values) codes.push_back(value != value ? -1 : static_cast<int>(value));
    return codes;
  }

  void add_covariate(const LongData& data, const std::string& name) {
    const LongData::Covariate& found = covariate(data, name);
    if (found.levels.empty())
      numeric_.push_back(found.values);
    else
      codes_.emplace_back(codes_of(found), static_cast<int>(found.levels.size()));
  }

  void stratify(const LongData& data, const AnalysisPlan& plan) {
    strata_.assign(data.patients.size(), 0);
    int strata = 1;
    for (const std::string& name : plan.stratify) {
      const LongData::Covariate& found = covariate(data, name);
      if (found.levels.empty())
        throw InvalidInput(
            explain("cannot stratify by '" + name + "'", "it is numeric", "list it in data.categorical"));
      const auto levels = static_cast<int>(found.levels.size());
      const std::vector<int> codes = codes_of(found);
      for (std::size_t i = 0; i < codes.size(); ++i)
        strata_[i] = codes[i] < 0 || strata_[i] < 0 ? -1 : strata_[i] * levels + codes[i];
      strata *= levels;
    }
    set_.strata = strata;
    set_.stratum = strata_;
  }

  analysis::Dataset set_;
  std::vector<double> values_, exposure_;
  std::vector<std::span<const double>> numeric_;
  std::vector<std::pair<std::vector<int>, int>> codes_;
  std::vector<analysis::Factor> factors_;
  std::vector<int> strata_;
  analysis::RankedEndpoint ranked_;
};

DataAnalysis analyze_visit(const LongData& data, const AnalysisPlan& plan, const analysis::Hypothesis& hypothesis) {
  const Method method = method_of(plan);
  const VisitData visit(data, plan, method);
  analysis::check(visit.set());
  analysis::Analysis declared;
  declared.method = method;
  declared.hypothesis = hypothesis;
  declared.change_from_baseline = plan.change_from_baseline;
  declared.adjust_for_baseline = std::find(plan.adjust.begin(), plan.adjust.end(), "baseline") != plan.adjust.end();
  analysis::Workspace workspace;
  std::vector<analysis::Result> results(data.arms.size() - 1);
  analysis::analyze(visit.set(), declared, workspace, results);

  DataAnalysis found;
  found.contrasts = contrast_table();
  found.method = plan.method;
  found.measure = analysis::describe(method).measure;
  found.patients = data.patients.size();
  for (std::size_t k = 0; k < results.size(); ++k) {
    const analysis::Estimate& estimate = results[k].estimate;
    if (!estimate.ok())
      throw NumericalFailure(explain("'" + plan.method + "' gives no estimate for " + data.arms[k + 1],
                                     analysis::name_of(estimate.failure),
                                     "look at the data, or declare another analysis"));
    found.analysed = std::max(found.analysed, static_cast<std::size_t>(estimate.patients));
    double p = results[k].decision.p;
    if (plan.method == "bayes") {
      analysis::BayesRule rule;
      if (plan.prior_sd > 0) rule.prior = {plan.prior_mean, plan.prior_sd};
      rule.margin = plan.margin;
      rule.threshold = plan.posterior_probability;
      const analysis::BayesDecision decision = analysis::decide(rule, estimate);
      p = 1 - decision.probability;
      found.notes.push_back("p is the posterior probability that the effect of " + data.arms[k + 1] +
                            " does not exceed the margin");
    }
    append_contrast(
        found.contrasts, data.arms[k + 1] + " - " + data.arms[0], plan.visit, true,
        {estimate.estimate, estimate.se, estimate.df, estimate.statistic, p, estimate.lower, estimate.upper});
  }
  return found;
}

analysis::Aim aim_of(AnalysisPlan::Hypothesis hypothesis) {
  switch (hypothesis) {
    case AnalysisPlan::Hypothesis::superiority:
      return analysis::Aim::superiority;
    case AnalysisPlan::Hypothesis::non_inferiority:
      return analysis::Aim::non_inferiority;
    case AnalysisPlan::Hypothesis::equivalence:
      return analysis::Aim::equivalence;
  }
  throw InternalError("a hypothesis without an aim");
}

}  // namespace

std::size_t LongData::visit_named(const std::string& name) const {
  const auto found = std::find(visits.begin(), visits.end(), name);
  if (found == visits.end()) {
    std::string known;
    for (const std::string& visit : visits) known += (known.empty() ? "" : ", ") + visit;
    throw InvalidInput(
        explain("no row is about the visit '" + name + "'", "the data have " + known, "correct trial.primary.visit"));
  }
  return static_cast<std::size_t>(found - visits.begin());
}

Table contrast_table() {
  Table table{"/analysis/contrasts", "Each arm against the reference", {}};
  table.add<std::string>("contrast", "", "arm - reference");
  table.add<std::string>("visit", "", "visit");
  table.add<double>("estimate", "of the method", "estimate of the effect");
  table.add<double>("se", "of the method", "its standard error");
  table.add<double>("df", "1", "degrees of freedom; infinite for a normal reference");
  table.add<double>("statistic", "1", "test statistic");
  table.add<double>("p", "1", "p-value of the hypothesis");
  table.add<double>("lower", "of the method", "lower limit of the interval");
  table.add<double>("upper", "of the method", "upper limit of the interval");
  table.add<Truth>("primary", "", "the primary visit");
  return table;
}

void append_contrast(Table& table, const std::string& contrast, const std::string& visit, bool primary,
                     const std::array<double, 7>& numbers) {
  std::get<std::vector<std::string>>(table.columns[0].values).push_back(contrast);
  std::get<std::vector<std::string>>(table.columns[1].values).push_back(visit);
  for (std::size_t k = 0; k < numbers.size(); ++k)
    std::get<std::vector<double>>(table.columns[2 + k].values).push_back(numbers[k]);
  std::get<std::vector<Truth>>(table.columns.back().values).push_back({primary});
}

DataAnalysis analyze(const LongData& data, const AnalysisPlan& plan, double alpha, int sides) {
  analysis::Hypothesis hypothesis;
  hypothesis.aim = aim_of(plan.hypothesis);
  hypothesis.sides = sides;
  hypothesis.alpha = alpha;
  hypothesis.margin = plan.margin;
  analysis::check(hypothesis);
  return plan.method == "mmrm" ? fit_mixed_model(data, plan, hypothesis) : analyze_visit(data, plan, hypothesis);
}

}  // namespace vcohort
