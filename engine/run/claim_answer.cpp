#include "engine/run/claim_answer.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <type_traits>

#include "engine/numeric/columns.hpp"
#include "engine/numeric/require.hpp"
#include "engine/run/in_memory.hpp"

namespace vcohort {

namespace {

constexpr double standard_errors = 2;  // at which a contrast is judged

std::string path_of(ClaimNumber::Table table) {
  const bool trial = table == ClaimNumber::Table::operating_characteristics;
  return std::string(trial ? "/trial/" : "/cohort/") + name_of(table);
}

/// A row that a number stands in: the columns that tell it from the others.
class RowSearch {
 public:
  RowSearch(const Table& table, const Study& study, const std::string& scenario, const ClaimNumber& number)
      : table_(table) {
    want("scenario", scenario);
    if (number.table == ClaimNumber::Table::operating_characteristics) {
      want("arm", number.strategy);
      want("analysis", study.trial->analyses.front().name);
      want("sample_size", number.sample_size);
      return;
    }
    want("strategy", number.strategy);
    want("stratum", number.stratum);
    if (number.grade > 0) {
      want("origin", std::string("related"));
      want("type", std::string("any"));
      want("grade", number.grade);
    }
    if (number.endpoint.empty()) return;
    want("endpoint", number.endpoint);
    want("visit_months", number.visit_months);
  }

  std::size_t row() const {
    for (std::size_t row = 0; row < table_.rows(); ++row)
      if (std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& condition) { return condition(row); }))
        return row;
    throw InvalidInput(explain("a claim is about " + described_, "the result has no such row in " + table_.path,
                               "correct strategy, stratum, endpoint and visit of the contrast"));
  }

 private:
  template <class Value>
  void want(const char* column, const Value& value) {
    const Column* found = table_.find(column);
    if (!found) throw InternalError(table_.path + " has no column " + column);
    const auto& values = std::get<std::vector<Value>>(found->values);
    wanted_.push_back([&values, value](std::size_t row) { return values[row] == value; });
    if constexpr (std::is_same_v<Value, std::string>) described_ += (described_.empty() ? "" : ", ") + value;
  }

  const Table& table_;
  std::vector<std::function<bool(std::size_t)>> wanted_;
  std::string described_;
};

double number_at(const Table& table, const std::string& column, std::size_t row) {
  const Column* found = table.find(column);
  const auto* values = found ? std::get_if<std::vector<double>>(&found->values) : nullptr;
  if (!values)
    throw InvalidInput(explain("a claim is about the column " + column, "there is no such number in " + table.path,
                               "`vcohort schema` lists the columns"));
  return (*values)[row];
}

/// The results of a study under all scenarios, simulated when they are asked for.
class Results {
 public:
  Results(const Study& study, std::vector<Evidence> evidence, int threads)
      : study_(study), evidence_(std::move(evidence)), threads_(threads) {}

  Measured measure(const ClaimContrast& contrast, const std::string& scenario) {
    const Measured of = measure(contrast.of, scenario);
    if (!contrast.less) return of;
    const bool dependent = study_.uncertain_parameters || contrast.of.stratum == contrast.less->stratum;
    return difference(of, measure(*contrast.less, scenario), dependent);
  }

 private:
  Measured measure(const ClaimNumber& number, const std::string& scenario) {
    const Measured measured = measure_once(number, scenario);
    if (number.share_of_visit_months == 0) return measured;
    ClaimNumber whole = number;
    whole.visit_months = number.share_of_visit_months;
    return share(measured, measure_once(whole, scenario));
  }

  Measured measure_once(const ClaimNumber& number, const std::string& scenario) {
    const std::vector<Table>& tables = with_reference(number.reference);
    const std::string path = path_of(number.table);
    const auto table = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.path == path; });
    require(table != tables.end(), "the study asks the question that its claim is about");
    const std::size_t row = RowSearch(*table, study_, scenario, number).row();
    const bool increments = number.table == ClaimNumber::Table::increments;
    const std::string error = increments && number.column == "mean" ? "mcse" : number.column + "_mcse";
    return {number_at(*table, number.column, row), number_at(*table, error, row)};
  }

  const std::vector<Table>& with_reference(const std::string& name) {
    const auto known = tables_.find(name);
    if (known != tables_.end()) return known->second;
    Study study = study_;
    if (!name.empty()) {
      const auto of_name = [&](const Strategy& strategy) { return strategy.name == name; };
      const auto found = std::find_if(study.strategies.begin(), study.strategies.end(), of_name);
      require(found != study.strategies.end() && study.cohort, "the reference of a claim is a strategy of the cohort");
      study.cohort->reference = static_cast<int>(found - study.strategies.begin());
      study.trial.reset();
    }
    return tables_[name] = run_in_memory(Plan(study, evidence_), threads_);
  }

  const Study& study_;
  std::vector<Evidence> evidence_;
  int threads_;
  std::map<std::string, std::vector<Table>> tables_;  // by reference
};

std::vector<Evidence> with_neutral_premises(std::vector<Evidence> evidence, const Claim& claim) {
  for (Evidence& stance : evidence)
    for (const ClaimPremise& premise : claim.premises)
      apply_override(stance, premise.parameter, premise.neutral,
                     "a premise of the claim, at the value that says nothing");
  return evidence;
}

std::string premises_text(const Claim& claim, const Evidence& stance) {
  std::string text;
  for (const ClaimPremise& premise : claim.premises) {
    const Parameter* parameter = find(stance, premise.parameter);
    if (!text.empty()) text += ", ";
    text += premise.parameter + " (" + (parameter ? name_of(parameter->strength) : "absent") + ")";
  }
  return text;
}

bool rests_on_assumptions(const Claim& claim, const Evidence& stance) {
  return std::any_of(claim.premises.begin(), claim.premises.end(), [&](const ClaimPremise& premise) {
    const Parameter* parameter = find(stance, premise.parameter);
    return parameter && parameter->strength == Strength::assumed;
  });
}

/// The answer in words: "holds, assumption-driven".
std::string answer_of(ClaimVerdict verdict, ClaimVerdict neutral, bool assumed, bool has_premises) {
  std::string answer = name_of(verdict);
  if (verdict != ClaimVerdict::holds && verdict != ClaimVerdict::reversed) return answer;
  if (has_premises && neutral == verdict) return answer + ", with neutral premises too";
  return answer + (assumed ? ", assumption-driven" : has_premises ? ", driven by its premises" : "");
}

}  // namespace

const char* name_of(ClaimVerdict verdict) {
  constexpr const char* names[] = {"holds", "reversed", "vanishes", "undecided"};
  return names[static_cast<std::size_t>(verdict)];
}

ClaimVerdict judge(const ClaimContrast& contrast, Measured measured) {
  if (!std::isfinite(measured.value)) return ClaimVerdict::vanishes;
  const double error = standard_errors * measured.mcse;
  const double claimed = contrast.claimed_below ? -measured.value : measured.value;
  if (claimed - error > contrast.matters) return ClaimVerdict::holds;
  if (-claimed - error > contrast.matters) return ClaimVerdict::reversed;
  if (std::fabs(claimed) + error <= contrast.matters) return ClaimVerdict::vanishes;
  return contrast.matters == 0 && measured.value == 0 ? ClaimVerdict::vanishes : ClaimVerdict::undecided;
}

Measured difference(Measured a, Measured b, bool dependent) {
  return {a.value - b.value, dependent ? a.mcse + b.mcse : std::sqrt(a.mcse * a.mcse + b.mcse * b.mcse)};
}

Measured share(Measured part, Measured whole) {
  if (whole.value == 0) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
  }
  const double value = part.value / whole.value;
  return {value, (part.mcse + std::fabs(value) * whole.mcse) / std::fabs(whole.value)};
}

Table answer_claim(const Study& study, std::span<const Evidence> evidence, const std::string& name, int threads) {
  require(study.claim.has_value(), "the study makes a claim");
  const Claim& claim = *study.claim;
  std::vector<Evidence> stances(evidence.begin(), evidence.end());
  Results as_it_is(study, stances, threads);
  Results neutral(study, with_neutral_premises(stances, claim), threads);

  struct Row {
    const ClaimContrast& contrast;
    const Evidence& stance;
    Measured measured, neutral;
  };
  std::vector<Row> rows;
  for (const ClaimContrast& contrast : claim.contrasts)
    for (const Evidence& stance : stances) {
      const Measured measured = as_it_is.measure(contrast, stance.name);
      rows.push_back(
          {contrast, stance, measured, claim.premises.empty() ? measured : neutral.measure(contrast, stance.name)});
    }
  Table table{"/claims", "What a claim comes to under each stance: one row per contrast and scenario", {}};
  const Columns column(table, rows);
  column("claim", "", "name of its study", [&](const Row&) { return name; });
  column("contrast", "", "what decides", [](const Row& row) { return row.contrast.name; });
  column("scenario", "", "stance of the evidence", [](const Row& row) { return row.stance.name; });
  column("value", "of the contrast", "simulated", [](const Row& row) { return row.measured.value; });
  column("mcse", "of the contrast", "Monte Carlo standard error, or an upper bound of it",
         [](const Row& row) { return row.measured.mcse; });
  column("claimed_beyond", "of the contrast", "where the claim begins to matter",
         [](const Row& row) { return row.contrast.claimed_below ? -row.contrast.matters : row.contrast.matters; });
  column("neutral_value", "of the contrast", "the same with the premises at their neutral values",
         [](const Row& row) { return row.neutral.value; });
  column("neutral_mcse", "of the contrast", "its Monte Carlo standard error",
         [](const Row& row) { return row.neutral.mcse; });
  column("answer", "",
         "holds, reversed, vanishes or undecided, judged at two standard errors; driven by its premises: it "
         "goes when they are neutral; assumption-driven: and nobody measured one of them",
         [&](const Row& row) {
           return answer_of(judge(row.contrast, row.measured), judge(row.contrast, row.neutral),
                            rests_on_assumptions(claim, row.stance), !claim.premises.empty());
         });
  column("premises", "", "parameters that carry the claim, with the strength of their evidence",
         [&](const Row& row) { return premises_text(claim, row.stance); });
  return table;
}

}  // namespace vcohort
