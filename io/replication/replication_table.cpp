#include "io/replication/replication_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ranges>

#include "engine/numeric/columns.hpp"
#include "io/console/table_view.hpp"
#include "io/study/number_text.hpp"

namespace vcohort {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::string spread_text(const FigureSpread& spread) {
  switch (spread.kind) {
    case FigureSpread::Kind::none:
      return "";
    case FigureSpread::Kind::sd:
      return "SD " + number_text(spread.low);
    case FigureSpread::Kind::se:
      return "SE " + number_text(spread.low);
    case FigureSpread::Kind::ci:
      return fmt::format("95 % CI {} to {}", number_text(spread.low), number_text(spread.high));
    case FigureSpread::Kind::iqr:
      return fmt::format("quartiles {} and {}", number_text(spread.low), number_text(spread.high));
  }
  return "";
}

std::string value_text(const PublishedFigure& figure) {
  if (!figure.modelled()) return figure.printed;
  if (figure.events) return fmt::format("{}/{}", *figure.events, figure.n);
  const std::string value = number_text(figure.value);
  if (figure.bound == PublishedFigure::Bound::lower) return "at least " + value;
  if (figure.bound == PublishedFigure::Bound::upper) return "at most " + value;
  return value;
}

bool assumption_driven(const AssessedStudy& study, std::size_t figure) {
  return !study.published->assumed.empty() && study.figures[figure].verdict != Verdict::not_modelled;
}

constexpr std::string_view at_the_edge = "at the edge";

void count(ReplicationCounts::Count& counts, const FigureAssessment& assessed) {
  ++counts.all;
  counts.at_edge += assessed.at_edge;
}

/// "4 calibrated, of them 1 at the edge"
std::string count_text(const ReplicationCounts::Count& count, std::string_view what) {
  const std::string all = fmt::format("{} {}", count.all, what);
  return count.at_edge == 0 ? all : fmt::format("{}, of them {} at the edge", all, count.at_edge);
}

/// The number of a reason among the footnotes of a block.
std::size_t footnote(const std::string& reason, std::vector<std::string>& notes) {
  const auto found = std::find(notes.begin(), notes.end(), reason);
  if (found != notes.end()) return static_cast<std::size_t>(found - notes.begin()) + 1;
  notes.push_back(reason);
  return notes.size();
}

void print_block(const AssessedStudy& study, std::ostream& out) {
  const bool modelled = !study.stance.empty();
  out << fmt::format("{}: {}\n{}{}\n\n", study.study, study.published->title, study.published->citation,
                     modelled ? fmt::format(" - evidence '{}'", study.stance) : std::string());
  std::vector<std::string> notes;
  Table table;
  const auto places = std::views::iota(std::size_t{0}, study.figures.size());
  const Columns column(table, places);
  const auto simulated = [&](const char* name, const auto& text) {
    column(name, "", "", [&](std::size_t f) {
      return study.figures[f].verdict == Verdict::not_modelled ? "-" : text(study.figures[f]);
    });
  };
  column("figure", "", "", [&](std::size_t f) { return study.published->figures[f].name; });
  column("published", "", "", [&](std::size_t f) { return published_text(study.published->figures[f]); });
  if (modelled) {
    simulated("simulated (95 %)", [](const FigureAssessment& assessed) {
      return fmt::format("{:.4g} ({:.4g} to {:.4g})", assessed.median, assessed.lower, assessed.upper);
    });
    simulated("position", [](const FigureAssessment& assessed) {
      return fmt::format("{:.3f} ± {:.3f}", assessed.position, assessed.position_mcse);
    });
  }
  column("verdict", "", "", [&](std::size_t f) {
    const FigureAssessment& assessed = study.figures[f];
    return assessed.reason.empty()
               ? std::string(name_of(assessed.verdict))
               : fmt::format("{} [{}]", name_of(assessed.verdict), footnote(assessed.reason, notes));
  });
  const bool edge = std::ranges::any_of(study.figures, &FigureAssessment::at_edge);
  if (edge)
    column("remark", "", "", [&](std::size_t f) { return study.figures[f].at_edge ? std::string(at_the_edge) : ""; });
  print(table, TableFormat::table, out);
  for (std::size_t k = 0; k < notes.size(); ++k) out << fmt::format("[{}] {}\n", k + 1, notes[k]);
  if (edge)
    out << at_the_edge
        << ": the simulation cannot tell, the position is within two Monte Carlo standard errors of 0.025 or 0.975; "
           "more --replicates may\n";
  if (!study.published->assumed.empty())
    out << fmt::format("assumption-driven: {} assumed\n", fmt::join(study.published->assumed, ", "));
  out << '\n';
}

}  // namespace

void ReplicationCounts::add(const AssessedStudy& study) {
  for (std::size_t f = 0; f < study.figures.size(); ++f) {
    assumption_driven += vcohort::assumption_driven(study, f);
    switch (study.figures[f].verdict) {
      case Verdict::inside:
        count(inside, study.figures[f]);
        break;
      case Verdict::calibrated:
        count(calibrated, study.figures[f]);
        break;
      case Verdict::known_misfit:
        count(known_misfits, study.figures[f]);
        break;
      case Verdict::misfit:
        count(misfits, study.figures[f]);
        break;
      case Verdict::not_modelled:
        ++not_modelled;
        break;
    }
  }
}

std::string ReplicationCounts::text() const {
  return fmt::format("{}; {}; {}; {}; {} not modelled; {} are assumption-driven",
                     count_text(inside, "figures inside their 95 % predictive interval"),
                     count_text(calibrated, "calibrated"), count_text(known_misfits, "known misfits"),
                     count_text(misfits, "unexplained misfits"), not_modelled, assumption_driven);
}

Table replication_table(const std::vector<AssessedStudy>& studies) {
  struct Row {
    const AssessedStudy& study;
    const PublishedFigure& figure;
    const FigureAssessment& assessed;
    bool driven;
  };
  std::vector<Row> rows;
  for (const AssessedStudy& study : studies)
    for (std::size_t f = 0; f < study.figures.size(); ++f)
      rows.push_back({study, study.published->figures[f], study.figures[f], assumption_driven(study, f)});
  Table table{"/replications", "Published figures in the predictive distribution of the same figure", {}};
  const Columns column(table, rows);
  const auto simulated = [&](const char* name, const char* units, const char* text, auto FigureAssessment::*value) {
    column(name, units, text, [=](const Row& row) { return row.assessed.*value; });
  };
  column("study", "", "name of the replication", [](const Row& row) { return row.study.study; });
  column("evidence", "", "stance; empty where nothing is simulated", [](const Row& row) { return row.study.stance; });
  column("figure", "", "what was published", [](const Row& row) { return row.figure.name; });
  column("printed", "", "the published figure in words, with its spread and n",
         [](const Row& row) { return published_text(row.figure); });
  column("published", "of the figure", "the published figure, or its bound",
         [](const Row& row) { return row.figure.modelled() ? row.figure.value : none; });
  column("n", "patients", "patients behind it; 0: all who were observed", [](const Row& row) { return row.figure.n; });
  column("strength", "", "found, derived, recalled, assumed or seed",
         [](const Row& row) { return row.figure.strength; });
  column("source", "", "where it was seen", [](const Row& row) { return row.figure.source; });
  simulated("median", "of the figure", "median of the simulated figure", &FigureAssessment::median);
  simulated("lower", "of the figure", "2.5 % quantile of the simulated figure", &FigureAssessment::lower);
  simulated("upper", "of the figure", "97.5 % quantile of the simulated figure", &FigureAssessment::upper);
  simulated("expected", "of the figure", "mean of the simulated figure", &FigureAssessment::expected);
  simulated("expected_mcse", "of the figure", "its Monte Carlo standard error", &FigureAssessment::expected_mcse);
  simulated("position", "share",
            "simulated figures below the published one, ties counting half; those that respect a published bound",
            &FigureAssessment::position);
  simulated("position_mcse", "share", "its Monte Carlo standard error", &FigureAssessment::position_mcse);
  simulated("replicates", "replicates", "simulated datasets in which the figure is defined",
            &FigureAssessment::defined);
  column("assumption_driven", "", "inputs of the study had to be assumed", &Row::driven);
  column("verdict", "", "inside, calibrated, known misfit, MISFIT or not modelled",
         [](const Row& row) { return name_of(row.assessed.verdict); });
  simulated("at_edge", "",
            "within two Monte Carlo standard errors of the limit of 2.5 or 97.5 %: the simulation cannot tell on which "
            "side",
            &FigureAssessment::at_edge);
  simulated("reason", "", "of a known misfit, why it is not modelled, or what was calibrated",
            &FigureAssessment::reason);
  return table;
}

void print_replications(const std::vector<AssessedStudy>& studies, std::ostream& out) {
  for (const AssessedStudy& study : studies) print_block(study, out);
}

std::string published_text(const PublishedFigure& figure) {
  std::string text = value_text(figure);
  if (!figure.modelled()) return text;
  std::string beside = spread_text(figure.spread);
  if (figure.n > 0 && !figure.events) {
    if (!beside.empty()) beside += "; ";
    beside +=
        figure.n_versus > 0 ? fmt::format("n {} and {}", figure.n, figure.n_versus) : fmt::format("n {}", figure.n);
  }
  return beside.empty() ? text : fmt::format("{} ({})", text, beside);
}

}  // namespace vcohort
