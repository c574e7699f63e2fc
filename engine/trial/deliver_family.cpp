#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

namespace {

using Layout = TrialLayout;

std::string name_of(Multiplicity::Rule rule) {
  switch (rule) {
    case Multiplicity::Rule::all:
      return "co-primary";
    case Multiplicity::Rule::holm:
      return "primary, Holm";
    case Multiplicity::Rule::bonferroni:
      break;
  }
  return "primary, Bonferroni";
}

}  // namespace

Table Trial::table_of_family(const Tally& tally) const {
  Table table{
      "/trial/multiplicity",
      "What the claims of a family come to, each a rejection in the better direction that the procedure allows: "
      "one row per scenario, sample size, contrast and claim, and those of several together",
      {}};
  struct Row {
    std::size_t size, contrast;
    std::string claim, role;
    std::size_t which;         // of the layout's family counts
    std::ptrdiff_t step = -1;  // of one claim
  };
  std::vector<Row> rows;
  const Family& family = *family_;
  for (std::size_t s = 0; s < layout_.sizes(); ++s)
    for (std::size_t c = 0; c < layout_.contrasts(); ++c) {
      for (std::size_t k = 0; k < family.steps(); ++k)
        rows.push_back({s, c, study_.trial->analyses[family.analysis(k)].name,
                        k < family.primaries() ? name_of(family.rule()) : "in sequence", Layout::first_claim + k,
                        static_cast<std::ptrdiff_t>(k)});
      if (family.rule() != Multiplicity::Rule::all)
        rows.push_back({s, c, "any primary", "together", Layout::any_primary});
      rows.push_back({s, c, "all primaries", "together", Layout::all_primaries});
      if (family.steps() > family.primaries()) rows.push_back({s, c, "everything", "together", Layout::everything});
    }
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  const Columns column(table, rows);
  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", "patients", "randomised", [&](const Row& row) { return study_.trial->sample_size[row.size]; });
  column("arm", "", "arm that is compared with the reference",
         [&](const Row& row) { return trial_->protocol.arm_of_contrast(row.contrast).name; });
  column("claim", "", "the analysis, or several together", [](const Row& row) { return row.claim; });
  column("role", "", "how it is claimed", [](const Row& row) { return row.role; });
  add_with_error(column, "power", "share", "trials that make the claim; family-wise error where it is false",
                 [&](const Row& row) {
                   const std::size_t at = layout_.family(row.size, row.contrast, row.which);
                   return share_of(static_cast<double>(tally.counts[at]), replicates);
                 });
  add_with_error(column, "power_alone", "share",
                 "trials whose analysis rejects in the better direction at the whole level, whatever the others do",
                 [&](const Row& row) -> WithError {
                   if (row.step < 0) return {};
                   const std::size_t analysis = family.analysis(static_cast<std::size_t>(row.step));
                   const std::size_t cell = layout_.cell(row.size, analysis, row.contrast);
                   return share_of(static_cast<double>(tally.counts[layout_.count(cell, Layout::favourable)]),
                                   replicates);
                 });
  return table;
}

}  // namespace vcohort
