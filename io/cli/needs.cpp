#include "io/cli/needs.hpp"

#include <algorithm>

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
constexpr double bytes_of_a_dataset = 500;

double stored(const Table& table) {
  double bytes = 0;
  for (const Column& column : table.columns)
    bytes += bytes_of_a_dataset + width_of(column) * static_cast<double>(table.rows());
  return bytes;
}

/// Rows of blocks, of all scenarios together. Their texts are names, some 16 letters long.
double stored_rows(const Question& question) {
  constexpr double name = 16;
  const std::vector<Table> tables = question.row_tables();
  const std::vector<std::int64_t> rows = question.expected_rows();
  double bytes = 0;
  for (std::size_t k = 0; k < tables.size(); ++k)
    for (const Column& column : tables[k].columns) {
      const bool text = std::holds_alternative<std::vector<std::string>>(column.values);
      bytes += static_cast<double>(rows.at(k)) * (text ? name : width_of(column));
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

}  // namespace

Needs needs_of(const LoadedStudy& study, const Plan& plan, int threads) {
  double file = 0, rows = 0, tallies = 0, block_rows = 0;
  constexpr double compressed_text = 0.5;
  for (const EvidenceText& text : study.header.evidence)
    file += compressed_text * static_cast<double>(text.source.size() * study.header.evidence.size());
  for (const Table& table : describe(study.reading.study, study.evidence)) file += stored(table);
  double delivered = 0;
  for (const auto& question : plan.questions()) {
    const Tally tally = question->empty_tally();
    for (const Table& table : question->deliver(tally)) delivered += stored(table);
    file += stored(tally);
    tallies += held(tally);
    rows += stored_rows(*question);
    block_rows = std::max(block_rows, stored_rows(*question) / static_cast<double>(question->blocks()));
  }
  file += delivered + rows;
  constexpr double program = 14e6, in_flight = 4;
  const double memory = static_cast<double>(resident_memory()) + program + tallies * (threads + 2) + delivered +
                        in_flight * threads * block_rows;
  return {memory, file, file + rows};
}

}  // namespace vcohort
