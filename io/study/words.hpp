#pragma once
#include <span>
#include <string_view>

#include "engine/evidence/evidence.hpp"
#include "engine/evidence/evidence_names.hpp"
#include "engine/study/names.hpp"
#include "engine/study/policy_names.hpp"
#include "engine/study/study.hpp"
#include "engine/study/trial_names.hpp"

namespace vcohort {

/// The words that a file has for the values of an enumeration, in their order. A new enumeration of a study stands
/// here.
template <typename Enum>
inline constexpr std::span<const std::string_view> words = {};

template <>
inline constexpr std::span<const std::string_view> words<Randomisation::Method> = randomisation_names;
template <>
inline constexpr std::span<const std::string_view> words<UnitDesign::Kind> = unit_design_names;
template <>
inline constexpr std::span<const std::string_view> words<Dropout::Mechanism> = dropout_names;
template <>
inline constexpr std::span<const std::string_view> words<IntercurrentEvent::Kind> = event_names;
template <>
inline constexpr std::span<const std::string_view> words<IntercurrentEvent::Strategy> = event_strategy_names;
template <>
inline constexpr std::span<const std::string_view> words<AnalysisPlan::Hypothesis> = hypothesis_names;
template <>
inline constexpr std::span<const std::string_view> words<AnalysisPlan::Limits> = limits_names;
template <>
inline constexpr std::span<const std::string_view> words<AnalysisPlan::Firth> = firth_names;
template <>
inline constexpr std::span<const std::string_view> words<Spending::Kind> = spending_names;
template <>
inline constexpr std::span<const std::string_view> words<Looks::Efficacy::Boundary> = boundary_names;
template <>
inline constexpr std::span<const std::string_view> words<Looks::Futility::Drift> = assumed_drift_names;
template <>
inline constexpr std::span<const std::string_view> words<Looks::Timing> = look_timing_names;
template <>
inline constexpr std::span<const std::string_view> words<FinalAnalysis::When> = final_when_names;
template <>
inline constexpr std::span<const std::string_view> words<Looks::LastSpends> = last_spends_names;
template <>
inline constexpr std::span<const std::string_view> words<OutcomeKind> = data_model_names;
template <>
inline constexpr std::span<const std::string_view> words<DataCovariate::Kind> = covariate_kind_names;
template <>
inline constexpr std::span<const std::string_view> words<ArmNumbers> = arm_numbers_names;
template <>
inline constexpr std::span<const std::string_view> words<Multiplicity::Rule> = multiplicity_names;
template <>
inline constexpr std::span<const std::string_view> words<Cell> = cell_names;
template <>
inline constexpr std::span<const std::string_view> words<Route> = route_names;
template <>
inline constexpr std::span<const std::string_view> words<CellSource> = cell_source_names;
template <>
inline constexpr std::span<const std::string_view> words<Regimen::Tolerance> = tolerance_names;
template <>
inline constexpr std::span<const std::string_view> words<Marker> = marker_names;
template <>
inline constexpr std::span<const std::string_view> words<Procedure> = procedure_names;
template <>
inline constexpr std::span<const std::string_view> words<Distribution::Kind> = distribution_names;
template <>
inline constexpr std::span<const std::string_view> words<ClaimNumber::Table> = claim_table_names;
template <>
inline constexpr std::span<const std::string_view> words<FlowTiming> = timing_names;
template <>
inline constexpr std::span<const std::string_view> words<Perspective> = perspective_names;
template <>
inline constexpr std::span<const std::string_view> words<UtilitySet> = utility_set_names;
template <>
inline constexpr std::span<const std::string_view> words<PolicyEffect> = policy_effect_names;
template <>
inline constexpr std::span<const std::string_view> words<Extrapolation> = extrapolation_names;
template <>
inline constexpr std::span<const std::string_view> words<ResearchMethod> = research_method_names;
template <>
inline constexpr std::span<const std::string_view> words<Strength> = strength_names;
template <>
inline constexpr std::span<const std::string_view> words<Uncertainty::Kind> = uncertainty_names;

}  // namespace vcohort
