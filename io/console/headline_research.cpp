#include <fmt/format.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "io/console/headline_parts.hpp"

namespace vcohort {

namespace {

/// "1.23 ± 0.05 million".
std::string millions(double value, double error) {
  constexpr double million = 1e6;
  return with_error(value / million, error / million) + " million";
}

}  // namespace

void print_research(const ResultFile& file, std::ostream& out) {
  const Table answer = file.read_table("/policy/research_answer");
  const Table values = file.read_table("/policy/research");
  const Table strata = file.read_table("/policy/strata");
  if (answer.rows() == 0 || strata.rows() == 0) return;
  const double threshold = numbers(strata, "threshold").front();
  const auto& sizes = column_of<std::int64_t>(answer, "sample_size");
  const auto& failures = column_of<std::int64_t>(values, "failures");
  for (std::size_t row = 0; row < answer.rows(); ++row) {
    if (numbers(answer, "k")[row] != threshold) continue;
    const std::string enbs = millions(numbers(answer, "enbs")[row], numbers(answer, "enbs_se")[row]);
    out << fmt::format(
        "{}: {} at {:.0f} {}; expected net benefit of sampling {} {}{}\n", texts(answer, "scenario")[row],
        sizes[row] > 0 ? fmt::format("a trial of {} children is worth its cost", sizes[row])
                       : std::string("no trial of these sizes is worth its cost"),
        threshold, answer.find("k")->units, enbs, answer.find("enbs")->units, sizes[row] > 0 ? "" : " at best");
  }
  std::int64_t failed = 0;
  for (const std::int64_t of_row : failures) failed += of_row;
  if (failed > 0) out << "some simulated trials failed in their analysis and teach nothing: see /policy/research\n";
}

}  // namespace vcohort
