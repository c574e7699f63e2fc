#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"

namespace vcohort {

namespace {

std::string name_of(boundaries::Decision reason) {
  switch (reason) {
    case boundaries::Decision::efficacy:
      return "efficacy";
    case boundaries::Decision::reversed:
      return "worse";
    default:
      return "futility";
  }
}

}  // namespace

Table Trial::table_of(const std::vector<ReplicateRow>& rows) const {
  Table table{"/trial/replicates",
              "What each simulated trial found: one row per scenario, replicate, sample size, analysis and contrast",
              {}};
  const Columns column(table, rows);
  const auto estimate = [](const auto member) {
    return [=](const ReplicateRow& row) { return row.result.estimate.*member; };
  };
  using analysis::Estimate;
  column("scenario", "", "stance of the evidence", [&](const ReplicateRow&) { return scenario_; });
  column("replicate", "", "number of the simulated trial", &ReplicateRow::replicate);
  column("sample_size", "patients", "randomised",
         [&](const ReplicateRow& row) { return study_.trial->sample_size[row.size]; });
  column("analysis", "", "which analysis of the study",
         [&](const ReplicateRow& row) { return study_.trial->analyses[row.analysis].name; });
  column("arm", "", "arm that is compared with the reference; of a trial of one arm, that one",
         [&](const ReplicateRow& row) { return trial_->protocol.arm_of_contrast(row.contrast).name; });
  column("estimate", "of the analysis", "effect, arm against reference, or a single arm against its fixed value",
         estimate(&Estimate::estimate));
  column("se", "of the analysis", "standard error that the analysis states", estimate(&Estimate::se));
  column("df", "", "degrees of freedom; infinite for normal tests", estimate(&Estimate::df));
  column("statistic", "", "test statistic against the null of the hypothesis",
         [](const ReplicateRow& row) { return row.result.statistic; });
  column("p", "", "p-value of the hypothesis; for a Bayesian rule the posterior probability of the null hypothesis",
         [](const ReplicateRow& row) { return row.result.p; });
  column("reject", "", "null hypothesis rejected",
         [](const ReplicateRow& row) { return row.result.ok() && row.result.rejected; });
  column("lower", "of the analysis", "lower limit of the interval", estimate(&Estimate::lower));
  column("upper", "of the analysis", "upper limit of the interval", estimate(&Estimate::upper));
  column("failure", "", "why there is no estimate; 0: there is one; the kinds stand in the operating characteristics",
         [](const ReplicateRow& row) { return static_cast<std::int64_t>(row.result.failure); });
  column("n_reference", "patients", "randomised to the reference", &ReplicateRow::in_reference);
  column("n_arm", "patients", "randomised to the arm", &ReplicateRow::in_arm);
  column("n_analysed", "patients", "of the arms that are compared, analysed", estimate(&Estimate::patients));
  column("duration_months", "months", "first day of accrual to last visit", &ReplicateRow::duration_months);
  if (!study_.trial->looks) return table;
  column("look", "1", "at which the trial ended", [](const ReplicateRow& row) { return row.look + 1; });
  column("reason", "",
         "why it ended there: efficacy, worse (significantly so), or futility (at the last look: neither)",
         [](const ReplicateRow& row) { return name_of(row.reason); });
  return table;
}

}  // namespace vcohort
