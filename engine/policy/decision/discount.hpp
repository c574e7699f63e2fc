#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "engine/study/policy_question.hpp"

namespace vcohort {

/// When, within a year, a yearly flow falls due, is a FlowTiming of the study. Results differ by several per cent, so
/// that the choice is always named.
std::span<const std::string_view> flow_timing_names();
std::optional<FlowTiming> flow_timing_of(std::string_view name);

/// Present value of 1 due after `years`, (1 + rate)^-years. `rate` is annual, above -1.
double discount_factor(double rate, double years);

/// Present value of a flow of 1 per year over [from, to] years, to - from <= 1: (to - from) times the discount factor
/// at the start, the middle or the end, their mean at both ends (trapezoid), or the integral of (1 + rate)^-t.
double discounted_span(double rate, double from, double to, FlowTiming);

/// Present value of a flow of 1 per year over `years` from now, year by year; a last part of a year counts as such.
double discounted_years(double rate, double years, FlowTiming);

}  // namespace vcohort
