#pragma once
#include "engine/study/policy_question.hpp"

namespace vcohort {

/// Present value of 1 due after `years`, (1 + rate)^-years. `rate` is annual, above -1.
double discount_factor(double rate, double years);

/// Present value of a flow of 1 per year over [from, to] years, to - from <= 1: (to - from) times the discount factor
/// at the start, the middle or the end, their mean at both ends (trapezoid), or the integral of (1 + rate)^-t.
double discounted_span(double rate, double from, double to, FlowTiming);

/// Present value of a flow of 1 per year over `years` from now, year by year; a last part of a year counts as such.
double discounted_years(double rate, double years, FlowTiming);

}  // namespace vcohort
