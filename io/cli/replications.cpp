#include "io/cli/replications.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include "engine/run/run.hpp"
#include "io/console/log.hpp"

namespace vcohort {

namespace {

void assess(const Replicated& replicated, const ReplicationOptions& options, std::vector<AssessedStudy>& assessed) {
  const std::vector<PublishedFigure>& figures = replicated.published.figures;
  if (!replicated.study) {
    AssessedStudy alone{replicated.name, "", &replicated.published, {}};
    for (const PublishedFigure& figure : figures) alone.figures.push_back(assess(figure, {}, ""));
    assessed.push_back(std::move(alone));
    return;
  }
  for (const Evidence& evidence : replicated.study->evidence) {
    log_detail(fmt::format("{}, evidence '{}'", replicated.name, evidence.name));
    const FigureMatrix matrix = replicate_figures(replicated.study->reading.study, evidence, figures, options);
    AssessedStudy under{replicated.name, evidence.name, &replicated.published, {}};
    for (std::size_t f = 0; f < figures.size(); ++f)
      under.figures.push_back(assess(figures[f], matrix.of(f), evidence.name));
    assessed.push_back(std::move(under));
  }
}

}  // namespace

AssessedReplications assess_replications(const std::vector<std::string>& names, const std::string& evidence,
                                         const ReplicationOptions& options, int threads) {
  const oneapi::tbb::global_control limit(oneapi::tbb::global_control::max_allowed_parallelism,
                                          static_cast<std::size_t>(threads > 0 ? threads : default_threads()));
  const std::vector<std::string> settings = evidence_setting(evidence);
  AssessedReplications all;
  for (const std::string& name : names.empty() ? shipped_replications() : names)
    all.studies.push_back(std::make_unique<Replicated>(load_replication(name, settings)));
  for (const auto& study : all.studies) assess(*study, options, all.assessed);
  return all;
}

}  // namespace vcohort
