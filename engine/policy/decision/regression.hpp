#pragma once
#include <Eigen/Core>

namespace vcohort {

/// Expected value of each response given several parameters, at every draw [draw][response]: smooth functions of single
/// parameters plus smooth interactions of pairs, and of three where there are few parameters. Every term (the straight
/// line of a parameter, its bends, each interaction) has a variance of its own, chosen by restricted maximum likelihood
/// for each response, so that what the data do not need shrinks away. The number of functions grows with the draws, up
/// to 150; with many parameters the interactions are those that explain most of what single parameters leave.
/// The mean over draws is kept. There are at least two draws for a parameter.
Eigen::MatrixXd expected_given(const Eigen::MatrixXd& parameters, const Eigen::MatrixXd& responses);

}  // namespace vcohort
