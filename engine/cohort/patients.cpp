#include "engine/cohort/cohort.hpp"
#include "engine/cohort/workspace.hpp"
#include "engine/numeric/cluster_error.hpp"

namespace vcohort {

namespace {

template <class Value>
std::vector<Value>& column(Table& table, std::size_t place) {
  return std::get<std::vector<Value>>(table.columns.at(place).values);
}

enum RowTable : std::size_t { baseline_rows, outcome_rows };

}  // namespace

std::vector<Table> Cohort::row_tables() const {
  std::vector<Table> tables;
  if (study_.cohort->save_patients) tables = patient_tables();
  if (study_.uncertain_parameters) tables.push_back(draw_table());
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

Table Cohort::draw_table() const {
  Table table{"/cohort/draws",
              "What each parameter draw answers: mean increment of the first endpoint at the last visit, over the "
              "patients of the draw; one row per scenario, draw and strategy other than the reference",
              {}};
  table.add<std::string>("scenario", "", "stance of the evidence");
  table.add<std::int64_t>("draw", "", "parameter draw, which is the replicate of its patients");
  table.add<std::string>("strategy", "", "what the patients receive");
  table.add<std::string>("endpoint", "", "the first one that the study records");
  table.add<double>("visit_months", "months", "time since baseline of the last visit");
  table.add<std::int64_t>("n", "patients", "pairs of twins with a value");
  table.add<double>("increment", "of the endpoint", "mean latent increment, strategy - reference");
  table.add<double>("increment_mcse", "of the endpoint", "what the patients of the draw add to its spread over draws");
  return table;
}

std::vector<Table> Cohort::patient_tables() const {
  Table baseline{"/cohort/patients/baseline", "Who the patients are: one row per scenario and patient", {}};
  baseline.add<std::string>("scenario", "", "stance of the evidence");
  baseline.add<std::int64_t>("replicate", "",
                             "replicate of the patient's address: the parameter draw where parameters are uncertain");
  baseline.add<std::int64_t>("patient", "", "patient of the address");
  baseline.add<std::int64_t>("attempt", "", "candidates of this address who were not eligible");
  baseline.add<double>("age_years", "years", "age at baseline");
  baseline.add<std::int64_t>("gmfcs", "", "GMFCS level, 1 to 5");
  baseline.add<std::int64_t>("injury", "", "0 white matter, 1 grey matter, 2 malformation, 3 other");
  baseline.add<std::int64_t>("motor_type", "", "0 spastic, 1 dyskinetic, 2 ataxic, 3 mixed");
  baseline.add<Truth>("male", "", "boy");
  baseline.add<double>("weight_kg", "kg", "body weight at baseline");
  baseline.add<double>("months_since_injury", "months", "postneonatal injury only; 0 otherwise");
  baseline.add<Truth>("postneonatal", "", "injured after the neonatal period");
  baseline.add<Truth>("carrier", "", "carries the (hypothetical) favourable genotype");
  baseline.add<Truth>("immune_suppressed", "", "under long-term immunosuppression");
  baseline.add<Truth>("epilepsy", "", "has epilepsy");
  baseline.add<Truth>("drools", "", "drools at baseline");
  baseline.add<double>("inflammation", "SD", "standard normal score of systemic inflammation");
  baseline.add<double>("gmfm66", "points", "observed GMFM-66 at baseline");
  baseline.add<double>("gmfm88", "points", "observed GMFM-88 at baseline");

  Table outcomes{
      "/cohort/patients/outcomes", "What each visit recorded: one row per scenario, strategy, patient and visit", {}};
  outcomes.add<std::string>("scenario", "", "stance of the evidence");
  outcomes.add<std::string>("strategy", "", "what the patient receives");
  outcomes.add<std::int64_t>("replicate", "", "replicate of the patient's address");
  outcomes.add<std::int64_t>("patient", "", "patient of the address");
  outcomes.add<double>("visit_months", "months", "time since baseline");
  for (const Endpoint& endpoint : layout_.endpoints()) {
    outcomes.add<double>(std::string(endpoint.name), std::string(endpoint.units), std::string(endpoint.description));
    outcomes.add<double>(std::string(endpoint.name) + "_latent", std::string(endpoint.units),
                         "the same without measurement error");
  }
  return {baseline, outcomes};
}

void Cohort::append_patients(std::uint32_t replicate, const Workspace& work, std::vector<Table>& rows) const {
  Table& table = rows.at(baseline_rows);
  const PatientTile& patient = work.child.patient;
  for (int i = 0; i < patient.lanes; ++i) {
    std::size_t place = 0;
    const auto integer = [&](std::int64_t value) { column<std::int64_t>(table, place++).push_back(value); };
    const auto number = [&](double value) { column<double>(table, place++).push_back(value); };
    const auto truth = [&](std::uint8_t value) { column<Truth>(table, place++).push_back({value}); };
    column<std::string>(table, place++).push_back(evidence_.name);
    integer(replicate);
    integer(static_cast<std::int64_t>(patient.patient[i]));
    integer(patient.attempt[i]);
    number(patient.age_years[i]);
    integer(patient.gmfcs[i] + 1);
    integer(patient.injury[i]);
    integer(patient.motor_type[i]);
    truth(patient.male[i]);
    number(patient.weight_kg[i]);
    number(patient.months_since_injury[i]);
    truth(patient.postneonatal[i]);
    truth(patient.carrier[i]);
    truth(patient.immune_suppressed[i]);
    truth(patient.epilepsy[i]);
    truth(patient.drools[i]);
    number(patient.inflammation[i]);
    number(work.child.baseline_gmfm66[i]);
    number(work.child.baseline_gmfm88[i]);
  }
}

/// The strategy evaluated last, against the reference.
void Cohort::append_draw(std::size_t strategy, std::uint32_t draw, const Workspace& work,
                         std::vector<Table>& rows) const {
  const std::size_t last = layout_.visits() - 1;
  double n = 0, sum = 0, squares = 0;
  for (int i = 0; i < work.child.patient.lanes; ++i) {
    const double increment = work.outcomes.latent(0, last)[i] - work.reference[last][i];
    if (increment != increment) continue;  // drooling of children who do not drool
    n += 1;
    sum += increment;
    squares += increment * increment;
  }
  if (n == 0) return;
  Table& table = rows.back();
  column<std::string>(table, 0).push_back(evidence_.name);
  column<std::int64_t>(table, 1).push_back(draw);
  column<std::string>(table, 2).push_back(study_.strategies[strategy].name);
  column<std::string>(table, 3).emplace_back(layout_.endpoints().front().name);
  column<double>(table, 4).push_back(study_.outcomes.visits_months[last]);
  column<std::int64_t>(table, 5).push_back(static_cast<std::int64_t>(n));
  column<double>(table, 6).push_back(sum / n);
  column<double>(table, 7).push_back(standard_deviation(n, sum, squares) / __builtin_sqrt(n));
}

void Cohort::append_outcomes(std::size_t strategy, std::uint32_t replicate, const Workspace& work,
                             std::vector<Table>& rows) const {
  Table& table = rows.at(outcome_rows);
  const PatientTile& patient = work.child.patient;
  for (int i = 0; i < patient.lanes; ++i)
    for (std::size_t v = 0; v < layout_.visits(); ++v) {
      column<std::string>(table, 0).push_back(evidence_.name);
      column<std::string>(table, 1).push_back(study_.strategies[strategy].name);
      column<std::int64_t>(table, 2).push_back(replicate);
      column<std::int64_t>(table, 3).push_back(static_cast<std::int64_t>(patient.patient[i]));
      column<double>(table, 4).push_back(study_.outcomes.visits_months[v]);
      for (std::size_t e = 0; e < layout_.endpoints().size(); ++e) {
        column<double>(table, 5 + 2 * e).push_back(work.outcomes.observed(e, v)[i]);
        column<double>(table, 6 + 2 * e).push_back(work.outcomes.latent(e, v)[i]);
      }
    }
}

}  // namespace vcohort
