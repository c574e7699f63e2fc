#include "engine/trial/closed_form_units.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/power_equivalence.hpp"
#include "engine/data_model/cluster_outcomes.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/six_digits.hpp"
#include "engine/study/ratios.hpp"

namespace vcohort {

double stepped_wedge_variance(double clusters, int groups, double patients, double sd, double icc,
                              double autocorrelation) {
  const int periods = groups + 1;
  const double common = icc * autocorrelation, own = icc - common + (1 - icc) / patients;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Constant(periods, periods, common);
  covariance.diagonal().array() += own;
  const Eigen::MatrixXd weight = covariance.inverse();
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(periods + 1, periods + 1);
  for (int group = 0; group < groups; ++group) {
    Eigen::MatrixXd design = Eigen::MatrixXd::Zero(periods, periods + 1);
    design.leftCols(periods).setIdentity();
    for (int period = group + 1; period < periods; ++period) design(period, periods) = 1;
    information += clusters / groups * design.transpose() * weight * design;
  }
  return sd * sd * information.inverse()(periods, periods);
}

namespace {

using Aim = AnalysisPlan::Hypothesis;
using DataArm = DataModel::DataArm;
using Units = analysis::Method::Units;

class UnitQuestion {
 public:
  UnitQuestion(const PreparedTrial& trial, std::size_t analysis, std::size_t contrast, std::int64_t sample_size)
      : trial_(trial),
        protocol_(trial.protocol),
        plan_(protocol_.design.analyses[analysis]),
        model_(trial.stated.front()),
        design_(*protocol_.design.design),
        contrast_(contrast),
        units_(static_cast<double>(sample_size)) {}

  std::vector<ClosedForm> answer() const {
    if (const std::string why = what_is_not_covered(); !why.empty()) return {none(why.c_str())};
    switch (protocol_.units()) {
      case Units::periods:
        return {periods()};
      case Units::clusters:
        return {clusters()};
      default:
        return steps();
    }
  }

 private:
  std::string what_is_not_covered() const {
    if (protocol_.uncertain_parameters) return "the parameters are uncertain";
    if (protocol_.design.looks) return "no formula is built in for looks of this design";
    if (protocol_.design.final) return "a day ends the trial before everybody has been followed";
    if (trial_.dropout && trial_.dropout->depends_on_outcome())
      return "drop-out follows the outcome, so that the analysed patients are not those who were randomised";
    return {};
  }

  static ClosedForm none(const char* why) { return {"", "", why, std::numeric_limits<double>::quiet_NaN()}; }

  const DataArm& arm(std::size_t place) const {
    return model_.arms[static_cast<std::size_t>(protocol_.design.arms[place].strategy)];
  }
  bool is_score() const { return model_.kind == OutcomeKind::score; }
  double mean(std::size_t place, std::size_t visit) const {
    return is_score() ? arm(place).mean[visit] : arm(place).share[visit];
  }
  double rounding_variance() const {
    const double unit = protocol_.unit.front();
    return unit > 0 ? 1 / (12 * unit * unit) : 0.0;
  }
  double variance(std::size_t place, std::size_t visit) const {
    const double share = is_score() ? 0 : arm(place).share[visit];
    return is_score() ? arm(place).sd[visit] * arm(place).sd[visit] + rounding_variance() : share * (1 - share);
  }
  double randomised(std::size_t place) const {
    return units_ * protocol_.design.arms[place].ratio / sum_of_ratios(protocol_.design);
  }

  /// Whether blocks give each arm, or group, its part.
  bool fixed_numbers() const {
    const Randomisation& randomisation = protocol_.design.randomisation;
    return randomisation.method == Randomisation::Method::permuted_block && randomisation.stratify.empty() &&
           static_cast<std::int64_t>(units_) % randomisation.block == 0;
  }

  /// Whether the standard error varies as the degrees of freedom say, or hardly.
  enum class Error : std::uint8_t { estimated, known };

  /// Power of a t-test, or of two one-sided ones, of an estimate with this mean.
  ClosedForm by_t(const char* formula, const char* source, std::string remark, double effect, double se, double df,
                  Error error = Error::estimated) const {
    if (!(df >= 1) || !(se > 0)) return none("too few units");
    const TrialQuestion& design = protocol_.design;
    const double level = design.alpha / design.sides;
    const bool higher = !protocol_.lower_is_better.front();
    const double good = higher ? effect : -effect;
    double power = 0;
    std::string name = formula;
    if (plan_.hypothesis == Aim::equivalence) {
      power = analysis::equivalence_t_power(effect, plan_.margin, se, df, level);
      name += ", two one-sided tests by Owen's Q";
    } else {
      const double beyond = plan_.hypothesis == Aim::non_inferiority ? good + plan_.margin : good - plan_.margin;
      const bool both = plan_.hypothesis == Aim::superiority && plan_.margin == 0 && design.sides == 2;
      const analysis::TestSides sides{level, both};
      power = error == Error::known ? analysis::t_bound_power(beyond / se, df, sides)
                                    : analysis::t_power(beyond / se, df, sides);
      name += error == Error::known ? ", normal estimate" : ", noncentral t";
    }
    const auto say = [&](const char* more) { remark += (remark.empty() ? "" : "; ") + std::string(more); };
    if (trial_.dropout) say("expected numbers after drop-out");
    if (!fixed_numbers()) say("expected numbers of the arms");
    if (!std::isfinite(power)) return none("the formula has no value there");
    return {name, source, remark, six_digits(power)};
  }

  /// Half the difference of the two sequences' mean differences between periods.
  ClosedForm periods() const {
    if (!is_score()) return none("outcomes are yes and no, and not normal");
    const double rho = model_.correlation[0][1];
    const auto of_sequence = [&](std::size_t first) {
      const double a = arm(first).sd[0], b = arm(1 - first).sd[1];
      return a * a + b * b - 2 * rho * a * b + 2 * rounding_variance();
    };
    constexpr double rounding = 1e-12;
    if (std::fabs(of_sequence(0) - of_sequence(1)) > rounding * of_sequence(0))
      return none("one variance is assumed, and the two sequences have two");
    double staying = 1;
    if (trial_.dropout && !protocol_.design.dropout->arm_odds_ratio.empty())
      return none("no formula is built in for drop-out that differs between the arms");
    for (std::size_t v = 0; trial_.dropout && v < 2; ++v) staying *= 1 - trial_.dropout->probability(v);
    const double n = units_ / 2 * staying;
    const double carried = arm(1).carry_over - arm(0).carry_over;
    const double effect = (mean(1, 0) - mean(0, 0) + mean(1, 1) - mean(0, 1) - carried) / 2;
    return by_t("differences between periods", "Senn 2002", carried != 0 ? "with the bias by carry-over" : "", effect,
                std::sqrt(of_sequence(0) / 4 * (2 / n)), 2 * n - 2);
  }

  /// What the analysis makes of clusters whose sizes differ: the variance of an arm's mean times its clusters, in
  /// variances of a patient.
  double variance_per_cluster(double icc) const {
    const std::vector<double> shares = cluster_size_shares(design_);
    double mean = 0, squares = 0, inverse = 0, information = 0;
    for (std::size_t size = 1; size < shares.size(); ++size) {
      const auto m = static_cast<double>(size);
      mean += shares[size] * m;
      squares += shares[size] * m * m;
      inverse += shares[size] / m;
      information += shares[size] / (icc + (1 - icc) / m);
    }
    if (plan_.method == "cluster-t") return icc + (1 - icc) * inverse;
    if (plan_.method == "cluster-mixed") return 1 / information;
    const double cv = std::sqrt(std::max(0.0, squares / (mean * mean) - 1));
    return analysis::design_effect(mean, cv, icc) / mean;
  }

  const char* source_of_clusters() const {
    if (design_.cluster_size_cv == 0) return "Donner and Klar 2000";
    if (plan_.method == "cluster-t") return "Hayes and Moulton 2009, harmonic mean of the sizes";
    return plan_.method == "cluster-mixed" ? "van Breukelen, Candel and Berger 2007" : "Eldridge, Ashby and Kerry 2006";
  }

  ClosedForm clusters() const {
    const std::size_t active = contrast_ + 1;
    const double per_cluster = variance_per_cluster(*model_.intracluster_correlation);
    const double se =
        std::sqrt(per_cluster * (variance(0, 0) / randomised(0) + variance(active, 0) / randomised(active)));
    const bool all_arms = plan_.method == "cluster-mixed";
    const double df =
        all_arms ? units_ - static_cast<double>(protocol_.arms()) : randomised(0) + randomised(active) - 2;
    const bool exact = is_score() && design_.cluster_size_cv == 0 && variance(0, 0) == variance(active, 0);
    std::string remark = exact ? all_arms ? "as if the intracluster correlation were known" : "" : "approximate";
    return by_t("design effect", source_of_clusters(), remark, mean(active, 0) - mean(0, 0), se, df);
  }

  std::vector<ClosedForm> steps() const {
    if (model_.cluster_autocorrelation < 1)
      return {none("the analysis has no effects of clusters in periods, which the data model has")};
    double variances = 0, effects = 0;
    const std::size_t periods = protocol_.visits_months.size();
    for (std::size_t v = 0; v < periods; ++v) {
      variances += (variance(0, v) + variance(1, v)) / 2 / static_cast<double>(periods);
      effects += (mean(1, v) - mean(0, v)) / static_cast<double>(periods);
    }
    const double se = std::sqrt(stepped_wedge_variance(units_, design_.groups, design_.cluster_size,
                                                       std::sqrt(variances), *model_.intracluster_correlation, 1));
    const std::string remark = is_score() ? "as if the intracluster correlation were known" : "approximate";
    const ClosedForm estimated =
        by_t("generalised least squares with clusters - 2 degrees of freedom", "Hussey and Hughes 2007",
             remark +
                 "; off where clusters are few: patients within clusters tell the standard error, too, and better "
                 "than so few degrees of freedom",
             effects, se, units_ - 2);
    if (plan_.hypothesis == Aim::equivalence) return {estimated};
    return {by_t("generalised least squares, bound of t with clusters - 2 degrees of freedom", "Hussey and Hughes 2007",
                 remark, effects, se, units_ - 2, Error::known),
            estimated};
  }

  const PreparedTrial& trial_;
  const Protocol& protocol_;
  const AnalysisPlan& plan_;
  const DataModel& model_;
  const UnitDesign& design_;
  std::size_t contrast_;
  double units_;
};

}  // namespace

std::vector<ClosedForm> closed_forms_of_units(const PreparedTrial& trial, std::size_t analysis, std::size_t contrast,
                                              std::int64_t sample_size) {
  return UnitQuestion(trial, analysis, contrast, sample_size).answer();
}

}  // namespace vcohort
