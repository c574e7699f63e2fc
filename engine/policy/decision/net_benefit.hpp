#pragma once
#include <Eigen/Core>

#include "engine/policy/decision/psa.hpp"

namespace vcohort {

/// What a decision maker who pays k per unit of effect sees [strategy], with Monte Carlo errors.
struct NetBenefit {
  Eigen::VectorXd nmb, nmb_mcse;         // k * effect - cost
  Eigen::VectorXd inb, inb_mcse;         // over the reference
  Eigen::VectorXd inb_lower, inb_upper;  // where 95 % of the draws lie, without patient noise
  Eigen::VectorXd ceac, ceac_mcse;  // share of draws in which the strategy is best; strategies that tie share a draw,
                                    // but those that are the reference in every draw, which leave it to the reference
  Eigen::VectorXd expected_loss;  // mean of (best strategy of the draw - this one)
  Eigen::Index best = 0;          // smallest expected loss; on ties the reference, else the first of the cheapest
  double evpi = 0;                // the smallest expected loss
  double evpi_mcse = 0;
};

/// `observed` gives the means and their errors; `uncertain`, which may be the same, the draws without patient noise for
/// CEAC, loss and EVPI. Within a draw two strategies tie when their net benefits differ by less than 1e-12 of k *
/// effect and cost.
NetBenefit net_benefit_at(double willingness_to_pay, const Psa& observed, const Psa& uncertain);

}  // namespace vcohort
