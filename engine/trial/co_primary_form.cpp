#include "engine/trial/co_primary_form.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/data_model/joint_correlation.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/quadrature.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/six_digits.hpp"
#include "engine/study/data_endpoints.hpp"

namespace vcohort {

namespace {

ClosedForm none(std::string why) {
  return {"", "", std::move(why), std::numeric_limits<double>::quiet_NaN()};
}

/// Where the outcome of an analysis stands among the normals of the model.
std::size_t place_of(const DataModel& model, const AnalysisPlan& plan) {
  const std::vector<LatentPlace> places = latent_places(model);
  const auto found = std::find_if(places.begin(), places.end(), [&](const LatentPlace& place) {
    const DataModel& endpoint = model.endpoints[place.endpoint];
    return endpoint.name == plan.endpoint && endpoint.visits_months[place.visit] == plan.visit_months;
  });
  require(found != places.end(), "an analysis is of an endpoint and visit of the model");
  return static_cast<std::size_t>(found - places.begin());
}

/// Why the statistics of both analyses do not have the correlation of the endpoints; empty where they do.
std::string obstacle(const TrialQuestion& trial, const DataModel& model, const AnalysisPlan& one,
                     const AnalysisPlan& other) {
  const auto ends_others = [](const DataModel& endpoint) { return endpoint.ends_follow_up; };
  if (std::any_of(model.endpoints.begin(), model.endpoints.end(), ends_others))
    return "an event ends the follow-up of other endpoints";
  for (const AnalysisPlan* plan : {&one, &other}) {
    const DataModel* endpoint = endpoint_called(model, plan->endpoint);
    if (plan->method != "t" || endpoint->kind != OutcomeKind::score || plan->change_from_baseline)
      return "the correlation of the statistics is known of two t-tests of normal endpoints";
    if (endpoint->missing_share > 0 || !endpoint->covariates.empty() || !plan->where.empty())
      return "the correlation of the statistics is known of patients who have both values, without covariates";
  }
  if (trial.dropout && one.visit_months != other.visit_months)
    return "patients who are seen at one of the visits and not at the other change the correlation of the statistics";
  return {};
}

}  // namespace

double both_exceed(double x, double y, double correlation) {
  constexpr double reach = 9;  // beyond it lies 1e-19
  const double rest = std::sqrt((1 - correlation) * (1 + correlation));
  constexpr double per_root_of_two_pi = 0.39894228040143267794;
  const auto density = [&](double z) {
    return per_root_of_two_pi * exp_of(-0.5 * z * z) * normal_cdf((correlation * z - y) / rest);
  };
  return x >= reach ? 0 : integral_of(density, std::max(x, -reach), reach);
}

ClosedForm co_primary_form(const Trial& trial, const DataModel* model, std::size_t contrast, std::int64_t sample_size) {
  const TrialQuestion& design = trial.prepared().protocol.design;
  const Family family(design);
  if (family.rule() != Multiplicity::Rule::all) return none("each primary is claimed by itself");
  if (family.primaries() != 2) return none("there is a formula for two primaries");
  if (!model || model->endpoints.empty()) return none("the correlation of the statistics is not stated");
  const AnalysisPlan &one = design.analyses[family.analysis(0)], &other = design.analyses[family.analysis(1)];
  if (const std::string why = obstacle(design, *model, one, other); !why.empty()) return none(why);
  std::array<double, 2> bound{};
  for (std::size_t k = 0; k < bound.size(); ++k) {
    const ClosedForm alone = trial.closed_form(family.analysis(k), contrast, sample_size).front();
    if (alone.formula.empty()) return none(alone.remark);
    bound[k] = -normal_quantile(alone.power);
  }
  const double correlation = joint_correlation(*model)[place_of(*model, one)][place_of(*model, other)];
  if (!(std::fabs(correlation) < 1)) return none("the endpoints determine each other");
  return {"bivariate normal", "Sozu, Sugimoto and Hamasaki 2011", "each alone as its own formula has it",
          six_digits(both_exceed(bound[0], bound[1], correlation))};
}

}  // namespace vcohort
