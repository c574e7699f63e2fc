#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/study/names.hpp"
#include "io/study/beside_keys.hpp"
#include "io/study/category_key.hpp"
#include "io/study/field.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr double most_patients = 1e12;  // far above any run, far below the 48 bits of a patient's address
constexpr double oldest_years = 100;
constexpr double highest_score = 101;  // so that [90, 101] includes the score of 100

void read_age(const KeyAt& at, Population& population) {
  read_distribution(at, population.age_years);
}

std::string write_age(const Population& population, const Scope& scope) {
  return inline_table(distribution_section, &population.age_years, scope);
}

/// The shares by level.
void read_gmfcs(const KeyAt& at, Population& population) {
  if (!at.value().is_table()) {
    at.refuse("\"gmfcs\" must be a table of shares", "it is " + std::string(kind_text(at.value().kind)),
              "write gmfcs = " + std::string(at.key.example));
    return;
  }
  std::vector<double> shares(gmfcs_levels, 0.0);
  bool whole = true;
  for (const TomlEntry& level : at.value().entries) {
    const std::optional<int> index = index_of(gmfcs_names, level.key);
    const std::optional<double> share = finite_number(level.value);
    if (!index) {
      at.problems().add(level.place, "unknown level " + quoted(level.key), "in \"gmfcs\"",
                        did_you_mean(level.key, gmfcs_names));
    } else if (!share || !at.key.range.contains(*share)) {
      at.problems().add(level.value.place, "the share of level " + level.key + " is impossible",
                        "it must be a number from 0 to 1", "");
    } else {
      shares[static_cast<std::size_t>(*index)] = *share;
      continue;
    }
    whole = false;
  }
  if (!whole) return;
  if (const auto rescaled = whole_shares(shares, at.value().place, "the shares of the GMFCS levels", *at.scope.context))
    std::copy(rescaled->begin(), rescaled->end(), population.gmfcs.begin());
}

std::string write_gmfcs(const Population& population, const Scope&) {
  std::vector<std::string> levels;
  for (int level = 0; level < gmfcs_levels; ++level)
    levels.push_back(
        fmt::format("{} = {}", gmfcs_name(level), number_text(population.gmfcs.at(static_cast<std::size_t>(level)))));
  return fmt::format("{{ {} }}", fmt::join(levels, ", "));
}

constexpr std::array<KeySpec, 5> population_keys = {{
    field<&Population::size>(
        "size", {.unit = "patients", .range = {1, most_patients}},
        "How many patients are enrolled; all of them meet the eligibility. Required with [cohort]; a "
        "trial has its sample sizes.",
        "100_000"),
    custom<read_age, write_age>("age_years", KeyType::table,
                                {.unit = "years",
                                 .form = "distribution",
                                 .range = {0, oldest_years},
                                 .required = true,
                                 .table = &distribution_section},
                                "Age of the children who are screened, at baseline.",
                                "{ distribution = \"uniform\", low = 1, high = 12 }"),
    custom<read_gmfcs, write_gmfcs>(
        "gmfcs", KeyType::table, {.form = "table of shares", .range = {0, 1}, .required = true},
        "Shares of the GMFCS levels among the children who are screened. A level that is left out has none; shares "
        "within 0.02 of 1 are rescaled with a notice.",
        "{ I = 0.342, II = 0.256, III = 0.115, IV = 0.137, V = 0.156 }"),
    table<&Population::eligibility>("eligibility", eligibility_section, {},
                                    "What a child must show at screening to be enrolled; without it every child is.",
                                    "{ age_years = [2, 12], gmfcs = [\"II\", \"III\", \"IV\"] }"),
    rehabilitation_key<&Population::rehabilitation>(
        {}, "Active therapy of every child under every strategy, beside what the strategy gives."),
}};

constexpr std::array<KeySpec, 6> eligibility_keys = {{
    field<&Eligibility::age_years>("age_years", {.unit = "years", .range = {0, oldest_years}},
                                   "Age at baseline, from low up to but not including high.", "[2, 12]"),
    category_key<&Eligibility::gmfcs>("gmfcs", gmfcs_names, "The levels that are enrolled.",
                                      "[\"II\", \"III\", \"IV\"]"),
    field<&Eligibility::gmfm66>("gmfm66", {.unit = "points", .range = {0, highest_score}},
                                "Observed GMFM-66 at screening, from low up to but not including high.", "[20, 60]"),
    field<&Eligibility::gmfm88>("gmfm88", {.unit = "points", .range = {0, highest_score}},
                                "Observed GMFM-88 at screening, from low up to but not including high.", "[20, 60]"),
    category_key<&Eligibility::motor_type>("motor_type", motor_type_names, "The motor types that are enrolled.",
                                           "[\"spastic\"]"),
    category_key<&Eligibility::topography>(
        "topography", topography_names,
        "The limbs that are affected, in spastic children; `none` in all others. As for whom a procedure is meant.",
        "[\"diplegia\"]"),
}};

/// That somebody is eligible.
void finish(const TableReader& reader, Population& population, const Scope&) {
  if (!reader.sound()) return;
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
  constexpr auto spastic = static_cast<std::size_t>(MotorType::spastic);
  if (eligibility.motor_type && eligibility.topography && !(*eligibility.motor_type)[spastic] &&
      !(*eligibility.topography)[static_cast<std::size_t>(Topography::none)])
    reader.refuse("eligibility", "the eligibility excludes everybody",
                  "children who are not spastic have the topography none", "add spastic to motor_type");
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

const SectionSpec population_section =
    section<Population, finish>("population", "[population]", "Who the patients are.", population_keys);

const SectionSpec eligibility_section = section<Eligibility>(
    "eligibility", "population.eligibility",
    "What a child must show at screening. Every condition that is left out is met by everybody.", eligibility_keys);

}  // namespace vcohort
