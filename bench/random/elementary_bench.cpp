#include <benchmark/benchmark.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/numeric/instruction_set.hpp"
#include "engine/numeric/vector_math.hpp"

// Elementary functions over 512 values, on each instruction set and by the C library.
namespace vcohort {
namespace {

constexpr int n = 512;

std::vector<double> between(double low, double high) {
  std::vector<double> values(n);
  for (int i = 0; i < n; ++i) values[i] = low + (high - low) * (i + 0.5) / n;
  return values;
}

void per_value(benchmark::State& state) {
  const double values = static_cast<double>(state.iterations()) * n;
  state.counters["per_value"] = benchmark::Counter(values, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Function>
void loop(benchmark::State& state, InstructionSet set, double low, double high, Function function) {
  force_instruction_set(set);
  const std::vector<double> x = between(low, high);
  std::vector<double> result(n);
  for (auto _ : state) {
    function(x, result);
    benchmark::DoNotOptimize(result.data());
    benchmark::ClobberMemory();
  }
  per_value(state);
  force_instruction_set(best_instruction_set());
}

template <class Function>
void add(const std::string& name, double low, double high, Function function) {
  for (const InstructionSet set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
    if (!is_available(set)) continue;
    benchmark::RegisterBenchmark((name + "/" + std::string(name_of(set))).c_str(),
                                 [=](benchmark::State& state) { loop(state, set, low, high, function); });
  }
}

using In = const std::vector<double>&;
using Out = std::vector<double>&;

const bool registered = [] {
  add("exp_of", -20, 20, [](In x, Out result) { exp_of(x, result); });
  add("log_of", 1e-6, 1, [](In x, Out result) { log_of(x, result); });
  add("pow_of", 1e-6, 1, [](In x, Out result) { pow_of(x, x, result); });
  add("ilogit_of", -20, 20, [](In x, Out result) { ilogit_of(x, result); });
  add("sincos_turns", 0, 1, [](In x, Out result) {
    static std::vector<double> cosines(n);
    sincos_turns(x, result, cosines);
  });
  const InstructionSet any = InstructionSet::baseline;
  benchmark::RegisterBenchmark("std_exp", [=](benchmark::State& state) {
    loop(state, any, -20, 20, [](In x, Out result) {
      for (int i = 0; i < n; ++i) result[i] = std::exp(x[i]);
    });
  });
  benchmark::RegisterBenchmark("std_log", [=](benchmark::State& state) {
    loop(state, any, 1e-6, 1, [](In x, Out result) {
      for (int i = 0; i < n; ++i) result[i] = std::log(x[i]);
    });
  });
  return true;
}();

}  // namespace
}  // namespace vcohort
