#include "engine/numeric/instruction_set.hpp"

#include <atomic>
#include <string>

#include "engine/numeric/errors.hpp"

namespace vcohort {
namespace {

#ifdef VCOHORT_BASELINE_ONLY
constexpr bool baseline_only = true;
#else
constexpr bool baseline_only = false;
#endif

// The features that -march=x86-64-v3 and -march=x86-64-v4 let a compiler use, beyond those that imply one another.
bool processor_has_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("movbe") &&
         __builtin_cpu_supports("f16c") && __builtin_cpu_supports("popcnt");
}

bool processor_has_v4() {
  return processor_has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

std::atomic<InstructionSet>& active() {
  static std::atomic<InstructionSet> set{best_instruction_set()};
  return set;
}

}  // namespace

std::string_view name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::baseline:
      break;
  }
  return "baseline";
}

bool is_available(InstructionSet set) {
  if (set == InstructionSet::baseline) return true;
  if (baseline_only) return false;
  return set == InstructionSet::avx512 ? processor_has_v4() : processor_has_v3();
}

InstructionSet best_instruction_set() {
  if (is_available(InstructionSet::avx512)) return InstructionSet::avx512;
  if (is_available(InstructionSet::avx2)) return InstructionSet::avx2;
  return InstructionSet::baseline;
}

InstructionSet active_instruction_set() {
  return active().load(std::memory_order_relaxed);
}

void force_instruction_set(InstructionSet set) {
  if (!is_available(set)) {
    throw InvalidInput(explain("instruction set " + std::string(name_of(set)) + " cannot be used",
                               baseline_only ? "this build holds the baseline only" : "this processor does not have it",
                               "choose " + std::string(name_of(best_instruction_set())) + " or a smaller one"));
  }
  active().store(set, std::memory_order_relaxed);
}

}  // namespace vcohort
