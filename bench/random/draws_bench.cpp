#include <benchmark/benchmark.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "engine/numeric/instruction_set.hpp"
#include "engine/random/addressed_engine.hpp"
#include "engine/random/tile_draws.hpp"

// per_draw is the processor time of one random number. Tiles of 512 lanes, as in the program.
namespace vcohort {
namespace {

constexpr int lanes = 512;
constexpr std::uint64_t seed = 20260101;

void per_item(benchmark::State& state, double items_per_iteration) {
  const double items = static_cast<double>(state.iterations()) * items_per_iteration;
  state.counters["per_draw"] = benchmark::Counter(items, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

using TileFunction = void (*)(const TileAddress&, const std::uint64_t*, int, int, double* const*);

void tile_draws(benchmark::State& state, TileFunction tile_function, InstructionSet set, int count) {
  force_instruction_set(set);
  std::vector<std::uint64_t> patients(lanes);
  std::iota(patients.begin(), patients.end(), std::uint64_t{1} << 33);
  std::vector<double> values(4 * lanes);
  double* const out[4] = {values.data(), values.data() + lanes, values.data() + 2 * lanes, values.data() + 3 * lanes};
  TileAddress tile{.seed = seed};
  for (auto _ : state) {
    ++tile.replicate;
    tile_function(tile, patients.data(), lanes, count, out);
    benchmark::ClobberMemory();
  }
  per_item(state, lanes * count);
  force_instruction_set(best_instruction_set());
}

/// A trial per lane: the replicate varies, the patient is common.
void tile_of_trials(benchmark::State& state, InstructionSet set) {
  force_instruction_set(set);
  std::vector<std::uint32_t> replicates(lanes);
  std::iota(replicates.begin(), replicates.end(), 0u);
  std::vector<double> values(4 * lanes);
  double* const out[4] = {values.data(), values.data() + lanes, values.data() + 2 * lanes, values.data() + 3 * lanes};
  TileAddress tile{.seed = seed, .replicates = replicates.data()};
  for (auto _ : state) {
    ++tile.patient;
    tile_normals(tile, nullptr, lanes, 4, out);
    benchmark::ClobberMemory();
  }
  per_item(state, lanes * 4);
  force_instruction_set(best_instruction_set());
}

void philox_word_by_word(benchmark::State& state) {
  PhiloxCounter counter{};
  for (auto _ : state) {
    ++counter[2];
    benchmark::DoNotOptimize(philox4x32_10(counter, key_of(seed)));
  }
  per_item(state, 4);
}
BENCHMARK(philox_word_by_word);

/// One engine per patient and decision, one normal each: what a decision outside the tiles costs.
void boost_normal_on_addressed_engine(benchmark::State& state) {
  Address address;
  for (auto _ : state) {
    ++address.patient;
    AddressedEngine engine(seed, address);
    boost::random::normal_distribution<double> normal;
    benchmark::DoNotOptimize(normal(engine));
  }
  per_item(state, 1);
}
BENCHMARK(boost_normal_on_addressed_engine);

/// 1000 normals from one engine.
void boost_normals_on_one_addressed_engine(benchmark::State& state) {
  constexpr int n = 1000;
  Address address;
  for (auto _ : state) {
    ++address.patient;
    AddressedEngine engine(seed, address);
    boost::random::normal_distribution<double> normal;
    double sum = 0.0;
    for (int i = 0; i < n; ++i) sum += normal(engine);
    benchmark::DoNotOptimize(sum);
  }
  per_item(state, n);
}
BENCHMARK(boost_normals_on_one_addressed_engine);

void boost_normal_on_mt19937(benchmark::State& state) {
  constexpr int n = 1000;
  boost::random::mt19937 engine(20260101u);
  boost::random::normal_distribution<double> normal;
  for (auto _ : state) {
    double sum = 0.0;
    for (int i = 0; i < n; ++i) sum += normal(engine);
    benchmark::DoNotOptimize(sum);
  }
  per_item(state, n);
}
BENCHMARK(boost_normal_on_mt19937);

std::string name_with(std::string function, InstructionSet set, int count) {
  return function.append("/").append(name_of(set)).append("/").append(std::to_string(count));
}

const bool registered = [] {
  for (const InstructionSet set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (!is_available(set)) continue;
    for (int count = 1; count <= 4; ++count) {
      benchmark::RegisterBenchmark(name_with("tile_uniforms", set, count).c_str(), tile_draws, tile_uniforms, set,
                                   count);
      benchmark::RegisterBenchmark(name_with("tile_normals", set, count).c_str(), tile_draws, tile_normals, set, count);
    }
    benchmark::RegisterBenchmark(name_with("tile_of_trials", set, 4).c_str(), tile_of_trials, set);
  }
  return true;
}();

}  // namespace
}  // namespace vcohort
