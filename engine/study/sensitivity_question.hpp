#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a policy question asks of its sensitivity to the parameters. Part of engine/study/study.hpp.
///
/// A parameter is moved by its name, and then stands at a value; or by the beginning of several names
/// ("price.product"), and then all of them are multiplied by a factor.
namespace vcohort {

struct MovedParameter {
  std::string name;
  std::vector<double> values;
};

/// Where between two values of a parameter another strategy becomes the best one.
struct ThresholdSearch {
  std::string name;
  std::optional<double> low, high;  // without them a tenth and ten times the point value, as far as that is allowed
};

/// Parameters whose value of information, or whose Sobol indices, are asked for together. A name may be the beginning
/// of several: "utility".
struct EvppiGroup {
  std::string name;
  std::vector<std::string> parameters;
};

struct SobolQuestion {
  std::vector<EvppiGroup> groups;  // empty: those of the value of information
  std::int64_t points = 512;       // of the sequence, a power of two; each costs groups + 3 evaluations
  std::int64_t patients = 1024;
};

struct SensitivityQuestion {
  std::pair<double, double> quantiles = {0.025, 0.975};  // of a parameter's law: both ends of its bar
  std::int64_t patients = 2048;                          // the same ones at every point
  std::vector<MovedParameter> grid;                      // none or two
  std::vector<ThresholdSearch> thresholds;
  std::optional<SobolQuestion> sobol;
};

}  // namespace vcohort
