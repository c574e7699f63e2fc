#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

using Layout = TrialLayout;

Table Trial::table_of_looks(const Tally& tally) const {
  Table table{"/trial/looks",
              "The looks of a group-sequential trial: when they were taken, what was known, and how many trials ended "
              "there; one row per scenario, sample size and look",
              {}};
  struct Row {
    std::size_t size, look;
  };
  std::vector<Row> rows;
  for (std::size_t s = 0; s < layout_.sizes(); ++s)
    for (std::size_t k = 0; k < layout_.looks(); ++k) rows.push_back({s, k});
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  const auto count = [&](const Row& row, Layout::LookCount which) {
    return tally.counts[layout_.count(row.size, row.look, which)];
  };
  const auto bounds = [&](const Row& row) -> const boundaries::Bounds& {
    return look_plans_->of(study_.trial->sample_size[row.size])->bounds();
  };

  const Columns column(table, rows);
  const auto measure = [&](const char* name, const char* units, const char* text, const auto& of) {
    add_with_error(column, name, units, text, of);
  };
  const auto mean = [&](Layout::LookSum sum, Layout::LookSum squares) {
    return [&, sum, squares](const Row& row) {
      return mean_of(tally.sums[layout_.sum(row.size, row.look, sum)].value(),
                     tally.sums[layout_.sum(row.size, row.look, squares)].value(),
                     static_cast<double>(count(row, Layout::taken)));
    };
  };
  const auto share = [&](Layout::LookCount which) {
    return [&, which](const Row& row) { return share_of(static_cast<double>(count(row, which)), replicates); };
  };
  column("scenario", "", "stance of the evidence", [&](const Row&) { return scenario_; });
  column("sample_size", "patients", "planned", [&](const Row& row) { return study_.trial->sample_size[row.size]; });
  column("look", "1", "number, the last look included", [](const Row& row) { return row.look + 1; });
  column("information", "share", "planned, of the maximum",
         [&](const Row& row) { return bounds(row).information[row.look]; });
  column(
      "efficacy_z", "1",
      "the trial ends with a benefit at this z or above; infinite: not at this look. Bounds are those of the planned "
      "information; a trial is held to those of the information that it has",
      [&](const Row& row) { return bounds(row).efficacy[row.look]; });
  column("futility_z", "1", "the trial ends as futile below this z; minus infinity: not at this look",
         [&](const Row& row) { return bounds(row).futility[row.look]; });
  column("taken", "trials", "that came to this look", [&](const Row& row) { return count(row, Layout::taken); });
  column("passed_over", "trials", "that went on without this look, as it had no news", [&](const Row& row) {
    std::int64_t came = tally.counts[layout_.replicates()];
    for (Row earlier{row.size, 0}; earlier.look < row.look; ++earlier.look)
      for (const auto which : {Layout::stops_efficacy, Layout::stops_futility, Layout::stops_worse})
        came -= count(earlier, which);
    return came - count(row, Layout::taken);
  });
  column("failures", "trials", "whose primary analysis had no estimate at this look: they went on",
         [&](const Row& row) { return count(row, Layout::failed); });
  measure("stop_efficacy", "share", "of all trials: ended here with a benefit", share(Layout::stops_efficacy));
  measure("stop_futility", "share", "of all trials: ended here as futile; at the last look, without significance",
          share(Layout::stops_futility));
  measure("stop_worse", "share", "of all trials: ended here significantly worse, in a test of two sides",
          share(Layout::stops_worse));
  measure("months", "months", "from the first day of accrual to the look, in trials that came to it",
          mean(Layout::months, Layout::months_squares));
  measure("enrolled", "patients", "by then, those included whose outcome was not known yet",
          mean(Layout::at_look, Layout::at_look_squares));
  measure("known", "outcomes or events", "primary outcomes that were due, or events",
          mean(Layout::known, Layout::known_squares));
  measure("information_seen", "share", "of the planned maximum of information, in trials that came to the look",
          mean(Layout::information, Layout::information_squares));
  return table;
}

}  // namespace vcohort
