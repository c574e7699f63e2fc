#include "io/cli/needs.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>

#include "io/cli/usage.hpp"

namespace vcohort {

namespace {

double width_of(const Column& column) {
  struct Width {
    double operator()(const std::vector<std::string>& texts) const {
      std::size_t longest = 1;
      for (const std::string& text : texts) longest = std::max(longest, text.size());
      return static_cast<double>(longest);
    }
    double operator()(const std::vector<Truth>&) const { return sizeof(Truth); }
    double operator()(const std::vector<double>&) const { return sizeof(double); }
    double operator()(const std::vector<std::int64_t>&) const { return sizeof(std::int64_t); }
  };
  return std::visit(Width{}, column.values);
}

/// A dataset beside its values: header, units, description, index of chunks.
constexpr double bytes_of_a_dataset = 425;

/// Scenarios share their datasets: only the first of them brings those of a table.
double stored(const Table& table, bool brings_datasets = true) {
  double bytes = 0;
  for (const Column& column : table.columns)
    bytes += (brings_datasets ? bytes_of_a_dataset : 0) + width_of(column) * static_cast<double>(table.rows());
  return bytes;
}

/// A text as the file holds it.
double compressed(const std::string& text) {
  uLongf bytes = compressBound(text.size());
  std::vector<Bytef> packed(bytes);
  if (compress2(packed.data(), &bytes, reinterpret_cast<const Bytef*>(text.data()), text.size(), 1) != Z_OK)
    return static_cast<double>(text.size());
  return static_cast<double>(bytes);
}

/// The rows of one table that blocks append. Texts are names, some 16 letters long.
double stored_rows(const Table& layout, std::int64_t rows) {
  constexpr double name = 16;
  double bytes = 0;
  for (const Column& column : layout.columns) {
    const bool text = std::holds_alternative<std::vector<std::string>>(column.values);
    bytes += bytes_of_a_dataset + static_cast<double>(rows) * (text ? name : width_of(column));
  }
  return bytes;
}

/// Compressed counts, mostly zero, and exact sums of four numbers each, of which two are.
double stored(const Tally& tally) {
  constexpr double count = 0.36, sum = 7;
  return count * static_cast<double>(tally.counts.size()) + sum * static_cast<double>(tally.sums.size());
}

double held(const Tally& tally) {
  return static_cast<double>(sizeof(tally.counts.front()) * tally.counts.size() +
                             sizeof(tally.sums.front()) * tally.sums.size());
}

/// What a policy delivers under one scenario, from the sizes of the studies that ship: nothing can be delivered before
/// all draws are there.
double delivered_policy(const Study& study) {
  constexpr double tables = 300e3, of_sensitivity = 430e3;  // most of it the CHEERS table
  constexpr double draw = 400, consequence = 60;            // a row of parameters, and of each strategy
  constexpr double threshold = 1640, acceptability = 141;   // the value of information, and each strategy's curve
  const auto strategies = static_cast<double>(study.strategies.size());
  const auto& policy = *study.policy;
  return tables + (policy.sensitivity ? of_sensitivity : 0) +
         static_cast<double>(policy.parameter_draws) * (draw + consequence * strategies) +
         (1 + (policy.willingness_to - policy.willingness_from) / policy.willingness_step) *
             (threshold + acceptability * strategies);
}

/// What a question delivers, from a block of it. Cells of patients that do not occur are left out.
double delivered(const Question& question, const Study& study, bool is_first) {
  if (question.name() == "policy") return delivered_policy(study);
  Tally tally = question.empty_tally();
  std::vector<Table> rows = question.row_tables();
  if (question.name() == "cohort") question.simulate_block(0, tally, rows);
  double bytes = 0;
  for (const Table& table : question.deliver(tally)) bytes += stored(table, is_first);
  return bytes;
}

/// Memory to write the rows of a table and to read them from parts: full chunks in the HDF5 library, of which it keeps
/// up to 1 MiB of each column, and on their way.
double buffers(const Table& layout, std::int64_t rows) {
  constexpr double kept_of_a_column = 1 << 20, in_use = 2.4;
  double bytes = 0;
  for (const Column& column : layout.columns) {
    const bool text = std::holds_alternative<std::vector<std::string>>(column.values);
    const double width = text ? sizeof(std::string) : width_of(column);
    bytes += std::min(kept_of_a_column, static_cast<double>(rows) * width);
  }
  return in_use * bytes;
}

}  // namespace

Needs needs_of(const LoadedStudy& study, const Plan& plan, int threads) {
  const auto held_already = static_cast<double>(resident_memory());
  constexpr double datasets_of_every_file = 39, names_of_a_tally = 48;
  Needs needs;
  needs.file = datasets_of_every_file * bytes_of_a_dataset;
  for (const EvidenceText& text : study.header.evidence) needs.file += compressed(text.source);
  for (const Table& table : describe(study.reading.study, study.evidence)) needs.file += stored(table);
  std::set<std::string> seen;
  double rows = 0, tallies = 0, tables = 0, in_flight = 0, buffer = 0;
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q);
    const Tally tally = question->empty_tally();
    needs.file += stored(tally) + names_of_a_tally;
    tallies += held(tally);
    tables += delivered(*question, study.reading.study,
                        seen.insert(question->name()).second || study.reading.study.sweep.empty());
    const std::vector<Table> layouts = question->row_tables();
    const std::vector<std::int64_t> expected = question->expected_rows();
    double of_question = 0, buffer_of_question = 0;
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      of_question += stored_rows(layouts[k], expected.at(k));
      buffer_of_question += buffers(layouts[k], expected.at(k));
    }
    rows += of_question;
    buffer = std::max(buffer, buffer_of_question);
    in_flight = std::max(in_flight, of_question / static_cast<double>(question->blocks()));
  }
  needs.file += tables + rows;
  needs.disk = needs.file + rows;
  // While blocks are simulated: a tally for each thread and for the part, and rows that wait for their turn. Later: the
  // tallies that are read and those that are written, the tables on their way into the file. Rows pass through buffers
  // both times; what they took while blocks were simulated is still with the allocator when parts are joined. Of the
  // four blocks of a thread that may be in flight three wait, on a machine that is neither idle nor overloaded.
  constexpr double program = 9e6, blocks_waiting = 3, tallies_at_the_end = 2.5, tables_at_the_end = 1.7;
  const double waiting = blocks_waiting * threads * in_flight;
  const double simulating = tallies * (threads + 1) + waiting + buffer;
  const double delivering = tallies_at_the_end * tallies + tables_at_the_end * tables + waiting + buffer;
  needs.memory = held_already + program + std::max(simulating, delivering);
  return needs;
}

}  // namespace vcohort
