// libFuzzer target: any bytes are a study, or evidence, or are refused by InvalidInput. The first byte chooses which,
// so that one corpus serves both. A study that is read must resolve to a fixed point.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/numeric/errors.hpp"
#include "io/study/evidence_reader.hpp"
#include "io/study/setting.hpp"
#include "io/study/study_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (data[0] == 'e') {
      vcohort::read_evidence(bytes, "fuzz.toml");
    } else if (data[0] == 's') {
      vcohort::TomlValue document = vcohort::parse_toml("a = [{ name = \"x\" }]\nb = { c = 1 }", "fuzz.toml");
      vcohort::Problems problems("fuzz.toml");
      vcohort::apply_settings(document, {std::string(bytes)}, problems);
    } else {
      const std::string resolved = vcohort::read_study(bytes, "fuzz.toml").resolved;
      if (vcohort::read_study(resolved, "resolved.toml").resolved != resolved) std::abort();
    }
  } catch (const vcohort::InvalidInput&) {
  }
  return 0;
}
