#include <bit>
#include <cmath>

#include "engine/numeric/columns.hpp"
#include "engine/trial/trial.hpp"
#include "engine/trial/with_error.hpp"

namespace vcohort {

namespace {

constexpr std::int64_t replicates_per_word = 32;  // a count of a tally stays positive

}  // namespace

std::size_t Trial::words_of_rejections() const {
  if (!study_.is_compared) return 0;
  return static_cast<std::size_t>((study_.trial->replicates + replicates_per_word - 1) / replicates_per_word);
}

/// Adds a bit for each rejection; `rejected` is [replicate][cell]. Each bit belongs to one block, so that sums of words
/// are unions.
void Trial::note_rejections(std::int64_t first_replicate, const std::vector<std::uint8_t>& rejected,
                            Tally& tally) const {
  const std::size_t cells = layout_.cells(), words = words_of_rejections();
  for (std::size_t k = 0; k < rejected.size(); ++k) {
    const std::int64_t replicate = first_replicate + static_cast<std::int64_t>(k / cells);
    const std::size_t word = k % cells * words + static_cast<std::size_t>(replicate / replicates_per_word);
    tally.counts[layout_.number_of_counts() + word] += std::int64_t{rejected[k]} << (replicate % replicates_per_word);
  }
}

std::string Trial::compared_by() const {
  std::string words = std::to_string(study_.trial->replicates) + " replicates, sample sizes";
  for (const std::int64_t size : study_.trial->sample_size) words += " " + std::to_string(size);
  words += ", the analyses";
  for (const AnalysisPlan& plan : study_.trial->analyses) words += " '" + plan.name + "'";
  words += " and contrasts of";
  for (std::size_t c = 0; c < layout_.contrasts(); ++c)
    words += " '" + trial_->protocol.name_of_contrast(c, study_.trial->analyses.front()) + "'";
  return words;
}

/// With shared random numbers the replicates of two settings are pairs: what tells them apart are those in which one
/// rejects and the other does not.
std::vector<Table> Trial::compare(const Tally& tally, const Question& other, const Tally& of_other) const {
  struct Row {
    std::size_t size, analysis, contrast;
    WithError power, other_power, difference;
    std::int64_t gained = 0, lost = 0;  // replicates
  };
  std::vector<Row> rows;
  const auto replicates = static_cast<double>(tally.counts[layout_.replicates()]);
  const std::size_t words = words_of_rejections();
  for (std::size_t s = 0; s < layout_.sizes(); ++s)
    for (std::size_t a = 0; a < layout_.analyses(); ++a)
      for (std::size_t c = 0; c < layout_.contrasts(); ++c) {
        Row row{s, a, c, {}, {}, {}};
        const std::size_t cell = layout_.cell(s, a, c), first = layout_.number_of_counts() + cell * words;
        for (std::size_t word = first; word < first + words; ++word) {
          const auto mine = static_cast<std::uint64_t>(tally.counts[word]);
          const auto others = static_cast<std::uint64_t>(of_other.counts[word]);
          row.gained += std::popcount(mine & ~others);
          row.lost += std::popcount(others & ~mine);
        }
        const std::size_t rejections = layout_.count(cell, TrialLayout::rejections);
        row.power = share_of(static_cast<double>(tally.counts[rejections]), replicates);
        row.other_power = share_of(static_cast<double>(of_other.counts[rejections]), replicates);
        const auto gained = static_cast<double>(row.gained), lost = static_cast<double>(row.lost);
        row.difference = mean_of(gained - lost, gained + lost, replicates);
        rows.push_back(row);
      }
  Table table{"/trial/comparison", "Differences in power between settings of the sweep, from the same replicates", {}};
  const Columns column(table, rows);
  const Protocol& protocol = trial_->protocol;
  column("scenario", "", "this setting", scenario_);
  column("compared_with", "", "the setting with the first value of the axis that compares", other.scenario());
  column("sample_size", "patients", "total randomised",
         [&](const Row& row) { return study_.trial->sample_size[row.size]; });
  column("analysis", "", "name of the analysis",
         [&](const Row& row) { return protocol.design.analyses[row.analysis].name; });
  column("arm", "", "arm that is compared with the reference; of a trial of one arm, that one",
         [&](const Row& row) { return protocol.arm_of_contrast(row.contrast).name; });
  add_with_error(column, "power", "share", "power of this setting", [](const Row& row) { return row.power; });
  add_with_error(column, "other_power", "share", "power of the other", [](const Row& row) { return row.other_power; });
  add_with_error(column, "difference", "share", "power of this setting - power of the other",
                 [](const Row& row) { return row.difference; });
  column("gained", "replicates", "in which this setting rejects, and the other does not", &Row::gained);
  column("lost", "replicates", "in which the other rejects, and this setting does not", &Row::lost);
  return {table};
}

}  // namespace vcohort
