#include "engine/data_model/covariate_effects.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

#include "engine/data_model/correlation.hpp"
#include "engine/numeric/require.hpp"

namespace vcohort {

namespace {

using Kind = OutcomeKind;
using DataArm = DataModel::DataArm;
using Matrix = std::vector<std::vector<double>>;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t visits_of(const DataModel& model) {
  return seen_at_visits(model.kind) ? model.visits_months.size() : 1;
}

std::vector<CovariateTerms> terms_of(const DataModel& model, std::size_t arm) {
  std::vector<CovariateTerms> terms;
  for (std::size_t v = 0; v < visits_of(model); ++v) terms.push_back(covariate_terms(model, arm, v));
  return terms;
}

double stated_correlation(const DataModel& model, std::size_t v, std::size_t w) {
  return model.correlation.empty() ? (v == w ? 1.0 : 0.0) : model.correlation[v][w];
}

Matrix residual_correlation(const DataModel& model, const DataArm& arm, const CovariateLaw& law,
                            const std::vector<CovariateTerms>& terms) {
  const std::size_t visits = terms.size();
  Matrix rest(visits, std::vector<double>(visits));
  for (std::size_t v = 0; v < visits; ++v)
    for (std::size_t w = 0; w <= v; ++w)
      rest[v][w] = rest[w][v] =
          stated_correlation(model, v, w) - law.covariance(terms[v], terms[w]) / (arm.sd[v] * arm.sd[w]);
  return rest;
}

CovariateEffect effect_in(const DataModel& model, std::size_t a, const CovariateLaw& law) {
  CovariateEffect effect;
  const DataArm& arm = model.arms[a];
  effect.terms = terms_of(model, a);
  if (model.kind == Kind::score) {
    for (const CovariateTerms& terms : effect.terms) effect.centre.push_back(law.mean(terms));
    effect.factor = covariance_factor(residual_correlation(model, arm, law, effect.terms));
  } else if (seen_at_visits(model.kind)) {
    Matrix correlation(visits_of(model), std::vector<double>(visits_of(model)));
    for (std::size_t v = 0; v < correlation.size(); ++v)
      for (std::size_t w = 0; w < correlation.size(); ++w) correlation[v][w] = stated_correlation(model, v, w);
    effect.factor = correlation_factor(correlation);
  } else {
    effect.predictor = law.parts(effect.terms.front());
    if (model.kind == Kind::survival && !is_conditional(model)) take_multipliers(effect);
    if (model.kind == Kind::count && !is_conditional(model))
      effect.mean_multiplier = mean_over(effect.predictor, [](double eta) { return exp_of(eta); });
  }
  return effect;
}

}  // namespace

void take_multipliers(CovariateEffect& effect) {
  double all = 0;
  for (const CovariateLaw::Part& part : effect.predictor) {
    constexpr int steps = 34;
    constexpr double step = 0.25, per_root_two_pi = 0.398942280401432678;
    const int most = part.sd == 0 ? 0 : steps;
    for (int k = -most; k <= most; ++k) {
      const double z = step * k, weight = most == 0 ? 1.0 : step * per_root_two_pi * exp_of(-0.5 * z * z);
      effect.share.push_back(part.share * weight);
      effect.multiplier.push_back(exp_of(part.mean + part.sd * z));
      all += effect.share.back();
    }
  }
  for (double& share : effect.share) share /= all;
}

bool is_conditional(const DataModel& model) {
  return model.arm_numbers == ArmNumbers::conditional;
}

std::vector<std::vector<double>> residual_correlation(const DataModel& model, std::size_t arm) {
  return residual_correlation(model, model.arms[arm], CovariateLaw(model), terms_of(model, arm));
}

CovariateEffects covariate_effects(const DataModel& model) {
  CovariateEffects effects;
  if (!has_covariate_effects(model)) return effects;
  require(model.kind != Kind::score || !is_conditional(model), "the means and SDs of an arm are those of all patients");
  const CovariateLaw law(model);
  for (std::size_t a = 0; a < model.arms.size(); ++a) {
    std::size_t same = 0;
    while (same < a && !(terms_of(model, a) == terms_of(model, same) && model.arms[a].sd == model.arms[same].sd))
      ++same;
    if (same < a) {
      effects.of_arm.push_back(effects.of_arm[same]);
      continue;
    }
    effects.of_arm.push_back(effects.laws.size());
    effects.laws.push_back(effect_in(model, a, law));
  }
  return effects;
}

double marginal_share(const std::vector<CovariateLaw::Part>& predictor, double share) {
  if (share <= 0 || share >= 1) return share;
  const double logit = logit_of(share);
  return mean_over(predictor, [logit](double eta) { return ilogit_of(logit + eta); });
}

double logit_at_reference(const std::vector<CovariateLaw::Part>& predictor, double share) {
  if (share <= 0) return -infinity;
  if (share >= 1) return infinity;
  double lowest = 0, highest = 0;
  for (const CovariateLaw::Part& part : predictor) {
    constexpr double far = 9;  // SDs
    lowest = std::min(lowest, part.mean - far * part.sd);
    highest = std::max(highest, part.mean + far * part.sd);
  }
  const double logit = logit_of(share);
  const auto excess = [&](double alpha) {
    return mean_over(predictor, [alpha](double eta) { return ilogit_of(alpha + eta); }) - share;
  };
  std::uintmax_t steps = 200;
  constexpr double room = 1;
  const auto [below, above] = boost::math::tools::toms748_solve(excess, logit - highest - room, logit - lowest + room,
                                                                boost::math::tools::eps_tolerance<double>(48), steps);
  return below + (above - below) / 2;
}

double survival_of_all(const CovariateEffect& effect, double hazard) {
  double sum = 0;
  for (std::size_t k = 0; k < effect.share.size(); ++k) sum += effect.share[k] * exp_of(-hazard * effect.multiplier[k]);
  return sum;
}

DataModel marginal_model(const DataModel& model) {
  DataModel all = model;
  all.covariates.clear();
  all.covariate_correlation.clear();
  all.arm_numbers.reset();
  if (!has_covariate_effects(model) || !is_conditional(model)) return all;
  if (model.kind == Kind::survival) return model;
  const CovariateLaw law(model);
  for (std::size_t a = 0; a < all.arms.size(); ++a) {
    DataArm& arm = all.arms[a];
    const std::vector<CovariateTerms> terms = terms_of(model, a);
    if (model.kind == Kind::count)
      arm.rate *= mean_over(law.parts(terms.front()), [](double eta) { return exp_of(eta); });
    if (model.kind == Kind::binary)
      for (std::size_t v = 0; v < arm.share.size(); ++v)
        arm.share[v] = marginal_share(law.parts(terms[v]), arm.share[v]);
    if (model.kind != Kind::ordinal) continue;
    double above = 1, above_of_all = 1;
    for (double& share : arm.share) {
      above = std::max(0.0, above - share);
      const bool last = &share == &arm.share.back();
      const double next = last ? 0.0 : marginal_share(law.parts(terms.front()), above);
      share = above_of_all - next;
      above_of_all = next;
    }
  }
  return all;
}

}  // namespace vcohort
