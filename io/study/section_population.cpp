#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/names.hpp"
#include "io/study/number_text.hpp"
#include "io/study/sections.hpp"
#include "io/study/suggestion.hpp"
#include "io/study/table_reader.hpp"

namespace vcohort {

namespace {

constexpr double most_patients = 1e12;  // far above any run, far below the 48 bits of a patient's address
constexpr double oldest_years = 100;
constexpr double highest_score = 101;  // so that [90, 101] includes the score of 100

constexpr std::array<KeySpec, 4> population_keys = {{
    {.name = "size",
     .type = KeyType::integer,
     .unit = "patients",
     .range = {1, most_patients},
     .meaning =
         "How many patients are enrolled; all of them meet the eligibility. Required with [cohort]; a trial has its "
         "sample sizes.",
     .example = "100_000"},
    {.name = "age_years",
     .type = KeyType::table,
     .form = "distribution",
     .unit = "years",
     .required = true,
     .range = {0, oldest_years},
     .meaning = "Age of the children who are screened, at baseline.",
     .example = "{ distribution = \"uniform\", low = 1, high = 12 }"},
    {.name = "gmfcs",
     .type = KeyType::table,
     .form = "table of shares",
     .required = true,
     .range = {0, 1},
     .meaning =
         "Shares of the GMFCS levels among the children who are screened. A level that is left out has none; shares "
         "within 0.02 of 1 are rescaled with a notice.",
     .example = "{ I = 0.342, II = 0.256, III = 0.115, IV = 0.137, V = 0.156 }"},
    {.name = "eligibility",
     .type = KeyType::table,
     .meaning = "What a child must show at screening to be enrolled; without it every child is.",
     .example = "{ age_years = [2, 12], gmfcs = [\"II\", \"III\", \"IV\"] }"},
}};

constexpr std::array<KeySpec, 4> eligibility_keys = {{
    {.name = "age_years",
     .type = KeyType::pair_of_numbers,
     .unit = "years",
     .range = {0, oldest_years},
     .meaning = "Age at baseline, from low up to but not including high.",
     .example = "[2, 12]"},
    {.name = "gmfcs",
     .type = KeyType::list_of_texts,
     .form = "list of levels",
     .choices = gmfcs_names,
     .meaning = "The levels that are enrolled.",
     .example = "[\"II\", \"III\", \"IV\"]"},
    {.name = "gmfm66",
     .type = KeyType::pair_of_numbers,
     .unit = "points",
     .range = {0, highest_score},
     .meaning = "Observed GMFM-66 at screening, from low up to but not including high.",
     .example = "[20, 60]"},
    {.name = "gmfm88",
     .type = KeyType::pair_of_numbers,
     .unit = "points",
     .range = {0, highest_score},
     .meaning = "Observed GMFM-88 at screening, from low up to but not including high.",
     .example = "[20, 60]"},
}};

/// The shares by level; nothing when refused.
std::optional<std::array<double, gmfcs_levels>> read_gmfcs(const TomlEntry& entry, const KeySpec& key,
                                                           StudyContext& context) {
  if (!entry.value.is_table()) {
    context.problems.add(entry.value.place, "\"gmfcs\" must be a table of shares",
                         "it is " + std::string(kind_text(entry.value.kind)),
                         "write gmfcs = " + std::string(key.example));
    return std::nullopt;
  }
  std::vector<double> shares(gmfcs_levels, 0.0);
  bool whole = true;
  for (const TomlEntry& level : entry.value.entries) {
    const auto found = std::find(gmfcs_names.begin(), gmfcs_names.end(), level.key);
    const std::optional<double> share = finite_number(level.value);
    if (found == gmfcs_names.end()) {
      context.problems.add(level.place, "unknown level " + quoted(level.key), "in \"gmfcs\"",
                           did_you_mean(level.key, gmfcs_names));
      whole = false;
    } else if (!share || !key.range.contains(*share)) {
      context.problems.add(level.value.place, "the share of level " + level.key + " is impossible",
                           "it must be a number from 0 to 1", "");
      whole = false;
    } else {
      shares[static_cast<std::size_t>(found - gmfcs_names.begin())] = *share;
    }
  }
  if (!whole) return std::nullopt;
  const auto rescaled = whole_shares(shares, entry.value.place, "the shares of the GMFCS levels", context);
  if (!rescaled) return std::nullopt;
  std::array<double, gmfcs_levels> result{};
  std::copy(rescaled->begin(), rescaled->end(), result.begin());
  return result;
}

Eligibility read_eligibility(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, eligibility_section, context.problems);
  Eligibility eligibility;
  const auto interval = [&](std::string_view key) -> std::optional<Interval> {
    const auto pair = reader.pair(key);
    return pair ? std::optional(Interval{pair->first, pair->second}) : std::nullopt;
  };
  eligibility.age_years = interval("age_years");
  eligibility.gmfm66 = interval("gmfm66");
  eligibility.gmfm88 = interval("gmfm88");
  if (const auto levels = reader.choices("gmfcs"); levels && !levels->empty()) {
    eligibility.gmfcs.emplace();
    eligibility.gmfcs->fill(false);
    for (const int level : *levels) {
      if (eligibility.gmfcs->at(static_cast<std::size_t>(level))) {
        reader.refuse("gmfcs", fmt::format("level {} is listed twice", gmfcs_name(level)), "once is enough",
                      "remove one");
      }
      eligibility.gmfcs->at(static_cast<std::size_t>(level)) = true;
    }
  }
  return eligibility;
}

void check_somebody_is_eligible(const Population& population, const TableReader& reader) {
  const Eligibility& eligibility = population.eligibility;
  if (eligibility.age_years) {
    const Interval ages = support_of(population.age_years);
    const Interval wanted = *eligibility.age_years;
    const bool possible = ages.low == ages.high ? wanted.low <= ages.low && ages.low < wanted.high
                                                : wanted.low < ages.high && ages.low < wanted.high;
    bool in_a_band = population.age_years.kind != Distribution::Kind::bands;
    for (std::size_t band = 0; band < population.age_years.bands.size(); ++band) {
      const Interval& interval = population.age_years.bands[band];
      in_a_band = in_a_band ||
                  (population.age_years.shares[band] > 0 && wanted.low < interval.high && interval.low < wanted.high);
    }
    if (!possible || !in_a_band) {
      reader.refuse("eligibility", "the eligibility excludes everybody",
                    fmt::format("no child of the population is at least {} and below {} years old",
                                number_text(wanted.low), number_text(wanted.high)),
                    "widen age_years");
    }
  }
  if (eligibility.gmfcs) {
    bool possible = false;
    for (std::size_t level = 0; level < gmfcs_levels; ++level) {
      possible = possible || ((*eligibility.gmfcs)[level] && population.gmfcs[level] > 0);
    }
    if (!possible) {
      reader.refuse("eligibility", "the eligibility excludes everybody", "no eligible GMFCS level has a share above 0",
                    "widen gmfcs");
    }
  }
}

}  // namespace

const SectionSpec population_section = {
    .name = "population",
    .heading = "[population]",
    .meaning = "Who the patients are.",
    .keys = population_keys,
};

const SectionSpec eligibility_section = {
    .name = "eligibility",
    .heading = "population.eligibility",
    .meaning = "What a child must show at screening. Every condition that is left out is met by everybody.",
    .keys = eligibility_keys,
};

void read_population(const TomlValue& table, StudyContext& context) {
  const TableReader reader(table, population_section, context.problems);
  Population& population = context.study.population;
  population.size = reader.integer("size").value_or(0);
  bool whole = true;
  if (const TomlEntry* age = reader.entry("age_years")) {
    const auto distribution = read_distribution(age->value, reader.declared("age_years"), context);
    whole = distribution.has_value();
    population.age_years = distribution.value_or(Distribution{});
  }
  if (const TomlEntry* gmfcs = reader.entry("gmfcs")) {
    const auto shares = read_gmfcs(*gmfcs, reader.declared("gmfcs"), context);
    whole = whole && shares.has_value();
    population.gmfcs = shares.value_or(population.gmfcs);
  }
  if (const TomlEntry* eligibility = reader.entry("eligibility")) {
    population.eligibility = read_eligibility(eligibility->value, context);
  }
  if (whole && reader.has("age_years") && reader.has("gmfcs")) check_somebody_is_eligible(population, reader);
}

}  // namespace vcohort
