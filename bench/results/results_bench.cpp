#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "io/results/detail/content_writer.hpp"
#include "io/results/digest.hpp"
#include "io/results/result_file.hpp"

/// How fast rows reach the disk and come back: 24 columns of doubles, as a cohort with saved patients writes them.
/// Each figure includes what a user waits for: digest, seal, sync and rename when writing, the check of the seal when
/// reading.
namespace {

using namespace vcohort;

constexpr std::int64_t rows_in_file = 1 << 20;
constexpr std::int64_t rows_in_block = 10'000;
constexpr int number_of_columns = 24;
constexpr std::int64_t bytes_in_file = rows_in_file * number_of_columns * static_cast<std::int64_t>(sizeof(double));

Table block_of_rows() {
  Table table{"/cohort/patients", "One row per patient.", {}};
  for (int column = 0; column < number_of_columns; ++column) {
    auto& values = table.add<double>("score_" + std::to_string(column), "points", "A score.");
    for (std::int64_t row = 0; row < rows_in_block; ++row)
      values.push_back(1.0 / static_cast<double>(row + column + 1));
  }
  return table;
}

std::filesystem::path bench_file() {
  return std::filesystem::temp_directory_path() / ("vcohort-bench-" + std::to_string(::getpid()) + ".h5");
}

void append_all(detail::ContentWriter& writer) {
  const Table block = block_of_rows();
  for (std::int64_t row = 0; row < rows_in_file; row += rows_in_block) writer.append(block);
}

void report(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * rows_in_file);
  state.SetBytesProcessed(state.iterations() * bytes_in_file);
}

void append_rows(benchmark::State& state) {
  const detail::LibraryGuard guard;
  for (auto _ : state) {
    detail::ContentWriter writer(bench_file(), {}, Existing::overwrite, {false, state.range(0) != 0});
    append_all(writer);
  }
  report(state);
}

void append_and_publish(benchmark::State& state) {
  const detail::LibraryGuard guard;
  for (auto _ : state) {
    detail::ContentWriter writer(bench_file(), {}, Existing::overwrite, {false, state.range(0) != 0});
    append_all(writer);
    writer.publish();
  }
  report(state);
  std::filesystem::remove(bench_file());
}

void read_back(benchmark::State& state) {
  {
    const detail::LibraryGuard guard;
    detail::ContentWriter writer(bench_file(), {}, Existing::overwrite);
    append_all(writer);
    writer.publish();
  }
  for (auto _ : state) {
    const ResultFile file(bench_file());
    file.for_each_chunk("cohort/patients", detail::chunk_rows,
                        [](const Table& rows, std::int64_t) { benchmark::DoNotOptimize(rows.columns.front()); });
  }
  report(state);
  std::filesystem::remove(bench_file());
}

void digest(benchmark::State& state) {
  {
    const detail::LibraryGuard guard;
    detail::ContentWriter writer(bench_file(), {}, Existing::overwrite);
    append_all(writer);
    writer.publish();
  }
  for (auto _ : state) benchmark::DoNotOptimize(content_digest(bench_file()));
  report(state);
  std::filesystem::remove(bench_file());
}

BENCHMARK(append_rows)->ArgName("fletcher32")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(append_and_publish)->ArgName("fletcher32")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(read_back)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(digest)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
