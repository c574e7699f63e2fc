#include <array>

#include "io/study/field.hpp"

namespace vcohort {

namespace {

constexpr std::array<KeySpec, 2> keys = {{
    strategy<&CohortQuestion::reference>("reference", {.why = "increments are taken against it", .required = true},
                                         "The strategy that increments are taken against.", "\"rehabilitation\""),
    field<&CohortQuestion::save_patients>("save_patients", {},
                                          "Whether one row per patient, strategy and visit is stored.", "true"),
}};

}  // namespace

const SectionSpec cohort_section = section<CohortQuestion>(
    "cohort", "[cohort]", "Asks question 1: what the same patients gain and suffer under every strategy, by stratum.",
    keys);

}  // namespace vcohort
