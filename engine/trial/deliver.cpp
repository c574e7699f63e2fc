#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numeric/columns.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

namespace {

using Layout = TrialLayout;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Performance measures of one cell, after Morris, White & Crowther (2019), table 6, over the replicates that gave an
/// estimate.
class Performance {
 public:
  Performance(const Layout& layout, const Tally& tally, std::size_t cell)
      : layout_(layout), tally_(tally), cell_(cell) {
    fits_ = count(Layout::fits);
    replicates_ = static_cast<double>(tally.counts[layout.replicates()]);
  }

  double count(std::size_t which) const { return static_cast<double>(tally_.counts[layout_.count(cell_, which)]); }
  double sum(Layout::CellSum which) const { return tally_.sums[layout_.sum(cell_, which)].value(); }
  double failures() const { return replicates_ - fits_; }
  bool has_truth() const { return fits_ > 0 && count(Layout::with_truth) == fits_; }
  double not_finite() const { return count(Layout::not_finite); }
  /// Where an estimate is infinite, means over replicates are not there.
  bool has_means() const { return fits_ > 0 && not_finite() == 0; }

  /// Over all replicates: a failed fit rejects nothing, and is counted apart.
  WithError power() const { return share_of(count(Layout::rejections), replicates_); }
  WithError assurance() const { return share_of(count(Layout::favourable), replicates_); }

  /// Whether the true value is another one in each replicate: with uncertain parameters. The threshold is the rounding
  /// of squares that cancel.
  bool truth_varies() const {
    const double rounding = 1e-7 * (1 + std::fabs(sum(Layout::truth) / fits_));
    return standard_deviation(fits_, sum(Layout::truth), sum(Layout::truth_squares)) > rounding;
  }

  /// Spread over parameter draws, and the error of each; for fixed parameters the latter is the same number in every
  /// replicate.
  WithError true_value() const {
    if (!has_truth()) return {};
    const double error = sum(Layout::truth_variance) / fits_;  // squared
    if (!truth_varies()) return {sum(Layout::truth) / fits_, std::sqrt(error)};
    const double spread = mean_of(sum(Layout::truth), sum(Layout::truth_squares), fits_).mcse;
    return {sum(Layout::truth) / fits_, std::sqrt(spread * spread + error / fits_)};
  }
  /// Of ratios alone, linear within a bin; infinite where it lies beyond the bins.
  double median_estimate() const {
    if (!layout_.has_histogram(cell_ / layout_.contrasts() % layout_.analyses())) return missing;
    const auto* bin = tally_.counts.data() + layout_.histogram(cell_);
    double total = 0, below = 0;
    for (std::size_t k = 0; k < Layout::bins; ++k) total += static_cast<double>(bin[k]);
    if (total == 0) return missing;
    for (std::size_t k = 0; k < Layout::bins; ++k) {
      const auto here = static_cast<double>(bin[k]);
      if (below + here >= total / 2 && here > 0) {
        if (k == 0) return -std::numeric_limits<double>::infinity();
        if (k + 1 == Layout::bins) break;
        const double from = static_cast<double>(k - 1) + (total / 2 - below) / here;
        return from * Layout::bin_width - Layout::largest_in_bins;
      }
      below += here;
    }
    return std::numeric_limits<double>::infinity();
  }
  /// The error of the true value is part of that of the bias.
  WithError bias() const {
    if (!has_truth() || !has_means()) return {};
    const WithError mean = mean_of(sum(Layout::d), sum(Layout::d_squares), fits_);
    const double truth_variance = sum(Layout::truth_variance) / fits_ / (truth_varies() ? fits_ : 1);
    return {mean.value, std::sqrt(mean.mcse * mean.mcse + truth_variance)};
  }
  WithError empirical_se() const {
    if (fits_ < 2 || !has_means()) return {};
    const double se = standard_deviation(fits_, sum(Layout::d), sum(Layout::d_squares));
    return {se, se / std::sqrt(2 * (fits_ - 1))};
  }
  WithError model_se() const {
    if (fits_ < 2 || count(Layout::with_se) < fits_) return {};
    const double mean_variance = sum(Layout::se_squares) / fits_;
    const double se = std::sqrt(mean_variance);
    return {se, std::sqrt(variance_of_squared_se() / (4 * fits_ * mean_variance))};
  }
  WithError model_se_error_percent() const {
    const double model = model_se().value, empirical = empirical_se().value;
    const double relative =
        variance_of_squared_se() / (4 * fits_ * model * model * model * model) + 1 / (2 * (fits_ - 1));
    return {100 * (model / empirical - 1), 100 * (model / empirical) * std::sqrt(relative)};
  }
  WithError mse() const {
    if (!has_truth() || fits_ < 2 || !has_means()) return {};
    const double mean = sum(Layout::d_squares) / fits_;
    const double spread = std::max(0.0, sum(Layout::d_fourths) - fits_ * mean * mean);
    return {mean, std::sqrt(spread / (fits_ * (fits_ - 1)))};
  }
  WithError coverage() const { return has_truth() ? share_of(count(Layout::covered), fits_) : WithError{}; }
  WithError analysed() const { return {fits_ > 0 ? sum(Layout::analysed) / fits_ : missing, missing}; }

 private:
  double variance_of_squared_se() const {
    const double sd = standard_deviation(fits_, sum(Layout::se_squares), sum(Layout::se_fourths));
    return sd * sd;
  }

  const Layout& layout_;
  const Tally& tally_;
  std::size_t cell_;
  double fits_ = 0, replicates_ = 0;
};

/// Of a hierarchy its endpoints, the most important first.
std::string name_of_outcome(const AnalysisPlan& plan, const Protocol& protocol) {
  if (!is_hierarchical(plan)) return protocol.endpoints[protocol.slot_of(plan)];
  std::string names;
  for (const HierarchyLevel& level : plan.hierarchy) names += (names.empty() ? "" : " > ") + level.endpoint;
  return names;
}

double months_of_outcome(const AnalysisPlan& plan, const Protocol& protocol) {
  if (is_hierarchical(plan)) return protocol.follow_up_months;
  const std::size_t slot = protocol.slot_of(plan);
  return protocol.by_visit(slot) ? plan.visit_months : protocol.follow_up[slot];
}

std::string failure_column(int kind) {
  std::string name = std::string("failed_") + name_of(static_cast<analysis::Failure>(kind));
  for (const char between : {' ', '-'}) std::replace(name.begin(), name.end(), between, '_');
  return name;
}

}  // namespace

std::vector<Table> Trial::deliver(const Tally& tally) const {
  Table table{"/trial/operating_characteristics",
              "How the design performs over replicates (Morris, White & Crowther 2019): one row per scenario, sample "
              "size, analysis and contrast",
              {}};
  struct Row {
    std::size_t size, analysis, contrast;
    Performance performance;
  };
  std::vector<Row> cells;
  for (std::size_t s = 0; s < layout_.sizes(); ++s)
    for (std::size_t a = 0; a < layout_.analyses(); ++a)
      for (std::size_t c = 0; c < layout_.contrasts(); ++c)
        cells.push_back({s, a, c, {layout_, tally, layout_.cell(s, a, c)}});
  const Columns column(table, cells);
  const auto measure = [&](const char* name, const char* units, const char* text, const auto& of) {
    add_with_error(column, name, units, text, of);
  };
  const auto performance = [](WithError (Performance::*of)() const) {
    return [=](const Row& cell) { return (cell.performance.*of)(); };
  };
  const Protocol& protocol = trial_->protocol;
  const std::int64_t replicates = tally.counts[layout_.replicates()];
  const auto of_size = [&](Layout::SizeSum sum, Layout::SizeSum squares) {
    return [&, sum, squares](const Row& cell) {
      return mean_of(tally.sums[layout_.sum(cell.size, sum)].value(),
                     tally.sums[layout_.sum(cell.size, squares)].value(), static_cast<double>(replicates));
    };
  };
  const auto plan = [&](const Row& cell) -> const AnalysisPlan& { return study_.trial->analyses[cell.analysis]; };
  const auto randomised = [&](const Row& cell) { return study_.trial->sample_size[cell.size]; };
  const char* const units = units_of(*study_.trial).data();  // of a text that ends

  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", units, "randomised", randomised);
  column("analysis", "", "which analysis of the study", [&](const Row& cell) { return plan(cell).name; });
  column("arm", "", "arm that is compared with the reference; of a trial of one arm, that one",
         [&](const Row& cell) { return protocol.arm_of_contrast(cell.contrast).name; });
  column("method", "", "statistical method", [&](const Row& cell) { return plan(cell).method; });
  column("endpoint", "", "what is analysed", [&](const Row& cell) { return name_of_outcome(plan(cell), protocol); });
  column("visit_months", "months", "time of the analysed visit",
         [&](const Row& cell) { return months_of_outcome(plan(cell), protocol); });
  column("replicates", "trials", "simulated", [&](const Row&) { return replicates; });
  column("failures", "trials", "without an estimate; they count as no rejection in power, and nowhere else",
         [](const Row& cell) { return static_cast<std::int64_t>(cell.performance.failures()); });
  column("fallbacks", "trials", "whose estimate is by a fallback of the analysis, because its first choice failed",
         [](const Row& cell) { return static_cast<std::int64_t>(cell.performance.count(Layout::fallback)); });
  measure("power", "share", "rejections of the null hypothesis; type I error where it is true",
          performance(&Performance::power));
  measure("assurance", "share", "rejections in the beneficial direction", performance(&Performance::assurance));
  measure("true_value", "of the analysis", "what the estimator tends to under the estimand's complete data",
          performance(&Performance::true_value));
  column("true_value_kind", "",
         "marginal, conditional or pseudo-true (the model of the analysis does not hold); where it is missing, why",
         [&](const Row& cell) -> std::string {
           if (cell.performance.failures() == static_cast<double>(replicates))
             return "missing: no trial has an estimate";
           return truth_->kind(cell.analysis, cell.contrast, cell.performance.has_truth());
         });
  measure("bias", "of the analysis",
          "mean of estimate - true value; missing, as the measures of spread are, where an estimate is not finite",
          performance(&Performance::bias));
  column("not_finite", "trials",
         "estimates that are infinite or that the data do not determine; their tests and intervals count",
         [](const Row& cell) { return static_cast<std::int64_t>(cell.performance.not_finite()); });
  column("median_estimate", "of the analysis",
         "median of the estimates, infinite ones included, where they are logarithms of ratios; from a "
         "histogram with bins of 0.02",
         [](const Row& cell) { return cell.performance.median_estimate(); });
  measure("empirical_se", "of the analysis", "standard deviation of estimate - true value",
          performance(&Performance::empirical_se));
  measure("model_se", "of the analysis", "root mean square of the standard errors that the analyses state",
          performance(&Performance::model_se));
  measure("model_se_error_percent", "percent", "model SE relative to empirical SE",
          performance(&Performance::model_se_error_percent));
  measure("mse", "of the analysis, squared", "mean squared error", performance(&Performance::mse));
  measure("coverage", "share", "intervals that contain the true value", performance(&Performance::coverage));
  measure("bias_eliminated_coverage", "share",
          "intervals that contain the mean estimate; needs a second pass over the rows of replicates, missing here",
          [](const Row&) { return WithError{}; });
  const auto enrolled = of_size(Layout::enrolled, Layout::enrolled_squares);
  const char* const fixed_without_looks = "randomised; fixed where there are no looks";
  if (study_.trial->looks || study_.trial->final)
    measure("expected_sample_size", units, fixed_without_looks, enrolled);
  else
    column("expected_sample_size", units, fixed_without_looks,
           [&](const Row& cell) { return static_cast<double>(randomised(cell)); });
  column("analysed", units, "mean number analysed", [](const Row& cell) { return cell.performance.analysed().value; });
  measure("duration_months", "months", "first day of accrual to last visit, or to the analysis that ended the trial",
          of_size(Layout::duration, Layout::duration_squares));
  const std::size_t counted = protocol.primary_slot();
  const bool has_events = protocol.kind[counted] == OutcomeKind::survival;
  const auto own_events = [&](const Row& cell) -> WithError {
    const AnalysisPlan& asked = study_.trial->analyses[cell.analysis];
    if (is_hierarchical(asked) || protocol.kind[protocol.slot_of(asked)] != OutcomeKind::survival) return {};
    const auto sum = [&](bool squares) {
      return tally.sums[layout_.events_of(cell.size, cell.analysis, squares)].value();
    };
    return mean_of(sum(false), sum(true), static_cast<double>(replicates));
  };
  if (layout_.has_events())
    measure("events", "events",
            "that the analysis looks at, of all arms: of its endpoint in its subgroup, up to its horizon; missing "
            "where it is not of times to one event",
            own_events);
  if (has_events) {
    measure("trial_events", "events", "known at the end, of all arms, of the endpoint of the primary analysis",
            of_size(Layout::events, Layout::events_squares));
    measure("followed_months", "months", "follow-up of a patient at the end, mean of the trial",
            of_size(Layout::followed, Layout::followed_squares));
  }
  measure("dropout_share", "share", "patients lost before the end of follow-up, or before the event that is counted",
          of_size(Layout::dropout, Layout::dropout_squares));
  measure("imbalance", units, "largest minus smallest patients / ratio over arms",
          of_size(Layout::unbalance, Layout::unbalance_squares));
  measure("correct_guesses", "share", "next arm guessed right by the convergence strategy",
          of_size(Layout::guesses, Layout::guesses_squares));
  measure("screening_failures", "patients", "candidates who were not eligible",
          of_size(Layout::screening_failures, Layout::screening_failures_squares));
  // What only some analyses can lack, only their trials have a column for.
  const std::vector<AnalysisPlan>& plans = study_.trial->analyses;
  const bool horizons = std::any_of(plans.begin(), plans.end(), [](const AnalysisPlan& asked) {
    return method_of(asked).horizon != analysis::Method::Horizon::none;
  });
  for (int kind = 1; kind < analysis::failure_kinds; ++kind) {
    if (kind == static_cast<int>(analysis::Failure::beyond_follow_up) && !horizons) continue;
    column(failure_column(kind), "trials",
           std::string("failures of this kind: ") + name_of(static_cast<analysis::Failure>(kind)),
           [&](const Row& cell) {
             return static_cast<std::int64_t>(
                 cell.performance.count(Layout::first_failure + static_cast<std::size_t>(kind)));
           });
  }
  std::vector<Table> tables{std::move(table)};
  if (scaled_) tables.push_back(table_of_wished_effect());
  if (study_.trial->looks) tables.push_back(table_of_looks(tally));
  if (family_) tables.push_back(table_of_family(tally));
  if (trial_->has_data_model()) tables.push_back(table_of_closed_forms(tally));
  const bool follows_outcome = trial_->dropout && trial_->dropout->depends_on_outcome();
  const bool has_law =
      trial_->has_data_model() && !trial_->stated[counted].arms.empty() && !protocol.ended_by_others(counted);
  if (has_law && has_events && !follows_outcome) tables.push_back(table_of_expected_events());
  const bool is_setting = !study_.mark.empty();  // of a sweep
  if (!is_setting && !protocol.design.design) tables.push_back(table_of_example_patients());
  return tables;
}

}  // namespace vcohort
