#include "engine/analysis/analysis.hpp"

#include <algorithm>

#include "engine/analysis/columns_hot.hpp"
#include "engine/analysis/mmrm/mmrm.hpp"
#include "engine/numeric/errors.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/contrasts.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort::analysis {

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The words of a study stand in the order of the enumeration.
template <class Enum, std::size_t Size>
Enum named(const std::array<std::string_view, Size>& words, const std::string& name) {
  const auto found = std::find(words.begin(), words.end(), name);
  if (found == words.end()) throw InternalError("no choice of an analysis is called " + name);
  return static_cast<Enum>(found - words.begin());
}

const Method* method_named(const std::string& name) {
  if (const Method* method = find_method(name)) return method;
  throw InternalError("no method is called " + name);
}

Options options_of(const AnalysisPlan& plan, const Method& method) {
  Options options;
  options.covariances = {named<CovarianceStructure>(covariance_names, plan.covariance)};
  for (const std::string& name : plan.fallback)
    options.covariances.push_back(named<CovarianceStructure>(covariance_names, name));
  options.covariance_by_arm = plan.covariance_by_arm;
  options.firth = plan.firth;
  options.limits = plan.interval;
  options.against = plan.against;
  options.degrees_of_freedom = named<MmrmDegreesOfFreedom>(df_names, plan.df);
  options.weights = plan.weights;
  options.horizon = horizon_of(plan, method);
  return options;
}

Hypothesis hypothesis_of(const AnalysisPlan& plan, const Method& method, const Outcome& outcome, double alpha,
                         int sides) {
  static_assert(static_cast<int>(Aim::equivalence) == static_cast<int>(AnalysisPlan::Hypothesis::equivalence));
  Hypothesis hypothesis{static_cast<Aim>(plan.hypothesis), sides, alpha, plan.margin,
                        better_direction(method, outcome)};
  if (!method.bayes) return hypothesis;
  hypothesis.posterior.emplace();
  if (plan.prior_sd > 0) hypothesis.posterior->prior = {plan.prior_mean, plan.prior_sd};
  hypothesis.posterior->threshold = plan.posterior_probability;
  return hypothesis;
}

/// Of the sum of two independent variances, by Satterthwaite (Biometrics Bulletin 2 (1946) 110): infinite where both
/// have infinitely many.
double df_of_sum(const Estimate& a, const Estimate& b) {
  const double one = a.se * a.se, other = b.se * b.se;
  return (one + other) * (one + other) / (one * one / a.df + other * other / b.df);
}

}  // namespace

bool analyses_responders(const Method& method, OutcomeKind kind) {
  return method.responders && kind == OutcomeKind::score;
}

Better better_direction(const Method& method, const Outcome& outcome) {
  const bool lower = outcome.lower_is_better && !method.wins && !analyses_responders(method, outcome.kind);
  return lower != method.later ? Better::lower : Better::higher;
}

Analysis::Analysis(const AnalysisPlan& plan, const Outcome& outcome, double alpha, int sides, bool p_values)
    : method_(method_named(plan.method)),
      outcome_(outcome),
      options_(options_of(plan, *method_)),
      hypothesis_(hypothesis_of(plan, *method_, outcome, alpha, sides)),
      change_(plan.change_from_baseline || method_->paired),
      baseline_(contains(plan.adjust, "baseline")),
      baseline_by_visit_(contains(plan.adjust_by_visit, "baseline")),
      threshold_(plan.responder_threshold) {
  check(hypothesis_);
  require(method_->weights == Method::Weights::none || !options_.weights.empty(), "a weighted test has weights");
  inference_ = {.level = interval_level(hypothesis_), .p_value = p_values, .margin = plan.margin, .limits = p_values};
  if (!two_sided(hypothesis_)) inference_.toward = hypothesis_.better == Better::higher ? 1 : -1;
}

std::span<const Result> Analysis::run(const Records& records) {
  data_ = {};
  data_.arms = records.arms;
  data_.arm = records.arm;
  take_covariates(records);
  take_outcome(records);
  take_strata(records);
  count_analysed();
  const auto arms = static_cast<std::size_t>(records.arms), contrasts = contrasts_of(arms);
  estimates_.assign(contrasts, {});
  results_.assign(contrasts, {});
  method_->fit(data_, options_, inference_, workspace_, estimates_);
  for (std::size_t k = 0; k < contrasts; ++k) {
    const std::size_t arm = arm_of_contrast(k, arms);
    estimates_[k].patients = analysed_[arm] + (arm > 0 ? analysed_[0] : 0);
    results_[k] = {analysis::decide(estimates_[k], hypothesis_, workspace_, inference_.p_value), estimates_[k]};
  }
  return results_;
}

Result Analysis::interaction(const Result& more, const Result& than) {
  const Estimate &a = more.estimate, &b = than.estimate;
  Estimate difference;
  if (!more.ok() || !than.ok())
    difference = failed(more.ok() ? than.failure : more.failure, a.patients + b.patients);
  else
    difference = wald(a.estimate - b.estimate, __builtin_sqrt(a.se * a.se + b.se * b.se), df_of_sum(a, b),
                      a.patients + b.patients, inference_, workspace_);
  return {analysis::decide(difference, hypothesis_, workspace_, inference_.p_value), difference};
}

/// The baseline comes first.
void Analysis::take_covariates(const Records& records) {
  const auto take = [&](bool baseline, const auto& from, auto& to) {
    to.clear();
    if (baseline) to.push_back(records.baseline);
    to.insert(to.end(), from.begin(), from.end());
  };
  take(baseline_, records.covariates, covariates_);
  take(baseline_by_visit_, records.covariates_by_visit, covariates_by_visit_);
  data_.covariates = covariates_;
  data_.covariates_by_visit = covariates_by_visit_;
  data_.factors = records.factors;
  data_.factors_by_visit = records.factors_by_visit;
}

void Analysis::take_outcome(const Records& records) {
  const std::size_t n = records.arm.size();
  const double unit = outcome_.unit;
  data_.time = records.time;
  data_.event = records.event;
  data_.competed = records.competed;
  data_.exposure = records.exposure;
  if (method_->repeated) {
    values_.resize(records.values.size() * n);
    for (std::size_t v = 0; v < records.values.size(); ++v)
      for (std::size_t i = 0; i < n; ++i)
        values_[v * n + i] =
            change_ ? difference(records.values[v][i], records.baseline[i], unit) : records.values[v][i];
    data_.visits = static_cast<int>(records.values.size());
    data_.visit = static_cast<int>(records.visit);
    data_.times = records.times;
    data_.repeated = values_;
    return;
  }
  if (method_->units == Method::Units::clusters || method_->units == Method::Units::steps)
    return take_clusters(records);
  if (method_->units == Method::Units::periods) {
    require(records.values.size() == 2, "patients cross over once");
    values_.resize(n);
    for (std::size_t i = 0; i < n; ++i) values_[i] = difference(records.values[0][i], records.values[1][i], unit) / 2;
    data_.outcome = values_;
    return;
  }
  data_.hierarchy = records.hierarchy;
  if (!records.hierarchy.empty()) return;
  if (records.time.empty()) {
    const std::span<const double> value = records.values[records.visit];
    const bool responders = analyses_responders(*method_, outcome_.kind);
    data_.outcome = value;
    if (change_ || responders) {
      values_.resize(n);
      const double sign = responders && outcome_.lower_is_better ? -1 : 1;
      for (std::size_t i = 0; i < n; ++i) {
        const double change = sign * difference(value[i], records.baseline[i], unit);
        values_[i] = !responders || change != change ? change : change >= threshold_ ? 1.0 : 0.0;
      }
      data_.outcome = values_;
    }
  }
  if (!method_->wins) return;
  ranked_ = records.time.empty() ? RankedEndpoint{data_.outcome, {}, !outcome_.lower_is_better, threshold_, unit}
                                 : RankedEndpoint{data_.time, data_.event, outcome_.lower_is_better, threshold_, unit};
  data_.hierarchy = {&ranked_, 1};
}

/// Numbers, means and squares of the patients of each cluster, row by row; of the compared visit, or of all.
void Analysis::take_clusters(const Records& records) {
  const std::size_t n = records.arm.size(), of_visit = records.members;
  const bool steps = method_->units == Method::Units::steps;
  const std::size_t visits = steps ? records.values.size() / of_visit : 1, first = steps ? 0 : records.visit;
  members_.assign(visits * n, 0.0);
  means_.assign(visits * n, 0.0);
  squares_.assign(n, 0.0);
  for (std::size_t v = 0; v < visits; ++v) {
    const auto rows = records.values.subspan((first + v) * of_visit, of_visit);
    const std::span<double> members = std::span(members_).subspan(v * n, n),
                            means = std::span(means_).subspan(v * n, n);
    for (const std::span<const double> row : rows)
      for (std::size_t i = 0; i < n; ++i) {
        const bool seen = row[i] == row[i];
        members[i] += seen ? 1 : 0;
        means[i] += seen ? row[i] : 0;
      }
    for (std::size_t i = 0; i < n; ++i) means[i] /= members[i];  // NaN of nobody
    for (const std::span<const double> row : rows)
      for (std::size_t i = 0; i < n; ++i) {
        const double off = row[i] - means[i];
        squares_[i] += off == off ? off * off : 0;
      }
  }
  data_.members = members_;
  data_.means = means_;
  data_.squares = squares_;
  data_.crossing = records.crossing;
  data_.visits = static_cast<int>(visits);
  if (!steps) data_.outcome = data_.means;
}

void Analysis::take_strata(const Records& records) {
  if (records.strata.empty()) return;
  stratum_.assign(records.arm.size(), 0);
  for (const Factor& factor : records.strata) {
    for (std::size_t i = 0; i < stratum_.size(); ++i) {
      const bool known = stratum_[i] >= 0 && factor.codes[i] >= 0;
      stratum_[i] = known ? stratum_[i] * factor.levels + factor.codes[i] : -1;
    }
    data_.strata *= factor.levels;
  }
  data_.stratum = stratum_;
}

/// One count for all methods: the patients whose columns are complete.
void Analysis::count_analysed() {
  complete_.resize(data_.arm.size());
  data_.complete_arms(complete_);
  data_.complete = complete_;
  counts_.resize(static_cast<std::size_t>(data_.arms));
  count_by_arm(complete_.data(), static_cast<long>(complete_.size()), data_.arms, counts_.data());
  data_.in_arm = counts_;
  analysed_.assign(counts_.begin(), counts_.end());
}

}  // namespace vcohort::analysis
