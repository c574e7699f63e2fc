#pragma once
#include <span>
#include <vector>

/// Power as published formulas have it, beside the simulation. Pure functions of numbers, each with its source; they
/// use Boost.Math and the C library, so that their last digits may differ between processors. Effects are signed so
/// that a benefit is above 0, `patients` are those analysed and need not be whole.
namespace vcohort::analysis {

/// Of a test: the level of one side, and whether the other side rejects too.
struct TestSides {
  double level = 0.025;
  bool both = true;
};

/// Two arms, the reference first.
struct ArmPair {
  double reference = 0, active = 0;
};

/// Of a normal statistic with this mean and variance one.
double normal_power(double drift, const TestSides&);

/// The mean of a normal statistic that has this power on one side: what a trial with looks goes on with.
double drift_of_power(double power_of_one_side, double level);

/// Of Student's t with this noncentrality: exact for normal outcomes with one variance (Julious 2004, Statistics in
/// Medicine 23:1921).
double t_power(double noncentrality, double df, const TestSides&);

/// Of a normal statistic with this mean and variance one that is held to the bound of a t-test.
double t_bound_power(double drift, double df, const TestSides&);

/// Satterthwaite's degrees of freedom of two means, from true standard deviations (Moser, Stevens and Watts 1989).
double welch_df(const ArmPair& sd, const ArmPair& patients);

/// By what clusters multiply the variance of a mean over patients: 1 + (m (1 + cv^2) - 1) icc, m the mean of their
/// sizes and cv its coefficient of variation (Donner, Birkett and Buck 1981; Eldridge, Ashby and Kerry 2006).
double design_effect(double cluster_size, double cv, double icc);

/// Fisher's exact test by enumeration of all tables: exact. A table rejects on a side when the tail of the
/// hypergeometric distribution there is at most the level; with both sides, when the probability of all tables at most
/// as probable (relative tolerance 1e-7, as R) is at most twice the level. Patients are whole.
double fisher_power(const ArmPair& share, const ArmPair& patients, const TestSides&);

/// The exact test of one share against a fixed one by enumeration: exact. A number of events rejects as a table of
/// fisher_power() does. Patients are whole.
double exact_binomial_power(double share, double against, double patients, const TestSides&);

/// McNemar's exact test by enumeration of the pairs that differ, of which a number rejects as one of
/// exact_binomial_power() against 1/2; `better` and `worse` are the shares of all pairs. Patients are whole.
double mcnemar_power(double better, double worse, double patients, const TestSides&);

/// Difference of shares with the pooled variance under the null (Fleiss, Tytun and Ury 1980, without correction).
double pooled_shares_power(const ArmPair& share, const ArmPair& patients, const TestSides&);

/// A stratum of two arms: its part of the patients, and the shares of the arms who have the event there.
struct SharesOfStratum {
  double part = 1;
  ArmPair share = {};
};

/// Differences of shares over strata, each with the weight of Cochran, Mantel and Haenszel, where the arms have the
/// same part of every stratum (Woolson, Bean and Rojas 1986, without correction).
double cochran_power(std::span<const SharesOfStratum> strata, const ArmPair& patients, const TestSides&);

/// Difference of shares beyond `null` (a margin below 0 for non-inferiority) with the variance of the restricted
/// maximum likelihood (Farrington and Manning 1990).
double farrington_manning_power(const ArmPair& share, const ArmPair& patients, double null, const TestSides&);

/// The drift of a log odds ratio of proportional odds; `mean_share` of the categories over the arms (Whitehead 1993).
double whitehead_drift(double log_odds_ratio, std::span<const double> mean_share, const ArmPair& patients);

/// The drift of a rank-sum test, from P(higher) + P(equal) / 2; `mean_share` of the categories where values tie, else
/// empty (Noether 1987; with ties Zhao, Rahardja and Qu 2008).
double noether_drift(double superiority, std::span<const double> mean_share, const ArmPair& patients);

/// The drift of the log-rank test and of Cox's model (Schoenfeld 1981), and of the log-rank test by the ratio of
/// numbers at risk instead (Freedman 1982); `active_share` of the patients.
double schoenfeld_drift(double log_hazard_ratio, double events, double active_share);
double freedman_drift(double hazard_ratio, double events, double active_share);

/// The drift of a log rate ratio; `information` is the mean over an arm's patients of mu t / (1 + k mu t), exposure t,
/// rate mu, dispersion k (Zhu and Lakkis 2014).
double negative_binomial_drift(double log_rate_ratio, const ArmPair& information, const ArmPair& patients);

/// The drift of a log win ratio, from the probability of a tie: with the variance that it has without an effect, of
/// values in classes as large as each other (Yu and Ganju 2022).
double win_ratio_drift(double log_win_ratio, double tie, const ArmPair& patients);

/// The standard error of the log win ratio of categories under their shares in both arms, by the delta method on the
/// U-statistics of wins and losses (Bebu and Lachin 2016). Some pairs are won, and some lost.
double win_ratio_error(std::span<const double> reference, std::span<const double> active, const ArmPair& patients);

/// The variance, per patient, of an arm's mean at the last visit in a mixed model with an unstructured covariance and
/// monotone missing data (Lu, Luo and Chen 2008). `covariance` of the visits, row by row; `retained[v]`: the share of
/// patients who are seen at visit v, not ascending.
double last_visit_variance(std::span<const double> covariance, std::span<const double> retained);

}  // namespace vcohort::analysis
