#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/mmrm/dense.hpp"
#include "engine/analysis/mmrm/gather_hot.hpp"
#include "engine/analysis/mmrm/state.hpp"
#include "engine/numeric/require.hpp"
#include "engine/numeric/vector_math_hot.hpp"

namespace vcohort::analysis {

namespace {
constexpr std::uint64_t at_any_visit = ~std::uint64_t{0};
}

const char* name_of(MmrmFailure failure) {
  constexpr std::array names = {"none",           "too few patients",    "no variation",
                                "not estimable",  "singular covariance", "no convergence",
                                "no information", "not finite"};
  return names.at(static_cast<std::size_t>(failure));
}

Mmrm::State::State(MmrmModel description) : model(std::move(description)) {
  const int visits = static_cast<int>(model.visits.size()), arms = static_cast<int>(model.arms.size());
  require(visits >= 1 && visits <= most_repeated_visits, "a mixed model has 1 to 64 visits");
  require(arms >= 1 && model.reference >= 0 && model.reference < arms, "the reference is one of the arms");
  require(!model.structures.empty(), "a mixed model has a covariance structure");
  require(model.level > 0 && model.level < 1, "a level lies between 0 and 1");
  groups = model.covariance_per_arm ? arms : 1;

  terms.push_back({});
  for (int a = 0; a < arms; ++a) {
    if (a != model.reference) terms.push_back({.arm = a});
  }
  const int treatment_terms = static_cast<int>(terms.size());
  for (std::size_t c = 0; c < model.covariates.size(); ++c) {
    const MmrmCovariate& covariate = model.covariates[c];
    if (covariate.levels.empty()) terms.push_back({.covariate = static_cast<int>(c)});
    for (std::size_t l = 1; l < covariate.levels.size(); ++l) {
      terms.push_back({.covariate = static_cast<int>(c), .level = static_cast<int>(l)});
    }
  }
  const auto term_name = [&](const Term& term) {
    const MmrmCovariate& covariate = model.covariates[term.covariate];
    return term.level < 0 ? covariate.name : covariate.name + " " + covariate.levels[term.level];
  };
  const auto add = [&](int term, int visit, std::string name) {
    all_columns.push_back({term, visit});
    names.push_back(std::move(name));
  };
  for (int t = 0; t < visits; ++t) add(0, t, "at " + model.visits[t]);
  for (int a = 1; a < treatment_terms; ++a) {
    for (int t = 0; t < visits; ++t) add(a, t, model.arms[terms[a].arm] + " at " + model.visits[t]);
  }
  const int number = static_cast<int>(terms.size());
  every_term_by_visit = true;
  for (int a = treatment_terms; a < number; ++a) {
    if (!model.covariates[terms[a].covariate].by_visit) continue;
    for (int t = 0; t < visits; ++t) add(a, t, term_name(terms[a]) + " at " + model.visits[t]);
  }
  for (int a = treatment_terms; a < number; ++a) {
    if (model.covariates[terms[a].covariate].by_visit) continue;
    add(a, DesignColumn::every_visit, term_name(terms[a]));
    every_term_by_visit = false;
  }
  data = RepeatedMeasures(number, visits);
  visit_mean.resize(visits);
}

/// Which visits of which patients count, and the centres and scales. False when a number is infinite.
bool Mmrm::State::measure(const MmrmData& input) {
  const std::size_t n = input.arm.size();
  const int visits = data.visits();
  require(input.outcome.size() == n * visits && input.covariates.size() == model.covariates.size(),
          "the data have the shape of the model");
  for (const std::span<const double>& column : input.covariates)
    require(column.size() == n, "a covariate has a value per patient");
  observed.assign(n, 0);
  std::fill(visit_mean.begin(), visit_mean.end(), 0.0);
  level_counts.assign(terms.size(), 0.0);
  fit.without_outcome = fit.without_covariate = fit.patients = 0;
  std::vector<double>& counts = scratch;
  counts.assign(visits, 0.0);
  const auto rows = static_cast<long>(n);
  for (int t = 0; t < visits; ++t) {
    double sum = 0, count = 0;
    mark_seen(input.outcome.data() + t * n, rows, std::uint64_t{1} << t, observed.data(), &sum, &count);
    // The mean of everyone seen is as good a centre as the mean of those analysed.
    visit_mean[t] = count > 0 ? sum / count : 0;
    if (!std::isfinite(visit_mean[t])) return false;
  }
  require(std::all_of(input.arm.begin(), input.arm.end(),
                      [this](int arm) { return arm < static_cast<int>(model.arms.size()); }),
          "the model knows every arm");
  known.assign(input.arm.begin(), input.arm.end());
  for (const std::span<const double>& column : input.covariates) mark_missing(column.data(), rows, known.data());
  keep_known(known.data(), rows, observed.data(), &fit.patients, &fit.without_outcome);
  fit.without_covariate = static_cast<int>(n) - fit.patients - fit.without_outcome;
  if (fit.patients == 0) return true;

  for (Term& term : terms) {
    if (term.covariate < 0) continue;
    const std::span<const double> values = input.covariates[term.covariate];
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (observed[i] != 0) sum += term.level < 0 ? values[i] : (values[i] == term.level ? 1.0 : 0.0);
    }
    if (!std::isfinite(sum)) return false;
    const double mean = sum / fit.patients;
    level_counts[&term - terms.data()] = mean;
    if (term.level >= 0) continue;
    double squares = 0, number = 0;
    squares_of_seen(values.data(), observed.data(), at_any_visit, rows, mean, &squares, &number);
    term.centre = mean;
    // A constant covariate keeps its rounding error small against the scale 1, and is dropped as aliased.
    constexpr double rounding = 1e-14;
    const double spread = std::sqrt(squares / fit.patients);
    term.scale = spread > rounding * std::abs(mean) && spread > 0 ? spread : std::max(std::abs(mean), 1.0);
    if (!std::isfinite(term.scale)) return false;
  }
  double squares = 0, count = 0;
  for (int t = 0; t < visits; ++t) {
    double here = 0, number = 0;
    squares_of_seen(input.outcome.data() + t * n, observed.data(), std::uint64_t{1} << t, rows, visit_mean[t], &here,
                    &number);
    squares += here;
    count += number;
  }
  outcome_scale = count > 0 ? std::sqrt(squares / count) : 0;
  return std::isfinite(outcome_scale);
}

void Mmrm::State::gather(const MmrmData& input) {
  const std::size_t n = input.arm.size();
  const auto order = data.sort(model.covariance_per_arm ? input.arm : std::span<const int>{}, observed);
  const std::size_t patients = order.size();
  in_columns.resize(static_cast<std::size_t>(data.width()) * patients);
  double* to = in_columns.data();
  const auto in_order = [&](const double* from, std::uint64_t bits, double centre, double scale) {
    standardise_in_order(from, observed.data(), bits, order.data(), static_cast<long>(patients), centre, scale, to);
  };
  for (const Term& term : terms) {
    if (term.covariate >= 0 && term.level < 0) {
      in_order(input.covariates[term.covariate].data(), at_any_visit, term.centre, term.scale);
    } else {
      const auto indicate = [&](auto has_it) {
        for (std::size_t k = 0; k < patients; ++k) to[k] = has_it(order[k]) ? 1.0 : 0.0;
      };
      if (term.covariate >= 0)
        indicate([&, values = input.covariates[term.covariate]](int i) { return values[i] == term.level; });
      else if (term.arm >= 0)
        indicate([&](int i) { return input.arm[i] == term.arm; });
      else
        std::fill_n(to, patients, 1.0);
    }
    to += patients;
  }
  for (int t = 0; t < data.visits(); ++t, to += patients)
    in_order(input.outcome.data() + t * n, std::uint64_t{1} << t, visit_mean[t], outcome_scale);
  data.add(in_columns);
}

/// Keeps the columns that the earlier ones do not determine, by elimination in X'X. Columns of different visits are
/// orthogonal: where every term has a column by visit, and these stand in the order of (term, visit), a column meets
/// every visits-th of the earlier ones.
void Mmrm::State::choose_columns() {
  const int p = static_cast<int>(all_columns.size()), width = data.width();
  const int step = every_term_by_visit ? data.visits() : 1;
  design_gram.assign(static_cast<std::size_t>(p) * p, 0.0);
  for (const RepeatedMeasures::Pattern& pattern : data.patterns()) {
    if (pattern.patients == 0) continue;
    const double visits = static_cast<double>(pattern.visits.size());
    for (int j = 0; j < p; ++j) {
      const DesignColumn& a = all_columns[j];
      if (a.visit >= 0 && !(pattern.observed >> a.visit & 1)) continue;
      for (int k = j % step; k <= j; k += step) {
        const DesignColumn& b = all_columns[k];
        if (a.visit >= 0 && b.visit >= 0 && a.visit != b.visit) continue;
        if (b.visit >= 0 && !(pattern.observed >> b.visit & 1)) continue;
        const double times = a.visit < 0 && b.visit < 0 ? visits : 1;
        design_gram[j * p + k] += times * pattern.gram[a.term * width + b.term];
      }
    }
  }
  // Cholesky; a column whose norm after the earlier ones is below 1e-5 of its own is aliased: sums of squares cannot
  // resolve what is closer than that.
  constexpr double tolerance = 1e-10;
  columns.clear();
  place.assign(p, -1);
  aliases.clear();
  fit.aliased = 0;
  for (int j = 0; j < p; ++j) {
    double* own = design_gram.data() + j * p;
    const double norm = own[j];
    for (int k = j % step; k < j; k += step) {
      if (place[k] < 0) continue;
      const double* other = design_gram.data() + k * p;
      for (int m = j % step; m < k; m += step) {
        if (place[m] >= 0) own[k] -= own[m] * other[m];
      }
      own[k] /= other[k];
      own[j] -= own[k] * own[k];
    }
    if (own[j] > tolerance * norm) {
      own[j] = std::sqrt(own[j]);
      place[j] = static_cast<int>(columns.size());
      columns.push_back(all_columns[j]);
      continue;
    }
    if (aliases.empty()) aliases.assign(static_cast<std::size_t>(p) * p, 0.0);
    ++fit.aliased;
    double* parts = aliases.data() + j * p;
    for (int k = j - 1; k >= 0; --k) {
      if (place[k] < 0) continue;
      double sum = own[k];
      for (int m = k + 1; m < j; ++m) {
        if (place[m] >= 0) sum -= design_gram[m * p + k] * parts[m];
      }
      parts[k] = sum / design_gram[k * p + k];
    }
  }
  fit.columns = static_cast<int>(columns.size());
}

/// Starting values: the closed form where the missingness is monotone, else variances and covariances of pairs.
void Mmrm::State::start(const CovarianceFamily& chosen) {
  const int visits = data.visits(), k = chosen.parameters();
  const std::size_t size = static_cast<std::size_t>(visits) * visits;
  parameters.resize(groups * k);
  scratch.resize(size + 2 * visits);
  if (monotone_ok && model.closed_form) {
    sigma.resize(size);
    monotone.covariance(sigma);
    chosen.approximate(sigma, parameters, scratch);
    return;
  }
  products.resize(groups * size);
  pairs.resize(groups * size);
  likelihood.prepare(data, columns, CovarianceFamily(CovarianceStructure::unstructured, visits), groups);
  sigma.assign(likelihood.parameters(), 0.0);  // theta of the identity
  if (likelihood.evaluate(sigma)) {
    likelihood.gradient();
    likelihood.residual_products(products, pairs);
  } else {
    std::fill(products.begin(), products.end(), 0.0);
  }
  for (int g = 0; g < groups; ++g) {
    double* rough = products.data() + g * size;
    const double lost = fit.observations / static_cast<double>(fit.observations - fit.columns);
    for (std::size_t e = 0; e < size; ++e)
      rough[e] = pairs[g * size + e] > 0 ? lost * rough[e] / pairs[g * size + e] : 0;
    for (int t = 0; t < visits; ++t) {
      double& variance = rough[t * visits + t];
      // A visit that the mean fits exactly: any positive number is a start.
      if (!(variance > 0) || !std::isfinite(variance)) variance = 1;
    }
    chosen.approximate(std::span(rough, size), std::span(parameters).subspan(g * k, k), scratch);
  }
}

MmrmFailure Mmrm::State::iterate(CovarianceStructure structure, int& iterations) {
  family = CovarianceFamily(structure, data.visits(), model.times);
  start(family);
  likelihood.prepare(data, columns, family, groups);
  const Maximiser::Outcome outcome = maximiser.run(likelihood, parameters, model.largest_number_of_iterations);
  likelihood.theta(parameters);
  iterations = maximiser.iterations();
  fit.decrement = maximiser.decrement();
  fit.minus_two_log_likelihood = likelihood.minus_two_log_likelihood();
  switch (outcome) {
    case Maximiser::Outcome::singular:
      return MmrmFailure::singular_covariance;
    case Maximiser::Outcome::exhausted:
      return MmrmFailure::no_convergence;
    case Maximiser::Outcome::converged:
      break;
  }
  return prepare_inference();
}

MmrmFailure Mmrm::State::attempt(CovarianceStructure structure, int& iterations) {
  iterations = 0;
  fit.structure = structure;
  const bool plain = model.degrees_of_freedom != MmrmDegreesOfFreedom::kenward_roger &&
                     model.degrees_of_freedom != MmrmDegreesOfFreedom::kenward_roger_linear &&
                     model.information == MmrmInformation::observed;
  fit.closed_form = model.closed_form && plain && structure == CovarianceStructure::unstructured && groups == 1 &&
                    monotone_ok && every_term_by_visit && fit.aliased == 0;
  fit.parameters = groups * CovarianceFamily(structure, data.visits()).parameters();
  if (!fit.closed_form) return iterate(structure, iterations);

  family = CovarianceFamily(structure, data.visits(), model.times);
  sigma.resize(static_cast<std::size_t>(data.visits()) * data.visits());
  scratch.resize(sigma.size() + 2 * data.visits());
  monotone.covariance(sigma);
  fit.decrement = 0;
  if (model.likelihood) fit.minus_two_log_likelihood = monotone.minus_two_log_likelihood();
  return is_numerically_singular(sigma, data.visits(), rounding_share, scratch) ? MmrmFailure::singular_covariance
                                                                                : MmrmFailure::none;
}

Mmrm::Mmrm(MmrmModel model) : state_(std::make_unique<State>(std::move(model))) {}
Mmrm::~Mmrm() = default;
Mmrm::Mmrm(Mmrm&&) noexcept = default;
Mmrm& Mmrm::operator=(Mmrm&&) noexcept = default;

const MmrmModel& Mmrm::model() const {
  return state_->model;
}
const MmrmFit& Mmrm::result() const {
  return state_->fit;
}
const std::vector<std::string>& Mmrm::coefficient_names() const {
  return state_->names;
}

const MmrmFit& Mmrm::fit(const MmrmData& input) {
  State& s = *state_;
  s.fit.attempts.clear();
  s.fit.failure = MmrmFailure::none;
  s.fit.minus_two_log_likelihood = std::numeric_limits<double>::quiet_NaN();
  s.fit.columns = s.fit.aliased = s.fit.iterations = s.fit.observations = 0;
  s.fit.closed_form = s.monotone_ok = false;
  const auto fail = [&](MmrmFailure failure) -> const MmrmFit& {
    s.fit.failure = failure;
    return s.fit;
  };
  if (!s.measure(input)) return fail(MmrmFailure::not_finite);
  if (s.fit.patients == 0) return fail(MmrmFailure::too_few_patients);
  if (s.outcome_scale == 0) return fail(MmrmFailure::no_variation);
  s.gather(input);
  s.fit.observations = s.data.observations();
  for (const int patients : s.data.patients_at()) {
    if (patients == 0) return fail(MmrmFailure::too_few_patients);
  }
  s.scratch.assign(s.groups, 0.0);
  for (const RepeatedMeasures::Pattern& pattern : s.data.patterns()) s.scratch[pattern.group] += pattern.patients;
  if (std::count(s.scratch.begin(), s.scratch.end(), 0.0) > 0) return fail(MmrmFailure::too_few_patients);
  s.choose_columns();
  if (s.fit.observations <= s.fit.columns) return fail(MmrmFailure::too_few_patients);
  s.monotone_ok = s.data.is_monotone() && s.groups == 1 && s.monotone.fit(s.data);

  for (const CovarianceStructure structure : s.model.structures) {
    MmrmAttempt attempt{structure, MmrmFailure::none, 0};
    attempt.failure = s.fit.failure = s.attempt(structure, attempt.iterations);
    s.fit.iterations = attempt.iterations;
    s.fit.attempts.push_back(attempt);
    if (s.fit.failure == MmrmFailure::none) break;
  }
  if (s.fit.failure != MmrmFailure::none || !s.model.likelihood) {
    s.fit.minus_two_log_likelihood = std::numeric_limits<double>::quiet_NaN();
    return s.fit;
  }
  // Back to the units of the data: log|V|, and the columns of X that were scaled.
  double logarithms = (s.fit.observations - s.fit.columns) * log_of_any(s.outcome_scale);
  for (const DesignColumn& column : s.columns) logarithms += log_of_any(s.terms[column.term].scale);
  s.fit.minus_two_log_likelihood += 2 * logarithms;
  return s.fit;
}

}  // namespace vcohort::analysis
