#pragma once
#include <span>
#include <string_view>

#include "engine/evidence/evidence.hpp"
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
inline constexpr std::span<const std::string_view> words<Dropout::Mechanism> = dropout_names;
template <>
inline constexpr std::span<const std::string_view> words<IntercurrentEvent::Kind> = event_names;
template <>
inline constexpr std::span<const std::string_view> words<IntercurrentEvent::Strategy> = event_strategy_names;
template <>
inline constexpr std::span<const std::string_view> words<AnalysisPlan::Hypothesis> = hypothesis_names;
template <>
inline constexpr std::span<const std::string_view> words<OutcomeKind> = data_model_names;

}  // namespace vcohort
