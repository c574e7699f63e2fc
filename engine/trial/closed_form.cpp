#include "engine/trial/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/analysis/power_equivalence.hpp"
#include "engine/analysis/power_formulas.hpp"
#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/covariate_law.hpp"
#include "engine/data_model/residual_variance.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/six_digits.hpp"
#include "engine/study/ratios.hpp"
#include "engine/trial/closed_form_units.hpp"
#include "engine/trial/conditioning.hpp"
#include "engine/trial/count_information.hpp"
#include "engine/trial/expected_events.hpp"

namespace vcohort {

namespace {

using analysis::ArmPair;
using analysis::TestSides;
using DataArm = DataModel::DataArm;
using Aim = AnalysisPlan::Hypothesis;

constexpr const char* large_samples = "large samples";

/// One analysis of a planned trial, as formulas see it.
class Question {
 public:
  Question(const PreparedTrial& trial, const LookPlan* looks, std::size_t analysis, std::size_t contrast,
           std::int64_t sample_size)
      : trial_(trial),
        protocol_(trial.protocol),
        plan_(protocol_.design.analyses[analysis]),
        slot_(trial.protocol.slot_of(trial.protocol.design.analyses[analysis])),
        model_(trial.marginal[slot_]),
        looks_(looks),
        contrast_(contrast),
        size_(sample_size),
        method_(plan_.method),
        better_(analysis::better_direction(method_of(plan_), outcome_of(plan_, protocol_))) {
    visit_ = protocol_.visit_of_model(plan_);
  }

  std::vector<ClosedForm> answer() {
    if (const std::string why = what_is_not_covered(); !why.empty()) return {{"", "", why, missing}};
    if (method_ == "exact-binomial") one_share();
    if (method_ == "one-sample-t" || method_ == "paired-t") one_mean();
    if (method_ == "mcnemar") one_pair();
    if (method_ == "t" || method_ == "welch") means();
    if (method_ == "ancova") adjusted_means();
    if (method_ == "mmrm") repeated_means();
    if (method_ == "wilcoxon") rank_sums();
    if (method_ == "proportional-odds") proportional_odds();
    if (method_ == "cmh") strata_of_shares();
    if (method_ == "fisher" || method_ == "chi-square" || method_ == "risk-difference") shares();
    if (method_ == "logrank" || method_ == "cox") times();
    if (method_ == "negative-binomial") counts();
    if (method_ == "win-ratio") wins();
    if (forms_.empty()) forms_.push_back({"", "", "no formula is built in for " + method_, missing});
    return forms_;
  }

 private:
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

  std::string what_is_not_covered() const {
    const TrialQuestion& design = protocol_.design;
    if (is_hierarchical(plan_)) return "no formula is built in for hierarchies";
    if (stated().arms.empty()) return "the first of correlated events has no law in closed form";
    if (protocol_.ended_by_others(slot_)) return "an event of another endpoint ends the follow-up";
    if (design.looks && !looks_) return "it is analysed when the primary analysis ends the trial";
    const bool times = model_.kind == OutcomeKind::survival;
    if (design.final && !times) return "a day ends the trial before everybody has been followed";
    if (design.looks &&
        (design.looks->timing == Looks::Timing::information || design.looks->timing == Looks::Timing::months))
      return "its looks do not come at planned numbers of patients or events";
    if (!plan_.where.empty() || !plan_.interaction.empty()) return "the analysis is of a subgroup";
    if (plan_.hypothesis == Aim::equivalence && design.looks) return "equivalence has no looks";
    if (!design.intercurrent.empty()) return "the study has intercurrent events";
    if (protocol_.uncertain_parameters) return "the parameters are uncertain";
    if (design.visit_window_days > 0) return "visits are off schedule";
    if (times) {
      if (const std::string why = what_covariates_do_to_times(); !why.empty()) return why;
    } else if (!plan_.stratify.empty() && method_ != "cmh") {
      return "the analysis is stratified";
    } else if (leaves_out_strata(plan_, stated(), design.randomisation)) {
      return "the strata of the randomisation predict the outcome, and the analysis leaves them out";
    }
    if (model_.kind == OutcomeKind::count && has_covariate_effects(stated()))
      return "covariates make the counts of an arm another distribution";
    if (trial_.dropout && trial_.dropout->depends_on_outcome() && method_ != "mmrm")
      return "drop-out follows the outcome, so that the analysed patients are not those who were randomised";
    return {};
  }

  /// With covariates, as the study states it.
  const DataModel& stated() const { return trial_.stated[slot_]; }

  bool by_visit() const { return protocol_.by_visit(slot_); }

  std::string what_covariates_do_to_times() const {
    const bool effects = has_covariate_effects(stated()), conditional = is_conditional(stated());
    if (!effects) return plan_.stratify.empty() ? "" : "the analysis is stratified";
    if (!conditional)
      return plan_.stratify.empty() && plan_.adjust.empty() ? ""
                                                            : "the hazards of all patients are stated, and the "
                                                              "analysis compares patients with the same covariates";
    if (has_interactions(stated())) return "the hazard ratio depends on covariates";
    if (!plan_.adjust.empty()) return "the analysis adjusts for covariates";
    return conditioning_of(plan_, stated()) == Conditioning::everything
               ? ""
               : "hazards at the reference of the covariates are stated, and the analysis is not stratified by all of "
                 "them";
  }

  const DataArm& arm(std::size_t place) const {
    return model_.arms[static_cast<std::size_t>(protocol_.design.arms[place].strategy)];
  }
  const DataArm& reference() const { return arm(0); }
  const DataArm& active() const { return arm(contrast_ + 1); }
  int strategy(std::size_t place) const { return protocol_.design.arms[place].strategy; }

  /// Whether the endpoint is a score that is cut into responders.
  bool responders() const { return analyses_responders(plan_, protocol_); }

  /// The share of an arm that is there at a visit of the protocol.
  double staying(std::size_t place, std::size_t visit) const {
    if (!trial_.dropout) return 1;
    const std::vector<double>& odds = protocol_.design.dropout->arm_odds_ratio;
    double share = 1;
    for (std::size_t v = 0; v <= visit; ++v) {
      double lost = trial_.dropout->probability(v);
      if (!odds.empty() && lost > 0) lost = ilogit_of(logit_of(lost) + log_of(odds[place]));
      share *= 1 - lost;
    }
    return share;
  }

  double randomised(std::size_t place) const {
    return static_cast<double>(size_) * protocol_.design.arms[place].ratio / sum_of_ratios(protocol_.design.arms);
  }

  double analysed(std::size_t place) const {
    return randomised(place) * (by_visit() ? staying(place, protocol_.visit_at(plan_.visit_months)) : 1.0) *
           (1 - protocol_.missing_share[slot_]);
  }
  ArmPair analysed() const { return {analysed(0), analysed(contrast_ + 1)}; }
  double all_analysed() const {
    double sum = 0;
    for (std::size_t place = 0; place < protocol_.arms(); ++place) sum += analysed(place);
    return sum;
  }

  TestSides sides() const {
    const bool both = plan_.hypothesis == Aim::superiority && plan_.margin == 0 && protocol_.design.sides == 2;
    return {protocol_.design.alpha / protocol_.design.sides, both};
  }

  /// Whether the design decides how many patients an arm has.
  bool fixed_numbers() const {
    const Randomisation& randomisation = protocol_.design.randomisation;
    return protocol_.arms() == 1 || (randomisation.method == Randomisation::Method::permuted_block &&
                                     randomisation.stratify.empty() && size_ % randomisation.block == 0);
  }

  /// Exact formulas are for numbers that are known: of the patients of a table.
  bool numbers_are_known(const ArmPair& n) const {
    return !trial_.dropout && protocol_.missing_share[slot_] == 0 && fixed_numbers() &&
           n.reference == std::floor(n.reference) && n.active == std::floor(n.active);
  }

  /// An effect against the boundary of the null hypothesis; a benefit is above 0.
  double beyond_margin(double effect) const {
    const double good = better_ == analysis::Better::higher ? effect : -effect;
    return plan_.hypothesis == Aim::non_inferiority ? good + plan_.margin : good - plan_.margin;
  }

  std::optional<double> effect() const {
    return implied_effect(model_, strategy(contrast_ + 1), strategy(0), visit_, effect_scale(plan_),
                          plan_.change_from_baseline);
  }

  /// `power_of(sides)`: of a trial without looks.
  template <class Power>
  void add(std::string formula, std::string source, std::string remark, const Power& power_of) {
    double power = power_of(sides());
    if (looks_) {
      power = power_with_looks(power_of({sides().level, false}));
      formula += ", looks by recursive integration";
      source += "; Armitage, McPherson and Rowe 1969";
    }
    const auto say = [&](const char* more) { remark += (remark.empty() ? "" : "; ") + std::string(more); };
    if (trial_.dropout && method_ != "mmrm" && by_visit()) say("expected numbers after drop-out");
    if (protocol_.missing_share[slot_] > 0) say("expected numbers of recorded values");
    if (!fixed_numbers()) say("expected numbers of the arms");
    if (!std::isfinite(power)) return refuse("the formula has no value there");
    forms_.push_back({std::move(formula), std::move(source), std::move(remark), six_digits(power)});
  }

  double power_with_looks(double power_of_one_side) const {
    constexpr double smallest = 1e-12;  // of a power that still has a drift
    const double drift = analysis::drift_of_power(std::clamp(power_of_one_side, smallest, 1 - smallest), sides().level);
    const std::vector<boundaries::Exit> exits = boundaries::exits(looks_->bounds(), drift);
    return sides().both ? boundaries::rejection_of(exits) : boundaries::power_of(exits);
  }

  /// Of an effect with this standard error; a benefit need not be above 0.
  void add_t(const char* formula, const char* source, double effect, double se, double df) {
    if (plan_.hypothesis == Aim::equivalence)
      return add("two one-sided t-tests, Owen's Q", "Phillips 1990", "", [=, this](const TestSides& of) {
        return analysis::equivalence_t_power(effect, plan_.margin, se, df, of.level);
      });
    const double noncentrality = beyond_margin(effect) / se;
    add(formula, source, "", [=](const TestSides& of) { return analysis::t_power(noncentrality, df, of); });
  }

  /// `drift_of(effect)`: of an effect against 0, a benefit above 0.
  template <class Drift>
  void add_normal(const char* formula, const char* source, const char* remark, double effect, const Drift& drift_of) {
    if (plan_.hypothesis == Aim::equivalence) {
      const double below = drift_of(effect + plan_.margin), above = drift_of(plan_.margin - effect);
      return add(std::string(formula) + ", two one-sided tests", source, remark,
                 [=](const TestSides& of) { return analysis::equivalence_normal_power(below, above, of.level); });
    }
    const double drift = drift_of(beyond_margin(effect));
    add(formula, source, remark, [drift](const TestSides& of) { return analysis::normal_power(drift, of); });
  }

  void refuse(const char* why) { forms_.push_back({"", "", why, missing}); }

  /// Of the analysed variable, as it is recorded.
  std::optional<double> sd(std::size_t place) const {
    const std::optional<Spread> spread = implied_spread(model_, strategy(place), visit_, plan_.change_from_baseline);
    if (!spread) return std::nullopt;
    return __builtin_sqrt(spread->sd * spread->sd + (plan_.change_from_baseline ? 2 : 1) * rounding_variance());
  }

  /// Of a recorded value: a twelfth of a step squared.
  double rounding_variance() const {
    const double unit = protocol_.unit[slot_];
    return unit > 0 ? 1 / (12 * unit * unit) : 0.0;
  }

  bool same_sds() const {
    for (std::size_t place = 1; place < protocol_.arms(); ++place)
      if (sd(place) != sd(0)) return false;
    return true;
  }

  bool is_normal() const { return model_.kind == OutcomeKind::score; }

  void means() {
    if (!is_normal()) return refuse("outcomes are categories and not normal");
    const bool welch = method_ == "welch";
    if (!welch && sd(0) != sd(contrast_ + 1)) return refuse("the t-test assumes one variance, and the arms have two");
    const ArmPair n = analysed(), spread{*sd(0), *sd(contrast_ + 1)};
    const double df = welch ? analysis::welch_df(spread, n) : n.reference + n.active - 2;
    if (!(df > 0)) return refuse("too few patients");
    const double variance =
        spread.reference * spread.reference / n.reference + spread.active * spread.active / n.active;
    add_t(welch ? "noncentral t, degrees of freedom after Satterthwaite" : "noncentral t",
          welch ? "Moser, Stevens and Watts 1989" : "Julious 2004", *effect(), std::sqrt(variance), df);
  }

  void one_mean() {
    if (!is_normal()) return refuse("outcomes are categories and not normal");
    const Spread spread = implied_spread(model_, strategy(0), visit_, plan_.change_from_baseline).value();
    const double n = analysed(0);
    if (!(n > 1)) return refuse("too few patients");
    add_t("noncentral t", "Julious 2004", spread.mean - plan_.against, *sd(0) / std::sqrt(n), n - 1);
  }

  void one_share() {
    if (responders()) return refuse("no formula is built in for responders of one arm");
    double share = arm(0).share[visit_], against = plan_.against;
    if (better_ == analysis::Better::lower) share = 1 - share, against = 1 - against;
    const double n = analysed(0);
    if (!numbers_are_known({n, n}) || plan_.margin != 0)
      return refuse("events are enumerated for fixed numbers of patients, and without a margin");
    add("exact test by enumeration", "exact", "",
        [=](const TestSides& of) { return analysis::exact_binomial_power(share, against, n, of); });
  }

  void one_pair() {
    constexpr double most = 1000;  // pairs, of whose unlike ones every number is enumerated
    const double n = analysed(0);
    if (!numbers_are_known({n, n}) || n > most) return refuse("pairs are enumerated for fixed numbers of up to 1000");
    const double before = arm(0).share[0], after = arm(0).share[visit_],
                 both = implied_both(model_, strategy(0), visit_);
    double better = after - both, worse = before - both;
    if (better_ == analysis::Better::lower) std::swap(better, worse);
    add("McNemar's test by enumeration", "exact", "",
        [=](const TestSides& of) { return analysis::mcnemar_power(better, worse, n, of); });
  }

  /// The coefficients are estimated, too: the variance of the difference grows by 1 + their number / (residual degrees
  /// of freedom - 1), in the mean over normal covariates.
  void adjusted_means() {
    if (!is_normal()) return refuse("outcomes are categories and not normal");
    if (!same_sds()) return refuse("one variance is assumed, and the arms have several");
    const bool adjusted = !plan_.adjust.empty();
    const std::optional<Residual> residual = adjusted ? residual_of_adjustment() : Residual{*sd(0) * *sd(0), 0};
    if (!residual)
      return refuse(
          "the covariates interact with the treatment, are cut into groups, or too many of them are correlated");
    const double df = all_analysed() - static_cast<double>(protocol_.arms()) - residual->coefficients;
    if (!(df > 1) || !(residual->variance > 0)) return refuse("too few patients");
    const ArmPair n = analysed();
    const double estimated = 1 + residual->coefficients / (df - 1);
    const double se = std::sqrt(residual->variance) * std::sqrt((1 / n.reference + 1 / n.active) * estimated);
    const bool only_baseline = adjusted && plan_.adjust == std::vector<std::string>{"baseline"};
    add_t(only_baseline ? "noncentral t, residual SD sd sqrt(1 - rho^2)"
          : adjusted    ? "noncentral t, residual SD sd sqrt(1 - R^2)"
                        : "noncentral t",
          adjusted ? "Borm, Fransen and Lemmens 2007" : "Julious 2004", *effect(), se, df);
  }

  /// Of the change the residual is that of the value: the baseline takes its own part out.
  std::optional<Residual> residual_of_adjustment() const {
    if (plan_.adjust == std::vector<std::string>{"baseline"}) {
      const double before = recorded_covariance(reference(), 0, 0);
      const double with = recorded_covariance(reference(), visit_, 0);
      return Residual{recorded_covariance(reference(), visit_, visit_) - with * with / before, 1};
    }
    std::vector<std::size_t> covariates;
    bool baseline = false;
    for (const std::string& name : plan_.adjust) {
      const auto found = std::find_if(stated().covariates.begin(), stated().covariates.end(),
                                      [&](const DataCovariate& covariate) { return covariate.name == name; });
      if (found != stated().covariates.end())
        covariates.push_back(static_cast<std::size_t>(found - stated().covariates.begin()));
      else
        baseline = true;
    }
    if (has_interactions(stated()) || (plan_.change_from_baseline && !baseline)) return std::nullopt;
    return residual_after(stated(), static_cast<std::size_t>(strategy(0)), visit_, baseline, covariates,
                          rounding_variance());
  }

  double recorded_covariance(const DataArm& of, std::size_t u, std::size_t v) const {
    return model_.correlation[u][v] * of.sd[u] * of.sd[v] + (u == v ? rounding_variance() : 0.0);
  }

  /// The covariance of the analysed visits; given the baseline where it is adjusted for.
  std::vector<double> covariance_until_visit(std::size_t place) const {
    const std::size_t first = protocol_.has_baseline[slot_] ? 1 : 0, visits = visit_ - first + 1;
    const bool adjusted = !plan_.adjust_by_visit.empty();
    const auto covariance = [&](std::size_t u, std::size_t v) { return recorded_covariance(arm(place), u, v); };
    std::vector<double> matrix;
    for (std::size_t u = first; u < first + visits; ++u)
      for (std::size_t v = first; v < first + visits; ++v) {
        double here = covariance(u, v);
        if (adjusted)
          here -= covariance(u, 0) * covariance(v, 0) / covariance(0, 0);
        else if (plan_.change_from_baseline)
          here += covariance(0, 0) - covariance(u, 0) - covariance(v, 0);
        matrix.push_back(here);
      }
    return matrix;
  }

  void repeated_means() {
    if (!is_normal()) return refuse("outcomes are categories and not normal");
    if (plan_.covariance != "unstructured") return refuse("the formula has an unstructured covariance");
    if (!plan_.adjust.empty()) return refuse("the formula has coefficients by visit (adjust_by_visit)");
    if (plan_.adjust_by_visit.size() > 1 || (!plan_.adjust_by_visit.empty() && plan_.adjust_by_visit[0] != "baseline"))
      return refuse("the formula adjusts for the baseline alone");
    for (std::size_t place = 1; place < protocol_.arms(); ++place)
      if (arm(place).sd != reference().sd) return refuse("one covariance is assumed, and the arms have several");
    if (protocol_.missing_share[slot_] > 0) return refuse("the formula has monotone missing data");
    if (visit_ + 1 != model_.visits_months.size()) return refuse("the compared visit is not the last one");
    double variance = 0;
    for (const std::size_t place : {std::size_t{0}, contrast_ + 1}) {
      std::vector<double> retained;
      for (const std::size_t v : protocol_.seen[slot_]) retained.push_back(staying(place, v));
      variance += analysis::last_visit_variance(covariance_until_visit(place), retained) / randomised(place);
    }
    const bool follows = trial_.dropout && trial_.dropout->depends_on_outcome();
    add_normal("mixed model, monotone missing data", "Lu, Luo and Chen 2008",
               follows ? "large samples; as if drop-out followed no outcome" : large_samples, *effect(),
               [=](double beyond) { return beyond / std::sqrt(variance); });
  }

  /// Of the categories, over the two arms.
  std::vector<double> mean_shares(const ArmPair& n) const {
    std::vector<double> a = shares_of(reference()), b = shares_of(active());
    for (std::size_t c = 0; c < a.size(); ++c) a[c] = (n.reference * a[c] + n.active * b[c]) / (n.reference + n.active);
    return a;
  }

  std::vector<double> shares_of(const DataArm& of) const {
    if (model_.kind == OutcomeKind::binary) return {1 - of.share[visit_], of.share[visit_]};
    return of.share;
  }

  void rank_sums() {
    if (is_normal() && has_covariate_effects(stated())) return refuse("covariates may make outcomes not normal");
    const std::optional<double> above = effect();
    if (!above) return refuse("no probability of a higher value is known");
    constexpr double finest = 0.1;  // SDs: a step that makes few ties
    if (is_normal() && rounding_variance() * 12 > finest * finest * *sd(0) * *sd(0))
      return refuse("recorded values tie");
    if (is_normal() && !same_sds()) return refuse("one variance is assumed, and the arms have several");
    const ArmPair n = analysed();
    const std::vector<double> ties = is_normal() ? std::vector<double>{} : mean_shares(n);
    add_normal(is_normal() ? "rank sum" : "rank sum with ties",
               is_normal() ? "Noether 1987" : "Zhao, Rahardja and Qu 2008", large_samples, *above,
               [&](double beyond) { return analysis::noether_drift(0.5 + beyond, ties, n); });
  }

  void proportional_odds() {
    const std::optional<double> log_ratio = effect();
    if (!log_ratio) return refuse("the odds are not proportional, or one of them is 0");
    if (!plan_.adjust.empty()) return refuse("the analysis adjusts for covariates");
    const ArmPair n = analysed();
    add_normal("proportional odds", "Whitehead 1993", caution(rarest(n)), *log_ratio,
               [&](double beyond) { return analysis::whitehead_drift(beyond, mean_shares(n), n); });
  }

  /// Patients expected in the emptiest category of an arm.
  double rarest(const ArmPair& n) const {
    const std::vector<double> a = shares_of(reference()), b = shares_of(active());
    return std::min(n.reference * *std::min_element(a.begin(), a.end()),
                    n.active * *std::min_element(b.begin(), b.end()));
  }

  /// Of the formulas for large samples.
  static const char* caution(double fewest) {
    constexpr double enough = 10;  // patients of a category, or of the events of an arm
    return fewest < enough ? "large samples, and here are few events: not to be relied on" : large_samples;
  }

  double responding(std::size_t place) const {
    if (!responders()) return arm(place).share[visit_];
    const Spread change = implied_spread(model_, strategy(place), visit_, true).value();
    const double sign = protocol_.lower_is_better[slot_] ? -1 : 1;
    return normal_cdf((sign * change.mean - plan_.responder_threshold) / change.sd);
  }

  void shares() {
    if (responders() && (!is_normal() || model_.decimals || has_covariate_effects(stated())))
      return refuse("recorded changes are not normal");
    ArmPair share{responding(0), responding(contrast_ + 1)};
    if (better_ == analysis::Better::lower) share = {1 - share.reference, 1 - share.active};
    const ArmPair n = analysed();
    const double fewest = std::min({n.reference * share.reference, n.reference * (1 - share.reference),
                                    n.active * share.active, n.active * (1 - share.active)});
    constexpr double most = 500;  // patients of an arm whose tables are enumerated
    if (method_ == "fisher") {
      if (!numbers_are_known(n) || n.reference > most || n.active > most)
        return refuse("tables are enumerated for fixed numbers of up to 500 patients an arm");
      return add("Fisher's test by enumeration", "exact", "",
                 [=](const TestSides& of) { return analysis::fisher_power(share, n, of); });
    }
    if (method_ == "chi-square")
      return add("pooled variance", "Fleiss, Tytun and Ury 1980", caution(fewest),
                 [=](const TestSides& of) { return analysis::pooled_shares_power(share, n, of); });
    if (plan_.hypothesis == Aim::equivalence)
      return add("restricted maximum likelihood, two one-sided tests", "Farrington and Manning 1990", caution(fewest),
                 [=, this](const TestSides& of) {
                   return std::max(0.0,
                                   analysis::farrington_manning_power(share, n, -plan_.margin, of) +
                                       analysis::farrington_manning_power({share.active, share.reference},
                                                                          {n.active, n.reference}, -plan_.margin, of) -
                                       1);
                 });
    const double null = plan_.hypothesis == Aim::non_inferiority ? -plan_.margin : plan_.margin;
    add("restricted maximum likelihood", "Farrington and Manning 1990", caution(fewest),
        [=](const TestSides& of) { return analysis::farrington_manning_power(share, n, null, of); });
  }

  /// Strata are the levels of covariates that are independent of each other.
  void strata_of_shares() {
    if (responders()) return refuse("no formula is built in for responders in strata");
    if (has_covariate_effects(stated()) && conditioning_of(plan_, stated()) != Conditioning::everything)
      return refuse("the analysis is not stratified by all covariates that predict the outcome");
    if (!stated().covariate_correlation.empty()) return refuse("the covariates are correlated");
    std::vector<std::size_t> by;
    for (std::size_t c = 0; c < stated().covariates.size(); ++c)
      if (std::ranges::count(plan_.stratify, stated().covariates[c].name) > 0) by.push_back(c);
    const auto has_shares = [&](std::size_t c) {
      return !stated().covariates[c].is_site() && !stated().covariates[c].is_normal();
    };
    if (!std::ranges::all_of(by, has_shares)) return refuse("the shares of the strata are not stated");
    std::vector<analysis::SharesOfStratum> strata;
    add_strata(by, 1, {0, 0}, strata);
    const ArmPair n = analysed();
    double fewest = std::numeric_limits<double>::infinity();
    for (const analysis::SharesOfStratum& stratum : strata)
      fewest = std::min(fewest, stratum.part * std::min(n.reference, n.active));
    constexpr double enough = 10;  // patients of an arm in a stratum
    add("weighted differences over strata", "Woolson, Bean and Rojas 1986",
        fewest < enough ? "large strata, and here they are small: not to be relied on"
                        : "large strata, each arm in the same part of each",
        [=](const TestSides& of) { return analysis::cochran_power(strata, n, of); });
  }

  /// The strata that the levels of these covariates make, of patients who have `part` and the predictors so far.
  void add_strata(std::span<const std::size_t> by, double part, const ArmPair& predictor,
                  std::vector<analysis::SharesOfStratum>& strata) const {
    if (by.empty()) {
      ArmPair share{share_at(0, predictor.reference), share_at(contrast_ + 1, predictor.active)};
      if (better_ == analysis::Better::lower) share = {1 - share.reference, 1 - share.active};
      strata.push_back({part, share});
      return;
    }
    const auto term = [&](std::size_t place, std::size_t level) {
      const std::vector<double> own =
          covariate_terms(stated(), static_cast<std::size_t>(strategy(place)), visit_)[by.front()];
      return own.empty() ? 0.0 : own[level];
    };
    const DataCovariate& covariate = stated().covariates[by.front()];
    for (std::size_t level = 0; level < covariate.levels.size(); ++level)
      add_strata(by.subspan(1), part * covariate.shares[level],
                 {predictor.reference + term(0, level), predictor.active + term(contrast_ + 1, level)}, strata);
  }

  /// Of patients of an arm with this linear predictor.
  double share_at(std::size_t place, double predictor) const {
    const auto arm_of_model = static_cast<std::size_t>(strategy(place));
    const double share = stated().arms[arm_of_model].share[visit_];
    if (share <= 0 || share >= 1) return share;
    if (!has_covariate_effects(stated())) return share;
    if (is_conditional(stated())) return ilogit_of(logit_of(share) + predictor);
    const CovariateTerms terms = covariate_terms(stated(), arm_of_model, visit_);
    return ilogit_of(logit_at_reference(CovariateLaw(stated()).parts(terms), share) + predictor);
  }

  /// Those of the two arms that are compared.
  std::optional<double> events() const {
    const TrialQuestion& design = protocol_.design;
    const ExpectedEvents expected(stated(), design, size_);
    if (design.looks && design.looks->timing == Looks::Timing::events) {
      constexpr double room = 1.1;  // a trial that has its events by chance only
      return expected.of_all(expected.last_day()) > room * design.looks->maximum ? std::optional(design.looks->maximum)
                                                                                 : std::nullopt;
    }
    const double day = design.final ? expected.final_day(*design.final) : expected.last_day();
    return expected.of_arm(0, day) + expected.of_arm(contrast_ + 1, day);
  }

  void times() {
    const std::optional<double> log_ratio =
        implied_effect(model_, strategy(contrast_ + 1), strategy(0), 0, EffectScale::log_hazard_ratio, false);
    const auto is_zero = [](double hazard) { return hazard == 0; };
    for (const DataArm* of : {&reference(), &active()})
      if (std::ranges::all_of(of->hazard, is_zero)) return refuse("an arm has a hazard of 0, and no events");
    if (!log_ratio) return refuse("the hazards are not proportional");
    if (!plan_.adjust.empty()) return refuse("the analysis adjusts for covariates");
    if (trial_.dropout && trial_.dropout->depends_on_outcome())
      return refuse("drop-out follows the outcome, which changes the number of events");
    const std::optional<double> all = events();
    if (!all)
      return refuse(
          "the events of the last look are hardly more than these patients are expected to have, so that many trials "
          "end without them");
    const double active_share = randomised(contrast_ + 1) / (randomised(0) + randomised(contrast_ + 1));
    const std::string remark = std::string(caution(*all * std::min(active_share, 1 - active_share))) + ", " +
                               rounded(*all) + " events expected" +
                               (active_share == 0.5 ? "" : "; with unequal arms a few points off");
    add_normal("number of events", "Schoenfeld 1981", remark.c_str(), *log_ratio,
               [&](double beyond) { return analysis::schoenfeld_drift(beyond, *all, active_share); });
    const double sign = better_ == analysis::Better::higher ? 1 : -1;
    if (method_ == "logrank" && plan_.margin == 0)
      add_normal("number of events", "Freedman 1982", remark.c_str(), *log_ratio,
                 [&](double) { return sign * analysis::freedman_drift(exp_of(*log_ratio), *all, active_share); });
  }

  static std::string rounded(double events) {
    const auto tenths = std::llround(events * 10);
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10));
  }

  void counts() {
    if (!plan_.adjust.empty()) return refuse("the analysis adjusts for covariates");
    if (reference().dispersion != active().dispersion)
      return refuse("one dispersion is assumed, and the arms have two");
    const auto per_patient = [&](std::size_t place) {
      return count_information(arm(place), model_.follow_up_months, trial_.dropout, place);
    };
    const ArmPair information{per_patient(0), per_patient(contrast_ + 1)};
    add_normal("negative binomial", "Zhu and Lakkis 2014", large_samples, *effect(), [&](double beyond) {
      return analysis::negative_binomial_drift(beyond, information, {randomised(0), randomised(contrast_ + 1)});
    });
  }

  void wins() {
    if (model_.kind == OutcomeKind::survival) return refuse("no formula is built in for win ratios of times");
    const std::optional<double> log_ratio = effect();
    if (!log_ratio || plan_.responder_threshold > 0 || (is_normal() && model_.decimals))
      return refuse("the probability of a tie is not known");
    if (is_normal() && !same_sds()) return refuse("one variance is assumed, and the arms have several");
    if (is_normal() && has_covariate_effects(stated())) return refuse("covariates may make outcomes not normal");
    double tie = 0;
    if (!is_normal()) {
      const std::vector<double> a = shares_of(reference()), b = shares_of(active());
      for (std::size_t c = 0; c < a.size(); ++c) tie += a[c] * b[c];
    }
    const double sign = protocol_.lower_is_better[slot_] ? -1 : 1;
    const ArmPair n = analysed();
    if (!is_normal()) {
      const double se = analysis::win_ratio_error(shares_of(reference()), shares_of(active()), n);
      add_normal("win ratio, variance under the effect", "Bebu and Lachin 2016", large_samples, sign * *log_ratio,
                 [se](double beyond) { return beyond / se; });
    }
    add_normal("win ratio", "Yu and Ganju 2022", "large samples; the variance is that without an effect",
               sign * *log_ratio, [&](double beyond) { return analysis::win_ratio_drift(beyond, tie, n); });
  }

  const PreparedTrial& trial_;
  const Protocol& protocol_;
  const AnalysisPlan& plan_;
  std::size_t slot_;
  const DataModel& model_;
  const LookPlan* looks_;
  std::size_t contrast_;
  std::int64_t size_;
  std::string method_;
  analysis::Better better_;
  std::size_t visit_ = 0;  // of the data model
  std::vector<ClosedForm> forms_;
};

}  // namespace

std::vector<ClosedForm> closed_forms(const PreparedTrial& trial, const LookPlan* looks, std::size_t analysis,
                                     std::size_t contrast, std::int64_t sample_size) {
  if (!trial.has_data_model())
    return {{"", "", "the disease model has no distribution in closed form", std::numeric_limits<double>::quiet_NaN()}};
  if (trial.protocol.design.design) return closed_forms_of_units(trial, analysis, contrast, sample_size);
  return Question(trial, looks, analysis, contrast, sample_size).answer();
}

}  // namespace vcohort
