#include "engine/trial/true_value.hpp"

#include <algorithm>
#include <cmath>

#include "engine/data_model/data_model.hpp"
#include "engine/data_model/truth.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

using Of = IntercurrentEvents::Of;

bool is_mean(EffectScale scale) {
  return scale == EffectScale::mean_difference || scale == EffectScale::risk_difference;
}

}  // namespace

TrueValues::TrueValues(const PreparedTrial& trial) : trial_(trial) {
  const Protocol& protocol = trial.protocol;
  const std::size_t contrasts = protocol.arms() - 1;
  fixed_.resize(protocol.design.analyses.size() * contrasts);
  const std::unique_ptr<TrialSource> source = trial.model->source();
  source->begin_with_point_values(PreparedTrial::twin_replicate);
  for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a)
    for (std::size_t c = 0; c < contrasts; ++c) closed_form(a, c, *source, fixed_[a * contrasts + c]);
  if (!protocol.by_visit() || protocol.uncertain_parameters) return;
  IntercurrentEvents events(protocol, *source);
  if (needs_twins(fixed_)) twins_of(PreparedTrial::twin_replicate, 0, twins, *source, events, fixed_);
  for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a)
    if (!by_twins(a) && std::isnan(fixed_[a * contrasts].value)) limit_of(a, *source, events, fixed_);
}

bool TrueValues::closed_form(std::size_t analysis, std::size_t contrast, const TrialSource& source,
                             TrueValue& out) const {
  const Protocol& protocol = trial_.protocol;
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  const DataModel* model = trial_.data_model ? &*trial_.data_model : nullptr;
  if (!model || !protocol.design.intercurrent.empty() || analyses_responders(plan, protocol)) return false;
  const int arm = static_cast<int>(contrast) + 1;
  const std::size_t visit =
      protocol.by_visit() ? protocol.visit_at(plan.visit_months) + (protocol.has_baseline ? 1 : 0) : 0;
  const double shift = source.effect_shift(arm) - source.effect_shift(0);
  const std::optional<double> effect =
      implied_effect(*model, protocol.arm_of_contrast(contrast).strategy, protocol.design.arms.front().strategy, visit,
                     effect_scale(plan), plan.change_from_baseline, shift);
  if (!effect) return false;
  out = {*effect, 0};
  return true;
}

bool TrueValues::by_twins(std::size_t analysis) const {
  return is_mean(effect_scale(trial_.protocol.design.analyses[analysis]));
}

bool TrueValues::needs_twins(const std::vector<TrueValue>& values) const {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (std::isnan(values[k].value) && by_twins(k / (trial_.protocol.arms() - 1))) return true;
  return false;
}

void TrueValues::twins_of(std::uint32_t replicate, std::uint64_t first, std::int64_t patients, TrialSource& source,
                          IntercurrentEvents& events, std::vector<TrueValue>& out) const {
  const Protocol& protocol = trial_.protocol;
  const std::size_t contrasts = protocol.arms() - 1;
  const std::size_t visits = protocol.visits_months.size();
  struct Sums {
    double n = 0, sum = 0, squares = 0;
  };
  std::vector<Sums> sums(out.size());
  Participants participants;
  ArmOutcomes reference, arm;
  participants.next_candidate = first;
  const auto evaluate = [&](int a, ArmOutcomes& into) {
    events.evaluate(a, Of::truth, false, into);
    events.apply(Of::truth, participants, events.months(), nullptr, into);
  };
  for (std::int64_t done = 0; done < patients; done += batch) {
    source.enrol(participants.next_candidate, std::min(batch, patients - done), participants);
    if (events.any()) events.draw(replicate, participants.patient);
    evaluate(0, reference);
    for (std::size_t c = 0; c < contrasts; ++c) {
      evaluate(static_cast<int>(c) + 1, arm);
      for (std::size_t a = 0; a < protocol.design.analyses.size(); ++a) {
        if (!by_twins(a)) continue;
        const AnalysisPlan& plan = protocol.design.analyses[a];
        const std::size_t slot = protocol.slot_of(plan.endpoint);
        const std::size_t row = slot * visits + protocol.visit_at(plan.visit_months);
        const bool responders = analyses_responders(plan, protocol);
        const double sign = protocol.lower_is_better[slot] ? -1 : 1;
        Sums batch_sums;
        for (std::size_t i = 0; i < participants.size(); ++i) {
          // The baseline cancels in a difference of changes; it decides who responds.
          const auto variable = [&](double value) {
            return responders ? (sign * analysis::difference(value, participants.baseline[slot][i], protocol.unit) >=
                                         plan.responder_threshold
                                     ? 1.0
                                     : 0.0)
                              : value;
          };
          const double difference = variable(arm.values[row][i]) - variable(reference.values[row][i]);
          if (difference != difference) continue;  // drooling of children who do not drool
          batch_sums.n += 1;
          batch_sums.sum += difference;
          batch_sums.squares += difference * difference;
        }
        Sums& total = sums[a * contrasts + c];
        total.n += batch_sums.n;
        total.sum += batch_sums.sum;
        total.squares += batch_sums.squares;
      }
    }
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (!std::isnan(out[k].value) || sums[k].n < 2) continue;
    const double n = sums[k].n, mean = sums[k].sum / n;
    out[k] = {mean, __builtin_sqrt(std::max(0.0, sums[k].squares / n - mean * mean) / (n - 1))};
  }
}

/// The analysis on a trial in which every patient is once in each arm.
void TrueValues::limit_of(std::size_t analysis, TrialSource& source, IntercurrentEvents& events,
                          std::vector<TrueValue>& out) const {
  const Protocol& protocol = trial_.protocol;
  const AnalysisPlan& plan = protocol.design.analyses[analysis];
  constexpr std::int64_t limit_twins = 16384, pairwise_twins = 2048;  // a win ratio compares all pairs
  const std::int64_t patients = plan.method == "win-ratio" ? pairwise_twins : limit_twins;
  TrialData data;
  Participants participants;
  ArmOutcomes outcomes;
  const std::size_t arms = protocol.arms();
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  const auto append_columns = [&](auto& to, const auto& from) {
    to.resize(from.size());
    for (std::size_t k = 0; k < from.size(); ++k) append(to[k], from[k]);
  };
  for (std::int64_t done = 0; done < patients; done += batch) {
    source.enrol(participants.next_candidate, std::min(batch, patients - done), participants);
    if (events.any()) events.draw(PreparedTrial::twin_replicate, participants.patient);
    for (int arm = 0; arm < static_cast<int>(arms); ++arm) {
      events.evaluate(arm, Of::truth, false, outcomes);
      events.apply(Of::truth, participants, events.months(), nullptr, outcomes);
      append_columns(data.observed.values, outcomes.values);
      append(data.participants.patient, participants.patient);
      append_columns(data.participants.numeric, participants.numeric);
      append_columns(data.participants.factor, participants.factor);
      append_columns(data.participants.baseline, participants.baseline);
      data.arm.resize(data.arm.size() + participants.size(), arm);
    }
  }
  TrialAnalysis method(plan, protocol, false);
  const std::span<const TrialResult> results = method.run(data, data.arm.size());
  for (std::size_t c = 0; c + 1 < arms; ++c)
    if (results[c].ok()) out[analysis * (arms - 1) + c] = {results[c].estimate.estimate, results[c].estimate.se};
}

void TrueValues::of_replicate(std::uint32_t replicate, TrialSimulator& simulator, std::vector<TrueValue>& out) const {
  out = fixed_;
  const Protocol& protocol = trial_.protocol;
  if (!protocol.uncertain_parameters) return;
  const std::size_t contrasts = protocol.arms() - 1;
  for (std::size_t k = 0; k < out.size(); ++k)
    if (!closed_form(k / contrasts, k % contrasts, simulator.source(), out[k])) out[k] = {};
  if (!protocol.by_visit() || !needs_twins(out)) return;
  twins_of(replicate, first_twin_of_draw, std::max(batch, 2 * protocol.largest_size()), simulator.source(),
           simulator.events(), out);
}

}  // namespace vcohort
