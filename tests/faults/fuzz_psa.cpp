// libFuzzer target: any bytes are a PSA table that can be decided on, or are refused by InvalidInput. The first byte
// chooses whether parameters are read.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "engine/numeric/errors.hpp"
#include "engine/policy/decision/decide.hpp"
#include "io/data/psa_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  try {
    const vcohort::Psa psa = vcohort::read_psa(in, "fuzz.csv", {"", {}, data[0] % 2 == 0});
    vcohort::DecisionQuestion question;
    question.willingness_to_pay = {0, 20000};
    for (const std::string& parameter : psa.parameters) question.evppi.push_back({parameter});
    const vcohort::Decision found = vcohort::decide(psa, question);
    double sum = 0;
    for (const double share : std::get<std::vector<double>>(found.willingness_to_pay.find("ceac")->values))
      sum += share;
    if (!(std::abs(sum - 2) < 1e-9)) std::abort();
  } catch (const vcohort::InvalidInput&) {
  }
  return 0;
}
