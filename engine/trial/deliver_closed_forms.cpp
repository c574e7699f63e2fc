#include "engine/numeric/columns.hpp"
#include "engine/study/trial_names.hpp"
#include "engine/trial/closed_form.hpp"
#include "engine/trial/co_primary_form.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

Table Trial::table_of_closed_forms(const Tally& tally) const {
  Table table{
      "/trial/closed_forms",
      "What published formulas say of the power that was simulated: one row per scenario, sample size, analysis, "
      "contrast and formula, and for co-primary analyses of the power to show them all",
      {}};
  struct Row {
    std::size_t size, analysis, contrast;
    ClosedForm form;
    bool all_primaries = false;
  };
  const DataModel* model = study_.data_model ? &*study_.data_model : nullptr;
  const bool co_primary = family_ && family_->rule() == Multiplicity::Rule::all && family_->primaries() > 1;
  std::vector<Row> rows;
  for (std::size_t s = 0; s < layout_.sizes(); ++s) {
    const std::int64_t patients = study_.trial->sample_size[s];
    for (std::size_t a = 0; a < layout_.analyses(); ++a)
      for (std::size_t c = 0; c < layout_.contrasts(); ++c)
        for (ClosedForm& form : closed_form(a, c, patients)) rows.push_back({s, a, c, form});
    for (std::size_t c = 0; co_primary && c < layout_.contrasts(); ++c)
      rows.push_back({s, 0, c, co_primary_form(*this, model, c, patients), true});
  }
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", units_of(*study_.trial).data(), "randomised",
         [&](const Row& row) { return study_.trial->sample_size[row.size]; });
  column("analysis", "", "which analysis of the study, or all co-primary ones", [&](const Row& row) {
    return row.all_primaries ? std::string("all primaries") : study_.trial->analyses[row.analysis].name;
  });
  column("arm", "", "arm that is compared with the reference",
         [&](const Row& row) { return trial_->protocol.arm_of_contrast(row.contrast).name; });
  column("formula", "", "its name; empty where there is none", [](const Row& row) { return row.form.formula; });
  column("source", "", "where it is published", [](const Row& row) { return row.form.source; });
  column("remark", "", "what the formula leaves out; without a formula, why there is none",
         [](const Row& row) { return row.form.remark; });
  column("formula_power", "share", "power by the formula, to six digits",
         [](const Row& row) { return row.form.power; });
  add_with_error(column, "power", "share", "as simulated", [&](const Row& row) {
    if (row.all_primaries) {
      const std::size_t at = layout_.family(row.size, row.contrast, TrialLayout::all_primaries);
      return share_of(static_cast<double>(tally.counts[at]), replicates);
    }
    const std::size_t cell = layout_.cell(row.size, row.analysis, row.contrast);
    return share_of(static_cast<double>(tally.counts[layout_.count(cell, TrialLayout::rejections)]), replicates);
  });
  return table;
}

std::vector<ClosedForm> Trial::closed_form(std::size_t analysis, std::size_t contrast, std::int64_t sample_size) const {
  return closed_forms(*trial_, analysis == 0 ? look_plans_->of(sample_size).get() : nullptr, analysis, contrast,
                      sample_size);
}

}  // namespace vcohort
