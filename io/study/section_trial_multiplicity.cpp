#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "engine/study/trial_names.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Rule = Multiplicity::Rule;

Use weights_use(const KeySpec&, const Multiplicity& family, const Scope&) {
  return family.rule == Rule::all ? Use::none("co-primary analyses have the whole level each") : Use{};
}

constexpr std::array<KeySpec, 4> multiplicity_keys = {{
    field<&Multiplicity::rule>(
        "rule", {},
        "`all`: co-primary, the primaries are claimed together where all of them reject, each at the whole level. "
        "`holm` and `bonferroni`: each is claimed by itself, by Holm's steps of the weights, or at its weight of the "
        "level.",
        "\"holm\""),
    field<&Multiplicity::primaries>("primaries", {.form = "list of analyses", .distinct = true},
                                    "Names of analyses, the primary one among them; without it `primary` alone.",
                                    "[\"primary\", \"walking\"]"),
    field<&Multiplicity::weights>(
        "weights", {.range = between(0, 1), .use = rule<weights_use>},
        "holm and bonferroni: of the primaries, in their order, summing to 1; without it equal.", "[0.8, 0.2]"),
    field<&Multiplicity::sequence>(
        "sequence", {.form = "list of analyses", .distinct = true},
        "Names of secondary analyses that are tested in this order once all primaries were claimed, each at the whole "
        "level and as long as all before it were claimed.",
        "[\"walking\", \"quality of life\"]"),
}};

void finish_family(const TableReader& reader, Multiplicity& family, const Scope&) {
  if (!reader.has("primaries")) family.primaries = {"primary"};
  if (family.rule != Rule::all && !reader.has("weights"))
    family.weights.assign(family.primaries.size(), 1 / static_cast<double>(family.primaries.size()));
}

/// Names that no analysis has, and those that stand twice.
bool names_are_known(const KeyAt& at, const TrialQuestion& trial) {
  std::vector<std::string> names, taken;
  for (const AnalysisPlan& plan : trial.analyses) names.push_back(plan.name);
  const std::size_t before = at.problems().size();
  const Place place = at.entry().place;
  for (const auto* listed : {&trial.multiplicity->primaries, &trial.multiplicity->sequence})
    for (const std::string& name : *listed) {
      if (std::find(names.begin(), names.end(), name) == names.end())
        at.problems().add(place, "there is no analysis " + quoted(name), "a claim is that of an analysis",
                          did_you_mean(name, names));
      else if (std::find(taken.begin(), taken.end(), name) != taken.end())
        at.problems().add(place, quoted(name) + " is claimed twice", "it is among the primaries, and in the sequence",
                          "remove one");
      taken.push_back(name);
    }
  return at.problems().size() == before;
}

void check_weights(const KeyAt& at, const Multiplicity& family) {
  constexpr double rounding = 1e-9;
  if (family.rule == Rule::all) return;
  const double sum = std::accumulate(family.weights.begin(), family.weights.end(), 0.0);
  if (family.weights.size() != family.primaries.size())
    at.problems().add(at.entry().place, "every primary has a weight",
                      fmt::format("{} primaries, {} weights", family.primaries.size(), family.weights.size()), "");
  else if (std::fabs(sum - 1) > rounding)
    at.problems().add(at.entry().place, fmt::format("the weights sum to {}", number_text(sum)), "they divide the level",
                      "let them sum to 1");
}

}  // namespace

const SectionSpec multiplicity_section = section<Multiplicity, finish_family>(
    "multiplicity", "trial.multiplicity",
    "Claims that together keep the level of the trial, of each contrast with the reference. A claim is a rejection in "
    "the better direction; with two sides its level is alpha / 2.",
    multiplicity_keys);

void check_multiplicity(const KeyAt& at, const TrialQuestion& trial) {
  const Multiplicity& family = *trial.multiplicity;
  if (!names_are_known(at, trial)) return;
  const Place place = at.entry().place;
  if (std::find(family.primaries.begin(), family.primaries.end(), "primary") == family.primaries.end())
    at.problems().add(place, "\"primary\" is not among the primaries", "it is the primary analysis",
                      "add it, or let another analysis be trial.primary");
  if (family.primaries.size() + family.sequence.size() < 2)
    at.problems().add(place, "one claim is no family", "the level is that of its analysis",
                      "name others in \"primaries\" or \"sequence\", or remove the table");
  check_weights(at, family);
  for (const AnalysisPlan& plan : trial.analyses)
    if (plan.method == "bayes" && family.rule != Rule::all &&
        std::find(family.primaries.begin(), family.primaries.end(), plan.name) != family.primaries.end())
      at.problems().add(place, quoted(plan.name) + " has no p-value", "a Bayesian rule has no level to divide",
                        "write rule = \"all\", or another analysis");
  if (trial.looks)
    at.problems().add(place, "a family of claims has no looks",
                      "the level of its later claims at a look is not computed",
                      "remove [trial.looks] or [trial.multiplicity]");
}

}  // namespace vcohort
