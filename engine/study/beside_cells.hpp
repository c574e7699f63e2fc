#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// What children receive beside cells, or without them: rehabilitation in hours a week, and procedures. Part of
/// engine/study/study.hpp.
namespace vcohort {

inline constexpr int gmfcs_levels = 5;  // I..V are 0..4
inline constexpr int motor_types = 4;
inline constexpr int topographies = 4;

enum class MotorType : std::uint8_t { spastic, dyskinetic, ataxic, mixed };
/// Which limbs a spastic child is affected in; `none` in every other child.
enum class Topography : std::uint8_t { hemiplegia, diplegia, quadriplegia, none };
const char* name_of(MotorType);   // "spastic", ...
const char* name_of(Topography);  // "hemiplegia", ...

/// Blocks of active therapy: `hours_per_week` for `weeks`, `repeat` of them, `every_weeks` from start to start. The
/// hours of all blocks that are active at a time add up; where none is, a child has the hours of usual care.
struct Rehabilitation {
  double hours_per_week = 0;
  std::optional<double> weeks;  // absent: without end
  int repeat = 1;
  double every_weeks = 0;
  double start_months = 0;  // since baseline
};

/// Treatments without cells that the evidence knows by name. `own_1` and so on are for evidence files of users.
enum class Procedure : std::uint8_t {
  rhizotomy,
  hyperbaric_oxygen,
  botulinum_toxin,
  baclofen,
  own_1,
  own_2,
  own_3,
  own_4
};
inline constexpr int procedures = 8;
const char* name_of(Procedure);  // "rhizotomy", ...

/// A procedure as a strategy gives it: `times`, `every_months` apart, first at `start_months` after baseline.
struct ProcedureUse {
  Procedure procedure = Procedure::rhizotomy;
  int times = 1;
  double every_months = 0;
  double start_months = 0;
};

/// Who may receive a strategy, by what is true of the child at baseline; everybody else receives usual care. Absent:
/// no condition.
struct StrategyEligibility {
  std::optional<std::array<bool, gmfcs_levels>> gmfcs;
  std::optional<std::array<bool, motor_types>> motor_type;
  std::optional<std::array<bool, topographies>> topography;

  bool operator==(const StrategyEligibility&) const = default;
};

}  // namespace vcohort
