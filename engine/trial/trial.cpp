#include "engine/trial/trial.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/analysis/columns_hot.hpp"
#include "engine/analysis/sums.hpp"
#include "engine/evidence/without_evidence.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/ratios.hpp"

namespace vcohort {

using Layout = TrialLayout;

/// Sums of one block: doubles in the order of replicates, exact from there on.
struct Trial::Accumulator {
  const TrialLayout layout;
  std::vector<std::int64_t> counts;
  std::vector<double> sums;
  std::vector<TrueValue> truth;
  std::vector<double> in_arm;               // [arm]: patients of the replicate at hand
  std::vector<std::uint8_t> rejected = {};  // [replicate of the block][cell], of a trial that is compared

  explicit Accumulator(const TrialLayout& of) : layout(of) { clear(); }

  void clear() {
    counts.assign(layout.number_of_counts(), 0);
    sums.assign(layout.number_of_sums(), 0.0);
  }

  void add(std::size_t size, Layout::SizeSum value, Layout::SizeSum squares, double x) {
    sums[layout.sum(size, value)] += x;
    sums[layout.sum(size, squares)] += x * x;
  }
};

/// The family of a trial at work, with the results that it decides about. [analysis][contrast], and of one contrast
/// [step].
struct Trial::Claims {
  Family family;
  std::vector<TrialResult> results = {}, of_step = {};

  /// Of a contrast, [step].
  std::span<const std::uint8_t> of_contrast(std::size_t contrast, std::size_t contrasts) {
    of_step.resize(family.steps());
    for (std::size_t k = 0; k < family.steps(); ++k) of_step[k] = results[family.analysis(k) * contrasts + contrast];
    return family.claim(of_step);
  }
};

/// What a thread simulates blocks with: made once, as its memory is worth keeping.
struct Trial::Worker {
  TrialSimulator simulator;
  std::vector<Conduct> conducts;
  Accumulator sums;
  std::optional<Claims> claims = std::nullopt;

  explicit Worker(const Trial& trial, bool p_values)
      : simulator(*trial.trial_, p_values || (trial.family_ && trial.family_->needs_p_values())),
        conducts(trial.conducts()),
        sums(trial.layout_) {
    if (trial.family_) claims = Claims{*trial.family_};
  }
};

struct Trial::Workers {
  oneapi::tbb::enumerable_thread_specific<std::unique_ptr<Worker>> of_thread;
};

namespace {

/// Which analyses estimate the logarithm of a ratio.
std::vector<bool> estimate_ratios(const Protocol& protocol) {
  std::vector<bool> ratios;
  for (const AnalysisPlan& plan : protocol.design.analyses) ratios.push_back(is_log_ratio(effect_scale(plan)));
  return ratios;
}

bool has_times(const Protocol& protocol) {
  return std::ranges::find(protocol.kind, OutcomeKind::survival) != protocol.kind.end();
}

/// Nobody in a trial of one arm.
std::int64_t in_reference(const std::vector<double>& in_arm) {
  return in_arm.size() > 1 ? static_cast<std::int64_t>(in_arm[0]) : 0;
}

}  // namespace

Trial::Trial(const Study& study, const Evidence& evidence)
    : scenario_(study.data_model ? evidence_of_data_model().name + study.mark : evidence.name),
      study_(study),
      scaled_(study.trial->wished_effect ? std::make_shared<const ScaledEfficacy>(scale_to_wish(study, evidence))
                                         : nullptr),
      evidence_(scaled_ ? scaled_->evidence : evidence),
      trial_(std::make_shared<const PreparedTrial>(study, evidence_)),
      family_(study.trial->multiplicity ? std::optional<Family>(*study.trial) : std::nullopt),
      layout_(study.trial->sample_size.size(), trial_->protocol.contrasts(), estimate_ratios(trial_->protocol),
              study.trial->looks ? study.trial->looks->information.size() : 0, family_ ? family_->steps() : 0,
              has_times(trial_->protocol)),
      truth_(std::make_shared<const TrueValues>(*trial_)),
      look_plans_(std::make_shared<const LookPlans>(trial_->protocol.design)),
      workers_(std::make_shared<Workers>()) {
  require(study.trial->replicates >= 1 && study.trial->replicates <= most_replicates, "an address holds the replicate");
  require(std::is_sorted(study.trial->sample_size.begin(), study.trial->sample_size.end()),
          "smaller trials are the beginning of larger ones");
  const TrialSimulator refuses_what_does_not_fit(*trial_, false);
  conducts();  // or refuse now
}

std::vector<Conduct> Trial::conducts() const {
  std::vector<Conduct> all;
  for (const std::int64_t size : study_.trial->sample_size) all.push_back(conduct_of(size));
  return all;
}

std::span<const Evidence> Trial::scenarios(const Study& study, std::span<const Evidence> evidence) {
  return study.data_model ? evidence.first(1) : evidence;
}

std::int64_t Trial::next_checkpoint(std::int64_t block) const {
  constexpr std::int64_t first_checkpoint = 1024;  // replicates
  if (!study_.trial->power_mcse) return blocks();
  std::int64_t checkpoint = first_checkpoint / replicates_per_block();
  while (checkpoint <= block) checkpoint *= 2;
  return std::min(checkpoint, blocks());
}

bool Trial::precise_enough(const Tally& tally) const {
  return study_.trial->power_mcse && largest_power_mcse(tally) < *study_.trial->power_mcse;
}

std::string Trial::shortfall(const Tally& tally) const {
  if (!study_.trial->power_mcse || precise_enough(tally)) return {};
  std::ostringstream why;
  why << "its Monte Carlo standard error is " << largest_power_mcse(tally) << " after " << study_.trial->replicates
      << " replicates, and trial.power_mcse = " << *study_.trial->power_mcse;
  return explain("scenario '" + scenario_ + "': the power is not as precise as asked", why.str(),
                 "allow more trial.replicates, or ask for less");
}

/// Over sample sizes and contrasts, of the primary analysis.
double Trial::largest_power_mcse(const Tally& tally) const {
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  double largest = 0;
  for (std::size_t size = 0; size < layout_.sizes(); ++size)
    for (std::size_t contrast = 0; contrast < layout_.contrasts(); ++contrast) {
      const std::size_t rejections = layout_.count(layout_.cell(size, 0, contrast), TrialLayout::rejections);
      // One rejection more and one less are added (Agresti & Coull 1998), so that a power of 0 or 1 is never taken for
      // certain.
      const double power = (static_cast<double>(tally.counts[rejections]) + 1) / (replicates + 2);
      largest = std::max(largest, std::sqrt(power * (1 - power) / replicates));
    }
  return largest;
}

/// A power of two, so that checkpoints fall between blocks.
std::int64_t Trial::replicates_per_block() const {
  constexpr std::int64_t patients_per_block = std::int64_t{1} << 20;
  std::int64_t replicates = block_size;
  while (replicates > 1 && replicates * trial_->protocol.largest_size() > patients_per_block) replicates /= 2;
  return replicates;
}

std::int64_t Trial::blocks() const {
  return (study_.trial->replicates + replicates_per_block() - 1) / replicates_per_block();
}

std::int64_t Trial::patients_in(std::int64_t block) const {
  const std::int64_t size = replicates_per_block();
  return std::min(size, study_.trial->replicates - block * size) * trial_->protocol.largest_size();
}

/// A trial that is compared keeps which of its replicates rejected, a bit each, behind all other counts.
Tally Trial::empty_tally() const {
  return Tally(layout_.number_of_counts() + layout_.cells() * words_of_rejections(), layout_.number_of_sums());
}

bool Trial::saves_rows() const {
  const auto cells = static_cast<std::int64_t>(layout_.cells());
  return study_.trial->save_replicates.value_or(study_.trial->replicates <= rows_kept_by_default / cells);
}

std::vector<Table> Trial::row_tables() const {
  if (!saves_rows()) return {};
  return {table_of({})};
}

std::vector<std::int64_t> Trial::expected_rows() const {
  if (!saves_rows()) return {};
  return {study_.trial->replicates * static_cast<std::int64_t>(layout_.cells())};
}

void Trial::simulate_block(std::int64_t block, Tally& tally, std::vector<Table>& rows) const {
  std::unique_ptr<Worker>& worker = workers_->of_thread.local();
  if (!worker) worker = std::make_unique<Worker>(*this, saves_rows());
  Accumulator& sums = worker->sums;
  sums.clear();
  sums.rejected.clear();
  std::vector<ReplicateRow> found;
  const std::int64_t size = replicates_per_block(), end = std::min(study_.trial->replicates, (block + 1) * size);
  for (std::int64_t replicate = block * size; replicate < end; ++replicate)
    record_replicate(static_cast<std::uint32_t>(replicate), *worker, rows.empty() ? nullptr : &found);
  if (!rows.empty()) append_rows(rows, table_of(found));
  if (study_.is_compared) note_rejections(block * size, sums.rejected, tally);
  for (std::size_t k = 0; k < sums.counts.size(); ++k) tally.counts[k] += sums.counts[k];
  for (std::size_t k = 0; k < sums.sums.size(); ++k) tally.sums[k].add(sums.sums[k]);
}

void Trial::record_replicate(std::uint32_t replicate, Worker& worker, std::vector<ReplicateRow>* rows) const {
  TrialSimulator& simulator = worker.simulator;
  Accumulator& sums = worker.sums;
  const TrialData& data = simulator.simulate_replicate(replicate, trial_->protocol.largest_size());
  truth_->of_replicate(replicate, simulator, sums.truth);
  ++sums.counts[layout_.replicates()];
  for (std::size_t s = 0; s < layout_.sizes(); ++s) {
    const Course course = worker.conducts[s].conduct_replicate(simulator);
    const double duration = simulator.duration_months(course.cut);
    add_size(s, course, data, duration, sums);
    add_looks(s, course, duration, sums);
    if (worker.claims) worker.claims->results.clear();
    for (std::size_t a = 0; a < layout_.analyses(); ++a) {
      const std::span<const TrialResult> results = a == 0 ? course.primary : simulator.analyse(a, course.cut);
      add_events(s, a, worker);
      for (std::size_t c = 0; c < layout_.contrasts(); ++c) {
        add_result(layout_.cell(s, a, c), results[c], sums.truth[a * layout_.contrasts() + c], worker);
        if (worker.claims) worker.claims->results.push_back(results[c]);
        if (study_.is_compared) sums.rejected.push_back(results[c].ok() && results[c].rejected);
        if (rows)
          rows->push_back({replicate, s, a, c, results[c], in_reference(sums.in_arm),
                           static_cast<std::int64_t>(sums.in_arm[trial_->protocol.compared(c)]), duration, course.look,
                           course.reason});
      }
    }
    if (worker.claims) add_family(s, worker);
  }
}

void Trial::add_events(std::size_t size, std::size_t analysis, Worker& worker) const {
  if (!layout_.has_events()) return;
  const double events = worker.simulator.events_of(analysis);
  if (std::isnan(events)) return;
  worker.sums.sums[layout_.events_of(size, analysis, false)] += events;
  worker.sums.sums[layout_.events_of(size, analysis, true)] += events * events;
}

void Trial::add_family(std::size_t size, Worker& worker) const {
  for (std::size_t c = 0; c < layout_.contrasts(); ++c) {
    const std::span<const std::uint8_t> claimed = worker.claims->of_contrast(c, layout_.contrasts());
    const auto add = [&](std::size_t which, bool happened) {
      worker.sums.counts[layout_.family(size, c, which)] += happened;
    };
    const auto primaries = claimed.first(family_->primaries());
    add(Layout::any_primary, std::find(primaries.begin(), primaries.end(), 1) != primaries.end());
    add(Layout::all_primaries, std::find(primaries.begin(), primaries.end(), 0) == primaries.end());
    add(Layout::everything, std::find(claimed.begin(), claimed.end(), 0) == claimed.end());
    for (std::size_t k = 0; k < claimed.size(); ++k) add(Layout::first_claim + k, claimed[k] != 0);
  }
}

/// What the looks knew, those that let the trial go on included, and what the last of them decided.
void Trial::add_looks(std::size_t size, const Course& course, double duration_months, Accumulator& sums) const {
  const auto count = [&](std::size_t look, Layout::LookCount which) -> std::int64_t& {
    return sums.counts[layout_.count(size, look, which)];
  };
  for (std::size_t k = 0; k < course.looks.size(); ++k) {
    const LookTaken& taken = course.looks[k];
    const bool ended = k + 1 == course.looks.size();
    const std::size_t look = ended ? course.look : taken.look;
    ++count(look, Layout::taken);
    count(look, Layout::failed) += !taken.ok;
    const double months = std::isfinite(taken.cut.months) ? taken.cut.months : duration_months;
    const auto add = [&](Layout::LookSum value, Layout::LookSum squares, double x) {
      sums.sums[layout_.sum(size, look, value)] += x;
      sums.sums[layout_.sum(size, look, squares)] += x * x;
    };
    add(Layout::months, Layout::months_squares, months);
    add(Layout::at_look, Layout::at_look_squares, static_cast<double>(taken.cut.enrolled));
    add(Layout::known, Layout::known_squares, static_cast<double>(taken.count));
    add(Layout::information, Layout::information_squares, taken.information);
    if (!ended) continue;
    count(look, Layout::stops_efficacy) += course.reason == boundaries::Decision::efficacy;
    count(look, Layout::stops_futility) += course.reason == boundaries::Decision::futility;
    count(look, Layout::stops_worse) += course.reason == boundaries::Decision::reversed;
  }
}

/// Of what units were randomised to.
double Trial::unbalance(const TrialData& data, std::size_t n, const std::vector<double>& in_arm) const {
  const Protocol& protocol = trial_->protocol;
  if (protocol.units() != analysis::Method::Units::steps) return imbalance(in_arm, protocol.design.arms);
  const std::vector<Arm> groups = randomised_to(protocol.design);
  std::vector<double> in_group(groups.size());
  for (std::size_t i = 0; i < n; ++i) in_group[static_cast<std::size_t>(data.crossing[i]) - 1] += 1;
  return imbalance(in_group, groups);
}

void Trial::add_size(std::size_t size, const Course& course, const TrialData& data, double duration_months,
                     Accumulator& sums) const {
  const std::size_t n = course.cut.enrolled;
  const Protocol& protocol = trial_->protocol;
  const auto patients = static_cast<double>(n);
  std::int64_t lost = 0;
  if (trial_->dropout) {
    const bool by_events = protocol.kind[data.counted] == OutcomeKind::survival;  // who had theirs is not lost after it
    const std::vector<double>& until = by_events ? data.observed.time[data.counted] : data.exit_months;
    for (std::size_t i = 0; i < n; ++i) {
      const double exit = data.exit_months[i];
      const int early = exit < protocol.follow_up_months, first = until[i] >= exit;
      const int known = data.randomised_months[i] + exit <= course.cut.months;
      lost += early & first & known;  // without a branch
    }
  }
  sums.in_arm.resize(protocol.arms());
  analysis::count_by_arm(data.arm.data(), static_cast<long>(n), static_cast<int>(protocol.arms()), sums.in_arm.data());
  const auto screened = n == 0 ? std::int64_t{0} : data.participants.screened_until(n - 1);
  sums.add(size, Layout::duration, Layout::duration_squares, duration_months);
  const double of = std::max(1.0, patients);  // nobody may have come by the day of a final analysis
  sums.add(size, Layout::dropout, Layout::dropout_squares, static_cast<double>(lost) / of);
  sums.add(size, Layout::unbalance, Layout::unbalance_squares, unbalance(data, n, sums.in_arm));
  sums.add(size, Layout::guesses, Layout::guesses_squares, analysis::sum_of(std::span(data.guessed).first(n)) / of);
  sums.add(size, Layout::screening_failures, Layout::screening_failures_squares,
           static_cast<double>(screened) - patients);
  sums.add(size, Layout::enrolled, Layout::enrolled_squares, patients);
  if (protocol.kind[data.counted] != OutcomeKind::survival) return;
  const std::vector<double>& time = data.observed.time[data.counted];
  double events = 0, followed = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool known = data.randomised_months[i] + time[i] <= course.cut.months;
    events += known && data.event[data.counted][i];
    followed += known ? time[i] : course.cut.months - data.randomised_months[i];
  }
  sums.add(size, Layout::events, Layout::events_squares, events);
  sums.add(size, Layout::followed, Layout::followed_squares, followed / of);
}

void Trial::add_result(std::size_t cell, const TrialResult& result, const TrueValue& truth, Worker& worker) const {
  Accumulator& sums = worker.sums;
  const std::size_t analysis = cell / layout_.contrasts() % layout_.analyses();
  const auto count = [&](std::size_t which) -> std::int64_t& { return sums.counts[layout_.count(cell, which)]; };
  const auto add = [&](Layout::CellSum which, double x) { sums.sums[layout_.sum(cell, which)] += x; };
  if (!result.ok()) {
    ++count(Layout::first_failure + static_cast<std::size_t>(result.failure));
    return;
  }
  const analysis::Estimate& estimate = result.estimate;
  // A method that cannot say what the estimate is says so by its interval, which then has an infinite end.
  const bool finite = std::isfinite(estimate.estimate);
  const bool has_limits = !std::isnan(estimate.lower) && !std::isnan(estimate.upper);
  if (std::isnan(estimate.estimate) ? !std::isinf(estimate.upper) : !has_limits && !std::isfinite(estimate.se))
    throw NumericalFailure(explain("an analysis of a simulated trial gave not-a-number",
                                   "its data went beyond what a double holds",
                                   "look for extreme parameters, and write down the study as a fault"));
  const bool known = !std::isnan(truth.value);
  ++count(Layout::fits);
  count(Layout::rejections) += result.rejected;
  count(Layout::favourable) += result.favourable;
  count(Layout::with_truth) += known;
  count(Layout::covered) += known && worker.simulator.covers(analysis, estimate, truth.value);
  count(Layout::fallback) += estimate.fallback;
  count(Layout::not_finite) += !finite;
  if (layout_.has_histogram(analysis) && !std::isnan(estimate.estimate))
    ++sums.counts[layout_.histogram(cell) + Layout::bin_of(estimate.estimate)];
  const double variance = estimate.se * estimate.se;
  if (finite) {
    const double d = estimate.estimate - (known ? truth.value : 0.0);
    add(Layout::d, d);
    add(Layout::d_squares, d * d);
    add(Layout::d_fourths, d * d * d * d);
  }
  add(Layout::analysed, estimate.patients);
  if (known) {
    add(Layout::truth, truth.value);
    add(Layout::truth_squares, truth.value * truth.value);
    add(Layout::truth_variance, truth.mcse * truth.mcse);
  }
  if (std::isnan(variance)) return;
  ++count(Layout::with_se);
  add(Layout::se, estimate.se);
  add(Layout::se_squares, variance);
  add(Layout::se_fourths, variance * variance);
}

Table Trial::replay(std::uint32_t replicate) const {
  Worker worker(*this, true);
  std::vector<ReplicateRow> rows;
  record_replicate(replicate, worker, &rows);
  return table_of(rows);
}

Trial::Verdict Trial::verdict_of(std::span<const TrialResult> results, const SizeTarget& target) {
  Verdict verdict;
  for (const std::size_t contrast : target.contrasts) {
    const TrialResult& result = results[contrast];
    const analysis::Estimate& estimate = result.estimate;
    const bool succeeds = target.half_width > 0 ? estimate.upper - estimate.lower <= 2 * target.half_width
                                                : result.rejected;  // false for NaN
    verdict.failed = verdict.failed || !result.ok();
    verdict.rejected = verdict.rejected && result.ok() && succeeds;
    verdict.favourable = verdict.favourable && result.ok() && result.favourable;
  }
  return verdict;
}

/// Of all primaries; analyses of the sequence are not asked.
Trial::Verdict Trial::verdict_of(Claims& claims, TrialSimulator& simulator, const Course& course,
                                 const SizeTarget& target) const {
  const std::size_t contrasts = layout_.contrasts();
  claims.results.assign(layout_.analyses() * contrasts, {});
  Verdict verdict;
  for (std::size_t k = 0; k < family_->primaries(); ++k) {
    const std::size_t a = family_->analysis(k);
    const std::span<const TrialResult> found = a == 0 ? course.primary : simulator.analyse(a, course.cut);
    std::copy(found.begin(), found.end(), claims.results.begin() + static_cast<std::ptrdiff_t>(a * contrasts));
    for (const std::size_t contrast : target.contrasts) verdict.failed = verdict.failed || !found[contrast].ok();
  }
  for (const std::size_t contrast : target.contrasts) {
    const auto claimed = claims.of_contrast(contrast, contrasts).first(family_->primaries());
    verdict.rejected = verdict.rejected && std::find(claimed.begin(), claimed.end(), 0) == claimed.end();
  }
  verdict.favourable = verdict.rejected;
  return verdict;
}

RejectionCounts Trial::count_rejections(std::int64_t sample_size, std::int64_t from, std::int64_t to,
                                        const SizeTarget& target) const {
  const bool by_width = target.half_width > 0;
  require(!target.family || family_, "the claims of a family are counted where there is one");
  TrialSimulator simulator(*trial_, by_width || (target.family && family_->needs_p_values()));
  std::optional<Claims> claims;
  if (target.family) claims = Claims{*family_};
  Conduct conduct = conduct_of(sample_size);
  RejectionCounts counts;
  for (std::int64_t replicate = from; replicate < to; ++replicate) {
    simulator.simulate_replicate(static_cast<std::uint32_t>(replicate), sample_size);
    const Course course = conduct.conduct_replicate(simulator);
    const auto analysed = [&] {
      return target.analysis == 0 ? course.primary : simulator.analyse(target.analysis, course.cut);
    };
    const Verdict verdict = claims ? verdict_of(*claims, simulator, course, target) : verdict_of(analysed(), target);
    ++counts.replicates;
    counts.rejections += verdict.rejected;
    counts.favourable += verdict.favourable;
    counts.failures += verdict.failed;
    const auto enrolled = static_cast<double>(course.cut.enrolled);
    counts.enrolled += enrolled;
    counts.enrolled_squares += enrolled * enrolled;
    if (target.months) counts.months += simulator.duration_months(course.cut);
  }
  return counts;
}

}  // namespace vcohort
