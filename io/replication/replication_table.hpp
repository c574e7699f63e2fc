#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "engine/numeric/table.hpp"
#include "engine/replication/assessment.hpp"
#include "engine/replication/figure.hpp"

namespace vcohort {

/// The figures of one study under one stance, judged.
struct AssessedStudy {
  std::string study;  // its name
  std::string stance;
  const PublishedStudy* published = nullptr;
  std::vector<FigureAssessment> figures;  // [figure]
};

/// How many figures of all studies have which verdict, how many of them at the edge, and how many rest on assumed
/// inputs.
struct ReplicationCounts {
  struct Count {
    std::int64_t all = 0, at_edge = 0;
  };
  Count inside, calibrated, known_misfits, misfits;
  std::int64_t not_modelled = 0, assumption_driven = 0;

  void add(const AssessedStudy&);
  std::string text() const;
};

/// One row per study, stance and figure, for other programs.
Table replication_table(const std::vector<AssessedStudy>&);

/// The same for a reader: one block per study and stance, reasons as footnotes.
void print_replications(const std::vector<AssessedStudy>&, std::ostream&);

/// "61.68 (SD 26.16; n 11)", "9/13", "at least 3.56": a figure as it was published.
std::string published_text(const PublishedFigure&);

}  // namespace vcohort
