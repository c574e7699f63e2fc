#include "engine/trial/trial_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numeric/require.hpp"

namespace vcohort {

const analysis::Method& method_of(const AnalysisPlan& plan) {
  if (const analysis::Method* method = analysis::find_method(plan.method)) return *method;
  throw InternalError("no method is called " + plan.method);
}

analysis::Outcome outcome_of(const AnalysisPlan& plan, const Protocol& protocol) {
  const std::size_t slot = protocol.slot_of(plan.endpoint);
  return {protocol.kind[slot], protocol.lower_is_better[slot], protocol.unit[slot]};
}

EffectScale effect_scale(const AnalysisPlan& plan) {
  return method_of(plan).scale;
}

bool analyses_responders(const AnalysisPlan& plan, const Protocol& protocol) {
  return analysis::analyses_responders(method_of(plan), outcome_of(plan, protocol).kind);
}

TrialAnalysis::TrialAnalysis(const AnalysisPlan& plan, const Protocol& protocol, bool p_values)
    : protocol_(protocol),
      slot_(protocol.slot_of(plan.endpoint)),
      analysis_(plan, outcome_of(plan, protocol), protocol.design.alpha, protocol.design.sides, p_values),
      horizon_(plan.tau_months > 0  ? plan.tau_months
               : plan.at_months > 0 ? plan.at_months
                                    : std::numeric_limits<double>::infinity()) {
  const analysis::Method& method = analysis_.method();
  require(is_hierarchical(plan) || method.fits.contains(outcome_of(plan, protocol).kind) ||
              analyses_responders(plan, protocol),
          "a method fits its endpoint");
  require(method.units == protocol.units(), "a method analyses what was randomised");
  require(!method.competing || protocol.ended_by_others(slot_), "another event competes");
  if (protocol.by_visit(slot_)) visit_ = protocol.seen_at(slot_, plan.visit_months);
  for (const std::size_t v : protocol.seen[slot_]) times_.push_back(protocol.visits_months[v]);
  require(!plan.change_from_baseline || protocol.has_baseline[slot_], "a change has a baseline");
  find_hierarchy(plan);
  require(method.single_arm == (protocol.arms() == 1), "a method of one arm has one, and the others compare arms");
  adjust_.find(plan.adjust, false, protocol);
  adjust_by_visit_.find(plan.adjust_by_visit, false, protocol);
  stratify_.find(plan.stratify, true, protocol);
  for (const Subgroup& group : plan.where) {
    const std::size_t factor = protocol.factor_at(group.covariate);
    Membership member{factor, std::vector<bool>(static_cast<std::size_t>(protocol.levels[factor]))};
    for (const std::string& level : group.levels)
      member.in[static_cast<std::size_t>(protocol.level_named(factor, level))] = true;
    where_.push_back(std::move(member));
  }
  if (plan.interaction.empty()) return;
  interaction_ = protocol.factor_at(plan.interaction);
  require(protocol.levels[*interaction_] == 2, "an interaction compares two levels");
}

void TrialAnalysis::find_hierarchy(const AnalysisPlan& plan) {
  if (!is_hierarchical(plan)) return;
  for (const HierarchyLevel& asked : plan.hierarchy) {
    Level level{.slot = protocol_.slot_of(asked.endpoint), .ranked = {}};
    level.visit = protocol_.by_visit(level.slot) ? protocol_.visit_at(asked.visit_months) : 0;
    level.change = asked.change_from_baseline;
    level.ranked.higher_is_better = protocol_.by_visit(level.slot) != protocol_.lower_is_better[level.slot];
    level.ranked.smallest_win = asked.smallest_win;
    level.ranked.unit = protocol_.unit[level.slot];
    require(!level.change || protocol_.has_baseline[level.slot], "a change has a baseline");
    levels_.push_back(std::move(level));
  }
  ranked_.resize(levels_.size());
}

void TrialAnalysis::Columns::find(const std::vector<std::string>& names, bool as_factors, const Protocol& protocol) {
  for (const std::string& name : names) {
    if (name == "baseline") continue;
    if (as_factors || protocol.adjusts_by_levels(name))
      factor.push_back(protocol.factor_at(name));
    else
      numeric.push_back(protocol.numeric_at(name));
  }
}

void TrialAnalysis::Columns::view(const Participants& participants, const Protocol& protocol, std::size_t n) {
  covariates.clear();
  factors.clear();
  for (std::size_t place : numeric) covariates.push_back(std::span(participants.numeric[place]).first(n));
  for (std::size_t place : factor)
    factors.push_back({std::span(participants.factor[place]).first(n), protocol.levels[place]});
}

std::size_t TrialData::due_by(const DataCut& cut, double visit_months) const {
  const auto first = randomised_months.begin(), end = first + static_cast<std::ptrdiff_t>(cut.enrolled);
  return static_cast<std::size_t>(
      std::partition_point(first, end, [&](double months) { return months + visit_months <= cut.months; }) - first);
}

void KnownData::take_values(const TrialData& data, const Protocol& protocol, std::size_t slot, const DataCut& cut) {
  const std::size_t visits = protocol.visits_months.size();
  values.resize(visits);
  for (std::size_t v = 0; v < visits; ++v) {
    const double* observed = data.observed.values[slot * visits + v].data();
    values[v].resize(cut.enrolled);
    for (std::size_t i = 0; i < cut.enrolled; ++i)
      values[v][i] = data.randomised_months[i] + protocol.visits_months[v] <= cut.months
                         ? observed[i]
                         : std::numeric_limits<double>::quiet_NaN();
  }
}

void KnownData::take_times(const TrialData& data, std::size_t slot, const DataCut& cut) {
  const std::vector<double>& observed = data.observed.time[slot];
  const std::vector<std::uint8_t>& others = data.competed[slot];
  time.resize(cut.enrolled);
  event.resize(cut.enrolled);
  competed.resize(others.empty() ? 0 : cut.enrolled);
  for (std::size_t i = 0; i < cut.enrolled; ++i) {
    const bool known = data.randomised_months[i] + observed[i] <= cut.months;
    time[i] = known ? observed[i] : cut.months - data.randomised_months[i];
    event[i] = known && data.event[slot][i];
    if (!others.empty()) competed[i] = known && others[i];
  }
}

boundaries::Decision TrialAnalysis::decide(const boundaries::Bound& of_z, const analysis::Estimate& estimate) {
  const analysis::Standing here = analysis_.standing(estimate);
  boundaries::Bound bound = of_z;
  for (double* z : {&bound.efficacy, &bound.futility}) *z = analysis_.statistic_at(here.df, *z);
  return boundaries::decide(bound, here.benefit, here.worse, here.middle);
}

std::span<const TrialResult> TrialAnalysis::run(const TrialData& data, const DataCut& cut) {
  bool everything = std::isinf(cut.months);
  std::size_t n = cut.enrolled;
  const analysis::Method& method = analysis_.method();
  if (!everything && protocol_.by_visit(slot_) && !method.repeated && !method.wins) {
    // A method that looks at one visit leaves out who has not come to it yet: those who were randomised last.
    n = data.due_by(cut, times_[visit_]);
    everything = true;
  }
  counted_time_ = {};
  counted_event_ = {};
  if (n == 0) {  // nobody has come, or to this visit
    TrialResult nobody;
    nobody.failure = analysis::Failure::empty_arm;
    nobody.estimate = analysis::failed(analysis::Failure::empty_arm);
    nobody_.assign(protocol_.contrasts(), nobody);
    return nobody_;
  }
  analysis::Records records;
  records.arms = static_cast<int>(protocol_.arms());
  records.arm = std::span(data.arm).first(n);
  records.baseline = std::span(data.participants.baseline[slot_]).first(n);
  values_.clear();
  if (protocol_.design.design) {
    for (const std::vector<double>& row : data.observed.values) values_.push_back(std::span(row).first(n));
    records.members = values_.size() / protocol_.visits_months.size();
    records.crossing = std::span(data.crossing).first(std::min(n, data.crossing.size()));
  } else if (!levels_.empty()) {
    records.hierarchy = rank(data, cut, n);
  } else if (protocol_.by_visit(slot_)) {
    const std::size_t visits = protocol_.visits_months.size();
    if (!everything) known_.take_values(data, protocol_, slot_, cut);
    for (const std::size_t v : protocol_.seen[slot_])
      values_.push_back(std::span(everything ? data.observed.values[slot_ * visits + v] : known_.values[v]).first(n));
  } else if (protocol_.kind[slot_] == OutcomeKind::count) {
    values_.push_back(std::span(everything ? data.observed.count : data.known.count).first(n));
    records.exposure = std::span(everything ? data.exposure : data.known_exposure).first(n);
  } else {
    if (!everything) known_.take_times(data, slot_, cut);
    records.time = std::span(everything ? data.observed.time[slot_] : known_.time).first(n);
    records.event = std::span(everything ? data.event[slot_] : known_.event).first(n);
    const std::vector<std::uint8_t>& competed = everything ? data.competed[slot_] : known_.competed;
    if (!competed.empty()) records.competed = std::span(competed).first(n);
    counted_time_ = records.time;
    counted_event_ = records.event;
  }
  records.values = values_;
  records.visit = visit_;
  records.times = times_;
  for (Columns* columns : {&adjust_, &adjust_by_visit_, &stratify_}) columns->view(data.participants, protocol_, n);
  records.covariates = adjust_.covariates;
  records.factors = adjust_.factors;
  records.covariates_by_visit = adjust_by_visit_.covariates;
  records.factors_by_visit = adjust_by_visit_.factors;
  records.strata = stratify_.factors;
  return where_.empty() && !interaction_ ? analysis_.run(records) : run_in_subgroups(records, data.participants);
}

double TrialAnalysis::events() const {
  if (!levels_.empty() || protocol_.kind[slot_] != OutcomeKind::survival)
    return std::numeric_limits<double>::quiet_NaN();
  const bool everybody = where_.empty();
  double events = 0;
  for (std::size_t i = 0; i < counted_time_.size(); ++i)
    events += counted_event_[i] && counted_time_[i] <= horizon_ && (everybody || arm_[i] >= 0);
  return events;
}

/// The endpoints of the hierarchy as they were known.
std::span<const analysis::RankedEndpoint> TrialAnalysis::rank(const TrialData& data, const DataCut& cut,
                                                              std::size_t n) {
  const bool everything = std::isinf(cut.months);
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    Level& level = levels_[k];
    ranked_[k] = level.ranked;
    if (!protocol_.by_visit(level.slot)) {
      if (!everything) level.known.take_times(data, level.slot, cut);
      ranked_[k].value = std::span(everything ? data.observed.time[level.slot] : level.known.time).first(n);
      ranked_[k].event = std::span(everything ? data.event[level.slot] : level.known.event).first(n);
      continue;
    }
    if (!everything) level.known.take_values(data, protocol_, level.slot, cut);
    const std::size_t row = level.slot * protocol_.visits_months.size() + level.visit;
    const std::span<const double> value =
        std::span(everything ? data.observed.values[row] : level.known.values[level.visit]).first(n);
    ranked_[k].value = value;
    if (!level.change) continue;
    level.changes.resize(n);
    const std::vector<double>& baseline = data.participants.baseline[level.slot];
    for (std::size_t i = 0; i < n; ++i)
      level.changes[i] = analysis::difference(value[i], baseline[i], level.ranked.unit);
    ranked_[k].value = level.changes;
  }
  return ranked_;
}

/// Who is outside of the subgroup is in no arm.
std::span<const TrialResult> TrialAnalysis::run_in_subgroups(analysis::Records& records,
                                                             const Participants& participants) {
  const std::span<const int> everybody = records.arm;
  arm_.assign(everybody.begin(), everybody.end());
  for (const Membership& member : where_)
    for (std::size_t i = 0; i < arm_.size(); ++i)
      if (!member.in[static_cast<std::size_t>(participants.factor[member.factor][i])]) arm_[i] = -1;
  records.arm = arm_;
  if (!interaction_) return analysis_.run(records);
  const std::vector<int>& level = participants.factor[*interaction_];
  std::vector<int> of_level(arm_.size());
  const auto within = [&](int wanted) {
    for (std::size_t i = 0; i < arm_.size(); ++i) of_level[i] = level[i] == wanted ? arm_[i] : -1;
    records.arm = of_level;
    return analysis_.run(records);
  };
  const std::span<const TrialResult> first = within(0);
  first_.assign(first.begin(), first.end());
  const std::span<const TrialResult> second = within(1);
  for (std::size_t k = 0; k < first_.size(); ++k) first_[k] = analysis_.interaction(second[k], first_[k]);
  return first_;
}

}  // namespace vcohort
