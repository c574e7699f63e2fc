#include "engine/study/covariates.hpp"

#include "engine/study/names.hpp"

namespace vcohort {

namespace {

constexpr std::array<std::string_view, 12> variables = {"age_years",
                                                        "gmfcs",
                                                        "gmfm66",
                                                        "gmfm88",
                                                        "injury",
                                                        "motor_type",
                                                        "sex",
                                                        "genotype",
                                                        "immune_suppressed",
                                                        "inflammation",
                                                        "months_since_injury",
                                                        "topography"};
constexpr std::array<std::string_view, 4> injuries = {"white_matter", "grey_matter", "malformation", "other"};
constexpr std::array<std::string_view, 2> sexes = {"female", "male"};
constexpr std::array<std::string_view, 2> genotypes = {"non_carrier", "carrier"};
constexpr std::array<std::string_view, 2> no_yes = {"no", "yes"};

}  // namespace

std::span<const std::string_view> stratum_variable_names() {
  return variables;
}

std::string_view name_of(StratumVariable variable) {
  return variables.at(static_cast<std::size_t>(variable));
}

std::span<const std::string_view> categories_of(StratumVariable variable) {
  switch (variable) {
    case StratumVariable::gmfcs:
      return gmfcs_names;
    case StratumVariable::injury:
      return injuries;
    case StratumVariable::motor_type:
      return motor_type_names;
    case StratumVariable::topography:
      return topography_names;
    case StratumVariable::sex:
      return sexes;
    case StratumVariable::genotype:
      return genotypes;
    case StratumVariable::immune_suppressed:
      return no_yes;
    case StratumVariable::age_years:
    case StratumVariable::gmfm66:
    case StratumVariable::gmfm88:
    case StratumVariable::inflammation:
    case StratumVariable::months_since_injury:
    case StratumVariable::eligibility:
      break;
  }
  return {};
}

}  // namespace vcohort
