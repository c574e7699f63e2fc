#include "engine/trial/simulator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/data_model/covariate_effects.hpp"
#include "engine/data_model/first_event.hpp"
#include "engine/numeric/require.hpp"
#include "engine/random/tile_draws.hpp"
#include "engine/study/data_endpoints.hpp"
#include "engine/study/ratios.hpp"
#include "engine/study/size.hpp"
#include "engine/trial/follow_up.hpp"

namespace vcohort {

namespace {

std::vector<int> levels_balanced(const Protocol& protocol) {
  std::vector<int> levels;
  for (const std::string& name : protocol.design.randomisation.stratify)
    levels.push_back(protocol.levels[protocol.factor_at(name)]);
  return levels;
}

std::optional<DropoutModel> dropout_of(const Protocol& protocol) {
  if (!protocol.design.dropout) return std::nullopt;
  const Dropout& dropout = *protocol.design.dropout;
  require(!protocol.has_events() || dropout.mechanism == Dropout::Mechanism::mcar,
          "drop-out follows an outcome that is seen at visits");
  std::vector<double> times =
      protocol.by_visit() ? protocol.visits_months : ends_of_intervals(dropout, protocol.follow_up_months);
  if (times.back() < protocol.follow_up_months && protocol.by_visit()) times.push_back(protocol.follow_up_months);
  return DropoutModel(dropout, times, protocol.arms());
}

std::vector<DataModel> stated_models(const Study& study) {
  if (!study.data_model) return {};
  const std::span<const DataModel> endpoints = endpoints_of(*study.data_model);
  std::vector<DataModel> models(endpoints.begin(), endpoints.end());
  state_first_events(models, study.data_model->endpoint_correlation);
  return models;
}

std::vector<DataModel> marginal_models(const std::vector<DataModel>& stated) {
  std::vector<DataModel> models;
  for (const DataModel& model : stated) models.push_back(marginal_model(model));
  return models;
}

}  // namespace

PreparedTrial::PreparedTrial(const Study& study, const Evidence& evidence)
    : protocol(study, evidence),
      stated(stated_models(study)),
      marginal(marginal_models(stated)),
      model(TrialModel::make(study, evidence, protocol)),
      randomiser(protocol.design.randomisation, randomised_to(protocol.design), levels_balanced(protocol),
                 protocol.units() == analysis::Method::Units::steps ? std::vector<int>{} : protocol.drawn_order),
      accrual(protocol.design.accrual),
      dropout(dropout_of(protocol)) {
  for (const std::string& name : protocol.design.randomisation.stratify) balanced.push_back(protocol.factor_at(name));
  calibrate();
}

/// Means of the reference patients over time, for visits off schedule, and their changes, for drop-out that follows the
/// outcome.
void PreparedTrial::calibrate() {
  const bool follows = dropout && dropout->depends_on_outcome();
  const bool windows = protocol.design.visit_window_days > 0 && protocol.by_visit();
  if (dropout && !follows)
    for (std::size_t a = 0; a < protocol.arms(); ++a) expected_dropout.push_back(dropout->expected_share(a, {}));
  if (!follows && !windows) return;
  constexpr std::int64_t reference_patients = 8192;  // calibrates shares to 0.3 percentage points
  constexpr std::int64_t batch = 512;
  const std::size_t visits = protocol.visits_months.size();
  const std::size_t slot = protocol.slot_of(protocol.design.analyses.front().endpoint);
  const double sign = protocol.lower_is_better[slot] ? -1 : 1;
  std::vector<std::vector<std::vector<double>>> change(protocol.arms(), std::vector<std::vector<double>>(visits));
  slope.assign(protocol.arms(), std::vector<double>(protocol.endpoints.size() * visits));
  std::vector<double> baseline_mean(protocol.endpoints.size());
  const std::unique_ptr<TrialSource> source = model->source();
  source->begin_with_point_values(calibration_replicate);
  Participants participants;
  ArmOutcomes outcomes;
  for (std::int64_t done = 0; done < reference_patients; done += batch) {
    source->enrol(participants.next_candidate, batch, participants);
    for (std::size_t e = 0; e < baseline_mean.size(); ++e)
      for (double value : participants.baseline[e]) baseline_mean[e] += value / reference_patients;
    for (std::size_t a = 0; a < protocol.arms(); ++a) {
      source->evaluate(static_cast<int>(a), {}, false, outcomes);
      for (std::size_t row = 0; row < outcomes.values.size(); ++row)
        for (double value : outcomes.values[row]) slope[a][row] += value / reference_patients;
      for (std::size_t v = 0; follows && v < visits; ++v)
        for (std::size_t i = 0; i < participants.size(); ++i) {
          const double before = protocol.has_baseline[slot] ? participants.baseline[slot][i] : 0.0;
          change[a][v].push_back(sign * (outcomes.values[slot * visits + v][i] - before));
        }
    }
  }
  if (follows) {
    dropout->calibrate(change.front());
    for (std::size_t a = 0; a < protocol.arms(); ++a) expected_dropout.push_back(dropout->expected_share(a, change[a]));
  }
  // Means become slopes: central differences, one-sided at the last visit.
  for (auto& of_arm : slope)
    for (std::size_t e = 0; e < protocol.endpoints.size(); ++e) {
      const std::vector<double> mean(of_arm.begin() + static_cast<std::ptrdiff_t>(e * visits),
                                     of_arm.begin() + static_cast<std::ptrdiff_t>((e + 1) * visits));
      for (std::size_t v = 0; v < visits; ++v) {
        const std::size_t after = std::min(v + 1, visits - 1);
        const bool from_baseline = v == 0 && protocol.has_baseline[e];
        const std::size_t before = v == 0 ? 0 : v - 1;
        const double rise = mean[after] - (from_baseline ? baseline_mean[e] : mean[before]);
        const double run = protocol.visits_months[after] - (from_baseline ? 0.0 : protocol.visits_months[before]);
        of_arm[e * visits + v] = run > 0 ? rise / run : 0.0;
      }
    }
}

TrialSimulator::TrialSimulator(const PreparedTrial& trial, bool p_values)
    : trial_(trial), source_(trial.model->source()), events_(trial.protocol, *source_) {
  data_.counted = trial.protocol.primary_slot();
  for (const AnalysisPlan& plan : trial.protocol.design.analyses)
    analyses_.push_back(std::make_unique<TrialAnalysis>(plan, trial.protocol, p_values));
}

const TrialData& TrialSimulator::simulate_replicate(std::uint32_t replicate, std::uint32_t parameter_draw,
                                                    std::int64_t patients) {
  const Protocol& protocol = trial_.protocol;
  Participants& participants = data_.participants;
  source_->begin(replicate, parameter_draw);
  source_->enrol(0, patients, participants);
  levels_.resize(trial_.balanced.size());
  for (std::size_t f = 0; f < levels_.size(); ++f) levels_[f] = participants.factor[trial_.balanced[f]];
  trial_.randomiser.allocate(protocol.seed, replicate, participants.patient, levels_, allocation_memory_, allocation_);
  data_.arm.swap(allocation_.arm);
  data_.guessed.swap(allocation_.guessed);
  if (trial_.accrual.by_chance() || data_.randomised_months.size() != participants.size())
    trial_.accrual.randomised_at(protocol.seed, replicate, participants.patient, data_.randomised_months);
  if (protocol.by_visit()) {
    observe_visits(replicate);
    step_clusters();
    shift_visits(replicate);
    protocol.record(data_.observed.values);
    lose_patients(replicate);
    if (events_.any() || trial_.dropout)
      events_.apply(IntercurrentEvents::Of::trial, participants, event_months_,
                    trial_.dropout ? data_.visits_attended.data() : nullptr, data_.observed);
    leave_unrecorded(replicate);
  } else {
    lose_patients(replicate);
  }
  if (protocol.has_events()) observe_events();
  return data_;
}

/// Clusters of a stepped wedge were allocated to groups.
void TrialSimulator::step_clusters() {
  if (trial_.protocol.units() != analysis::Method::Units::steps) return;
  data_.crossing = data_.arm;
  for (int& visit : data_.crossing) ++visit;
  std::fill(data_.arm.begin(), data_.arm.end(), 1);
}

/// Every patient's outcomes under the allocated arm.
void TrialSimulator::observe_visits(std::uint32_t replicate) {
  const Protocol& protocol = trial_.protocol;
  const std::size_t n = data_.participants.size();
  const bool open_label = protocol.design.open_label_inflation != 0;
  if (!events_.any() && !open_label) {
    event_months_.clear();
    source_->observe(data_.arm, data_.observed.values);
    return;
  }
  if (events_.any()) events_.draw(replicate, data_.participants.patient);
  event_months_.resize(protocol.design.intercurrent.size());
  for (auto& months : event_months_) months.resize(n);
  data_.observed.values.resize(protocol.endpoints.size() * protocol.visits_months.size());
  for (auto& values : data_.observed.values) values.resize(n);
  for (int arm = 0; arm < static_cast<int>(protocol.arms()); ++arm) {
    ArmOutcomes& outcomes = arm == 0 ? reference_ : arm_;
    events_.evaluate(arm, IntercurrentEvents::Of::trial, open_label, outcomes);
    for (std::size_t row = 0; row < outcomes.values.size(); ++row)
      take_arm(data_.arm, arm, outcomes.values[row], data_.observed.values[row]);
    for (std::size_t e = 0; e < event_months_.size(); ++e)
      take_arm(data_.arm, arm, events_.months()[e], event_months_[e]);
    if (open_label && arm > 0) inflate_open_label(arm, outcomes);
  }
}

/// Assessors who know the arm: the observed effect of a treated arm is multiplied by 1 + inflation, of categories on
/// their latent scale. Scores stay within their scale; yes or no is not inflated.
void TrialSimulator::inflate_open_label(int arm, const ArmOutcomes& outcomes) {
  const Protocol& protocol = trial_.protocol;
  const std::size_t visits = protocol.visits_months.size();
  for (std::size_t row = 0; row < outcomes.latent.size(); ++row) {
    const std::size_t slot = row / visits;
    if (protocol.kind[slot] == OutcomeKind::binary) continue;
    std::vector<double>& values = data_.observed.values[row];
    for (std::size_t i = 0; i < data_.participants.size(); ++i) {
      if (data_.arm[i] != arm) continue;
      const double effect = outcomes.latent[row][i] - reference_.latent[row][i];
      const double more = protocol.design.open_label_inflation * effect;
      values[i] = protocol.kind[slot] == OutcomeKind::ordinal
                      ? source_->category_of(outcomes.latent[row][i] + more)
                      : std::clamp(values[i] + more, protocol.minimum[slot], protocol.maximum[slot]);
    }
  }
}

/// Visits off schedule: to first order, values move along the mean curve of the arm.
void TrialSimulator::shift_visits(std::uint32_t replicate) {
  const Protocol& protocol = trial_.protocol;
  if (protocol.design.visit_window_days <= 0) return;
  const std::size_t n = data_.participants.size(), visits = protocol.visits_months.size();
  const double window_months = protocol.design.visit_window_days / days_per_month;
  TileAddress address;
  address.seed = protocol.seed;
  address.replicate = replicate;
  address.purpose = Purpose::visit_timing;
  shift_.resize(n);
  double* const out[] = {shift_.data(), nullptr, nullptr, nullptr};
  for (std::size_t v = 0; v < visits; ++v) {
    address.occasion = static_cast<std::uint16_t>(v + 1);
    tile_uniforms(address, data_.participants.patient.data(), static_cast<int>(n), 1, out);
    for (double& shift : shift_) shift = window_months * (2 * shift - 1);
    for (std::size_t e = 0; e < protocol.endpoints.size(); ++e) {
      if (protocol.kind[e] != OutcomeKind::score) continue;
      const std::size_t row = e * visits + v;
      std::vector<double>& values = data_.observed.values[row];
      for (std::size_t i = 0; i < n; ++i) {
        const double shifted = values[i] + trial_.slope[static_cast<std::size_t>(data_.arm[i])][row] * shift_[i];
        values[i] = std::clamp(shifted, protocol.minimum[e], protocol.maximum[e]);
      }
    }
  }
}

const double* TrialSimulator::change_since_baseline(std::size_t visit) {
  const Protocol& protocol = trial_.protocol;
  const std::size_t slot = protocol.slot_of(protocol.design.analyses.front().endpoint);
  const std::vector<double>& value = data_.observed.values[slot * protocol.visits_months.size() + visit];
  const std::vector<double>& baseline = data_.participants.baseline[slot];
  const double sign = protocol.lower_is_better[slot] ? -1 : 1;
  change_.resize(value.size());
  if (protocol.has_baseline[slot])
    for (std::size_t i = 0; i < value.size(); ++i) change_[i] = sign * (value[i] - baseline[i]);
  else
    for (std::size_t i = 0; i < value.size(); ++i) change_[i] = sign * value[i];
  return change_.data();
}

void TrialSimulator::lose_patients(std::uint32_t replicate) {
  const std::size_t n = data_.participants.size();
  if (!trial_.dropout) {
    if (data_.exit_months.size() == n) return;  // nobody left in the replicate before, either
    data_.visits_attended.assign(n, static_cast<int>(trial_.protocol.visits_months.size()));
    data_.exit_months.assign(n, std::numeric_limits<double>::infinity());
    return;
  }
  trial_.dropout->lose(
      trial_.protocol.seed, replicate, data_.participants.patient, data_.arm,
      [this](std::size_t visit) { return change_since_baseline(visit); }, loss_);
  data_.visits_attended.swap(loss_.visits_attended);
  const auto visits = static_cast<int>(trial_.protocol.visits_months.size());
  if (trial_.protocol.by_visit() && trial_.protocol.has_events())  // the last interval may end after the last visit
    for (int& attended : data_.visits_attended) attended = std::min(attended, visits);
  data_.exit_months.swap(loss_.months);
}

/// Values that are missing whatever they are.
void TrialSimulator::leave_unrecorded(std::uint32_t replicate) {
  const Protocol& protocol = trial_.protocol;
  const std::size_t visits = protocol.visits_months.size();
  TileAddress address;
  address.seed = protocol.seed;
  address.replicate = replicate;
  address.purpose = Purpose::unrecorded;
  for (std::size_t slot = 0; slot < protocol.endpoints.size(); ++slot) {
    if (protocol.missing_share[slot] <= 0) continue;
    address.occasion = static_cast<std::uint16_t>(slot);
    uniform_.resize(data_.participants.size());
    for (std::size_t k = 0; k < protocol.seen[slot].size(); ++k) {
      address.block = static_cast<std::uint16_t>(k);
      shared_uniforms(address, data_.participants.patient, uniform_.data());
      std::vector<double>& values = data_.observed.values[slot * visits + protocol.seen[slot][k]];
      for (std::size_t i = 0; i < values.size(); ++i)
        if (uniform_[i] < protocol.missing_share[slot]) values[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

/// Times to events and counts, up to drop-out or the end of follow-up.
void TrialSimulator::observe_events() {
  const Protocol& protocol = trial_.protocol;
  if (protocol.kind.front() == OutcomeKind::count) return observe_counts();
  const std::size_t n = data_.participants.size();
  data_.observed.time.resize(protocol.endpoints.size());
  for (int arm = 0; arm < static_cast<int>(protocol.arms()); ++arm) {
    source_->time_events(arm, arm_);
    for (std::size_t slot = 0; slot < arm_.time.size(); ++slot) {
      if (protocol.kind[slot] != OutcomeKind::survival) continue;
      data_.observed.time[slot].resize(n);
      take_arm(data_.arm, arm, arm_.time[slot], data_.observed.time[slot]);
    }
  }
  follow_up(protocol, data_, ended_);
}

/// One endpoint alone.
void TrialSimulator::observe_counts() {
  const std::size_t n = data_.participants.size();
  data_.exposure.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    data_.exposure[i] = std::min(data_.exit_months[i], trial_.protocol.follow_up_months);
  count_until(data_.exposure, data_.observed.count);
}

/// Under the arm of each patient.
void TrialSimulator::count_until(const std::vector<double>& exposure, std::vector<double>& counts) {
  const std::size_t n = data_.participants.size();
  counts.resize(n);
  arm_.count.resize(n);
  for (int arm = 0; arm < static_cast<int>(trial_.protocol.arms()); ++arm) {
    source_->count_events(arm, exposure.data(), arm_.count.data());
    take_arm(data_.arm, arm, arm_.count, counts);
  }
}

void TrialSimulator::know_counts(const DataCut& cut) {
  if (trial_.protocol.kind.front() != OutcomeKind::count || std::isinf(cut.months)) return;
  std::vector<double>& exposure = data_.known_exposure;
  exposure.resize(data_.exposure.size());
  for (std::size_t i = 0; i < exposure.size(); ++i)
    exposure[i] = std::clamp(cut.months - data_.randomised_months[i], 0.0, data_.exposure[i]);
  count_until(exposure, data_.known.count);
  for (double& months : exposure)
    if (months == 0) months = std::numeric_limits<double>::quiet_NaN();  // randomised on this day
}

std::span<const TrialResult> TrialSimulator::analyse(std::size_t which, const DataCut& cut) {
  know_counts(cut);
  return analyses_[which]->run(data_, cut);
}

boundaries::Decision TrialSimulator::decide(std::size_t which, const boundaries::Bound& bound,
                                            const analysis::Estimate& estimate) {
  return analyses_[which]->decide(bound, estimate);
}

bool TrialSimulator::covers(std::size_t which, const analysis::Estimate& estimate, double value) {
  return analyses_[which]->covers(estimate, value);
}

double TrialSimulator::duration_months(const DataCut& cut) const {
  if (std::isfinite(cut.months)) return cut.months;
  const Protocol& protocol = trial_.protocol;
  if (!trial_.dropout) return data_.randomised_months[cut.enrolled - 1] + protocol.follow_up_months;
  double last = 0;
  for (std::size_t i = 0; i < cut.enrolled; ++i) {
    double followed = std::min(data_.exit_months[i], protocol.follow_up_months);
    if (!protocol.has_events()) {
      const auto attended = static_cast<std::size_t>(data_.visits_attended[i]);
      followed = attended == 0 ? 0.0 : protocol.visits_months[attended - 1];
    }
    last = std::max(last, data_.randomised_months[i] + followed);
  }
  return last;
}

}  // namespace vcohort
