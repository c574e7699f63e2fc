#include "engine/cohort/cohort.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <numeric>

#include "engine/cohort/workspace.hpp"
#include "engine/numeric/require.hpp"
#include "engine/study/reference_first.hpp"
#include "engine/study/reported_strata.hpp"

namespace vcohort {

Cohort::Model::Model(const Study& study, const ParameterValues& values)
    : patient(values), harm(values), outcomes(values, study.outcomes.visits_months, study.outcomes.endpoints) {
  plans.reserve(study.strategies.size());
  for (const Strategy& strategy : study.strategies)
    plans.emplace_back(strategy, outcomes, study.population.rehabilitation);
  for (const OutcomePlan& plan : plans) therapies.push_back(&plan.therapy);
}

Cohort::Workspace::Workspace(const Cohort& cohort, const Model& model)
    : outcomes(model.outcomes),
      leaf(cohort.strata_.stratifications(), std::vector<std::uint32_t>(tile_size)),
      grouped(cohort.strata_.stratifications(), std::vector<std::uint16_t>(tile_size)),
      place(cohort.strata_.leaves()),
      reference(model.outcomes.recorded.size() * model.outcomes.visits.size()),
      sums(cohort.strata_.leaves()),
      counts(cohort.strata_.leaves()),
      events(cohort.strata_.leaves()),
      events_of_child(static_cast<std::size_t>(tile_size) * (event_types + 1) * grades) {}

Cohort::Cohort(const Study& study, const Evidence& evidence)
    : study_(study),
      evidence_(evidence),
      draws_(evidence),
      strata_(reported_stratifications(study)),
      fixed_(std::make_shared<const Model>(study, point_values(evidence))),
      order_(reference_first(study.strategies.size(), static_cast<std::size_t>(study.cohort->reference))),
      layout_(study.strategies.size(), study.outcomes.visits_months.size(), strata_.leaves(), strata_.strata().size(),
              fixed_->outcomes.recorded, study.uncertain_parameters) {
  require(!study_.uncertain_parameters || blocks() <= std::numeric_limits<std::uint32_t>::max(),
          "an address holds the parameter draw");
}

std::int64_t Cohort::blocks() const {
  return (study_.population.size + patients_per_block() - 1) / patients_per_block();
}

std::int64_t Cohort::patients_in(std::int64_t block) const {
  return std::min(patients_per_block(), study_.population.size - block * patients_per_block());
}

Tally Cohort::empty_tally() const {
  return Tally(layout_.number_of_counts(), layout_.number_of_sums());
}

/// With fixed parameters block b holds patients b * 4096 ...  of replicate 0. With uncertain ones block b is parameter
/// draw b, and its patients are the first 256 of replicate b.
void Cohort::simulate_block(std::int64_t block, Tally& tally, std::vector<Table>& rows) const {
  const bool uncertain = study_.uncertain_parameters;
  const auto draw = static_cast<std::uint32_t>(uncertain ? block : 0);
  const std::shared_ptr<const Model> model = model_of(draw);
  const auto workspace = std::make_unique<Workspace>(*this, *model);
  static_assert(draw_size <= tile_size, "a cluster of the error of a mean is one tile");
  const std::int64_t first = uncertain ? 0 : block * block_size;
  const std::int64_t end = first + patients_in(block);
  for (std::int64_t tile = first; tile < end; tile += tile_size)
    simulate_tile(*model, draw, tile, static_cast<int>(std::min<std::int64_t>(tile_size, end - tile)), *workspace,
                  tally, rows);
}

std::shared_ptr<const Cohort::Model> Cohort::model_of(std::uint32_t replicate) const {
  if (!study_.uncertain_parameters) return fixed_;
  return std::make_shared<const Model>(study_, draw_values(evidence_, study_.seed, replicate));
}

std::vector<Table> Cohort::replay(Study study, const Evidence& evidence, std::uint32_t replicate,
                                  std::uint64_t patient) {
  study.cohort->save_patients = true;
  const Cohort cohort(study, evidence);
  const std::shared_ptr<const Model> model = cohort.model_of(replicate);
  const auto workspace = std::make_unique<Workspace>(cohort, *model);
  Tally tally = cohort.empty_tally();
  std::vector<Table> rows = cohort.row_tables();
  cohort.simulate_tile(*model, replicate, static_cast<std::int64_t>(patient), 1, *workspace, tally, rows);
  if (study.uncertain_parameters) rows.pop_back();  // a draw is more than one patient
  return rows;
}

void Cohort::simulate_tile(const Model& model, std::uint32_t replicate, std::int64_t first, int lanes, Workspace& work,
                           Tally& tally, std::vector<Table>& rows) const {
  std::array<std::uint64_t, tile_size> ids;
  std::iota(ids.begin(), ids.begin() + lanes, static_cast<std::uint64_t>(first));
  enrol(study_.seed, replicate, study_.population, model.patient, model.outcomes.development,
        {ids.data(), static_cast<std::size_t>(lanes)}, work.child);
  for (std::size_t k = 0; k < work.leaf.size(); ++k) strata_.assign(k, work.child, work.leaf[k].data());
  group_lanes(work);
  work.outcomes.prepare(study_.seed, replicate, work.child, TileOutcomes::Setting::cohort);
  gather_baseline(work, tally);
  draw_adverse_events(study_.seed, replicate, model.harm, work.child.patient, model.therapies,
                      model.months_of_follow_up(), work.harm);
  draw_background_events(study_.seed, replicate, model.harm, work.child.patient, model.months_of_follow_up(),
                         work.background);
  gather_background(model.harm, work, tally);
  if (study_.cohort->save_patients) append_rows(rows, patient_table(replicate, &work));

  for (const std::size_t strategy : order_) {
    const bool is_reference = strategy == order_.front();
    work.outcomes.evaluate(model.plans[strategy], work.child, work.harm[strategy].infusions_before_change.data());
    if (is_reference)
      for (std::size_t e = 0; e < layout_.endpoints().size(); ++e)
        for (std::size_t v = 0; v < layout_.visits(); ++v)
          std::copy_n(work.outcomes.latent(e, v).begin(), lanes, work.reference[e * layout_.visits() + v].begin());
    gather(model, strategy, work, tally);
    gather_harm(strategy, work.harm[strategy], work, tally);
    if (study_.uncertain_parameters && !is_reference) append_rows(rows, draw_table(strategy, replicate, &work));
  }
  if (study_.cohort->save_patients)
    for (std::size_t strategy = 0; strategy < study_.strategies.size(); ++strategy) {
      work.outcomes.evaluate(model.plans[strategy], work.child, work.harm[strategy].infusions_before_change.data());
      append_rows(rows, outcome_table(strategy, replicate, &work));
    }
}

}  // namespace vcohort
