#include "io/cli/answered_claim.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "engine/numeric/errors.hpp"
#include "engine/run/claim_answer.hpp"
#include "io/cli/load_study.hpp"
#include "scenarios/shipped.hpp"

namespace vcohort {

std::vector<std::string> shipped_claims() {
  std::vector<std::string> names;
  for (const ShippedFile& file : shipped_files())
    if (file.folder == "claims") names.emplace_back(file.name);
  return names;
}

AnsweredClaim answer_claim_of(const std::string& name, const std::vector<std::string>& settings, int threads) {
  const LoadedStudy loaded = load_study(name, settings);
  refuse_sweep(loaded, "a claim");
  if (!loaded.reading.study.claim)
    throw InvalidInput(explain(fmt::format("{} makes no claim", name), "it has no [claim]", "add one"));
  const std::string stem = std::filesystem::path(name).stem().string();
  return {*loaded.reading.study.claim, answer_claim(loaded.reading.study, loaded.evidence, stem, threads)};
}

}  // namespace vcohort
