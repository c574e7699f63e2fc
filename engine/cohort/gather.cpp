#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/cohort/cohort.hpp"
#include "engine/cohort/workspace.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr std::size_t any_type = event_types;  // the row of "any event"

/// Bin of an observed value; observed values lie inside their scale.
std::size_t bin_of(double value, double minimum, double per_width, int bins) {
  return static_cast<std::size_t>(std::min(static_cast<int>((value - minimum) * per_width), bins - 1));
}

}  // namespace

/// Groups the lanes of a tile by leaf, so that each leaf is added up in one go; a counting sort per stratification.
void Cohort::group_lanes(Workspace& work) const {
  const int lanes = work.child.patient.lanes;
  work.groups.clear();
  std::fill(work.sums.begin(), work.sums.end(), TileSums{});
  std::fill(work.counts.begin(), work.counts.end(), TileCounts{});
  std::fill(work.place.begin(), work.place.end(), 0u);
  for (std::size_t k = 0; k < work.leaf.size(); ++k) {
    for (int i = 0; i < lanes; ++i) ++work.place[work.leaf[k][i]];
    std::uint32_t begin = 0;
    for (std::size_t leaf = strata_.first_leaf(k); leaf < strata_.first_leaf(k + 1); ++leaf) {
      const std::uint32_t end = begin + work.place[leaf];
      if (end > begin) work.groups.push_back({leaf, k, begin, end});
      work.place[leaf] = begin;
      begin = end;
    }
    for (int i = 0; i < lanes; ++i) work.grouped[k][work.place[work.leaf[k][i]]++] = static_cast<std::uint16_t>(i);
  }
}

/// What the first assessment recorded: of scores alone, as an impression and a cure are about what has changed since.
void Cohort::gather_baseline(Workspace& work, Tally& tally) const {
  using Layout = CohortLayout;
  for (std::size_t e = 0; e < layout_.endpoints().size(); ++e) {
    if (layout_.endpoints()[e].kind != OutcomeKind::score) continue;
    const double* value = work.outcomes.baseline(e).data();
    for (const LeafLanes& group : work.groups) {
      const std::uint16_t* lane = work.grouped[group.stratification].data();
      TileSums sums;
      for (std::size_t k = group.begin; k < group.end; ++k) {
        sums.observed += value[lane[k]];
        sums.observed_squares += value[lane[k]] * value[lane[k]];
      }
      work.sums[group.leaf] = sums;
      work.counts[group.leaf].n = static_cast<std::int64_t>(group.end - group.begin);
      tally.sums[layout_.baseline(e, group.leaf, Layout::baseline_total)].add(sums.observed);
      tally.sums[layout_.baseline(e, group.leaf, Layout::baseline_squares)].add(sums.observed_squares);
    }
    if (layout_.uncertain()) add_baseline_clusters(e, work, tally);
  }
}

/// Adds one strategy's outcomes to the tally. Missing values (drooling of children who do not drool) are left out; any
/// other not-a-number ends the run, because a mean over the rest would be that of other children.
void Cohort::gather(const Model& model, std::size_t strategy, Workspace& work, Tally& tally) const {
  for (std::size_t e = 0; e < layout_.endpoints().size(); ++e)
    for (std::size_t v = 0; v < layout_.visits(); ++v) {
      for (const LeafLanes& group : work.groups) {
        add_up(model, strategy, e, v, group, work, tally);
        if (work.counts[group.leaf].n > 0)
          add_cell(layout_.cell(strategy, e, v, group.leaf), work.sums[group.leaf], work.counts[group.leaf], tally);
      }
      if (layout_.uncertain()) add_clusters(strategy, e, v, work, tally);
    }
}

/// Sums and counts of one leaf, in lane order, and its histogram.
void Cohort::add_up(const Model& model, std::size_t strategy, std::size_t e, std::size_t v, const LeafLanes& group,
                    Workspace& work, Tally& tally) const {
  const PatientTile& patient = work.child.patient;
  const Endpoint& endpoint = layout_.endpoints()[e];
  const int bins = layout_.bins(e);
  const double per_width = 1 / layout_.bin_width(e);
  const double* observed = work.outcomes.observed(e, v).data();
  const double* latent = work.outcomes.latent(e, v).data();
  const double* reference = work.reference[e * layout_.visits() + v].data();
  std::int64_t* histogram = tally.counts.data() + layout_.histogram(strategy, e, v, group.leaf);
  const std::uint16_t* lane = work.grouped[group.stratification].data();
  TileSums sums;
  TileCounts counts;
  for (std::size_t k = group.begin; k < group.end; ++k) {
    const double value = observed[lane[k]];
    const bool missing = value != value;
    if (missing && endpoint.measure == Measure::drooling) continue;
    if (missing || latent[lane[k]] != latent[lane[k]]) refuse_not_a_number(strategy, e, v, group, work);
    const double increment = latent[lane[k]] - reference[lane[k]];
    sums.observed += value;
    sums.observed_squares += value * value;
    sums.increment += increment;
    sums.increment_squares += increment * increment;
    ++counts.n;
    ++histogram[bin_of(value, endpoint.minimum, per_width, bins)];
  }
  if (endpoint.measure == Measure::motor_score) {  // the only score with a minimal clinically important difference
    const double* above = work.outcomes.above_expectation(v).data();
    for (std::size_t k = group.begin; k < group.end; ++k) {
      const double mcid = model.outcomes.mcid[patient.gmfcs[lane[k]]];
      const double increment = latent[lane[k]] - reference[lane[k]];
      counts.responders += above[lane[k]] >= mcid;
      counts.benefiting += increment >= mcid;
      counts.harmed += increment <= -mcid;
    }
  }
  work.sums[group.leaf] = sums;
  work.counts[group.leaf] = counts;
}

void Cohort::refuse_not_a_number(std::size_t strategy, std::size_t e, std::size_t v, const LeafLanes& group,
                                 const Workspace& work) const {
  const double* observed = work.outcomes.observed(e, v).data();
  const double* latent = work.outcomes.latent(e, v).data();
  const std::uint16_t* lane = work.grouped[group.stratification].data();
  std::size_t children = 0;
  for (std::size_t k = group.begin; k < group.end; ++k)
    children += std::isnan(observed[lane[k]]) || std::isnan(latent[lane[k]]);
  throw NumericalFailure(explain("the " + std::string(layout_.endpoints()[e].name) + " of " + std::to_string(children) +
                                     " of " + std::to_string(group.end - group.begin) + " children under '" +
                                     study_.strategies[strategy].name + "' is not a number at visit " +
                                     std::to_string(v + 1),
                                 "the parameters take a formula beyond what a double holds",
                                 "look for extreme values among the overrides and the doses"));
}

void Cohort::add_cell(std::size_t cell, const TileSums& sums, const TileCounts& counts, Tally& tally) const {
  using Layout = CohortLayout;
  tally.counts[layout_.count(cell, Layout::patients)] += counts.n;
  tally.counts[layout_.count(cell, Layout::responders)] += counts.responders;
  tally.counts[layout_.count(cell, Layout::benefiting)] += counts.benefiting;
  tally.counts[layout_.count(cell, Layout::harmed)] += counts.harmed;
  tally.sums[layout_.sum(cell, Layout::observed)].add(sums.observed);
  tally.sums[layout_.sum(cell, Layout::observed_squares)].add(sums.observed_squares);
  tally.sums[layout_.sum(cell, Layout::increment)].add(sums.increment);
  tally.sums[layout_.sum(cell, Layout::increment_squares)].add(sums.increment_squares);
}

/// Related events of one strategy. Squares are of what a child had, not of single events.
void Cohort::gather_harm(std::size_t strategy, const TileHarm& harm, Workspace& work, Tally& tally) const {
  const auto lanes = static_cast<std::size_t>(work.child.patient.lanes);
  const auto slot = [](std::size_t lane, std::size_t type) { return (lane * (any_type + 1) + type) * grades; };
  std::fill(work.events.begin(), work.events.end(), TileEvents{});
  std::fill(work.events_of_child.begin(), work.events_of_child.end(), std::uint16_t{0});
  for (const AdverseEvent& event : harm.events) {
    const auto type = static_cast<std::size_t>(event.type);
    ++work.events_of_child[slot(event.lane, type) + event.grade - 1u];
    ++work.events_of_child[slot(event.lane, any_type) + event.grade - 1u];
    for (const auto& leaf : work.leaf) tally.sums[layout_.days(strategy, leaf[event.lane], type)].add(event.days);
  }
  for (const auto& leaf : work.leaf)
    for (std::size_t i = 0; i < lanes; ++i) {
      TileEvents& events = work.events[leaf[i]];
      ++events.children;
      const std::uint16_t* any = &work.events_of_child[slot(i, any_type)];
      if (any[0] + any[1] + any[2] == 0) continue;
      ++events.with_event;
      events.with_serious_event += any[grades - 1] > 0;
      for (std::size_t type = 0; type <= any_type; ++type)
        for (std::size_t grade = 0; grade < grades; ++grade) {
          const std::int64_t count = work.events_of_child[slot(i, type) + grade];
          events.total[type][grade] += count;
          events.squares[type][grade] += count * count;
        }
    }
  add_events(strategy, work, tally);
}

/// Background events are the same under every strategy: they are kept once, behind the last strategy.
void Cohort::gather_background(const HarmParameters& harm, Workspace& work, Tally& tally) const {
  const int lanes = work.child.patient.lanes;
  std::fill(work.events.begin(), work.events.end(), TileEvents{});
  std::array<Lanes<std::uint16_t>, grades> any;  // events of any type
  for (auto& of_grade : any) std::fill_n(of_grade.begin(), lanes, std::uint16_t{0});
  const auto add = [&](std::size_t type, std::size_t grade, const Lanes<std::uint16_t>& count) {
    for (const auto& leaf : work.leaf)
      for (int i = 0; i < lanes; ++i) {
        work.events[leaf[i]].total[type][grade] += count[i];
        work.events[leaf[i]].squares[type][grade] += count[i] * count[i];
      }
  };
  for (std::size_t type = 0; type < event_types; ++type)
    for (std::size_t grade = 0; harm.background_per_year[type] > 0 && grade < grades; ++grade) {
      const Lanes<std::uint16_t>& count = work.background[type][grade];
      if (std::accumulate(count.begin(), count.begin() + lanes, 0) == 0) continue;
      for (int i = 0; i < lanes; ++i) any[grade][i] = static_cast<std::uint16_t>(any[grade][i] + count[i]);
      add(type, grade, count);
    }
  for (std::size_t grade = 0; grade < grades; ++grade) add(any_type, grade, any[grade]);
  for (const auto& leaf : work.leaf)
    for (int i = 0; i < lanes; ++i) {
      TileEvents& events = work.events[leaf[i]];
      ++events.children;
      events.with_event += any[0][i] + any[1][i] + any[2][i] > 0;
      events.with_serious_event += any[grades - 1][i] > 0;
    }
  add_events(layout_.strategies(), work, tally);
}

void Cohort::add_events(std::size_t strategy, const Workspace& work, Tally& tally) const {
  using Layout = CohortLayout;
  for (std::size_t leaf = 0; leaf < layout_.leaves(); ++leaf) {
    const TileEvents& events = work.events[leaf];
    if (events.children == 0) continue;
    tally.counts[layout_.child(strategy, leaf, Layout::children)] += events.children;
    tally.counts[layout_.child(strategy, leaf, Layout::with_event)] += events.with_event;
    tally.counts[layout_.child(strategy, leaf, Layout::with_serious_event)] += events.with_serious_event;
    for (std::size_t type = 0; type <= any_type; ++type)
      for (std::size_t grade = 0; grade < grades; ++grade) {
        tally.counts[layout_.event(strategy, leaf, type, grade, Layout::events)] += events.total[type][grade];
        tally.counts[layout_.event(strategy, leaf, type, grade, Layout::events_squared)] += events.squares[type][grade];
      }
  }
  if (layout_.uncertain()) add_event_clusters(strategy, work, tally);
}

}  // namespace vcohort
