#include "io/replication/replication_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

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
  Table table{"", "", {}};
  std::vector<std::string> names, published, simulated, position, verdict, notes;
  for (std::size_t f = 0; f < study.figures.size(); ++f) {
    const PublishedFigure& figure = study.published->figures[f];
    const FigureAssessment& assessed = study.figures[f];
    names.push_back(figure.name);
    published.push_back(published_text(figure));
    const bool shown = assessed.verdict != Verdict::not_modelled;
    simulated.push_back(
        shown ? fmt::format("{:.4g} ({:.4g} to {:.4g})", assessed.median, assessed.lower, assessed.upper) : "-");
    position.push_back(shown ? fmt::format("{:.3f} ± {:.3f}", assessed.position, assessed.position_mcse) : "-");
    verdict.push_back(assessed.reason.empty()
                          ? name_of(assessed.verdict)
                          : fmt::format("{} [{}]", name_of(assessed.verdict), footnote(assessed.reason, notes)));
  }
  table.add<std::string>("figure", "", "") = names;
  table.add<std::string>("published", "", "") = published;
  if (modelled) {
    table.add<std::string>("simulated (95 %)", "", "") = simulated;
    table.add<std::string>("position", "", "") = position;
  }
  table.add<std::string>("verdict", "", "") = verdict;
  print(table, TableFormat::table, out);
  for (std::size_t k = 0; k < notes.size(); ++k) out << fmt::format("[{}] {}\n", k + 1, notes[k]);
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
        ++inside;
        break;
      case Verdict::known_misfit:
        ++known_misfits;
        break;
      case Verdict::misfit:
        ++misfits;
        break;
      case Verdict::not_modelled:
        ++not_modelled;
        break;
    }
  }
}

std::string ReplicationCounts::text() const {
  return fmt::format(
      "{} figures inside their 95 % predictive interval, {} known misfits, {} unexplained misfits, {} not modelled; {} "
      "are assumption-driven",
      inside, known_misfits, misfits, not_modelled, assumption_driven);
}

Table replication_table(const std::vector<AssessedStudy>& studies) {
  Table table{"/replications", "Published figures in the predictive distribution of the same figure", {}};
  std::vector<std::string> study_name, stance, name, printed, strength, source, verdict, reason;
  std::vector<double> value, median, lower, upper, expected, expected_mcse, position, position_mcse;
  std::vector<std::int64_t> n, defined;
  std::vector<Truth> driven;
  for (const AssessedStudy& study : studies)
    for (std::size_t f = 0; f < study.figures.size(); ++f) {
      const PublishedFigure& figure = study.published->figures[f];
      const FigureAssessment& assessed = study.figures[f];
      study_name.push_back(study.study);
      stance.push_back(study.stance);
      name.push_back(figure.name);
      printed.push_back(published_text(figure));
      value.push_back(figure.modelled() ? figure.value : none);
      n.push_back(figure.n);
      strength.push_back(figure.strength);
      source.push_back(figure.source);
      median.push_back(assessed.median);
      lower.push_back(assessed.lower);
      upper.push_back(assessed.upper);
      expected.push_back(assessed.expected);
      expected_mcse.push_back(assessed.expected_mcse);
      position.push_back(assessed.position);
      position_mcse.push_back(assessed.position_mcse);
      defined.push_back(assessed.defined);
      driven.push_back(Truth{assumption_driven(study, f)});
      verdict.push_back(name_of(assessed.verdict));
      reason.push_back(assessed.reason);
    }
  table.add<std::string>("study", "", "name of the replication") = study_name;
  table.add<std::string>("evidence", "", "stance; empty where nothing is simulated") = stance;
  table.add<std::string>("figure", "", "what was published") = name;
  table.add<std::string>("printed", "", "the published figure in words, with its spread and n") = printed;
  table.add<double>("published", "of the figure", "the published figure, or its bound") = value;
  table.add<std::int64_t>("n", "patients", "patients behind it; 0: all who were observed") = n;
  table.add<std::string>("strength", "", "found, derived, recalled, assumed or seed") = strength;
  table.add<std::string>("source", "", "where it was seen") = source;
  table.add<double>("median", "of the figure", "median of the simulated figure") = median;
  table.add<double>("lower", "of the figure", "2.5 % quantile of the simulated figure") = lower;
  table.add<double>("upper", "of the figure", "97.5 % quantile of the simulated figure") = upper;
  table.add<double>("expected", "of the figure", "mean of the simulated figure") = expected;
  table.add<double>("expected_mcse", "of the figure", "its Monte Carlo standard error") = expected_mcse;
  table.add<double>(
      "position", "share",
      "simulated figures below the published one, ties counting half; those that respect a published bound") = position;
  table.add<double>("position_mcse", "share", "its Monte Carlo standard error") = position_mcse;
  table.add<std::int64_t>("replicates", "replicates", "simulated datasets in which the figure is defined") = defined;
  table.add<Truth>("assumption_driven", "", "inputs of the study had to be assumed") = driven;
  table.add<std::string>("verdict", "", "inside, known misfit, MISFIT or not modelled") = verdict;
  table.add<std::string>("reason", "", "of a known misfit, or why it is not modelled") = reason;
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
