#include "engine/policy/research/research.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "engine/numeric/require.hpp"
#include "engine/policy/policy.hpp"

namespace vcohort {

namespace {

/// The primary analysis alone decides.
Study study_of_trials(Study study) {
  require(study.trial && study.policy && study.policy->research && study.policy->population && !study.data_model,
          "the value of research is asked of a trial of the strategies, for a population");
  require(study.policy->parameter_draws <= Research::most_draws, "every parameter draw has a replicate for its trial");
  require(std::is_sorted(study.trial->sample_size.begin(), study.trial->sample_size.end()),
          "smaller trials are the beginning of larger ones");
  study.uncertain_parameters = true;
  study.trial->analyses.resize(std::min<std::size_t>(study.trial->analyses.size(), 1));
  return study;
}

std::uint32_t replicate_of(std::size_t draw) {
  return Research::first_replicate + static_cast<std::uint32_t>(draw);
}

}  // namespace

Research::Research(const Study& study, const Evidence& evidence)
    : scenario_(evidence.name),
      study_(study_of_trials(study)),
      trial_(std::make_shared<const PreparedTrial>(study_, evidence_for_draws(evidence, *study.policy))) {
  TrialSimulator refuses_what_does_not_fit(*trial_, false);
  if (study_.policy->research->method != ResearchMethod::reweighting) return;
  truth_ = std::make_shared<const TrueValues>(*trial_);
  std::vector<TrueValue> truth;
  refuses_what_does_not_fit.simulate_replicate(replicate_of(0), 0, study_.trial->sample_size.front());
  truth_->of_replicate(replicate_of(0), refuses_what_does_not_fit, truth);
  if (std::any_of(truth.begin(), truth.end(), [](const TrueValue& of) { return std::isnan(of.value); }))
    throw InvalidInput(explain("policy.research cannot reweight draws by trial.primary",
                               "the true value of its estimate is not known for every draw",
                               "use method = \"regression\", or an analysis of means or risks"));
}

std::int64_t Research::blocks() const {
  return (study_.policy->parameter_draws + block_size - 1) / block_size;
}

std::int64_t Research::patients_in(std::int64_t block) const {
  return std::min(block_size, study_.policy->parameter_draws - block * block_size) * study_.trial->sample_size.back();
}

/// Shapes, slowest index first: counts failed [draw][size]; sums duration [draw][size], then estimate
/// [draw][size][contrast], then true value [draw][contrast].
std::size_t Research::counts() const {
  return draws() * sizes();
}
std::size_t Research::sums() const {
  return true_value(draws(), 0);
}
std::size_t Research::duration(std::size_t draw, std::size_t size) const {
  return draw * sizes() + size;
}
std::size_t Research::estimate(std::size_t draw, std::size_t size, std::size_t contrast) const {
  return duration(draws(), 0) + (draw * sizes() + size) * contrasts() + contrast;
}
std::size_t Research::true_value(std::size_t draw, std::size_t contrast) const {
  return estimate(draws(), 0, 0) + (truth_ ? draw * contrasts() + contrast : 0);
}

void Research::simulate_block(std::int64_t block, TallyRegion region) const {
  TrialSimulator simulator(*trial_, false);
  std::vector<TrueValue> truth;
  const std::int64_t end = std::min(study_.policy->parameter_draws, (block + 1) * block_size);
  for (auto draw = static_cast<std::size_t>(block * block_size); draw < static_cast<std::size_t>(end); ++draw) {
    simulator.simulate_replicate(replicate_of(draw), static_cast<std::uint32_t>(draw),
                                 study_.trial->sample_size.back());
    for (std::size_t size = 0; size < sizes(); ++size) {
      const auto patients = static_cast<std::size_t>(study_.trial->sample_size[size]);
      keep(draw, size, simulator.analyse(0, patients), simulator.duration_months({.enrolled = patients}), region);
    }
    if (!truth_) continue;
    truth_->of_replicate(replicate_of(draw), simulator, truth);
    for (std::size_t contrast = 0; contrast < contrasts(); ++contrast)
      region.sums[true_value(draw, contrast)].add(truth[contrast].value);
  }
}

/// An analysis that states no effect is known by its statistic.
void Research::keep(std::size_t draw, std::size_t size, std::span<const TrialResult> results, double months,
                    TallyRegion region) const {
  region.sums[duration(draw, size)].add(months);
  const auto effect_of = [](const TrialResult& result) {
    return std::isnan(result.estimate.estimate) ? result.estimate.statistic : result.estimate.estimate;
  };
  const bool failure = std::any_of(results.begin(), results.end(), [&](const TrialResult& result) {
    return !result.ok() || !std::isfinite(effect_of(result));
  });
  region.counts[failed(draw, size)] += failure;
  if (failure) return;
  for (std::size_t contrast = 0; contrast < contrasts(); ++contrast)
    region.sums[estimate(draw, size, contrast)].add(effect_of(results[contrast]));
}

TrialFindings Research::findings(TallyView region, std::size_t size) const {
  const auto rows = static_cast<Eigen::Index>(draws()), columns = static_cast<Eigen::Index>(contrasts());
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  TrialFindings found{Eigen::MatrixXd::Constant(rows, columns, missing)};
  for (std::size_t draw = 0; draw < draws(); ++draw) {
    if (region.counts[failed(draw, size)] != 0) continue;
    for (std::size_t contrast = 0; contrast < contrasts(); ++contrast)
      found.estimate(static_cast<Eigen::Index>(draw), static_cast<Eigen::Index>(contrast)) =
          region.sums[estimate(draw, size, contrast)].value();
  }
  return found;
}

AfterTrial Research::after(TallyView region, std::size_t size, const Psa& psa) const {
  const TrialFindings found = findings(region, size);
  if (!truth_) return expect_by_regression(psa, found);
  Eigen::MatrixXd truth(found.estimate.rows(), found.estimate.cols());
  for (Eigen::Index draw = 0; draw < truth.rows(); ++draw)
    for (Eigen::Index contrast = 0; contrast < truth.cols(); ++contrast)
      truth(draw, contrast) =
          region.sums[true_value(static_cast<std::size_t>(draw), static_cast<std::size_t>(contrast))].value();
  return expect_by_reweighting(psa, found, truth);
}

double Research::mean_duration(TallyView region, std::size_t size) const {
  ExactSum sum;
  for (std::size_t draw = 0; draw < draws(); ++draw) sum.add(region.sums[duration(draw, size)]);
  return sum.value() / static_cast<double>(draws());
}

}  // namespace vcohort
