#include "engine/cohort/cohort.hpp"
#include "engine/cohort/workspace.hpp"

namespace vcohort {

namespace {

template <class Value>
std::vector<Value>& column(Table& table, std::size_t place) {
  return std::get<std::vector<Value>>(table.columns.at(place).values);
}

enum RowTable : std::size_t { baseline_rows, outcome_rows };

}  // namespace

std::vector<Table> Cohort::row_tables() const {
  if (!study_.cohort->save_patients) return {};
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
    outcomes.add<double>(std::string(endpoint.name()), std::string(endpoint.units), std::string(endpoint.description));
    outcomes.add<double>(std::string(endpoint.name()) + "_latent", std::string(endpoint.units),
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
