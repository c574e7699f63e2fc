#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/trial/sample_size.hpp"
#include "io/cli/load_study.hpp"

namespace vcohort {

/// What a study does not justify, and the paragraph does not invent.
inline constexpr const char* justify = "[justify]";

/// What the sentences of a sample-size paragraph speak of: a study, its trial and its answer.
struct ParagraphSubject {
  ParagraphSubject(const LoadedStudy&, const Trial&, const SizeTarget&, const SampleSizeGoal&, const SizedAnswer&);

  const LoadedStudy& loaded;
  const Trial& trial;  // of the answer
  const SizeTarget& target;
  const SampleSizeGoal& goal;
  const SizedAnswer& of;
  const Study study;  // of the answer, where this is a number of events
  const Protocol& protocol;
  const TrialQuestion& design;        // the reference first
  std::vector<std::size_t> analyses;  // that were sized: one, or all primaries
  bool single;                        // one arm
  analysis::Method::Units units;      // that are randomised
  std::string_view people;            // patients; children of the disease model
  std::string_view randomised_units;  // these, or clusters
  std::int64_t randomised;            // how many
  bool ended_by_a_day;                // looks or a final analysis end it, not everybody's follow-up

  const AnalysisPlan& plan(std::size_t analysis) const { return design.analyses[analysis]; }

  /// The endpoint of an analysis, as the study states it; null of the disease model and of composite endpoints.
  const DataModel* model(const AnalysisPlan&) const;

  /// The numbers of an arm under it.
  const DataModel::DataArm& arm_of(const DataModel& model, std::size_t place) const {
    return model.arms[static_cast<std::size_t>(design.arms[place].strategy)];
  }

  /// Whether an analysis compares logarithms of what was stated as geometric means.
  bool of_logarithms(const AnalysisPlan&) const;

  /// The evidence of the answer, with efficacy as it was scaled to a wished effect.
  const Evidence& evidence() const;
};

}  // namespace vcohort
