#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/analysis/boundaries/design.hpp"

/// Designs of the tests in a few words: one-sided level 0.025, power 0.9.
namespace vcohort::boundaries {

inline const std::vector<double> thirds = {1.0 / 3, 2.0 / 3, 1};

inline Spending spending(Spending::Kind kind, double parameter = 0) {
  return {.kind = kind, .gamma = parameter, .rho = parameter};
}

inline Design by_spending(const std::vector<double>& information, const Spending& function) {
  Design design;
  design.looks.information = information;
  design.looks.efficacy.spending = function;
  return design;
}

inline Design by_boundary(const std::vector<double>& information, Looks::Efficacy::Boundary boundary,
                          double delta = 0) {
  Design design;
  design.looks.information = information;
  design.looks.efficacy.boundary = boundary;
  design.looks.efficacy.delta = delta;
  return design;
}

inline Design obrien_fleming(const std::vector<double>& information) {
  return by_boundary(information, Looks::Efficacy::Boundary::obrien_fleming);
}
inline Design pocock(const std::vector<double>& information) {
  return by_boundary(information, Looks::Efficacy::Boundary::pocock);
}
inline Design lan_demets(const std::vector<double>& information) {
  return by_spending(information, spending(Spending::Kind::obrien_fleming));
}

/// The same with futility by spending beta.
inline Design with_beta(Design design, const Spending& function, bool binding) {
  design.looks.futility.emplace();
  design.looks.futility->spending = function;
  design.looks.futility->binding = binding;
  return design;
}

/// To the sixth decimal, or equal where there is no bound.
inline void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (std::isinf(wanted[k])) {
      EXPECT_EQ(found[k], wanted[k]) << k;
    } else {
      EXPECT_NEAR(found[k], wanted[k], 1e-6) << k;
    }
  }
}

}  // namespace vcohort::boundaries
