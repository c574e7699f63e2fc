#include "engine/cohort/cohort.hpp"
#include "engine/cohort/workspace.hpp"
#include "engine/numeric/cluster_error.hpp"
#include "engine/numeric/columns.hpp"

namespace vcohort {

std::vector<Table> Cohort::row_tables() const {
  std::vector<Table> tables;
  if (study_.cohort->save_patients) tables = {patient_table(0, nullptr), outcome_table(0, 0, nullptr)};
  if (study_.uncertain_parameters) tables.push_back(draw_table(0, 0, nullptr));
  return tables;
}

std::vector<std::int64_t> Cohort::expected_rows() const {
  std::vector<std::int64_t> rows;
  const auto strategies = static_cast<std::int64_t>(study_.strategies.size());
  const auto visits = static_cast<std::int64_t>(layout_.visits());
  if (study_.cohort->save_patients) rows = {study_.population.size, study_.population.size * strategies * visits};
  if (study_.uncertain_parameters) rows.push_back(blocks() * (strategies - 1));
  return rows;
}

Table Cohort::draw_table(std::size_t strategy, std::uint32_t draw, const Workspace* work) const {
  const std::size_t last = layout_.visits() - 1;
  struct Row {
    double n = 0, sum = 0, squares = 0;
  } of_draw;
  for (int i = 0; work && i < work->child.patient.lanes; ++i) {
    const double increment = work->outcomes.latent(0, last)[i] - work->reference[last][i];
    if (increment != increment) continue;  // drooling of children who do not drool
    of_draw.n += 1;
    of_draw.sum += increment;
    of_draw.squares += increment * increment;
  }
  const std::vector<Row> rows(of_draw.n > 0 ? 1 : 0, of_draw);
  Table table{"/cohort/draws",
              "What each parameter draw answers: mean increment of the first endpoint at the last visit, over the "
              "patients of the draw; one row per scenario, draw and strategy other than the reference",
              {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return evidence_.name; });
  column("draw", "", "parameter draw, which is the replicate of its patients", [&](const Row&) { return draw; });
  column("strategy", "", "what the patients receive", [&](const Row&) { return study_.strategies[strategy].name; });
  column("endpoint", "", "the first one that the study records",
         [&](const Row&) { return layout_.endpoints().front().name; });
  column("visit_months", "months", "time since baseline of the last visit",
         [&](const Row&) { return study_.outcomes.visits_months[last]; });
  column("n", "patients", "pairs of twins with a value", [](const Row& r) { return static_cast<std::int64_t>(r.n); });
  column("increment", "of the endpoint", "mean latent increment, strategy - reference",
         [](const Row& r) { return r.sum / r.n; });
  column("increment_mcse", "of the endpoint", "what the patients of the draw add to its spread over draws",
         [](const Row& r) { return standard_deviation(r.n, r.sum, r.squares) / __builtin_sqrt(r.n); });
  return table;
}

Table Cohort::patient_table(std::uint32_t replicate, const Workspace* work) const {
  Table table{"/cohort/patients/baseline", "Who the patients are: one row per scenario and patient", {}};
  const ChildTile* child = work ? &work->child : nullptr;
  const std::ranges::iota_view lanes(0, work ? child->patient.lanes : 0);
  const Columns column(table, lanes);
  const auto of = [&](auto member) { return [=](int i) { return (child->patient.*member)[i]; }; };
  const auto is = [&](auto member) { return [=](int i) { return (child->patient.*member)[i] != 0; }; };
  using Tile = PatientTile;
  column("scenario", "", "stance of the evidence", [&](int) { return evidence_.name; });
  column("replicate", "", "replicate of the patient's address: the parameter draw where parameters are uncertain",
         [&](int) { return replicate; });
  column("patient", "", "patient of the address", of(&Tile::patient));
  column("attempt", "", "candidates of this address who were not eligible", of(&Tile::attempt));
  column("age_years", "years", "age at baseline", of(&Tile::age_years));
  column("gmfcs", "", "GMFCS level, 1 to 5", [&](int i) { return child->patient.gmfcs[i] + 1; });
  column("injury", "", "0 white matter, 1 grey matter, 2 malformation, 3 other", of(&Tile::injury));
  column("motor_type", "", "0 spastic, 1 dyskinetic, 2 ataxic, 3 mixed", of(&Tile::motor_type));
  column("topography", "", "0 hemiplegia, 1 diplegia, 2 quadriplegia, 3 none: not spastic", of(&Tile::topography));
  column("male", "", "boy", is(&Tile::male));
  column("weight_kg", "kg", "body weight at baseline", of(&Tile::weight_kg));
  column("months_since_injury", "months", "postneonatal injury only; 0 otherwise", of(&Tile::months_since_injury));
  column("postneonatal", "", "injured after the neonatal period", is(&Tile::postneonatal));
  column("carrier", "", "carries the (hypothetical) favourable genotype", is(&Tile::carrier));
  column("immune_suppressed", "", "under long-term immunosuppression", is(&Tile::immune_suppressed));
  column("epilepsy", "", "has epilepsy", is(&Tile::epilepsy));
  column("drools", "", "drools at baseline", is(&Tile::drools));
  column("inflammation", "SD", "standard normal score of systemic inflammation", of(&Tile::inflammation));
  column("gmfm66", "points", "observed GMFM-66 at baseline", [&](int i) { return child->baseline_gmfm66[i]; });
  column("gmfm88", "points", "observed GMFM-88 at baseline", [&](int i) { return child->baseline_gmfm88[i]; });
  return table;
}

Table Cohort::outcome_table(std::size_t strategy, std::uint32_t replicate, const Workspace* work) const {
  struct Row {
    int lane;
    std::size_t visit;
  };
  std::vector<Row> rows;
  for (int i = 0; work && i < work->child.patient.lanes; ++i)
    for (std::size_t v = 0; v < layout_.visits(); ++v) rows.push_back({i, v});
  Table table{
      "/cohort/patients/outcomes", "What each visit recorded: one row per scenario, strategy, patient and visit", {}};
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return evidence_.name; });
  column("strategy", "", "what the patient receives", [&](const Row&) { return study_.strategies[strategy].name; });
  column("replicate", "", "replicate of the patient's address", [&](const Row&) { return replicate; });
  column("patient", "", "patient of the address",
         [&](const Row& row) { return work->child.patient.patient[row.lane]; });
  column("visit_months", "months", "time since baseline",
         [&](const Row& row) { return study_.outcomes.visits_months[row.visit]; });
  for (std::size_t e = 0; e < layout_.endpoints().size(); ++e) {
    const Endpoint& endpoint = layout_.endpoints()[e];
    column(std::string(endpoint.name), std::string(endpoint.units), std::string(endpoint.description),
           [&](const Row& row) { return work->outcomes.observed(e, row.visit)[row.lane]; });
    column(std::string(endpoint.name) + "_latent", std::string(endpoint.units), "the same without measurement error",
           [&](const Row& row) { return work->outcomes.latent(e, row.visit)[row.lane]; });
  }
  return table;
}

}  // namespace vcohort
