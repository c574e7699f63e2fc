#include "tests/engine/patient/stances.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "io/study/evidence_reader.hpp"

namespace vcohort::test {

namespace {

Evidence read(const std::string& name) {
  const std::string path = std::string(VCOHORT_ORACLES) + "/../../scenarios/evidence/" + name + ".toml";
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return read_evidence(bytes, path).evidence;
}

}  // namespace

const Evidence& stance(const std::string& name) {
  static std::map<std::string, Evidence> known;
  const auto found = known.find(name);
  return found != known.end() ? found->second : known.emplace(name, read(name)).first->second;
}

ParameterValues values_of(const std::string& stance_name) {
  return point_values(stance(stance_name));
}

void set_value(Evidence& evidence, const std::string& parameter, double value) {
  for (Parameter& known : evidence.parameters) {
    if (known.name != parameter) continue;
    known.value = value;
    known.uncertainty = {};
    return;
  }
  throw std::invalid_argument(parameter);
}

}  // namespace vcohort::test
