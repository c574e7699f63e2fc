#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numeric/cluster_error.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

using Layout = TrialLayout;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A number and its Monte Carlo standard error.
struct Measure {
  double value = missing;
  double mcse = missing;
};

Measure share_of(double events, double n) {
  if (n < 1) return {};
  const double p = events / n;
  return {p, std::sqrt(p * (1 - p) / n)};
}

Measure mean_of(double sum, double squares, double n) {
  if (n < 1) return {};
  return {sum / n, standard_deviation(n, sum, squares) / std::sqrt(n)};
}

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
  Measure power() const { return share_of(count(Layout::rejections), replicates_); }
  Measure assurance() const { return share_of(count(Layout::favourable), replicates_); }

  /// Whether the true value is another one in each replicate: with uncertain parameters. The threshold is the rounding
  /// of squares that cancel.
  bool truth_varies() const {
    const double rounding = 1e-7 * (1 + std::fabs(sum(Layout::truth) / fits_));
    return standard_deviation(fits_, sum(Layout::truth), sum(Layout::truth_squares)) > rounding;
  }

  /// Spread over parameter draws, and the error of each; for fixed parameters the latter is the same number in every
  /// replicate.
  Measure true_value() const {
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
  Measure bias() const {
    if (!has_truth() || !has_means()) return {};
    const Measure mean = mean_of(sum(Layout::d), sum(Layout::d_squares), fits_);
    const double truth_variance = sum(Layout::truth_variance) / fits_ / (truth_varies() ? fits_ : 1);
    return {mean.value, std::sqrt(mean.mcse * mean.mcse + truth_variance)};
  }
  Measure empirical_se() const {
    if (fits_ < 2 || !has_means()) return {};
    const double se = standard_deviation(fits_, sum(Layout::d), sum(Layout::d_squares));
    return {se, se / std::sqrt(2 * (fits_ - 1))};
  }
  Measure model_se() const {
    if (fits_ < 2 || count(Layout::with_se) < fits_) return {};
    const double mean_variance = sum(Layout::se_squares) / fits_;
    const double se = std::sqrt(mean_variance);
    return {se, std::sqrt(variance_of_squared_se() / (4 * fits_ * mean_variance))};
  }
  Measure model_se_error_percent() const {
    const double model = model_se().value, empirical = empirical_se().value;
    const double relative =
        variance_of_squared_se() / (4 * fits_ * model * model * model * model) + 1 / (2 * (fits_ - 1));
    return {100 * (model / empirical - 1), 100 * (model / empirical) * std::sqrt(relative)};
  }
  Measure mse() const {
    if (!has_truth() || fits_ < 2 || !has_means()) return {};
    const double mean = sum(Layout::d_squares) / fits_;
    const double spread = std::max(0.0, sum(Layout::d_fourths) - fits_ * mean * mean);
    return {mean, std::sqrt(spread / (fits_ * (fits_ - 1)))};
  }
  Measure coverage() const { return has_truth() ? share_of(count(Layout::covered), fits_) : Measure{}; }
  Measure analysed() const { return {fits_ > 0 ? sum(Layout::analysed) / fits_ : missing, missing}; }

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

/// Fills the number columns of one row from left to right.
class RowOfNumbers {
 public:
  RowOfNumbers(Table& table, std::size_t first) : table_(table), place_(first) {}
  void add(double value) { std::get<std::vector<double>>(table_.columns.at(place_++).values).push_back(value); }
  /// The place of a column of another type.
  std::size_t skip() { return place_++; }
  void add(const Measure& measure) {
    add(measure.value);
    add(measure.mcse);
  }

 private:
  Table& table_;
  std::size_t place_;
};

void add_measure(Table& table, const std::string& name, const char* units, const char* text) {
  table.add<double>(name, units, text);
  table.add<double>(name + "_mcse", units, "Monte Carlo standard error of it");
}

std::string failure_column(int kind) {
  std::string name = std::string("failed_") + trial_failure_name(kind);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace

std::vector<Table> Trial::deliver(const Tally& tally) const {
  Table table{"/trial/operating_characteristics",
              "How the design performs over replicates (Morris, White & Crowther 2019): one row per scenario, sample "
              "size, analysis and contrast",
              {}};
  table.add<std::string>("scenario", "", "stance of the evidence");
  table.add<std::int64_t>("sample_size", "patients", "randomised");
  table.add<std::string>("analysis", "", "which analysis of the study");
  table.add<std::string>("arm", "", "arm that is compared with the reference");
  table.add<std::string>("method", "", "statistical method");
  table.add<std::string>("endpoint", "", "what is analysed");
  table.add<double>("visit_months", "months", "time of the analysed visit");
  table.add<std::int64_t>("replicates", "trials", "simulated");
  table.add<std::int64_t>("failures", "trials",
                          "without an estimate; they count as no rejection in power, and nowhere else");
  const std::size_t first_number = table.columns.size();
  add_measure(table, "power", "share", "rejections of the null hypothesis; type I error where it is true");
  add_measure(table, "assurance", "share", "rejections in the beneficial direction");
  add_measure(table, "true_value", "of the analysis",
              "estimand, from the twins or in closed form; missing where unknown");
  add_measure(table, "bias", "of the analysis",
              "mean of estimate - true value; missing, as the measures of spread are, where an estimate is not finite");
  table.add<std::int64_t>(
      "not_finite", "trials",
      "estimates that are infinite or that the data do not determine; their tests and intervals count");
  table.add<double>("median_estimate", "of the analysis",
                    "median of the estimates, infinite ones included, where they are logarithms of ratios; from a "
                    "histogram with bins of 0.02");
  add_measure(table, "empirical_se", "of the analysis", "standard deviation of estimate - true value");
  add_measure(table, "model_se", "of the analysis", "root mean square of the standard errors that the analyses state");
  add_measure(table, "model_se_error_percent", "percent", "model SE relative to empirical SE");
  add_measure(table, "mse", "of the analysis, squared", "mean squared error");
  add_measure(table, "coverage", "share", "intervals that contain the true value");
  add_measure(
      table, "bias_eliminated_coverage", "share",
      "intervals that contain the mean estimate; needs a second pass over the rows of replicates, missing here");
  table.add<double>("expected_sample_size", "patients", "randomised; fixed where there are no looks");
  table.add<double>("analysed", "patients", "mean number analysed");
  add_measure(table, "duration_months", "months", "first day of accrual to last visit");
  add_measure(table, "dropout_share", "share", "patients lost before the end of follow-up");
  add_measure(table, "imbalance", "patients", "largest minus smallest patients / ratio over arms");
  add_measure(table, "correct_guesses", "share", "next arm guessed right by the convergence strategy");
  add_measure(table, "screening_failures", "patients", "candidates who were not eligible");
  const std::size_t first_failure = table.columns.size();
  for (int kind = 1; kind < trial_failure_kinds; ++kind)
    table.add<std::int64_t>(failure_column(kind), "trials",
                            std::string("failures of this kind: ") + trial_failure_name(kind));

  const auto integer = [&](std::size_t place, std::int64_t value) {
    std::get<std::vector<std::int64_t>>(table.columns.at(place).values).push_back(value);
  };
  const auto text = [&](std::size_t place, const std::string& value) {
    std::get<std::vector<std::string>>(table.columns.at(place).values).push_back(value);
  };
  const Protocol& protocol = trial_->protocol;
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  const auto of_size = [&](std::size_t size, Layout::SizeSum sum, Layout::SizeSum squares) {
    return mean_of(tally.sums[layout_.sum(size, sum)].value(), tally.sums[layout_.sum(size, squares)].value(),
                   replicates);
  };
  for (std::size_t s = 0; s < layout_.sizes(); ++s)
    for (std::size_t a = 0; a < layout_.analyses(); ++a)
      for (std::size_t c = 0; c < layout_.contrasts(); ++c) {
        const AnalysisPlan& plan = study_.trial->analyses[a];
        const Performance cell(layout_, tally, layout_.cell(s, a, c));
        text(0, scenario_);
        integer(1, study_.trial->sample_size[s]);
        text(2, plan.name);
        text(3, protocol.design.arms[static_cast<std::size_t>(protocol.contrasts()[c])].name);
        text(4, plan.method);
        text(5, protocol.endpoints[protocol.slot_of(plan.endpoint)]);
        std::get<std::vector<double>>(table.columns.at(6).values)
            .push_back(protocol.by_visit() ? plan.visit_months : protocol.follow_up_months);
        integer(7, tally.counts[layout_.replicates()]);
        integer(8, static_cast<std::int64_t>(cell.failures()));
        RowOfNumbers row(table, first_number);
        row.add(cell.power());
        row.add(cell.assurance());
        row.add(cell.true_value());
        row.add(cell.bias());
        integer(row.skip(), static_cast<std::int64_t>(cell.not_finite()));
        row.add(cell.median_estimate());
        row.add(cell.empirical_se());
        row.add(cell.model_se());
        row.add(cell.model_se_error_percent());
        row.add(cell.mse());
        row.add(cell.coverage());
        row.add(Measure{});
        row.add(static_cast<double>(study_.trial->sample_size[s]));
        row.add(cell.analysed().value);
        row.add(of_size(s, Layout::duration, Layout::duration_squares));
        row.add(of_size(s, Layout::dropout, Layout::dropout_squares));
        row.add(of_size(s, Layout::unbalance, Layout::unbalance_squares));
        row.add(of_size(s, Layout::guesses, Layout::guesses_squares));
        row.add(of_size(s, Layout::screening_failures, Layout::screening_failures_squares));
        for (int kind = 1; kind < trial_failure_kinds; ++kind)
          integer(first_failure + static_cast<std::size_t>(kind) - 1,
                  tally.counts[layout_.count(layout_.cell(s, a, c),
                                             Layout::first_failure + static_cast<std::size_t>(kind))]);
      }
  return {table};
}

}  // namespace vcohort
