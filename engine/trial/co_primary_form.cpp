#include "engine/trial/co_primary_form.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>

#include "engine/data_model/joint_correlation.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/six_digits.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/trial/trial_analysis.hpp"

namespace vcohort {

namespace {

ClosedForm none(std::string why) {
  return {"", "", std::move(why), std::numeric_limits<double>::quiet_NaN()};
}

/// One of the primaries: where its outcome stands among the normals of the model.
struct Primary {
  const AnalysisPlan* plan;
  const DataModel* endpoint;
  std::size_t place, visit;
  double sign;  // -1 where lower is better

  bool is_binary() const { return endpoint->kind == OutcomeKind::binary; }
};

Primary primary_of(const Trial& trial, const DataModel& model, const AnalysisPlan& plan) {
  const std::vector<LatentPlace> places = latent_places(model);
  const auto found = std::find_if(places.begin(), places.end(), [&](const LatentPlace& place) {
    const DataModel& endpoint = model.endpoints[place.endpoint];
    return endpoint.name == plan.endpoint && endpoint.visits_months[place.visit] == plan.visit_months;
  });
  require(found != places.end(), "an analysis is of an endpoint and visit of the model");
  const bool higher =
      better_direction(method_of(plan), outcome_of(plan, trial.prepared().protocol)) == analysis::Better::higher;
  return {&plan, &model.endpoints[found->endpoint], static_cast<std::size_t>(found - places.begin()), found->visit,
          higher ? 1.0 : -1.0};
}

/// Why the correlation of the statistics is not that of the endpoints; empty where it is.
std::string obstacle(const TrialQuestion& trial, const DataModel& model,
                     const std::vector<const AnalysisPlan*>& plans) {
  const auto ends_others = [](const DataModel& endpoint) { return endpoint.ends_follow_up; };
  if (std::any_of(model.endpoints.begin(), model.endpoints.end(), ends_others))
    return "an event ends the follow-up of other endpoints";
  for (const AnalysisPlan* plan : plans) {
    const DataModel* endpoint = endpoint_called(model, plan->endpoint);
    const bool means = (plan->method == "t" || plan->method == "welch") && endpoint->kind == OutcomeKind::score;
    const bool shares =
        (plan->method == "chi-square" || plan->method == "risk-difference" || plan->method == "fisher") &&
        endpoint->kind == OutcomeKind::binary;
    if ((!means && !shares) || plan->change_from_baseline || plan->hypothesis == AnalysisPlan::Hypothesis::equivalence)
      return "the correlation of the statistics is known of t-tests of normal endpoints and of tests of shares";
    if (endpoint->missing_share > 0 || !endpoint->covariates.empty() || !plan->where.empty())
      return "the correlation of the statistics is known of patients who have all values, without covariates";
    if (trial.dropout && plan->visit_months != plans.front()->visit_months)
      return "patients who are seen at one of the visits and not at the other change the correlation of the statistics";
  }
  return {};
}

double density(double z) {
  constexpr double per_root_of_two_pi = 0.39894228040143267794;
  return per_root_of_two_pi * exp_of(-0.5 * z * z);
}

/// Of two outcomes of an arm, from that of the normals behind them; a yes is a normal above its threshold.
double correlation_in_arm(const Primary& one, const Primary& other, std::size_t arm, double latent) {
  const auto share = [&](const Primary& of) { return of.endpoint->arms[arm].share[of.visit]; };
  const auto sd = [&](const Primary& of) { return std::sqrt(share(of) * (1 - share(of))); };
  if (!one.is_binary() && !other.is_binary()) return latent;
  if (one.is_binary() != other.is_binary()) {
    const Primary& yes = one.is_binary() ? one : other;
    return sd(yes) > 0 ? latent * density(normal_quantile(share(yes))) / sd(yes) : 0.0;
  }
  if (!(sd(one) > 0) || !(sd(other) > 0)) return 0;
  const double both = both_exceed(-normal_quantile(share(one)), -normal_quantile(share(other)), latent);
  return (both - share(one) * share(other)) / (sd(one) * sd(other));
}

double variance_in_arm(const Primary& of, std::size_t arm) {
  const DataModel::DataArm& stated = of.endpoint->arms[arm];
  if (!of.is_binary()) return stated.sd[of.visit] * stated.sd[of.visit];
  return stated.share[of.visit] * (1 - stated.share[of.visit]);
}

/// Of the two statistics, each above 0 where the arm is better.
double correlation_of(const Primary& one, const Primary& other, double latent, const TrialQuestion& design,
                      std::size_t contrast) {
  double covariance = 0, variance = 0, other_variance = 0;
  for (const std::size_t place : {std::size_t{0}, contrast + 1}) {
    const Arm& arm = design.arms[place];
    const auto of_model = static_cast<std::size_t>(arm.strategy);
    const double a = variance_in_arm(one, of_model) / arm.ratio, b = variance_in_arm(other, of_model) / arm.ratio;
    covariance += correlation_in_arm(one, other, of_model, latent) * std::sqrt(a * b);
    variance += a;
    other_variance += b;
  }
  return one.sign * other.sign * covariance / std::sqrt(variance * other_variance);
}

ClosedForm joined(const std::vector<Primary>& primaries, double power) {
  const auto binary =
      std::count_if(primaries.begin(), primaries.end(), [](const Primary& of) { return of.is_binary(); });
  const bool all = static_cast<std::size_t>(binary) == primaries.size();
  return {primaries.size() == 2 ? "bivariate normal" : "trivariate normal",
          binary == 0 ? "Sozu, Sugimoto and Hamasaki 2011"
          : all       ? "Sozu, Sugimoto and Hamasaki 2010"
                      : "Sozu, Sugimoto and Hamasaki 2012",
          binary == 0 ? "each alone as its own formula has it"
                      : "each alone as its own formula has it, with statistics correlated as in large samples",
          six_digits(power)};
}

constexpr double reach = 9;  // beyond it lies 1e-19

}  // namespace

double both_exceed(double x, double y, double correlation) {
  const double rest = std::sqrt((1 - correlation) * (1 + correlation));
  const auto there = [&](double z) { return density(z) * normal_cdf((correlation * z - y) / rest); };
  return x >= reach ? 0 : integral_of(there, std::max(x, -reach), reach);
}

/// Given the first the other two are normal; Gauss's rule over a third of an SD at a time, as an adaptive one would
/// chase the error of both_exceed().
double three_exceed(const std::array<double, 3>& bound, double first_second, double first_third, double second_third) {
  constexpr double step = 1.0 / 3;
  constexpr int points = 7;
  const double second_rest = std::sqrt((1 - first_second) * (1 + first_second));
  const double third_rest = std::sqrt((1 - first_third) * (1 + first_third));
  const double correlation = (second_third - first_second * first_third) / (second_rest * third_rest);
  const auto there = [&](double z) {
    return density(z) * both_exceed((bound[1] - first_second * z) / second_rest,
                                    (bound[2] - first_third * z) / third_rest, correlation);
  };
  double sum = 0;
  for (double from = std::max(bound[0], -reach); from < reach; from += step)
    sum += boost::math::quadrature::gauss<double, points>::integrate(there, from, from + step);
  return sum;
}

ClosedForm co_primary_form(const Trial& trial, const DataModel* model, std::size_t contrast, std::int64_t sample_size) {
  const TrialQuestion& design = trial.prepared().protocol.design;
  const Family family(design);
  constexpr std::size_t most = 3;
  if (family.rule() != Multiplicity::Rule::all) return none("each primary is claimed by itself");
  if (family.primaries() < 2 || family.primaries() > most) return none("there is a formula for two or three primaries");
  if (!model || model->endpoints.empty()) return none("the correlation of the statistics is not stated");
  std::vector<const AnalysisPlan*> plans;
  for (std::size_t k = 0; k < family.primaries(); ++k) plans.push_back(&design.analyses[family.analysis(k)]);
  if (const std::string why = obstacle(design, *model, plans); !why.empty()) return none(why);
  std::vector<Primary> primaries;
  std::array<double, most> bound{};
  for (std::size_t k = 0; k < plans.size(); ++k) {
    const ClosedForm alone = trial.closed_form(family.analysis(k), contrast, sample_size).front();
    if (alone.formula.empty()) return none(alone.remark);
    bound[k] = -normal_quantile(alone.power);
    primaries.push_back(primary_of(trial, *model, *plans[k]));
  }
  const std::vector<std::vector<double>> latent = joint_correlation(*model);
  const auto correlation = [&](std::size_t a, std::size_t b) {
    return correlation_of(primaries[a], primaries[b], latent[primaries[a].place][primaries[b].place], design, contrast);
  };
  const double first = correlation(0, 1);
  if (!(std::fabs(first) < 1)) return none("the endpoints determine each other");
  if (plans.size() == 2) return joined(primaries, both_exceed(bound[0], bound[1], first));
  const double second = correlation(0, 2), third = correlation(1, 2);
  if (!(1 - first * first - second * second - third * third + 2 * first * second * third > 0))
    return none("the endpoints determine each other");
  return joined(primaries, three_exceed(bound, first, second, third));
}

}  // namespace vcohort
