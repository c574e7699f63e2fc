#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

template <class Value>
void push(Table& table, std::size_t& place, Value value) {
  std::get<std::vector<Value>>(table.columns[place++].values).push_back(std::move(value));
}

}  // namespace

Table Trial::empty_rows() const {
  Table table{"/trial/replicates",
              "What each simulated trial found: one row per scenario, replicate, sample size, analysis and contrast",
              {}};
  table.add<std::string>("scenario", "", "stance of the evidence");
  table.add<std::int64_t>("replicate", "", "number of the simulated trial");
  table.add<std::int64_t>("sample_size", "patients", "randomised");
  table.add<std::string>("analysis", "", "which analysis of the study");
  table.add<std::string>("arm", "", "arm that is compared with the reference");
  table.add<double>("estimate", "of the analysis", "effect, arm against reference");
  table.add<double>("se", "of the analysis", "standard error that the analysis states");
  table.add<double>("df", "", "degrees of freedom; infinite for normal tests");
  table.add<double>("statistic", "", "test statistic of no effect");
  table.add<double>("p", "",
                    "p-value of the hypothesis; for a Bayesian rule the posterior probability of the null hypothesis");
  table.add<Truth>("reject", "", "null hypothesis rejected");
  table.add<double>("lower", "of the analysis", "lower limit of the interval");
  table.add<double>("upper", "of the analysis", "upper limit of the interval");
  table.add<std::int64_t>(
      "failure", "", "why there is no estimate; 0: there is one; the kinds stand in the operating characteristics");
  table.add<std::int64_t>("n_reference", "patients", "randomised to the reference");
  table.add<std::int64_t>("n_arm", "patients", "randomised to the arm");
  table.add<std::int64_t>("n_analysed", "patients", "analysed, both arms");
  table.add<double>("duration_months", "months", "first day of accrual to last visit");
  return table;
}

void Trial::append_row(std::uint32_t replicate, std::size_t size, std::size_t analysis, std::size_t contrast,
                       const TrialResult& result, std::size_t in_reference, std::size_t in_arm, double duration,
                       Table& rows) const {
  const Protocol& protocol = trial_->protocol;
  const analysis::Estimate& estimate = result.estimate;
  std::size_t place = 0;
  push(rows, place, scenario_);
  push(rows, place, std::int64_t{replicate});
  push(rows, place, study_.trial->sample_size[size]);
  push(rows, place, study_.trial->analyses[analysis].name);
  push(rows, place, protocol.design.arms[static_cast<std::size_t>(protocol.contrasts()[contrast])].name);
  push(rows, place, estimate.estimate);
  push(rows, place, estimate.se);
  push(rows, place, estimate.df);
  push(rows, place, estimate.statistic);
  push(rows, place, result.p);
  push(rows, place, vcohort::Truth{static_cast<std::uint8_t>(result.ok() && result.rejected)});
  push(rows, place, estimate.lower);
  push(rows, place, estimate.upper);
  push(rows, place, static_cast<std::int64_t>(result.failure));
  push(rows, place, static_cast<std::int64_t>(in_reference));
  push(rows, place, static_cast<std::int64_t>(in_arm));
  push(rows, place, std::int64_t{estimate.patients});
  push(rows, place, duration);
}

}  // namespace vcohort
