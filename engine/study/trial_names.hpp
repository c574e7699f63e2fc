#pragma once
#include <array>
#include <string_view>

#include "engine/study/trial_design.hpp"

/// The words of a trial: for each enum, in the order of the enum; and those that stand in a design as texts.
namespace vcohort {

inline constexpr std::array<std::string_view, 5> randomisation_names = {"simple", "permuted-block", "minimisation",
                                                                        "biased-coin", "urn"};
inline constexpr std::array<std::string_view, 3> unit_design_names = {"crossover", "cluster", "stepped-wedge"};
inline constexpr std::array<std::string_view, 3> dropout_names = {"mcar", "mar", "mnar"};
inline constexpr std::array<std::string_view, 4> event_names = {"discontinuation", "missed-infusion", "adverse-event",
                                                                "rescue"};
inline constexpr std::array<std::string_view, 4> event_strategy_names = {"treatment-policy", "hypothetical",
                                                                         "while-on-treatment", "composite"};
inline constexpr std::array<std::string_view, 3> hypothesis_names = {"superiority", "non-inferiority", "equivalence"};
inline constexpr std::array<std::string_view, 2> limits_names = {"plain", "log-log"};
inline constexpr std::array<std::string_view, 3> firth_names = {"never", "fallback", "always"};
inline constexpr std::array<std::string_view, 5> data_model_names = {"normal", "binary", "ordinal", "survival",
                                                                     "count"};

inline constexpr std::array<std::string_view, 3> multiplicity_names = {"all", "holm", "bonferroni"};
inline constexpr std::array<std::string_view, 4> covariate_kind_names = {"normal", "binary", "categorical", "site"};
inline constexpr std::array<std::string_view, 2> arm_numbers_names = {"marginal", "conditional"};

inline constexpr std::array<std::string_view, 5> spending_names = {"obrien-fleming", "pocock", "hwang-shih-decani",
                                                                   "power", "table"};
inline constexpr std::array<std::string_view, 4> boundary_names = {"obrien-fleming", "pocock", "wang-tsiatis",
                                                                   "haybittle-peto"};
inline constexpr std::array<std::string_view, 3> assumed_drift_names = {"trend", "null", "design"};
inline constexpr std::array<std::string_view, 5> look_timing_names = {"primary outcome", "enrolled", "events", "months",
                                                                      "information"};
inline constexpr std::array<std::string_view, 2> final_when_names = {"later", "earlier"};
inline constexpr std::array<std::string_view, 2> last_spends_names = {"rest", "function"};

std::string_view name_of(Randomisation::Method);
std::string_view name_of(UnitDesign::Kind);

/// What is randomised: "patients", "clusters".
std::string_view units_of(const TrialQuestion&);

std::string_view name_of(Dropout::Mechanism);
std::string_view name_of(IntercurrentEvent::Kind);
std::string_view name_of(IntercurrentEvent::Strategy);
std::string_view name_of(AnalysisPlan::Hypothesis);
std::string_view name_of(AnalysisPlan::Firth);
std::string_view name_of(Spending::Kind);
std::string_view name_of(Looks::Efficacy::Boundary);
std::string_view name_of(Looks::Futility::Drift);
std::string_view name_of(Looks::Timing);

inline constexpr std::array<std::string_view, 8> covariance_names = {
    "unstructured", "toeplitz-heterogeneous", "ar1-heterogeneous",  "compound-symmetry-heterogeneous", "toeplitz",
    "ar1",          "compound-symmetry",      "spatial-exponential"};
inline constexpr std::array<std::string_view, 5> df_names = {"satterthwaite", "kenward-roger", "kenward-roger-linear",
                                                             "residual", "normal"};

/// What an analysis may adjust for under the disease model. "baseline" is the endpoint's own.
inline constexpr std::array<std::string_view, 10> covariate_names = {
    "baseline", "age_years", "weight_kg", "gmfcs", "sex", "injury", "motor_type", "genotype", "gmfm66", "gmfm88"};

/// What randomisation and stratified analyses may use; age_years with cuts.
inline constexpr std::array<std::string_view, 6> factor_names = {"gmfcs",  "age_years",  "sex",
                                                                 "injury", "motor_type", "genotype"};

}  // namespace vcohort
