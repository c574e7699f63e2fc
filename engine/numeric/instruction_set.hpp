#pragma once
#include <cstdint>
#include <string_view>

/// Run-time choice between the instruction sets that a hot file was compiled for. The results have the same bits on all
/// of them; only the speed differs. The pattern, for a kernel that scales an array:
///
///   scale.hpp        void scale(std::span<double> values, double factor);      // what everybody else calls
///   scale_hot.hpp    #include "engine/numeric/instruction_set.hpp"
///                    VCOHORT_HOT_FUNCTION(scale_kernel, void(double* values, int count, double factor))   // in
///                    namespace vcohort
///   scale_hot.cpp    #include "scale_hot.hpp" and elementary.hpp; plain loops over pointers, nothing else from the
///   standard library
///                    namespace vcohort::VCOHORT_INSTRUCTION_SET { void scale_kernel(double* values, int count, double
///                    factor) {...} }
///   scale.cpp        void scale(...) { scale_kernel(values.data(), int(values.size()), factor); }        // checks,
///   then dispatch CMakeLists.txt   vcohort_hot_sources(<folder> scale_hot.cpp)    after vcohort_library(<folder>
///   SOURCES scale.cpp ...)
///
/// A hot file throws nothing, allocates nothing, and calls only always-inlined functions or functions of its own
/// namespace (static or anonymous ones too): a weak symbol compiled for AVX-512 could otherwise be chosen by the linker
/// for the whole program. The test hot_symbols looks at the object files. Builds without optimisation or with
/// sanitizers hold the baseline only.
namespace vcohort {

enum class InstructionSet : std::uint8_t { baseline, avx2, avx512 };

std::string_view name_of(InstructionSet set);

/// Whether this program holds code for the set, and this processor runs it (x86-64-v3 for avx2, x86-64-v4 for avx512).
bool is_available(InstructionSet set);

/// The fastest available set.
InstructionSet best_instruction_set();

/// The set that hot functions use now: the best one, unless forced. May be called from any thread.
InstructionSet active_instruction_set();

/// Makes hot functions use this set from now on; for tests, measurements and the command line. The one mutable global
/// of the engine (an atomic), allowed because no result depends on it. Throws InvalidInput if the set is not available.
void force_instruction_set(InstructionSet set);

/// The versions of one kernel; calling it runs the one for the active set.
template <class Function>
struct HotFunction {
  Function* baseline;
  Function* avx2;    // nullptr in baseline-only builds
  Function* avx512;  // nullptr in baseline-only builds

  Function* chosen() const {
    switch (active_instruction_set()) {
      case InstructionSet::avx512:
        return avx512;
      case InstructionSet::avx2:
        return avx2;
      case InstructionSet::baseline:
        break;
    }
    return baseline;
  }

  template <class... Arguments>
  auto operator()(Arguments... arguments) const {
    return chosen()(arguments...);
  }
};

#ifdef VCOHORT_BASELINE_ONLY
#define VCOHORT_HOT_FUNCTION(name, ...) \
  namespace baseline {                  \
  using name##_type = __VA_ARGS__;      \
  name##_type name;                     \
  }                                     \
  inline constexpr ::vcohort::HotFunction<baseline::name##_type> name{&baseline::name, nullptr, nullptr};
#else
#define VCOHORT_HOT_FUNCTION(name, ...) \
  namespace baseline {                  \
  using name##_type = __VA_ARGS__;      \
  name##_type name;                     \
  }                                     \
  namespace avx2 {                      \
  using name##_type = __VA_ARGS__;      \
  name##_type name;                     \
  }                                     \
  namespace avx512 {                    \
  using name##_type = __VA_ARGS__;      \
  name##_type name;                     \
  }                                     \
  inline constexpr ::vcohort::HotFunction<baseline::name##_type> name{&baseline::name, &avx2::name, &avx512::name};
#endif

}  // namespace vcohort
